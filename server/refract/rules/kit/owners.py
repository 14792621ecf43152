"""The owners of what a change touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import frozen

from refract.config.owners import Owners
from refract.schema.changes import (
    AlterEnum,
    Change,
    CreateEnum,
    CreateTable,
    DropEnum,
    DropTable,
    RenameTable,
    TableChange,
)
from refract.schema.model import Database, QualifiedName


@frozen
class Owned:
    """A model or enum with its owners, as far as they are others than the person at work."""

    name: str
    owners: tuple[str, ...]


def owned(owners: Owners, schema: Database, name: QualifiedName) -> Owned:
    """The model or enum whose table or type has that name in the database that the schema asks for."""
    table, enum = schema.tables.get(name), schema.enums.get(name)
    found = table or enum
    model = (table.model_name if table else enum.enum_name if enum else "") or name.name
    return Owned(model, owners.others(model, found.origin.path if found and found.origin else None))


def by_owners(
    changes: Iterable[Change], owned: Callable[[QualifiedName], Owned | None]
) -> Mapping[tuple[str, ...], Mapping[str, Change]]:
    """What others own and the changes touch: the models and enums by their owners, each with its first change."""
    found: dict[tuple[str, ...], dict[str, Change]] = {}
    for change in changes:
        name = _object(change)
        touched = owned(name) if name else None
        if touched and touched.owners:
            found.setdefault(touched.owners, {}).setdefault(touched.name, change)
    return found


def _object(change: Change) -> QualifiedName | None:
    """The table or enum that a change touches, by the name before the change."""
    match change:
        case CreateTable() | DropTable():
            return change.table.name
        case RenameTable() | AlterEnum():
            return change.before.name
        case CreateEnum() | DropEnum():
            return change.enum.name
        case TableChange():
            return change.table
    return None
