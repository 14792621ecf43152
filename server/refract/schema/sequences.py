"""The sequences of a database: those that were created, and those that came with a column that counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from refract.schema.model import Column, Database, QualifiedName, Sequence, SequenceOptions, Table

_LARGEST = {"SMALLINT": 2**15 - 1, "INTEGER": 2**31 - 1}


def all_sequences(database: Database) -> Iterator[Sequence]:
    """Every sequence once."""
    found = dict(database.sequences)
    for table in database.tables.values():
        for column in table.columns:
            sequence = own_sequence(table, column)
            if sequence is not None:
                found.setdefault(sequence.name, sequence)
    yield from found.values()


def own_sequence(table: Table, column: Column) -> Sequence | None:
    """The sequence that came with a column, if it counts."""
    if not column.auto_increment:
        return None
    name = QualifiedName(table.name.schema, column.sequence or f"{table.name.name}_{column.name}_seq")
    return Sequence(name, options_for(column.type.name), (table.name, column.name))


def without_owner(
    sequences: Mapping[QualifiedName, Sequence], table: QualifiedName, column: str | None
) -> dict[QualifiedName, Sequence]:
    """The sequences without those of a column, or (None) of all columns of a table."""
    return {name: s for name, s in sequences.items() if not _is_of(s, table, column)}


def _is_of(sequence: Sequence, table: QualifiedName, column: str | None) -> bool:
    owner = sequence.owner
    return owner is not None and owner[0] == table and column in (None, owner[1])


def with_owner_renamed(
    sequences: Mapping[QualifiedName, Sequence], before: tuple[QualifiedName, str], after: tuple[QualifiedName, str]
) -> dict[QualifiedName, Sequence]:
    """The sequences with that of a column under the column's new name; they are in the schema of its table."""
    return {x.name: x for x in (_following(s, before, after) for s in sequences.values())}


def _following(sequence: Sequence, before: tuple[QualifiedName, str], after: tuple[QualifiedName, str]) -> Sequence:
    if sequence.owner != before:
        return sequence
    return evolve(sequence, owner=after, name=QualifiedName(after[0].schema, sequence.name.name))


def options_for(type_: str) -> SequenceOptions:
    """What a sequence counts if only its type is known."""
    return SequenceOptions(type_, maximum=_LARGEST.get(type_, SequenceOptions().maximum))
