"""What all databases share, and what those say that have neither loops nor the triggers that a `Sync` needs."""

from __future__ import annotations

from collections.abc import Sequence

from refract.providers import provider
from refract.recipes.base import CannotPlan, Fill, Sync
from refract.schema.model import Column, QualifiedName, Table

BATCH = 1_000  # rows
PAUSE = 50  # milliseconds between two batches


class Dialect:
    """The SQL of one database. Statements have no closing semicolon.

    `syncs`: it has triggers that can keep columns in step. `transactional`: these can go in one transaction with a column.
    """

    syncs = False
    transactional = True

    def __init__(self, name: str) -> None:
        self.provider = provider(name)

    def quote(self, name: str) -> str:
        """An identifier."""
        return self.provider.quote(name)

    def table(self, name: QualifiedName) -> str:
        """A table, with its schema where that is not the default one."""
        if name.schema and name.schema != self.provider.default_schema:
            return f"{self.quote(name.schema)}.{self.quote(name.name)}"
        return self.quote(name.name)

    def differs(self, one: str, other: str) -> str:
        """Whether two values are not the same, NULLs being equal."""
        return f"{one} IS DISTINCT FROM {other}" if self.provider.name == "cockroachdb" else f"{one} IS NOT {other}"

    def here(self, expression: str, table: QualifiedName) -> str:
        """An expression about `{row}`, for the rows of a table."""
        return expression.replace("{row}", self.quote(table.name))

    def begin_sync(self, sync: Sync) -> tuple[str, ...]:
        """What keeps columns in step from now on."""
        raise CannotPlan(f"{self.provider.name} has no triggers that could keep {sync.table.name} in step.")

    def end_sync(self, sync: Sync) -> tuple[str, ...]:
        """What ends that."""
        raise CannotPlan(f"{self.provider.name} has no triggers that could keep {sync.table.name} in step.")

    def fill(self, fill: Fill) -> tuple[str, ...]:
        """What fills rows."""
        return (self.fill_batch(fill, ""),)

    def fill_batch(self, fill: Fill, batch: str) -> str:
        """What fills the rows of one batch; of all, where `batch` is no condition."""
        if fill.statement:
            return fill.statement.replace("{batch}", batch or "1 = 1")
        table = fill.table.name
        sets = ", ".join(f"{self.quote(c)} = {self.here(e, table)}" for c, e in fill.sets)
        where = " AND ".join(filter(None, (batch, f"({self.here(fill.where, table)})")))
        return f"UPDATE {self.table(table)} SET {sets} WHERE {where}"

    def remaining(self, fill: Fill) -> str:
        """The query that says how many rows are still to do."""
        return f"SELECT count(*) FROM {self.table(fill.table.name)} WHERE {self.here(fill.where, fill.table.name)}"


def key_of(table: Table) -> tuple[Column, ...]:
    """The columns by which rows can be taken batch by batch. Raises CannotPlan where no such key is."""
    if table.primary_key is not None:
        return _columns(table, [part.name for part in table.primary_key.columns])
    for index in table.indexes:
        names = [part.name for part in index.columns]
        found = _columns(table, names)
        if index.unique and index.where is None and len(found) == len(names) and not any(c.nullable for c in found):
            return found
    raise CannotPlan(f"{table.name.name} has no key by which its rows could be taken in batches.")


def _columns(table: Table, names: Sequence[str]) -> tuple[Column, ...]:
    return tuple(column for name in names if (column := table.column(name)) is not None)
