"""A release as a Markdown checklist: one sentence a line, a box for each thing that a person does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from refract import git
from refract.actions.rollbacks import Rollback
from refract.actions.runbook.backups import backup
from refract.actions.runbook.queries import Query, holders, obstacles, results, waiters
from refract.actions.runbook.release import Outgoing, Release, ReleaseStatement
from refract.actions.runbook.watching import watched
from refract.plans import State
from refract.providers.behaviour import Blocks, Duration, Operation
from refract.providers.costs import Cost
from refract.recipes.base import Phase
from refract.rendering.acts import instruction
from refract.rendering.losses import loss_sentence
from refract.schema.changes import Backfill, CreateIndex
from refract.schema.model import QualifiedName
from refract.sql.rollback import lost_since
from refract.sql.transactions import leaves_nothing
from refract.wording import listed

_LENGTH = 160  # of a statement's text; a longer one is cut
_NAMES: Mapping[str, str] = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "sqlite": "SQLite",
    "sqlserver": "SQL Server",
    "cockroachdb": "CockroachDB",
    "mariadb": "MariaDB",
    "d1": "Cloudflare D1",
    "libsql": "libSQL",
    "planetscale": "PlanetScale",
}
_DURATIONS: Mapping[Duration, str] = {
    Duration.INSTANT: "instant (a moment at any size)",
    Duration.SCAN: "scan (grows with the table)",
    Duration.REWRITE: "rewrite (grows with the table and its indexes)",
    Duration.ROWS: "rows (grows with the rows that change)",
}


def runbook_text(release: Release) -> str:
    """The runbook of a release."""
    sections = (_head(release), _before(release), _run(release), _after(release), _back(release))
    text = "\n".join(line for section in sections for line in section)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def _head(release: Release) -> Iterator[str]:
    analysis, count = release.analysis, len(release.migrations)
    files, versions = analysis.snapshot.files, analysis.versions
    server = _NAMES[versions.flavour or analysis.lowered.provider.name]
    assumed = "" if analysis.snapshot.settings.database.version or versions.flavour else ", assumed"
    yield f"# Runbook: {count} migration{'' if count == 1 else 's'} to deploy"
    yield ""
    number = "" if versions.flavour else f" {_version(versions.server)}"
    prisma = _version(versions.prisma) + ("" if analysis.snapshot.prisma else ", assumed")
    yield f"Database: {server}{number}{assumed}."
    yield f"Prisma {prisma}."
    repository = git.repository(files.root)
    folder = "." if isinstance(repository, git.Unavailable) else repository.relative(files.root) or "."
    if folder != ".":
        yield f"The commands run in `{folder}`."
    yield ""
    lost = [migration for migration in release.migrations if migration.no_return]
    if lost:
        yield f"**Points of no return:** {listed(migration.name for migration in lost)}."
        yield ""


def _before(release: Release) -> Iterator[str]:
    provider, versions = release.analysis.lowered.provider, release.analysis.versions
    yield "## 1. Before"
    yield ""
    yield from _people_first(release)
    grows = any(cost.operation.duration is not Duration.INSTANT for cost in release.costs)
    staging = ", with as many rows as production has, and note how long it takes" if grows else ""
    yield f"- [ ] Go through all of this on staging first{staging}."
    if release.commands.keeps_record:
        yield f"- [ ] `{release.commands.status()}` names {_these(release)} as not yet applied, and no other."
    changed = {table for change in release.changes if isinstance(change, Backfill) for table in change.tables}
    judged = (c for c in release.changes if getattr(c, "table", None) not in changed)
    for query in obstacles(judged, release.migrations[0].new.before, provider):
        yield from _asked(query)
    held = holders(provider)
    if held and any(release.costs):
        yield from _asked(held)
    tables = release.endangered()
    if tables:
        saved = backup(tables, provider, versions.flavour)
        yield f"- [ ] Back up {_listed(tables)}.{f' {saved.note}' if saved.note else ''}"
        yield from _block(saved.command, saved.language)
    yield from (f"- [ ] {instruction(act)}" for m in release.migrations if m.plan for act in m.plan[1].before)
    yield ""


def _people_first(release: Release) -> Iterator[str]:
    """What people have to have done before, by the plans."""
    told: set[str] = set()
    for migration in release.migrations:
        if migration.plan is None:
            continue
        progress, step = migration.plan
        for earlier in progress.plan.steps[: progress.plan.steps.index(step)]:
            if earlier.needs_confirmation and earlier.confirmed is None and earlier.id not in told:
                told.add(earlier.id)
                yield f"- [ ] Finish “{earlier.title}” of the plan `{progress.plan.name}`, then `{migration.name}`:"
                yield from (f"  - [ ] {instruction(act)}" for act in earlier.acts)


def _run(release: Release) -> Iterator[str]:
    yield "## 2. Deploy"
    yield ""
    for command in release.commands.deploy(m.new.judged.path for m in release.migrations):
        yield f"- [ ] {_code(command)}"
    waiting = waiters(release.analysis.lowered.provider)
    if waiting and any(release.costs):
        yield from _asked(waiting)
    yield ""
    for migration in release.migrations:
        yield f"### `{migration.name}`"
        yield ""
        if migration.plan is not None:
            progress, step = migration.plan
            yield f"Step {progress.plan.steps.index(step) + 1} of {len(progress.plan.steps)} of the plan `{progress.plan.name}`: {step.title}."
            yield ""
        for step_ in migration.steps:
            yield f"- {_code(_short(step_.sql))}"
            yield from (f"  {line}" for line in _told(step_))
        yield ""


def _after(release: Release) -> Iterator[str]:
    analysis = release.analysis
    yield "## 3. After"
    yield ""
    if release.commands.keeps_record:
        yield f"- [ ] `{release.commands.status()}` says that the database is up to date."
    for query in results(release.changes, release.migrations[0].new.before, analysis.lowered.provider):
        yield from _asked(query)
    for migration in release.migrations:
        if migration.plan is not None and migration.plan[1].check:
            yield from _asked(Query(f"the step “{migration.plan[1].title}” is complete", migration.plan[1].check, "0"))
    for watch in watched(release):
        yield f"- [ ] Watch {watch.what}, {watch.until}."
    yield from _people_next(release)
    yield ""


def _people_next(release: Release) -> Iterator[str]:
    for migration in release.migrations:
        if migration.plan is None:
            continue
        progress, step = migration.plan
        state = progress.states[progress.plan.steps.index(step)]
        if step.needs_confirmation and state is not State.DONE:
            yield from (f"- [ ] {instruction(act)}" for act in step.after)
            yield f"- [ ] `refract plan done {progress.plan.name}`"


def _back(release: Release) -> Iterator[str]:
    yield "## 4. The way back"
    yield ""
    if release.commands.keeps_record:
        yield "Prisma takes back only a migration that has failed."
        yield "What undoes one that is applied goes into a new migration, with the same SQL."
        yield ""
    for migration in reversed(release.migrations):
        yield f"### From `{migration.name}`"
        yield ""
        yield from (f"- **No return:** {text}" for _, text in migration.no_return)
        yield from _undoing(migration, release)
        yield f"- If it fails: {' '.join(_failed(migration, release))}"
        yield ""


def _undoing(migration: Outgoing, release: Release) -> Iterator[str]:
    if migration.down:
        yield "- What undoes it:"
        yield from _block("\n".join(release.commands.execute(file) for file in migration.down), "sh")
    elif migration.leaves_nothing:
        yield "- There is nothing to undo: it changes no table."
    elif isinstance(migration.way_back, Rollback):
        yield f"- What undoes it is not written yet: write it now with `refract rollback {migration.name}`."
    else:
        yield f"- Refract can write nothing that undoes it: {migration.way_back} Write that by hand, now."
    since = (text for change in migration.new.diff.changes for text in map(loss_sentence, lost_since(change)))
    yield from (f"- Undone later: {text[:1].lower()}{text[1:]}" for text in dict.fromkeys(since))


def _failed(migration: Outgoing, release: Release) -> Iterator[str]:
    """What is there when a migration stops in its middle, and how to go on."""
    quote = release.analysis.lowered.provider.quote
    changes = migration.new.diff.changes
    built = [quote(c.index.name) for c in changes if isinstance(c, CreateIndex) and c.concurrently]
    if built:
        yield "an index that could not be built stays behind, invalid:"
        yield " ".join(_code(f"DROP INDEX CONCURRENTLY IF EXISTS {name};") for name in built)
    else:
        yield _remains(migration, release)
    if release.commands.keeps_record:
        yield f"Then `{release.commands.resolve(migration.name)}`, and deploy again once the reason is gone."


def _remains(migration: Outgoing, release: Release) -> str:
    statements = [step.statement for step in migration.steps]
    provider, prisma = release.analysis.lowered.provider.name, release.analysis.snapshot.prisma
    if migration.plan is not None and migration.plan[1].phase is Phase.BACKFILL:
        return "the rows that are filled stay so, and the next deploy goes on with the others."
    if leaves_nothing(statements, migration.new.text, provider, prisma):
        return "nothing of it stays."
    return "what stands before the failing statement may stay: undo that by hand."


def _told(step: ReleaseStatement) -> Iterator[str]:
    """What a statement takes of tables in use."""
    for cost in step.costs:
        yield f"{_DURATIONS[cost.operation.duration]}; {_lock(cost)}"
    if step.is_opaque:
        yield "**not understood:** look up for yourself what it locks, and for how long."


def _lock(cost: Cost) -> str:
    operation, tables = cost.operation, _listed(cost.tables) if cost.tables else "its table"
    if operation.blocks is Blocks.DATABASE:
        return f"the whole database file is locked: every write, to any table, waits while {operation.work}."
    if not operation.lock:
        return f"{tables} stays in use{f' while {operation.work}' if operation.work else ''}."
    lock = operation.lock if "=" in operation.lock else f"{operation.lock} lock"
    return f"{lock} on {tables}: {_waiting(operation)}"


def _waiting(operation: Operation) -> str:
    return {
        Blocks.NOTHING: f"reads and writes go on while {operation.work}.",
        Blocks.WRITES: f"reads go on, every write waits while {operation.work}.",
        Blocks.EVERYTHING: f"every query waits, reads too, while {operation.work}.",
    }[operation.blocks]


def _asked(query: Query) -> Iterator[str]:
    yield f"- [ ] {query.about[:1].upper()}{query.about[1:]}. This answers {query.answer}:"
    yield from _block(query.sql, "sql")


def _block(text: str, language: str) -> Iterator[str]:
    yield ""
    yield f"  ```{language}"
    yield from (f"  {line}" for line in text.splitlines())
    yield "  ```"
    yield ""


def _these(release: Release) -> str:
    return listed(migration.name for migration in release.migrations)


def _listed(tables: Iterable[QualifiedName]) -> str:
    return listed(table.name for table in tables)


def _short(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"


def _code(text: str) -> str:
    """Text as code within a line, whatever backticks it holds."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _version(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
