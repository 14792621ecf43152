"""Merges steps that are one change: an enum swapped for a new one, a table copied into its new shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from attrs import evolve

from refract.providers import Provider
from refract.schema import changes as c
from refract.schema.model import Column, Database, QualifiedName, Table

_E = TypeVar("_E", c.CreateEnum, c.DropEnum)


def fold(changes: Sequence[c.Change], before: Database, after: Database, provider: Provider) -> tuple[c.Change, ...]:
    """The net changes of one migration."""
    folded = list(changes)
    kinds = {type(change) for change in folded}
    if c.RenameEnum in kinds and c.CreateEnum in kinds:
        folded = _without_swaps(folded, provider)
    if c.RenameTable in kinds and c.DropTable in kinds:
        folded = _without_redefinitions(folded, provider)
    return tuple(_without_recreations(folded)) if {c.AddColumn, c.DropColumn} <= kinds else tuple(folded)


def _without_recreations(changes: list[c.Change]) -> Iterator[c.Change]:
    """A column dropped and added under the same name in one statement is recreated."""
    position = 0
    while position < len(changes):
        change = changes[position]
        following = changes[position + 1] if position + 1 < len(changes) else None
        if (
            isinstance(change, c.DropColumn)
            and isinstance(following, c.AddColumn)
            and (change.table, change.column.name) == (following.table, following.column.name)
        ):
            yield c.RecreateColumn(
                table=change.table, before=change.column, after=following.column, origin=following.origin
            )
            position += 2
            continue
        yield change
        position += 1


def _without_swaps(changes: list[c.Change], provider: Provider) -> list[c.Change]:
    """The enum has other values: CREATE TYPE new, columns to new, old RENAME TO spare, new RENAME TO old, DROP spare.
    Or: old RENAME TO spare, CREATE TYPE old, columns to old, DROP spare.
    """
    for rename in [x for x in changes if isinstance(x, c.RenameEnum)]:
        changes = _without_swap(changes, rename, provider)
    return changes


def _without_swap(changes: list[c.Change], rename: c.RenameEnum, provider: Provider) -> list[c.Change]:
    """`rename` gives the new enum the name of the old one, if this is a swap."""
    name, temporary = rename.after.name, rename.before.name
    created = next(_of_enum_named(c.CreateEnum, temporary, changes), None)
    moved = next((x for x in changes if isinstance(x, c.RenameEnum) and x.before.name == name), None)
    spare = moved.after.name if moved else name
    dropped = next(_of_enum_named(c.DropEnum, spare, changes), None)
    if created is not None and changes.index(created) > changes.index(rename):
        return _without_replacement(changes, rename, created, provider)
    if created is None or dropped is None:
        return changes
    before = moved.before if moved else dropped.enum
    swap = c.AlterEnum(before=before, after=evolve(rename.after, name=name), origin=created.origin)
    steps = {id(x) for x in (created, moved, dropped, rename)}
    kept = [swap if x is created else x for x in changes if x is created or id(x) not in steps]
    return _with_columns_merged(kept, {temporary: name, spare: name}, provider)


def _of_enum_named(kind: type[_E], name: QualifiedName, changes: Iterable[c.Change]) -> Iterator[_E]:
    """The changes of one kind that create or drop the enum of that name."""
    return (change for change in changes if isinstance(change, kind) and change.enum.name == name)


def _without_replacement(
    changes: list[c.Change], rename: c.RenameEnum, created: c.CreateEnum, provider: Provider
) -> list[c.Change]:
    """`rename` makes room for a new enum under the old name."""
    name, spare = rename.before.name, rename.after.name
    dropped = next(_of_enum_named(c.DropEnum, spare, changes), None)
    if dropped is None:
        return changes
    swap = c.AlterEnum(before=rename.before, after=created.enum, origin=created.origin)
    steps = {id(x) for x in (created, rename, dropped)}
    kept = [swap if x is created else x for x in changes if x is created or id(x) not in steps]
    return _with_columns_merged(kept, {spare: name, name: name}, provider)


def _with_columns_merged(
    changes: list[c.Change], names: dict[QualifiedName, QualifiedName], provider: Provider
) -> list[c.Change]:
    """The merged alterations of the swapped columns, without those that change nothing."""
    swapped = {
        (x.table, x.after.name)
        for x in changes
        if isinstance(x, c.AlterColumn) and x.after.type.enum in names and x.after.type.enum != x.before.type.enum
    }
    merged: dict[tuple[QualifiedName, str], c.AlterColumn] = {}
    others: list[c.Change] = []
    for change in changes:
        if isinstance(change, c.AlterColumn) and (change.table, change.before.name) in swapped:
            key = (change.table, change.before.name)
            first = merged.get(key, change)
            if key not in merged:
                others.append(change)
            merged[key] = evolve(change, before=first.before, origin=first.origin)
        else:
            others.append(change)
    settled = (_settled(x, merged, names, provider) for x in others)
    return [x for x in settled if x is not None]


def _settled(
    change: c.Change,
    merged: dict[tuple[QualifiedName, str], c.AlterColumn],
    names: dict[QualifiedName, QualifiedName],
    provider: Provider,
) -> c.Change | None:
    if not isinstance(change, c.AlterColumn) or (change.table, change.before.name) not in merged:
        return change
    whole = merged[change.table, change.before.name]
    before, after = _of_enum(whole.before, names), _of_enum(whole.after, names)
    if before == after:
        return None
    cast = c.Cast.NONE if before.type == after.type else provider.cast(before, after)
    return evolve(whole, before=before, after=after, cast=cast)


def _of_enum(column: Column, names: dict[QualifiedName, QualifiedName]) -> Column:
    enum = column.type.enum
    return evolve(column, type=evolve(column.type, enum=names[enum])) if enum in names else column


def _without_redefinitions(changes: list[c.Change], provider: Provider) -> list[c.Change]:
    """CREATE TABLE new, copy, DROP old, new RENAME TO old: the table has another shape."""
    for rename in [x for x in changes if isinstance(x, c.RenameTable)]:
        changes = _without_redefinition(changes, rename, provider)
    return changes


def _without_redefinition(changes: list[c.Change], rename: c.RenameTable, provider: Provider) -> list[c.Change]:
    new, name = rename.before.name, rename.after.name
    created = next((i for i, x in enumerate(changes) if isinstance(x, c.CreateTable) and x.table.name == new), None)
    end = next(i for i, x in enumerate(changes) if x is rename)
    dropped = next((x for x in changes[:end] if isinstance(x, c.DropTable) and x.table.name == name), None)
    if created is None or created > end or dropped is None:
        return changes
    remade, after = _remade(changes[end + 1 :], rename.after, dropped.table)
    steps = {id(changes[created]), id(dropped), id(rename), *remade}
    logical = [evolve(x, origin=rename.origin) for x in table_changes(dropped.table, after, provider)]
    rest: list[c.Change] = []
    for change in changes:
        if change is rename:
            rest += logical
        elif id(change) not in steps and not _is_copy(change, new):
            rest.append(change)
    return rest


def _remade(following: Iterable[c.Change], table: Table, old: Table) -> tuple[set[int], Table]:
    """The indexes of the old table that are recreated on the new one, and the table with them."""
    steps: set[int] = set()
    for change in following:
        if (
            isinstance(change, c.CreateIndex)
            and change.table == table.name
            and change.index == old.index(change.index.name)
        ):
            steps.add(id(change))
            table = evolve(table, indexes=(*table.indexes, change.index))
    return steps, table


def _is_copy(change: c.Change, new: QualifiedName) -> bool:
    return isinstance(change, c.Backfill) and change.tables == (new,)


def table_changes(before: Table, after: Table, provider: Provider) -> Iterator[c.Change]:
    """The additions, alterations and removals in a table that was copied into a new shape."""
    table = after.name
    yield from (
        c.DropForeignKey(table=table, foreign_key=k) for k in before.foreign_keys if k not in after.foreign_keys
    )
    yield from (c.DropIndex(table=table, index=i) for i in before.indexes if i not in after.indexes)
    if before.primary_key and not _same_key(before, after):
        yield c.DropPrimaryKey(table=table, primary_key=before.primary_key)
    yield from (c.DropColumn(table=table, column=x) for x in before.columns if after.column(x.name) is None)
    yield from _changed_columns(before, after, provider)
    yield from (c.AddColumn(table=table, column=x) for x in after.columns if before.column(x.name) is None)
    if after.primary_key and not _same_key(before, after):
        yield c.AddPrimaryKey(table=table, primary_key=after.primary_key)
    yield from (c.CreateIndex(table=table, index=i) for i in after.indexes if i not in before.indexes)
    yield from (c.AddForeignKey(table=table, foreign_key=k) for k in after.foreign_keys if k not in before.foreign_keys)


def _same_key(before: Table, after: Table) -> bool:
    return before.primary_key == after.primary_key


def _changed_columns(before: Table, after: Table, provider: Provider) -> Iterator[c.Change]:
    for new in after.columns:
        old = before.column(new.name)
        if old is not None and old != new:
            cast = c.Cast.NONE if old.type == new.type else provider.cast(old, new)
            yield c.AlterColumn(table=after.name, before=old, after=new, cast=cast)


__all__ = ["fold", "table_changes"]
