"""The facts of a MariaDB's catalogue, and the same facts of a replayed model."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from pymysql.cursors import Cursor

from catalogue.facts import Fact, as_facts, default_fact, plain, table_facts, trigger_facts
from live.normal_form import _default as normal_default
from live.normal_form import _type as normal_type
from refract.providers.mysql import MYSQL
from refract.schema.model import Column, ColumnType, Database, Default, Table

_TEXT = re.compile(r"CHAR|TEXT|ENUM|SET|CLOB", re.I)


def model_facts(database: Database, collations: dict[str, str]) -> dict[str, str]:
    """The facts of a model. `collations` are the default collations of character sets."""
    return as_facts(_model_facts(database, collations))


def _model_facts(database: Database, collations: dict[str, str]) -> Iterator[Fact]:
    yield from table_facts(database)
    for name, table in database.tables.items():
        for place, column in enumerate(table.columns, 1):
            yield _column(name.name, place, column, _collation(column, table, collations))
        for index in table.indexes:
            parts = tuple((p.name, p.length, p.sort.value) for p in index.columns)
            yield "index", name.name, index.name, index.unique, index.type, parts
    yield from trigger_facts(database)
    for sequence in database.sequences:
        yield "sequence", sequence.name


def _column(table: str, place: int, column: Column, collation: str | None) -> Fact:
    type_ = normal_type(column.type)
    default = column.default and default_fact(normal_default(column.default, type_))
    return (
        *(
            "column",
            table,
            place,
            column.name,
            type_.name.upper(),
            type_.args,
            "null" if column.nullable else "not null",
        ),
        *("default", default, "on update", plain(column.on_update)),
        *("auto increment", column.auto_increment, "generated", plain(column.generated), "collation", collation),
    )


def _collation(column: Column, table: Table, collations: dict[str, str]) -> str | None:
    if not _TEXT.search(column.type.name) and column.type.name != "JSON":
        return None
    if column.type.name == "JSON":
        return "utf8mb4_bin"
    written = getattr(column, "collation", None) or getattr(table, "collation", None) or "utf8mb4_unicode_ci"
    return collations.get(written, written)


def server_facts(cursor: Cursor) -> dict[str, str]:
    """The facts of the current database."""
    return as_facts((*_tables(cursor), *_columns(cursor), *_indexes(cursor), *_keys(cursor), *_others(cursor)))


def default_collations(cursor: Cursor) -> dict[str, str]:
    """The default collation of each character set."""
    return {str(name): str(collation) for name, collation in _rows(cursor, _COLLATIONS)}


def _tables(cursor: Cursor) -> Iterator[Fact]:
    kinds = {"VIEW": "view", "SEQUENCE": "sequence"}
    for name, kind in _rows(cursor, _TABLES):
        yield kinds.get(str(kind), "table"), name


def _columns(cursor: Cursor) -> Iterator[Fact]:
    checks = {row[:3] for row in _rows(cursor, _CHECKS)}
    for table, place, name, sql, nullable, default, extra, expression, collation in _rows(cursor, _COLUMNS):
        # JSON is another name for LONGTEXT in MariaDB, with a check of its own making.
        json = (table, name, f"json_valid(`{name}`)") in checks
        type_ = ColumnType("JSON") if json else column_type(str(sql))
        column = Column(
            name=str(name),
            type=type_,
            nullable=nullable == "YES",
            default=_default(default, type_),
            auto_increment="auto_increment" in str(extra),
            generated=str(expression) if expression else None,
        )
        on_update = re.search(r"on update (\S+)", str(extra))
        fact = list(_column(str(table), int(str(place)), column, str(collation) if collation else None))
        fact[fact.index("on update") + 1] = plain(on_update.group(1)) if on_update else None
        yield tuple(fact)


def column_type(text: str) -> ColumnType:
    """`int(11) unsigned` as the model spells it."""
    match = re.fullmatch(r"(\w+)(?:\((.*)\))?( unsigned)?( zerofill)?", text)
    assert match, text
    name, arguments, unsigned, _ = match.groups()
    if name in {"enum", "set"}:
        values = re.findall(r"'((?:[^']|'')*)'", arguments)
        values = tuple(v.replace("''", "'") for v in values)
        return ColumnType("ENUM", values) if name == "enum" else ColumnType("SET", values)
    numbers = tuple(int(a) for a in arguments.split(",")) if arguments else ()
    return MYSQL.type_from_sql(name + (unsigned or ""), numbers, False)


def _default(text: object, type_: ColumnType) -> Default | None:
    return None if text is None or text == "NULL" else MYSQL.default_from_sql(str(text), type_)


def _indexes(cursor: Cursor) -> Iterator[Fact]:
    parts: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for table, name, non_unique, kind, column, length, collation in _rows(cursor, _INDEXES):
        parts[table, name, not non_unique, kind].append(
            (column, None if kind == "SPATIAL" else length, "desc" if collation == "D" else "asc")
        )
    for (table, name, unique, kind), columns in parts.items():
        if name == "PRIMARY":
            yield "primary key", table, tuple(columns)
        else:
            yield "index", table, name, unique, kind, tuple(columns)


def _keys(cursor: Cursor) -> Iterator[Fact]:
    pairs: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for table, name, referenced, on_delete, on_update, column, to in _rows(cursor, _KEYS):
        pairs[table, name, referenced, on_delete, on_update].append((column, to))
    for (table, name, referenced, on_delete, on_update), columns in pairs.items():
        own, other = zip(*columns, strict=True)
        yield "foreign key", table, name, own, referenced, other, on_delete, on_update


def _others(cursor: Cursor) -> Iterator[Fact]:
    for table, name, clause, level in _rows(cursor, _CHECKS):
        if not re.fullmatch(rf"json_valid\(`{re.escape(str(name))}`\)", str(clause)):
            yield "check", table, _check_name(str(table), str(name), str(level)), plain(str(clause))
    for name, table in _rows(cursor, _TRIGGERS):
        yield "trigger", name, table


def _check_name(table: str, name: str, level: str) -> str:
    """MariaDB names a check `CONSTRAINT_1` or, if it is written with a column, like that; MySQL `table_chk_1`."""
    return f"{table}_chk" if level == "Column" or re.fullmatch(r"CONSTRAINT_\d+", name) else name


def _rows(cursor: Cursor, query: str) -> list[tuple[object, ...]]:
    cursor.execute(query)
    return list(cursor.fetchall())


_COLLATIONS = "SELECT character_set_name, default_collate_name FROM information_schema.character_sets"
_TABLES = "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE()"
_COLUMNS = """
    SELECT c.table_name, c.ordinal_position, c.column_name, c.column_type, c.is_nullable, c.column_default, c.extra,
      c.generation_expression, c.collation_name
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = DATABASE() AND t.table_type NOT IN ('VIEW', 'SEQUENCE')"""
_INDEXES = """
    SELECT table_name, index_name, non_unique, index_type, column_name, sub_part, collation
    FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index"""
_KEYS = """
    SELECT r.table_name, r.constraint_name, r.referenced_table_name, r.delete_rule, r.update_rule, k.column_name,
      k.referenced_column_name
    FROM information_schema.referential_constraints r JOIN information_schema.key_column_usage k
      ON k.constraint_schema = r.constraint_schema AND k.table_name = r.table_name
      AND k.constraint_name = r.constraint_name
    WHERE r.constraint_schema = DATABASE() ORDER BY r.table_name, r.constraint_name, k.ordinal_position"""
_CHECKS = """
    SELECT table_name, constraint_name, check_clause, level FROM information_schema.check_constraints
    WHERE constraint_schema = DATABASE()"""
_TRIGGERS = """
    SELECT trigger_name, event_object_table FROM information_schema.triggers WHERE trigger_schema = DATABASE()"""
