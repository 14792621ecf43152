"""What a table is besides its columns: its collation (MySQL, MariaDB), STRICT and WITHOUT ROWID (SQLite), partitions and
row level security (PostgreSQL).
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from refract.schema.model import Column, QualifiedName, Table
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import STRING

_TEXTS = frozenset({"CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET"})
_OF_SQLITE = (("STRICT",), ("WITHOUT", "ROWID"))


def with_options(table: Table, cursor: Cursor, session: ReadingState) -> Table:
    """A new table, with the cursor after its columns."""
    if session.traits.is_sqlite:
        found = tuple(" ".join(words) for item in cursor.items() for words in _OF_SQLITE if item.accept(*words))
        return evolve(table, options=found)
    if not session.traits.names_unique_after_column:
        return evolve(table, is_partitioned=cursor.at("PARTITION", "BY"))
    return evolve(table, collation=_collation(cursor) or table.collation)


def enables_row_security(*, enabled: bool) -> Callable[[Cursor, QualifiedName, ReadingState], None]:
    """What ENABLE and DISABLE ROW LEVEL SECURITY do."""
    return _changing(lambda table: evolve(table, row_security=enabled))


def forces_row_security(*, forced: bool) -> Callable[[Cursor, QualifiedName, ReadingState], None]:
    """What FORCE and NO FORCE ROW LEVEL SECURITY do."""
    return _changing(lambda table: evolve(table, forces_row_security=forced))


def _changing(change: Callable[[Table], Table]) -> Callable[[Cursor, QualifiedName, ReadingState], None]:
    def act(_: Cursor, name: QualifiedName, session: ReadingState) -> None:
        table = session.table(name)
        if table is not None:
            session.draft.tables[name] = change(table)

    return act


def set_collation(item: Cursor, name: QualifiedName, session: ReadingState) -> None:
    """At what follows DEFAULT, CHARACTER, CHARSET or COLLATE in ALTER TABLE: columns keep the collation that they have."""
    item.position -= 1
    table, collation = session.table(name), _collation(item)
    if table is not None and collation is not None and session.traits.keeps_collations:
        columns = tuple(_with_collation(x, x.collation or table.collation) for x in table.columns)
        session.draft.tables[name] = evolve(table, collation=collation, columns=columns)


def convert(item: Cursor, name: QualifiedName, session: ReadingState) -> None:
    """After CONVERT: all columns get the collation too, or that of the database if none is named."""
    table, collation = session.table(name), _collation(item)
    if table is not None:
        columns = tuple(_with_collation(x, collation) for x in table.columns)
        session.draft.tables[name] = evolve(table, collation=collation, columns=columns)


def _with_collation(column: Column, collation: str | None) -> Column:
    return evolve(column, collation=collation) if column.type.name in _TEXTS else column


def _collation(cursor: Cursor) -> str | None:
    """The collation in options, or the character set if they name only that."""
    found: dict[str, str] = {}
    while not cursor.done:
        word = cursor.one_of("COLLATE", "CHARSET") or ("CHARSET" if cursor.accept("CHARACTER", "SET") else "")
        if not word:
            cursor.position += 1
            continue
        cursor.accept("=")
        found[word] = cursor.string() if cursor.key() == STRING else cursor.identifier()
    written = found.get("COLLATE", found.get("CHARSET"))
    return None if written in (None, "DEFAULT", "default") else written
