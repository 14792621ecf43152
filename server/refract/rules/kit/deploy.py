"""The migrations of one deploy as one sequence: shared by the rules that judge them together.

Each migration is sent to the database separately, so its locks end with it. What lasts is the work on rows, and the old
version of the app, which runs until all of them are done.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.providers.costs import costs
from refract.providers.operation import Blocks, Duration
from refract.providers.versions import Versions
from refract.rules.kit.context import MigrationInDeploy, RuleContext
from refract.rules.kit.finding import PlaceRole, Related
from refract.schema.changes import Backfill, Change, CreateTable, tables_of
from refract.schema.model import Column, QualifiedName


@frozen(eq=False)
class InDeploy:
    """A change with the migration that makes it; `at` is the migration's place in the deploy."""

    at: int
    step: MigrationInDeploy
    change: Change


def changes_of(context: RuleContext) -> Iterator[InDeploy]:
    """All changes of the deploy, in order: those to tables that it does not create, and the creation of these."""
    for at, step in enumerate(context.deploy):
        for change in step.changes:
            if isinstance(change, CreateTable) or step.fresh.isdisjoint(tables_of(change)):
                yield InDeploy(at, step, change)


def rows_written(context: RuleContext, first: int, last: int) -> Iterator[Backfill]:
    """What the statements of the migrations `first` to `last` do with rows."""
    for step in context.deploy[first : last + 1]:
        yield from (c for s in step.migration.statements for c in s.changes if isinstance(c, Backfill))


def blocking_passes(found: InDeploy, versions: Versions, *durations: Duration) -> Iterator[QualifiedName]:
    """The tables of which a change reads or rewrites every row while queries wait."""
    for cost in costs(found.change, found.step.before, versions, found.step.fresh):
        if cost.operation.duration in durations and cost.operation.blocks is not Blocks.NOTHING:
            yield from cost.tables


def is_deployed(context: RuleContext, table: QualifiedName, column: Column | None = None) -> bool:
    """Whether old app instances use the table, or the column: it is older than the deploy, and their schema has it. If
    that schema is unknown, they do.
    """
    existing = context.deploy[0].before.tables.get(table)
    if existing is None or (column is not None and existing.column(column.name) is None):
        return False
    database = context.deployed
    if database is None:
        return True
    known = database.tables.get(table)
    if known is None or known.ignored:
        return False
    own = known.column(column.name) if column else None
    return column is None or (own is not None and not own.ignored)


def earlier(found: InDeploy, what: str) -> tuple[Related, ...]:
    """Points to the change of an earlier migration."""
    return (Related(found.change.origin, PlaceRole.EARLIER, what),) if found.change.origin else ()
