"""What a definition in SQL is read against."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from refract.providers import Provider
from refract.schema.model import Enum, QualifiedName
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.traits import ReaderTraits


@frozen
class DefinitionScope:
    """What a definition is read against: the database's traits and its enums."""

    provider: Provider
    traits: ReaderTraits
    schema: str
    enum: Callable[[QualifiedName], Enum | None]
    primary_key: Callable[[QualifiedName], tuple[str, ...]]

    def name(self, cursor: Cursor) -> QualifiedName:
        """A name at the cursor, in the schema that is current."""
        return cursor.name(self.schema)
