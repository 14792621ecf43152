"""Makes a runbook of a release: the tasks in the order of doing them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import evolve

from refract import git
from refract.actions.prisma_commands import Commands, from_root
from refract.actions.runbook.backups import backup
from refract.actions.runbook.queries import blocked_queries, cancellation, obstacles, open_transactions, results
from refract.actions.runbook.release import Outgoing, PlanAndStep, Release
from refract.actions.runbook.watching import watched
from refract.analysis.runbook import (
    BackUpTables,
    Check,
    DoAct,
    Environment,
    Failure,
    FinishStep,
    Migration,
    NoReturn,
    NothingPending,
    NothingToUndo,
    PendingMigrations,
    Query,
    Rehearse,
    Remains,
    Run,
    Runbook,
    StepOfPlan,
    StopUsing,
    Task,
    UndoMigration,
    UndoStep,
    WayBack,
    WriteRollback,
)
from refract.escaping import shell
from refract.providers.operation import Duration
from refract.recipes.acts import BackUp, Deploy, RunScripts, Start, StopAll
from refract.recipes.base import Phase
from refract.schema.changes import Backfill, CreateIndex, DropColumn, DropTable, RenameColumn, RenameTable
from refract.sql.rollback import Loss, losses, lost_since
from refract.sql.transactions import leaves_nothing


def runbook_of(release: Release) -> Runbook:
    """The runbook of a release."""
    return Runbook(
        environment=_environment(release),
        migrations=tuple(Migration(m.name, m.statements, _step(m.plan)) for m in release.migrations),
        steps=tuple(StepOfPlan(progress.plan, step) for progress, step in release.steps),
        no_return=tuple(_no_return(release)),
        before=tuple(_before(release)),
        deploy=tuple(_deploy(release)),
        failures=tuple(_failure(migration, release) for migration in release.migrations),
        after=tuple(_after(release)),
        ways_back=tuple(_ways_back(release)),
    )


def _environment(release: Release) -> Environment:
    analysis = release.analysis
    snapshot, versions = analysis.snapshot, analysis.versions
    repository = git.repository(snapshot.files.root)
    folder = "" if isinstance(repository, git.Unavailable) else repository.relative(snapshot.files.root)
    return Environment(
        server=versions.flavour or analysis.lowered.provider.name,
        server_version=() if versions.flavour else versions.server,
        is_server_assumed=not (snapshot.settings.database.version or versions.flavour),
        prisma=versions.prisma,
        is_prisma_assumed=not snapshot.prisma,
        folder=folder if folder and folder != "." else "",
    )


def _step(plan: PlanAndStep | None) -> StepOfPlan | None:
    return StepOfPlan(plan[0].plan, plan[1]) if plan else None


def _plans(release: Release) -> tuple[PlanAndStep, ...]:
    """The steps of plans in the release, each once."""
    found = {(p.plan.name, step.id): (p, step) for p, step in (*_of_migrations(release), *release.steps)}
    return tuple(found.values())


def _of_migrations(release: Release) -> Iterator[PlanAndStep]:
    return (migration.plan for migration in release.migrations if migration.plan is not None)


def _open_plans(release: Release) -> tuple[PlanAndStep, ...]:
    """Those that are not confirmed yet."""
    return tuple((progress, step) for progress, step in _plans(release) if step.confirmed is None)


def _no_return(release: Release) -> Iterator[NoReturn]:
    final = set[str]()
    for progress, step in _plans(release):
        if step.point_of_no_return or step.oldest_version_that_may_return or step.note:
            yield NoReturn("", StepOfPlan(progress.plan, step))
        if step.point_of_no_return:
            final |= {migration.folder for migration in step.migrations}
    for migration in release.migrations:
        if migration.no_return and not (migration.is_as_planned and migration.name in final):
            lost = dict.fromkeys(loss for _, loss in migration.no_return)
            yield NoReturn(migration.name, None, tuple(lost))


def _before(release: Release) -> Iterator[Task]:
    acts = tuple(act for _, step in _open_plans(release) for act in step.before)
    yield from _unfinished(release)
    if release.migrations:
        yield Rehearse(is_slow=any(cost.operation.duration is not Duration.INSTANT for cost in release.costs))
    saved = tuple(_backups(release))
    elsewhere = (StopAll, BackUp) if saved else (StopAll,)
    yield from (DoAct(act) for act in acts if not isinstance(act, elsewhere))
    yield from _rollbacks_to_write(release)
    yield from _checks_before(release)
    yield from saved
    yield from _open_transactions(release)
    yield from (DoAct(act) for act in dict.fromkeys(acts) if isinstance(act, StopAll))


def _open_transactions(release: Release) -> Iterator[Query]:
    query = open_transactions(release.analysis.lowered.provider) if any(release.costs) else None
    if query is None:
        return
    retries = query.check is Check.LONG_TRANSACTIONS and all(m.is_as_planned for m in release.migrations)
    yield evolve(query, check=Check.LONG_TRANSACTIONS_AHEAD_OF_RETRIES) if retries else query


def _unfinished(release: Release) -> Iterator[FinishStep]:
    """The manual work left in earlier steps of the plans, each step listed one time."""
    seen = {(progress.plan.name, step.id) for progress, step in _plans(release)}
    for progress, step in _plans(release):
        for earlier in progress.plan.steps[: progress.plan.steps.index(step)]:
            key = (progress.plan.name, earlier.id)
            if earlier.needs_confirmation and earlier.confirmed is None and key not in seen:
                seen.add(key)
                names = [m.name for m in release.migrations if m.plan and m.plan[1] is step]
                yield FinishStep(StepOfPlan(progress.plan, earlier), names[0] if names else "")


def _rollbacks_to_write(release: Release) -> Iterator[WriteRollback]:
    for migration in release.migrations:
        if _undone_with_plan(migration) or migration.leaves_nothing or migration.down:
            continue
        yield WriteRollback(migration.name, f"refract rollback {shell(migration.name)}" if migration.rollback else "")


def _undone_with_plan(migration: Outgoing) -> bool:
    """Whether `refract plan back` undoes it."""
    return migration.plan is not None and migration.is_as_planned and not migration.plan[1].point_of_no_return


def _down(migration: Outgoing) -> tuple[Path, ...]:
    """The files of its rollback; those that are still to be written, if there are none."""
    files = migration.rollback.files if migration.rollback else ()
    return migration.down or tuple(Path(file.path) for file in files)


def _checks_before(release: Release) -> Iterator[Task]:
    if not release.migrations:
        return
    provider, commands = release.analysis.lowered.provider, release.commands
    if commands.keeps_record:
        yield PendingMigrations(commands.status(), tuple(migration.name for migration in release.migrations))
    filled = {table for change in release.changes if isinstance(change, Backfill) for table in change.tables}
    judged = (change for change in release.changes if getattr(change, "table", None) not in filled)
    yield from obstacles(judged, release.migrations[0].new.before, provider)
    dropped = tuple(dict.fromkeys(name for migration in release.migrations for name in _dropped(migration, release)))
    if dropped:
        yield StopUsing(dropped)


def _dropped(migration: Outgoing, release: Release) -> Iterator[str]:
    """What running instances may no longer use. In a plan it is only dropped at the end: before, it is still served."""
    if migration.is_as_planned and migration.plan and migration.plan[1].phase is not Phase.CONTRACT:
        return
    for change in migration.new.diff.changes:
        match change:
            case DropColumn(table=table, column=column) | RenameColumn(table=table, before=column):
                if table not in release.unused:
                    yield f"{table.name}.{column.name}"
            case DropTable(table=dropped) | RenameTable(before=dropped):
                if dropped.name not in release.unused:
                    yield dropped.name.name
            case _:
                pass


def _backups(release: Release) -> Iterator[BackUpTables]:
    tables = release.endangered()
    if tables:
        yield BackUpTables(backup(tables, release.analysis.lowered.provider, release.analysis.versions.flavour), tables)


def _deploy(release: Release) -> Iterator[Task]:
    for path in release.recorded:
        yield from map(Run, release.commands.mark_applied(path))
    if not release.migrations:
        yield from _acts_after(release)
        return
    provider, flavour = release.analysis.lowered.provider, release.analysis.versions.flavour
    yield from map(Run, release.commands.deploy(m.new.judged.path for m in release.migrations))
    watch = blocked_queries(provider) if any(release.costs) else None
    if watch is not None:
        yield watch
        cancel = cancellation(provider, flavour)
        yield from [cancel] if cancel else []


def _after(release: Release) -> Iterator[Task]:
    if release.migrations:
        if release.commands.keeps_record:
            yield NothingPending(release.commands.status())
        before, after = release.migrations[0].new.before, release.migrations[-1].new.after
        yield from results(release.changes, before, after, release.analysis.lowered.provider)
        yield from _acts_after(release)
    yield from _checks_of_steps(release)
    confirmed = (progress for progress, step in _open_plans(release) if step.needs_confirmation)
    yield from (Run(f"refract plan done {shell(progress.plan.name)}") for progress in confirmed)
    yield from watched(release)


def _acts_after(release: Release) -> Iterator[DoAct]:
    for progress, step in _open_plans(release):
        folder = Path(progress.plan.path).parent
        scripts = tuple(release.commands.execute(folder / s.folder / f"{s.name}.sql") for s in step.scripts if s.folder)
        yield from (DoAct(act, scripts if isinstance(act, RunScripts) else ()) for act in step.after)


def _checks_of_steps(release: Release) -> Iterator[Query]:
    for progress, step in _plans(release):
        if step.check:
            yield Query(
                Check.STEP_COMPLETE, step.check, names=(str(StepOfPlan(progress.plan, step).number),), other=step.title
            )


def _failure(migration: Outgoing, release: Release) -> Failure:
    commands, quote = release.commands, release.analysis.lowered.provider.quote
    built = [c.index.name for c in migration.new.diff.changes if isinstance(c, CreateIndex) and c.concurrently]
    remains = Remains.INVALID_INDEX if built else _remains(migration, release)
    return Failure(
        migration.name,
        remains,
        tuple(f"DROP INDEX CONCURRENTLY IF EXISTS {quote(name)};" for name in built),
        tuple(from_root(commands.files, file) for file in _down(migration)) if remains is Remains.STATEMENTS else (),
        commands.resolve(migration.name) if commands.keeps_record else "",
    )


def _remains(migration: Outgoing, release: Release) -> Remains:
    """What remains after a failed migration, except one that builds an index concurrently."""
    statements = [s.statement for s in migration.statements]
    provider, prisma = release.analysis.lowered.provider.name, release.analysis.snapshot.prisma
    if migration.plan is not None and migration.plan[1].phase is Phase.BACKFILL:
        return Remains.FILLED_ROWS
    if leaves_nothing(statements, migration.new.text, provider, prisma):
        return Remains.NOTHING
    return Remains.STATEMENTS


def _ways_back(release: Release) -> Iterator[WayBack]:
    """The newest first; a step of a plan with all its migrations."""
    for progress, step in reversed(release.steps):
        if not step.point_of_no_return and step.writes:
            yield _undo_step((progress, step), (), release)
    seen = set[tuple[str, str]]()
    for migration in reversed(release.migrations):
        if migration.plan is None or not _undone_with_plan(migration):
            yield _undo_migration(migration, release)
            continue
        key = (migration.plan[0].plan.name, migration.plan[1].id)
        if key not in seen:
            yield _undo_step(migration.plan, release.migrations, release)
        seen.add(key)


def _undo_step(plan: PlanAndStep, migrations: Sequence[Outgoing], release: Release) -> UndoStep:
    progress, step = plan
    own = (m for m in migrations if m.plan and m.plan[1] is step)
    lost = dict.fromkeys(loss for m in own for change in m.new.diff.changes for loss in lost_since(change))
    deploys = bool(step.undo) and release.commands.keeps_record
    return UndoStep(
        StepOfPlan(progress.plan, step),
        f"refract plan back {shell(progress.plan.name)}",
        release.commands.deploy(()) if deploys else (),
        stops_all=StopAll() in step.before,
        replaces_app=any(isinstance(act, Deploy | Start) for act in step.acts),
        lost=tuple(lost),
    )


def _undo_migration(migration: Outgoing, release: Release) -> NothingToUndo | UndoMigration:
    if migration.leaves_nothing and not migration.down:
        return NothingToUndo(migration.name)
    commands, lost = tuple(_undo_commands(migration, release.commands)), tuple(_not_restored(migration))
    return UndoMigration(migration.name, commands, lost)


def _not_restored(migration: Outgoing) -> Iterator[Loss]:
    """What the rollback does not restore, without what the head of the page lists."""
    known = {loss for _, loss in migration.no_return}
    found: Iterable[Loss] = migration.rollback.lost if migration.rollback else losses(migration.new.diff.changes)
    return (loss for loss in dict.fromkeys(found) if loss not in known)


def _undo_commands(migration: Outgoing, commands: Commands) -> Iterator[str]:
    """Prisma undoes no applied migration: the rollback is deployed as a new one."""
    down = _down(migration)
    if not down:
        return
    if not commands.keeps_record:
        yield from map(commands.execute, down)
        return
    named = re.fullmatch(r"\d+_(\w+)", migration.name)
    folder = from_root(commands.files, Path(migration.new.judged.path).parent.parent)
    yield "at=$(date -u +%Y%m%d%H%M%S)"
    for number, file in enumerate(down, 1):
        suffix = f"_{number}" if len(down) > 1 else ""
        target = f'{folder}/"$at"{suffix}_undo{f"_{named[1]}" if named else ""}'
        yield f"mkdir {target} && cp {from_root(commands.files, file)} {target}/migration.sql"
    yield from commands.deploy(())
