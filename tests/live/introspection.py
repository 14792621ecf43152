"""Reads a MariaDB's catalogue back into the relational model."""

from __future__ import annotations

import re
from collections import defaultdict

from pymysql.cursors import Cursor

from refract.providers import provider
from refract.providers.defaults import parse_sql_default
from refract.schema.model import (
    Column,
    ColumnType,
    Database,
    Default,
    ForeignKey,
    Index,
    IndexColumn,
    PrimaryKey,
    QualifiedName,
    ReferentialAction,
    Sort,
    Table,
)

MYSQL = provider("mysql")


def introspect(cursor: Cursor) -> Database:
    """The tables of the current database."""
    columns = _columns(cursor)
    indexes = _indexes(cursor)
    foreign_keys = _foreign_keys(cursor)
    tables = {}
    for name in columns:
        found = indexes[name]
        key = found.pop("PRIMARY", None)
        tables[QualifiedName("", name)] = Table(
            name=QualifiedName("", name),
            columns=tuple(columns[name]),
            primary_key=PrimaryKey(name="", columns=key.columns) if key else None,
            indexes=tuple(found.values()),
            foreign_keys=tuple(foreign_keys[name]),
        )
    return Database(provider="mysql", tables=tables)


def _columns(cursor: Cursor) -> dict[str, list[Column]]:
    cursor.execute(
        "SELECT c.table_name, c.column_name, c.column_type, c.is_nullable, c.column_default, c.extra,"
        " (SELECT COUNT(*) FROM information_schema.check_constraints k WHERE k.constraint_schema = c.table_schema"
        "  AND k.table_name = c.table_name AND k.check_clause = CONCAT('json_valid(`', c.column_name, '`)'))"
        " FROM information_schema.columns c"
        " JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'"
        " ORDER BY c.table_name, c.ordinal_position"
    )
    columns: dict[str, list[Column]] = defaultdict(list)
    for table, name, type_text, nullable, default, extra, json_check in cursor.fetchall():
        # JSON is another name for LONGTEXT in MariaDB, with a check of its own making.
        type_ = ColumnType("JSON") if json_check else column_type(type_text)
        columns[table].append(
            Column(
                name=name,
                type=type_,
                nullable=nullable == "YES",
                default=_default(f"{default} {extra}" if extra.startswith("on update") else default, type_),
                auto_increment="auto_increment" in extra,
            )
        )
    return columns


def column_type(text: str) -> ColumnType:
    """`int(11) unsigned` as the model spells it."""
    match = re.fullmatch(r"(\w+)(?:\((.*)\))?( unsigned)?", text)
    assert match, text
    name, arguments, unsigned = match.groups()
    if name == "enum":
        values = re.findall(r"'((?:[^']|'')*)'", arguments)
        return ColumnType("ENUM", tuple(v.replace("''", "'") for v in values))
    numbers = tuple(int(a) for a in arguments.split(",")) if arguments else ()
    return MYSQL.type_from_sql(name + (unsigned or ""), numbers, False)


def _default(text: str | None, type_: ColumnType) -> Default | None:
    if text is None or text == "NULL":
        return None
    # The catalogue shows strings as SQL would write them, a backslash as two.
    return parse_sql_default(text.replace("\\\\", "\\"), type_)


def _indexes(cursor: Cursor) -> dict[str, dict[str, Index]]:
    cursor.execute(
        "SELECT table_name, index_name, non_unique, index_type, column_name, sub_part, collation"
        " FROM information_schema.statistics WHERE table_schema = DATABASE()"
        " ORDER BY table_name, index_name, seq_in_index"
    )
    parts: dict[tuple[str, str, int, str], list[IndexColumn]] = defaultdict(list)
    for table, name, non_unique, kind, column, length, collation in cursor.fetchall():
        sort = Sort.DESC if collation == "D" else Sort.ASC
        parts[table, name, non_unique, kind].append(IndexColumn(name=column, sort=sort, length=length))
    indexes: dict[str, dict[str, Index]] = defaultdict(dict)
    for (table, name, non_unique, kind), columns in parts.items():
        indexes[table][name] = Index(name=name, columns=tuple(columns), unique=not non_unique, type=kind)
    return indexes


def _foreign_keys(cursor: Cursor) -> dict[str, list[ForeignKey]]:
    cursor.execute(
        "SELECT r.table_name, r.constraint_name, r.referenced_table_name, r.delete_rule, r.update_rule,"
        " k.column_name, k.referenced_column_name"
        " FROM information_schema.referential_constraints r"
        " JOIN information_schema.key_column_usage k ON k.constraint_schema = r.constraint_schema"
        "  AND k.table_name = r.table_name AND k.constraint_name = r.constraint_name"
        " WHERE r.constraint_schema = DATABASE() ORDER BY r.table_name, r.constraint_name, k.ordinal_position"
    )
    columns: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for table, name, referenced, on_delete, on_update, column, referenced_column in cursor.fetchall():
        columns[table, name, referenced, on_delete, on_update].append((column, referenced_column))
    keys: dict[str, list[ForeignKey]] = defaultdict(list)
    for (table, name, referenced, on_delete, on_update), pairs in columns.items():
        keys[table].append(
            ForeignKey(
                name=name,
                columns=tuple(c for c, _ in pairs),
                referenced_table=QualifiedName("", referenced),
                referenced_columns=tuple(c for _, c in pairs),
                on_delete=ReferentialAction(on_delete),
                on_update=ReferentialAction(on_update),
            )
        )
    return keys
