"""The sequences of a database: those that were created, and those that came with a column that counts."""

from __future__ import annotations

from collections.abc import Iterator

from refract.schema.model import Column, Database, QualifiedName, Sequence, SequenceOptions, Table

_LARGEST = {"SMALLINT": 2**15 - 1, "INTEGER": 2**31 - 1}


def all_sequences(database: Database) -> Iterator[Sequence]:
    """Every sequence once."""
    yield from database.sequences.values()
    for table in database.tables.values():
        for column in table.columns:
            sequence = own_sequence(table, column)
            if sequence is not None and sequence.name not in database.sequences:
                yield sequence


def own_sequence(table: Table, column: Column) -> Sequence | None:
    """The sequence that came with a column, if it counts."""
    if not column.auto_increment:
        return None
    name = QualifiedName(table.name.schema, column.sequence or f"{table.name.name}_{column.name}_seq")
    return Sequence(name, options_for(column.type.name), (table.name, column.name))


def options_for(type_: str) -> SequenceOptions:
    """What a sequence counts if only its type is known."""
    return SequenceOptions(type_, maximum=_LARGEST.get(type_, SequenceOptions().maximum))
