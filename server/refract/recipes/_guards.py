"""The conditions of a step that drops what it has copied: the deploy proves them before anything is lost.

`prisma migrate deploy` runs all pending migrations, so nobody may have looked at the check of the step before, and what
keeps the columns in sync may have been dropped or disabled. The condition is true of every row that was copied, or
that an app instance has written since.
"""

from __future__ import annotations

from attrs import frozen

from refract.recipes.base import Fill, Sync
from refract.recipes.dialects import Dialect
from refract.schema.model import Column, QualifiedName, Table

_WITHOUT_EQUALITY = frozenset({"JSON", "XML", "POINT", "POLYGON"})


@frozen
class Guard:
    """Rows that must not exist, and what they are."""

    table: QualifiedName
    where: str
    message: str


def guard_of(sync: Sync, table: Table, dialect: Dialect) -> Guard:
    """The rows that would lose a value when `sync` ends and its old columns are dropped."""
    news = ", ".join(name for name, _ in sync.forward)
    where = _differing(sync, table, dialect) if _is_copy(sync, dialect) else _never_filled(sync, table, dialect)
    return Guard(sync.table, dialect.here(where, sync.table), f"rows of {sync.table.name} are not copied to {news}")


def guard_of_fill(fill: Fill, dialect: Dialect) -> Guard:
    """The rows that a fill has not reached. Two triggers must still keep both sides in sync."""
    table = fill.table.name
    return Guard(table, dialect.here(fill.where, table), f"the backfill of {table.name} is not complete")


def _is_copy(sync: Sync, dialect: Dialect) -> bool:
    """Whether new columns hold the same values as the old ones, one by one: then no row may differ."""
    pairs = [(new, old) for (new, _), (old, _) in zip(sync.forward, sync.backward, strict=False)]
    old_by_new = {new: f"{{row}}.{dialect.quote(old)}" for new, old in pairs}
    new_by_old = {old: f"{{row}}.{dialect.quote(new)}" for new, old in pairs}
    return dict(sync.forward) == old_by_new and dict(sync.backward) == new_by_old


def _differing(sync: Sync, table: Table, dialect: Dialect) -> str:
    return " OR ".join(_differ(table, new, expression, dialect) for new, expression in sync.forward)


def _never_filled(sync: Sync, table: Table, dialect: Dialect) -> str:
    """A conversion may not lead back exactly, so a row counts only if nothing has ever set its new columns."""
    silent = dict(sync.silent)
    unset = (_unset(new, silent.get(new), table, dialect) for new, _ in sync.forward)
    missing = (_differ(table, new, expression, dialect) for new, expression in sync.forward)
    lost = (_differ(table, old, expression, dialect) for old, expression in sync.backward)
    parts = (" AND ".join(unset), *(f"({' OR '.join(part)})" for part in (tuple(missing), tuple(lost)) if part))
    return " AND ".join(parts)


def _unset(name: str, silent: str | None, table: Table, dialect: Dialect) -> str:
    column = f"{{row}}.{dialect.quote(name)}"
    if silent is None:
        return f"{column} IS NULL"
    return f"({column} IS NULL OR NOT ({_differ(table, name, silent, dialect)}))"


def _differ(table: Table, name: str, expression: str, dialect: Dialect) -> str:
    here, there = f"{{row}}.{dialect.quote(name)}", f"({expression})"
    column: Column | None = table.column(name)
    if column is not None and dialect.folds(column.type):  # as bytes: collations of two texts may not be comparable
        return dialect.texts_differ(here, there)
    if column is not None and column.type.name in _WITHOUT_EQUALITY:
        here, there = dialect.comparable(here), dialect.comparable(there)
    return dialect.differs(here, there)
