"""The facts of a SQLite file's catalogue, and the same facts of a replayed model."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from catalogue.facts import Fact, as_facts, default_fact, plain, table_facts, trigger_facts
from refract.providers.sqlite import SQLITE
from refract.schema.model import Database

_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)


def model_facts(database: Database) -> dict[str, str]:
    """The facts of a model. SQLite gives no names of keys and checks."""
    return as_facts(_model_facts(database))


def _model_facts(database: Database) -> Iterator[Fact]:
    for fact in table_facts(database):
        yield (fact[0], fact[1], *fact[3:]) if fact[0] in {"foreign key", "check"} else fact
    for name, table in database.tables.items():
        yield "options", name.name, tuple(sorted(getattr(table, "options", ())))
        for place, column in enumerate(table.columns):
            collation = (getattr(column, "collation", None) or "BINARY").upper()
            flags = "null" if column.nullable else "not null", column.auto_increment, plain(column.generated), collation
            yield "column", name.name, place, column.name, column.type.name, default_fact(column.default), *flags
        for index in table.indexes:
            shown = "" if index.constraint else index.name
            parts = tuple((p.name or "expression", p.sort.value) for p in index.columns)
            yield "index", name.name, shown, index.unique, parts, plain(index.where)
    yield from trigger_facts(database)


def server_facts(connection: sqlite3.Connection) -> dict[str, str]:
    """The facts of the main database."""
    return as_facts(_server_facts(connection))


def _server_facts(connection: sqlite3.Connection) -> Iterator[Fact]:
    tables = {
        row[1]: row for row in connection.execute("PRAGMA main.table_list").fetchall() if row[2] in ("table", "virtual")
    }
    for name, (_, _, kind, _, without_rowid, strict) in tables.items():
        if name.startswith("sqlite_"):
            continue
        yield "table", name
        sql = _sql(connection, name)
        options = [word for word, on in (("STRICT", strict), ("WITHOUT ROWID", without_rowid)) if on]
        yield "options", name, tuple(sorted([*options, *(["VIRTUAL"] if kind == "virtual" else [])]))
        yield from _columns(connection, name, sql)
        yield from _indexes(connection, name)
        yield from _keys(connection, name)
        yield from (("check", name, plain(text)) for text in _after_word("CHECK", sql))
    for kind, name, table in connection.execute("SELECT type, name, tbl_name FROM main.sqlite_schema").fetchall():
        if kind == "view":
            yield "view", name
        if kind == "trigger":
            yield "trigger", name, table


def _sql(connection: sqlite3.Connection, name: str) -> str:
    query = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?"
    return str(connection.execute(query, (name,)).fetchone()[0])


def _columns(connection: sqlite3.Connection, table: str, sql: str) -> Iterator[Fact]:
    counts = re.search(r"AUTOINCREMENT", _without_strings(sql), re.I) is not None
    generated = _after_word("AS", sql) if not re.match(r"CREATE\s+VIRTUAL", sql, re.I) else []
    key: list[tuple[int, str]] = []
    for place, name, kind, required, default, in_key, hidden in connection.execute(
        f"PRAGMA main.table_xinfo({_quoted(table)})"
    ).fetchall():
        if hidden == 1:
            continue
        if in_key:
            key.append((in_key, name))
        type_ = SQLITE.type_from_sql(*_type(kind)) if kind else SQLITE.type_from_sql("")
        value = None if default is None else default_fact(SQLITE.default_from_sql(default, type_))
        arity = "not null" if required or in_key else "null"  # a column of a key is required to Prisma
        flags = (
            arity,
            counts and bool(in_key),
            plain(generated.pop(0)) if hidden else None,
            _collation(connection, table, name),
        )
        yield "column", table, place, name, type_.name, value, *flags
    if key:
        yield "primary key", table, tuple((name, None, _key_sort(connection, table, name)) for _, name in sorted(key))


def _type(text: str) -> tuple[str, tuple[int | str, ...]]:
    match = re.fullmatch(r"([^()]*)\(([^()]*)\)(.*)", text)
    if match is None:
        return text, ()
    args = tuple(int(a) if a.strip().isdigit() else a.strip() for a in match.group(2).split(","))
    return (match.group(1) + match.group(3)).strip(), args


def _collation(connection: sqlite3.Connection, table: str, column: str) -> str:
    """SQLite tells the collation of a column by an index on it only."""
    try:
        connection.execute(f"CREATE INDEX main.probe_of_collation ON {_quoted(table)} ({_quoted(column)})")
    except sqlite3.Error:  # of a virtual table
        return "BINARY"
    rows = connection.execute("PRAGMA main.index_xinfo(probe_of_collation)").fetchall()
    connection.execute("DROP INDEX main.probe_of_collation")
    return str(rows[0][4]).upper()


def _key_sort(connection: sqlite3.Connection, table: str, column: str) -> str:
    for _, name, _, origin, _ in connection.execute(f"PRAGMA main.index_list({_quoted(table)})").fetchall():
        if origin == "pk":
            for part in connection.execute(f"PRAGMA main.index_xinfo({_quoted(name)})"):
                if part[2] == column:
                    return "desc" if part[3] else "asc"
    return "asc"


def _indexes(connection: sqlite3.Connection, table: str) -> Iterator[Fact]:
    for _, name, unique, origin, partial in connection.execute(f"PRAGMA main.index_list({_quoted(table)})").fetchall():
        if origin == "pk":
            continue
        rows = connection.execute(f"PRAGMA main.index_xinfo({_quoted(name)})").fetchall()
        parts = tuple((row[2] or "expression", "desc" if row[3] else "asc") for row in rows if row[5])
        query = "SELECT sql FROM main.sqlite_schema WHERE type = 'index' AND name = ?"
        sql = connection.execute(query, (name,)).fetchone()[0]
        where = re.split(r"\bWHERE\b", sql, maxsplit=1, flags=re.I)[1] if partial else None
        yield "index", table, name if origin == "c" else "", bool(unique), parts, plain(where)


def _keys(connection: sqlite3.Connection, table: str) -> Iterator[Fact]:
    keys: dict[tuple[object, ...], list[tuple[str, str | None]]] = defaultdict(list)
    for number, _, to, column, other, on_update, on_delete, _ in connection.execute(
        f"PRAGMA main.foreign_key_list({_quoted(table)})"
    ).fetchall():
        keys[number, to, on_delete, on_update].append((column, other))
    for (_, to, on_delete, on_update), pairs in keys.items():
        columns, others = (tuple(side) for side in zip(*pairs, strict=True))
        if None in others:
            info = connection.execute(f"PRAGMA main.table_info({_quoted(str(to))})").fetchall()
            others = tuple(name for _, name in sorted((row[5], row[1]) for row in info if row[5]))
        yield "foreign key", table, columns, to, others, on_delete, on_update


def _after_word(word: str, sql: str) -> list[str]:
    """The texts in parentheses after a word of CREATE TABLE."""
    text, found = _NOISE.sub(" ", sql), []
    for match in re.finditer(rf"\b{word}\s*\(", _without_strings(text), re.I):
        depth, end = 1, match.end()
        while depth:
            depth += (text[end] == "(") - (text[end] == ")")
            end += 1
        found.append(text[match.end() : end - 1])
    return found


def _without_strings(sql: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", lambda m: "'" + "x" * (len(m.group()) - 2) + "'", sql)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
