"""Foreign keys that are dropped or replaced while their table and columns are kept: shared by the rules about them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from refract.rules.kit.context import RuleContext
from refract.schema.changes import AddForeignKey, AlterColumn, DropForeignKey
from refract.schema.model import ForeignKey, QualifiedName, ReferentialAction

_REFUSALS = (ReferentialAction.RESTRICT, ReferentialAction.NO_ACTION)


@frozen
class KeyChange:
    """A foreign key that is dropped, and the one that replaces it over the same columns, if there is one."""

    table: QualifiedName
    dropped: DropForeignKey
    added: AddForeignKey | None

    @property
    def before(self) -> ForeignKey:
        """The key before the change."""
        return self.dropped.foreign_key

    @property
    def after(self) -> ForeignKey | None:
        """The key as it will be."""
        return self.added.foreign_key if self.added else None

    @property
    def acts_otherwise(self) -> bool:
        """Whether deleting or changing a parent's row then has another effect."""
        old, new = self.before, self.after
        return new is not None and (old.on_delete, old.on_update) != (new.on_delete, new.on_update)


@lru_cache(maxsize=1)  # each rule about foreign keys asks, one after the other
def key_changes(context: RuleContext) -> tuple[KeyChange, ...]:
    """The foreign keys that are dropped while their table, its columns and the parent's table are kept."""
    return tuple(_key_changes(context))


def _key_changes(context: RuleContext) -> Iterator[KeyChange]:
    added = list(context.on_existing(AddForeignKey))
    for dropped in context.on_existing(DropForeignKey):
        if _stays_possible(context, dropped):
            again = (a for a in added if a.table == dropped.table and _is_same_key(dropped.foreign_key, a.foreign_key))
            yield KeyChange(dropped.table, dropped, next(again, None))


def _stays_possible(context: RuleContext, dropped: DropForeignKey) -> bool:
    key = dropped.foreign_key
    table = context.after.tables.get(dropped.table)
    if table is None or key.referenced_table not in context.after.tables:
        return False
    return all(table.column(name) is not None for name in key.columns)


def _is_same_key(one: ForeignKey, other: ForeignKey) -> bool:
    return one.columns == other.columns and one.referenced_table == other.referenced_table


def is_replaced_by_wider(context: RuleContext, change: KeyChange) -> bool:
    """Whether a new key to the same table holds these columns and others that cannot be NULL, so that it checks no less."""
    table = context.after.tables.get(change.table)
    pairs = set(_pairs(change.before))
    for added in context.on_existing(AddForeignKey):
        wider = added.foreign_key
        same = added.table == change.table and wider.referenced_table == change.before.referenced_table
        others = set(wider.columns) - set(change.before.columns)
        columns = [table.column(name) for name in others] if table else []
        if same and pairs <= set(_pairs(wider)) and all(c is not None and not c.nullable for c in columns):
            return True
    return False


def _pairs(key: ForeignKey) -> Iterator[tuple[str, str]]:
    return zip(key.columns, key.referenced_columns, strict=False)


def restricts_since_required(context: RuleContext, change: KeyChange) -> bool:
    """Whether the actions differ only because the column becomes required: SET NULL is then impossible."""
    after = change.after
    if after is None or change.before.on_delete is not ReferentialAction.SET_NULL or after.on_delete not in _REFUSALS:
        return False
    return any(
        c.table == change.table and c.after.name in after.columns and c.before.nullable and not c.after.nullable
        for c in context.on_existing(AlterColumn)
    )
