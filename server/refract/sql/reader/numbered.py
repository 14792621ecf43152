"""Reads ALTER SEQUENCE for columns that the database numbers (cockroachdb)."""

from __future__ import annotations

from attrs import evolve

from refract.schema.model import Column, Numbering, QualifiedName, Table
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.numbering import read_numbering
from refract.sql.reader.state import ReadingState


def alter_sequence(cursor: Cursor, session: ReadingState) -> bool:
    """Whether the statement is an ALTER SEQUENCE of a column that is numbered: the column is changed then."""
    start = cursor.position
    if not cursor.accept("ALTER", "SEQUENCE"):
        return False
    cursor.if_exists()
    name = session.name(cursor)
    found = _numbered(name, session)
    if found is None:
        cursor.position = start
        return False
    table, column = found
    options = read_numbering(cursor, column.numbering or Numbering())
    session.alter(table.name, column, evolve(column, numbering=options))
    return True


def _numbered(name: QualifiedName, session: ReadingState) -> tuple[Table, Column] | None:
    for table in session.draft.tables.values():
        for column in table.columns if table.name.schema == name.schema else ():
            sequence = column.sequence or session.provider.sequence_name(table.name.name, column.name)
            if column.numbering is not None and sequence == name.name:
                return table, column
    return None
