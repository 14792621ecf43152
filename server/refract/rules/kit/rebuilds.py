"""Tables that Prisma rebuilds on SQLite: shared by the rules about them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from refract.diff.traits import differ_traits
from refract.rules.kit.context import RuleContext
from refract.rules.kit.dependents import surroundings
from refract.schema.changes import (
    AddForeignKey,
    AddPrimaryKey,
    AlterColumn,
    Cast,
    Change,
    DropTable,
    RenameTable,
    Statement,
    TableChange,
)
from refract.schema.dependents import Dependent, DependentKind
from refract.schema.model import ObjectKind, QualifiedName, ReferentialAction

_TAKES_ALONG = (ReferentialAction.CASCADE, ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT)


@frozen
class Rebuilt:
    """A table that is copied, and the changes that it is copied for."""

    table: QualifiedName
    changes: tuple[Change, ...]


@lru_cache(maxsize=1)  # each rule about them asks, one after the other
def rebuilt_tables(context: RuleContext) -> tuple[Rebuilt, ...]:
    """The tables that the edited schema, or the statements of the migration, rebuild."""
    return tuple(_rebuilt_tables(context))


def _rebuilt_tables(context: RuleContext) -> Iterator[Rebuilt]:
    by_table: dict[QualifiedName, list[Change]] = {}
    for change in context.diff.changes:
        if isinstance(change, TableChange) and not context.is_new(change.table):
            by_table.setdefault(change.table, []).append(change)
    must = differ_traits(context.provider.name).redefines
    dropped = {c.table.name for s in context.statements for c in s.changes if isinstance(c, DropTable)}
    for name, changes in by_table.items():
        table = context.before.tables.get(name)
        is_rebuilt = name in dropped if context.migration else table is not None and must(table, _in_table(changes))
        if is_rebuilt:
            yield Rebuilt(name, tuple(changes))


def _in_table(changes: list[Change]) -> list[TableChange]:
    return [change for change in changes if isinstance(change, TableChange)]


def cascading_dependents(context: RuleContext, rebuilt: Rebuilt) -> tuple[QualifiedName, ...]:
    """The other tables whose rows are deleted or changed when the old table is dropped."""
    if context.versions.flavour not in context.behaviour.rebuild_cascades:
        return ()
    return tuple(
        table.name
        for table in context.before.tables.values()
        if table.name != rebuilt.table
        and any(k.referenced_table == rebuilt.table and k.on_delete in _TAKES_ALONG for k in table.foreign_keys)
    )


def is_reported_elsewhere(change: Change) -> bool:
    """Whether another rule reports this change with its copy of the table."""
    if isinstance(change, AlterColumn):
        return change.cast is Cast.RISKY or (change.before.nullable and not change.after.nullable)
    return isinstance(change, AddForeignKey | AddPrimaryKey)


def readers_of(context: RuleContext, rebuilt: Rebuilt) -> tuple[Dependent, ...]:
    """The views and the triggers of other tables that name the table when its copy gets its name."""
    table = context.before.tables.get(rebuilt.table)
    if table is None:
        return ()
    known = surroundings(context, _rename_of(context, rebuilt))
    return (*known.of_table(table), *known.foreign_triggers(table))


def lost_triggers(context: RuleContext, rebuilt: Rebuilt) -> tuple[Dependent, ...]:
    """The triggers of the table, unless the migration creates them again."""
    kept = {key.name for key in context.after.objects if key.kind is ObjectKind.TRIGGER} if context.migration else set()
    triggers = (o for o in context.before.objects.values() if o.key.kind is ObjectKind.TRIGGER)
    return tuple(
        Dependent(DependentKind.TRIGGER, o.key.name.name, o.origin)
        for o in triggers
        if o.key.table == rebuilt.table and o.key.name not in kept
    )


def _rename_of(context: RuleContext, rebuilt: Rebuilt) -> Statement | None:
    """The statement that gives the copy the name of the table."""
    return next(
        (
            s
            for s in context.statements
            for c in s.changes
            if isinstance(c, RenameTable) and c.after.name == rebuilt.table
        ),
        None,
    )
