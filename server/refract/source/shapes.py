"""What is known of a value in code: rows of a model, a part of the client, an object that Prisma Client takes."""

from __future__ import annotations

from attrs import evolve, frozen

from refract.source.client import Client, ClientField, ClientModel
from refract.source.modes import Mode


@frozen
class Rows:
    """One row of a model, or `many`. Not `sure`: a type of the same name that may not be Prisma's. `only` are the
    fields that it has, if these are picked, `but` those that are left out.
    """

    model: ClientModel
    many: bool = False
    sure: bool = True
    only: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Whether a property of this name is the model's field."""
        return name in self.model.fields and name not in self.but and (not self.only or name in self.only)


@frozen
class Delegate:
    """What `prisma.user` is."""

    model: ClientModel


@frozen
class Input:
    """An object for Prisma Client that names fields of a model."""

    model: ClientModel
    mode: Mode


@frozen
class Members:
    """An object whose properties have separate types: its brace in the tokens."""

    opening: int


Shape = Rows | Delegate | Input | Members


def item_of(shape: Shape | None) -> Shape | None:
    """What one element of a list is."""
    return evolve(shape, many=False) if isinstance(shape, Rows) and shape.many else None


def value_of(field: ClientField, client: Client, sure: bool) -> Rows | None:
    """What a field of a row holds, if that is rows."""
    model = client.models.get(field.type)
    return Rows(model, field.is_list, sure) if model else None
