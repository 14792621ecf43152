"""What is about to be deployed: the migrations, the cost of each statement, what is lost, and the rollback."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from attrs import field, frozen

from refract.actions.prisma_commands import Commands
from refract.actions.rollbacks import NoRollback, Rollback, rollback_to
from refract.analysis.baseline_choice import migrations_here
from refract.analysis.branch import NewMigration, read_new
from refract.analysis.result import Analysis
from refract.analysis.runbook import ColumnHarm, ReleaseStatement
from refract.baseline import MigrationFolder, replay, rollback_files
from refract.config import nearest
from refract.escaping import code_span, shell
from refract.plans import Progress, is_as_planned
from refract.plans.model import PlanStep
from refract.providers.costs import Cost, cost_of_verb, costs
from refract.providers.operation import Duration, Operation
from refract.rules.kit.harm import harm
from refract.rules.kit.types import silent_loss
from refract.schema.changes import (
    AddColumn,
    AlterColumn,
    Backfill,
    Change,
    CreateTable,
    DropColumn,
    NotFollowed,
    Statement,
    ValidateConstraint,
)
from refract.schema.model import QualifiedName
from refract.sql.rollback import Loss, lost_for_good

PlanAndStep = tuple[Progress, PlanStep]
"""A step, with the status of its plan."""


class NoRunbook(Exception):
    """There is nothing to write a runbook for. The message states why, and what to do."""


@frozen(eq=False)
class Outgoing:
    """One migration. `plan` and its step wrote it, if any; `rollback` is None if Refract cannot write one."""

    new: NewMigration = field(repr=False)
    statements: tuple[ReleaseStatement, ...]
    plan: PlanAndStep | None
    down: tuple[Path, ...]
    rollback: Rollback | None
    _unused: frozenset[QualifiedName]

    @property
    def name(self) -> str:
        """Its folder."""
        return self.new.judged.name

    @cached_property
    def no_return(self) -> tuple[tuple[Change, Loss | ColumnHarm], ...]:
        """The changes whose loss only a backup restores, each with that loss."""
        if self.is_as_planned and not self._is_final:
            return ()
        pairs = ((change, loss) for change in self.new.diff.changes for loss in _lost(change))
        return tuple((change, loss) for change, loss in pairs if self._was_there(change))

    @property
    def leaves_nothing(self) -> bool:
        """Whether there is nothing to undo: it only checks existing rows, or fills what a plan has added."""
        changes = [change for s in self.statements for change in s.statement.changes]
        if self.is_as_planned and self.plan is not None and not self._is_final and not self.plan[1].undo:
            return all(isinstance(change, Backfill | ValidateConstraint) for change in changes)
        return all(isinstance(change, ValidateConstraint) for change in changes)

    @property
    def is_as_planned(self) -> bool:
        """Whether a plan wrote this, and it has not been edited since."""
        return self.plan is not None and any(
            is_as_planned(m, self.name, self.new.text) for m in self.plan[1].migrations
        )

    @property
    def _is_final(self) -> bool:
        """Whether it is a step that cannot be undone. All others of a plan lose nothing: they fill only new columns."""
        return self.plan is not None and self.plan[1].point_of_no_return

    def _was_there(self, change: Change) -> bool:
        """Whether what a change drops existed before the release."""
        if isinstance(change, DropColumn):
            table = self.new.before.tables.get(change.table)
            return (
                table is not None and table.column(change.column.name) is not None and change.table not in self._unused
            )
        if isinstance(change, Backfill):
            return self._writes_over(change)
        return getattr(change, "table", None) not in self._unused

    def _writes_over(self, data: Backfill) -> bool:
        """Whether a statement on rows takes values away: not in new tables, not in new columns, not by new rows."""
        if data.verb in ("INSERT", "COPY") or all(table in self._unused for table in data.tables):
            return False
        read = (
            b for s in self.statements for b in s.statement.changes if isinstance(b, Backfill) and b.sql == data.sql
        )
        detailed = next(read, data)
        added = {c.column.name for c in self.new.diff.changes if isinstance(c, AddColumn) and c.table in data.tables}
        return not (detailed.columns and added.issuperset(detailed.columns))


@frozen(eq=False)
class Release:
    """The migrations that are about to be deployed, oldest first; if there are none, the steps of plans that are only
    manual. `recorded` are the files of migrations that databases in use must not run: renamed or squashed ones.
    """

    analysis: Analysis = field(repr=False)
    migrations: tuple[Outgoing, ...]
    steps: tuple[PlanAndStep, ...] = ()
    recorded: tuple[str, ...] = ()

    @property
    def commands(self) -> Commands:
        """The commands to type."""
        return Commands(self.analysis.snapshot.files, self.analysis.versions)

    @property
    def costs(self) -> Iterator[Cost]:
        """The costs of all statements."""
        return (cost for m in self.migrations for statement in m.statements for cost in statement.costs)

    @property
    def changes(self) -> Iterator[Change]:
        """What all migrations change, in order."""
        return (change for migration in self.migrations for change in migration.new.diff.changes)

    @property
    def unused(self) -> frozenset[QualifiedName]:
        """The tables that are created here: no app instance uses them yet."""
        return frozenset(change.table.name for change in self.changes if isinstance(change, CreateTable))

    def endangered(self) -> tuple[QualifiedName, ...]:
        """The tables that can lose something, or are rewritten."""
        lost = (table for m in self.migrations for change, _ in m.no_return for table in _tables(change, m))
        written = (t for c in self.costs if c.operation.duration is Duration.REWRITE for t in c.tables)
        return tuple(dict.fromkeys((*lost, *written)))


def release_of(analysis: Analysis, names: Sequence[str] = ()) -> Release:
    """What a deploy would run: the migrations of these names; else those that are new on this branch and those of the
    current steps of open plans; else the current steps that are only manual. Raises NoRunbook.
    """
    folder = migrations_here(analysis.snapshot.files)
    if folder is None or not folder.migrations:
        raise NoRunbook("There are no migrations to deploy here.")
    _must_exist(names, folder)
    chosen = frozenset(names) if names else _pending(analysis, folder)
    rewritten = _rewritten(analysis)
    wanted = chosen - rewritten
    recorded = tuple(m.path for m in folder.migrations if m.name in chosen & rewritten)
    steps = () if chosen else _steps_of_people(analysis)
    if not chosen and not steps:
        raise NoRunbook(_nothing_pending(analysis, folder))
    plans = _plans_by_migration(analysis)
    found: list[Outgoing] = []
    unused: frozenset[QualifiedName] = frozenset()
    for at, migration in enumerate(folder.migrations):
        if migration.name not in wanted:
            continue
        follows = at > 0 and found and found[-1].name == folder.migrations[at - 1].name
        before = found[-1].new.after if follows else replay(folder, analysis.lowered.provider, at).database
        new = read_new(migration, before, analysis.lowered.provider, unused)
        unused |= {
            change.table.name for s in new.judged.statements for change in s.changes if isinstance(change, CreateTable)
        }
        found.append(_outgoing(new, analysis, unused, plans.get(migration.name)))
    return Release(analysis, tuple(found), steps, recorded)


def _rewritten(analysis: Analysis) -> frozenset[str]:
    branch = analysis.snapshot.branch
    return branch.history.rewritten if branch else frozenset()


def _must_exist(names: Sequence[str], folder: MigrationFolder) -> None:
    known = [migration.name for migration in folder.migrations]
    for name in names:
        if name not in known:
            meant = nearest(name, known)
            hint = f"Did you mean {meant}?" if meant else f"The newest is {known[-1]}."
            raise NoRunbook(f"There is no migration {name!r} here. {hint}")


def _pending(analysis: Analysis, folder: MigrationFolder) -> frozenset[str]:
    known = {migration.name for migration in folder.migrations}
    branch = analysis.snapshot.branch
    new = [m.name for m in branch.history.new] if branch else []
    in_hand = [m.folder for p in analysis.plans if p.is_open and p.step for m in p.step.migrations if m.folder in known]
    return frozenset((*new, *in_hand))


def _steps_of_people(analysis: Analysis) -> tuple[PlanAndStep, ...]:
    return tuple((p, p.step) for p in analysis.plans if p.is_open and p.step and p.waits_for_people)


def _nothing_pending(analysis: Analysis, folder: MigrationFolder) -> str:
    branch, newest = analysis.snapshot.branch, folder.migrations[-1].name
    found = (
        f"No migrations are new since {branch.history.base}"
        if branch
        else "Without git, Refract cannot know what is deployed"
    )
    return f"{found}. Name the migrations to deploy, such as {code_span(f'refract runbook {shell(newest)}')}."


def _plans_by_migration(analysis: Analysis) -> Mapping[str, PlanAndStep]:
    pairs = ((p, step) for p in analysis.plans if not p.plan.abandoned for step in p.plan.steps)
    return {m.folder: (progress, step) for progress, step in pairs for m in step.migrations if m.folder}


def _outgoing(
    new: NewMigration, analysis: Analysis, unused: frozenset[QualifiedName], plan: PlanAndStep | None
) -> Outgoing:
    statements = tuple(_statements(new, analysis, unused))
    return Outgoing(new, statements, plan, rollback_files(Path(new.judged.path)), _rollback(new, analysis), unused)


def _rollback(new: NewMigration, analysis: Analysis) -> Rollback | None:
    try:
        return rollback_to(new.source, new.before, analysis)
    except NoRollback:
        return None


def _statements(new: NewMigration, analysis: Analysis, unused: frozenset[QualifiedName]) -> Iterator[ReleaseStatement]:
    provider = analysis.lowered.provider.name
    for statement in new.judged.statements:
        span = statement.origin.span
        found = [c for change in statement.changes for c in costs(change, new.before, analysis.versions, unused)]
        by_verb = None if statement.changes else cost_of_verb(statement.verb, provider)
        sql = new.text[span.start : span.end]
        yield ReleaseStatement(
            sql, statement, _merged([*found, *([by_verb] if by_verb else [])]), _is_not_followed(statement)
        )


def _is_not_followed(statement: Statement) -> bool:
    """Whether Refract does not know what the statement does: it could not be read, or does not fit the database."""
    unfit = statement.verb in ("ALTER TABLE", "ALTER INDEX", "DROP TABLE", "DROP INDEX", "CREATE INDEX")
    return any(isinstance(c, NotFollowed) for c in statement.changes) or (unfit and not statement.changes)


def _merged(found: Iterable[Cost]) -> tuple[Cost, ...]:
    """Each operation once, with all its tables, without those that a longer one of the same statement hides."""
    tables: dict[Operation, dict[QualifiedName, None]] = {}
    for cost in found:
        tables.setdefault(cost.operation, {}).update(dict.fromkeys(cost.tables))
    merged = [Cost(operation, tuple(names)) for operation, names in tables.items()]
    return tuple(c for c in merged if not any(_is_hidden_by(c, other) for other in merged if other is not c))


def _is_hidden_by(cost: Cost, other: Cost) -> bool:
    """Whether another cost is as bad for the same tables, and longer."""
    return (
        set(cost.tables) <= set(other.tables)
        and cost.operation.blocks is other.operation.blocks
        and cost.operation.duration is Duration.INSTANT is not other.operation.duration
    )


def _lost(change: Change) -> Iterator[Loss | ColumnHarm]:
    yield from lost_for_good(change)
    if isinstance(change, AlterColumn) and not change.using:
        lost = silent_loss(change.before.type, change.after.type)
        if lost is not None:
            yield ColumnHarm(change.table.name, change.before.name, harm(lost))


def _tables(change: Change, migration: Outgoing) -> Iterator[QualifiedName]:
    """The tables in which a change loses something."""
    if isinstance(change, Backfill):
        yield from change.tables
    elif (table := getattr(change, "table", None)) is not None:
        yield table if isinstance(table, QualifiedName) else table.name
    else:  # an enum: the tables that use it
        for cost in (c for s in migration.statements for c in s.costs):
            yield from cost.tables
