"""The objects that changes touch, by name: what two migrations clash over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from refract.providers.base import Provider
from refract.schema.changes import (
    AddColumn,
    AlterColumn,
    AlterEnum,
    Change,
    CreateEnum,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropEnum,
    DropIndex,
    DropTable,
    RecreateColumn,
    RenameColumn,
    RenameTable,
    TableChange,
)
from refract.wording import listed


@frozen
class Touched:
    """What changes touch: the names that they add, change, rename or drop, and those that must exist."""

    claimed: frozenset[str]
    needed: frozenset[str]

    def clashes_with(self, other: Touched) -> frozenset[str]:
        """The names that both touch, so that what runs second fails, or undoes the first."""
        return (self.claimed & (other.claimed | other.needed)) | (self.needed & other.claimed)


def touched(changes: Iterable[Change]) -> Touched:
    """What the changes of a migration touch, all together: a table that they create need not exist before."""
    known = tuple(changes)
    claimed = {name for change in known for name in _claimed(change)}
    made = {str(c.table.name) for c in known if isinstance(c, CreateTable)}
    needed = {str(change.table) for change in known if isinstance(change, TableChange)}
    return Touched(frozenset(claimed), frozenset(needed - made))


def shown_names(names: Iterable[str], provider: Provider) -> str:
    """The names in a sentence, without the default schema."""
    default = f"{provider.default_schema}."
    return listed(sorted(name.removeprefix(default) for name in names))


def _claimed(change: Change) -> Iterator[str]:
    match change:
        case CreateTable() | DropTable():
            yield str(change.table.name)
        case RenameTable():
            yield from (str(change.before.name), str(change.after.name))
        case AddColumn() | DropColumn():
            yield f"{change.table}.{change.column.name}"
        case AlterColumn() | RecreateColumn() | RenameColumn():
            yield from {f"{change.table}.{change.before.name}", f"{change.table}.{change.after.name}"}
        case CreateIndex() | DropIndex():
            yield f"{change.table}.{change.index.name}"
        case CreateEnum() | DropEnum():
            yield str(change.enum.name)
        case AlterEnum():
            yield from (f"{change.before.name}.{value}" for value in (*change.added, *change.removed))
