"""The context for lowering one model: the provider, the schema's settings, and the other blocks by name."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from refract.lowering.arguments import column_name, database_name, mapped_name
from refract.providers import Provider
from refract.schema.model import QualifiedName
from refract.syntax.tree import Block, Field


@frozen(eq=False)
class Scope:
    """The context for lowering a block: the database, and the other blocks by their name in the schema.

    `schemas` are those that the datasource lists, which is called `datasource`.
    `join_tables_have_keys`: whether implicit join tables get a primary key, as in newer versions of Prisma.
    """

    provider: Provider
    blocks: Mapping[str, Block]
    relation_mode: str
    join_tables_have_keys: bool
    schemas: tuple[str, ...] = ()
    datasource: str = "db"

    def qualified(self, block: Block) -> QualifiedName:
        """The database's name of a model, view or enum."""
        schema = mapped_name(block.attribute("schema")) or self.provider.default_schema
        return QualifiedName(self.provider.kept_name(schema), self.provider.kept_name(database_name(block)))

    def full_name(self, name: str) -> str:
        """A name that the database cuts; empty if it does not."""
        return name if self.provider.kept_name(name) != name else ""

    def column(self, field: Field) -> str:
        """The database's name of a field."""
        return self.provider.kept_name(column_name(field))
