"""What was written last, row by row; and what is wrong with what is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import define, field, frozen

from live.ledger.meaning import UNKNOWN, Attribute, Meaning, Place, Token
from live.ledger.speech import SpokenTable


@define(eq=False)
class Entity:
    """A row, with those of other tables that belong to it. `tables` are those in which it has one."""

    table: str
    tables: frozenset[str]
    tokens: dict[Attribute, Token]
    lasting: bool = False


@frozen
class Wrong:
    """A row that is not what was written: `what` is lost, back again, or the column that differs."""

    stage: str
    table: str
    key: object
    what: str
    read: object = None
    expected: object = None


@define(eq=False)
class Book:
    """The rows of one worker, which nobody else touches."""

    entities: list[Entity] = field(factory=list)


def wrong_values(
    meaning: Meaning, entity: Entity, table: SpokenTable, row: tuple[object, ...], trusted: frozenset[Place], stage: str
) -> Iterator[Wrong]:
    """What a row that was read has wrong, in the columns that are in step."""
    name = table.name.name
    for column, value in zip(table.columns, row, strict=True):
        if (meaning.home(name), column.name) not in trusted:
            continue
        token = entity.tokens.get(meaning.attribute(name, column.name), UNKNOWN)
        expected = meaning.spelled(name, column, token)
        if expected is not UNKNOWN and not meaning.same(value, expected):
            yield Wrong(stage, name, key_of(meaning, entity, table), column.name, value, expected)


def key_of(meaning: Meaning, entity: Entity, table: SpokenTable) -> tuple[object, ...]:
    """The key of an entity's row in a table, as that spells it."""
    return tuple(_spelled(meaning, entity, table, name) for name in table.key)


def fill_nothing(meaning: Meaning, books: Sequence[Book], filled: frozenset[Attribute]) -> None:
    """Rows that held nothing hold what a backfill has put there."""
    values = {meaning.attribute(*place): value for place, value in meaning.notes.filled.items()}
    for book in books:
        for entity in book.entities:
            for attribute in filled & values.keys():
                if meaning.entity(attribute[0]) == entity.table and entity.tokens.get(attribute) is None:
                    entity.tokens[attribute] = values[attribute]


def forget(books: Sequence[Book], present: frozenset[Attribute]) -> None:
    """Values that have no column any more are gone."""
    for book in books:
        for entity in book.entities:
            entity.tokens = {attribute: token for attribute, token in entity.tokens.items() if attribute in present}


def _spelled(meaning: Meaning, entity: Entity, table: SpokenTable, name: str) -> object:
    column = table.column(name)
    assert column is not None, "a key is made of columns that the application knows"
    return meaning.spelled(table.name.name, column, entity.tokens[meaning.attribute(table.name.name, name)])
