"""A runbook as a Markdown page that is followed from top to bottom: a box for each task, numbers for each rollback."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from refract.analysis.runbook import Environment, Migration, NoReturn, ReleaseStatement, Runbook, StepOfPlan, Task
from refract.escaping import code_span
from refract.providers.costs import Cost
from refract.providers.operation import Blocks, Duration
from refract.providers.versions import Version
from refract.rendering.acts import limits, step_numbers
from refract.rendering.harm import harm_sentence
from refract.rendering.locks import blocking_sentence, work_phrase
from refract.rendering.losses import loss_sentences
from refract.rendering.runbook_recovery import failure_lines, way_back_lines
from refract.rendering.runbook_tasks import task_lines
from refract.rendering.servers import SERVER_NAMES
from refract.sql.rollback import Loss
from refract.sql.safe.postgresql import LOCK_WAIT
from refract.wording import joined

_LENGTH = 160  # of a statement's text; a longer one is cut
_TIMES: Mapping[Duration, str] = {
    Duration.INSTANT: "",
    Duration.SCAN: " The time grows with the table.",
    Duration.REWRITE: " The time grows with the table and its indexes.",
    Duration.ROWS: " The time grows with the number of changed rows.",
}
_NOTES: Mapping[str, str] = {"CREATE EXTENSION": "The database role needs the right to create extensions."}


def runbook_page(runbook: Runbook) -> str:
    """The page."""
    sections = (
        ("Before", _tasks(runbook.before)),
        ("Deploy", (*_tasks(runbook.deploy), *_failures(runbook), *_migrations(runbook))),
        ("After", _tasks(runbook.after)),
        ("To roll back", tuple(_ways_back(runbook))),
    )
    filled = [(title, lines) for title, lines in sections if lines]
    numbered = (("", f"## {n}. {title}", "", *lines) for n, (title, lines) in enumerate(filled, 1))
    text = "\n".join(line for part in (_head(runbook), *numbered) for line in part)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def step_label(step: StepOfPlan) -> str:
    """A step of a plan by its number: Step 1 of 5 of plan `x`."""
    return f"Step {step.number} of {len(step.plan.steps)} of plan {code_span(step.plan.name)}"


def _head(runbook: Runbook) -> Iterator[str]:
    count = len(runbook.migrations)
    yield f"# Runbook: {count or 'no'} migration{'' if count == 1 else 's'} to deploy"
    yield ""
    yield _environment(runbook.environment)
    if runbook.environment.folder:
        yield f"Run all commands in {code_span(runbook.environment.folder)}."
    yield from (f"\n{step_label(step)}: {step.step.title}." for step in runbook.steps)
    yield ""
    if runbook.no_return:
        yield "**Read this first:**"
        yield ""
        yield from (f"- {limit(found)}" for found in runbook.no_return)
        yield ""


def _environment(found: Environment) -> str:
    server = " ".join(filter(None, (SERVER_NAMES[found.server], _version(found.server_version))))
    return f"Database: {server}{_assumed(found.is_server_assumed)}. Prisma {_version(found.prisma)}{_assumed(found.is_prisma_assumed)}."


def _assumed(is_assumed: bool) -> str:
    return " (assumed)" if is_assumed else ""


def limit(found: NoReturn) -> str:
    """What cannot be undone, and why."""
    if found.step is not None:
        return f"{step_label(found.step)}: {' '.join(limits(found.step.step, step_numbers(found.step.plan)))}"
    lost = loss_sentences(loss for loss in found.losses if isinstance(loss, Loss))
    changed = (
        f"{code_span(f'{harm.table}.{harm.column}')}: {harm_sentence(harm.harm)}"
        for harm in found.losses
        if not isinstance(harm, Loss)
    )
    return f"{code_span(found.migration)} cannot be undone completely. {' '.join((*lost, *changed))}"


def _tasks(tasks: Iterable[Task]) -> tuple[str, ...]:
    return tuple(line for task in tasks for line in task_lines(task))


def _failures(runbook: Runbook) -> Iterator[str]:
    if runbook.failures:
        yield ""
        yield "### If the deploy fails"
        yield ""
        yield from (line for failure in runbook.failures for line in failure_lines(failure))


def _migrations(runbook: Runbook) -> Iterator[str]:
    for migration in runbook.migrations:
        yield ""
        yield f"### {code_span(migration.name)}"
        yield ""
        yield from _statements(migration)


def _ways_back(runbook: Runbook) -> Iterator[str]:
    if len(runbook.ways_back) > 1:
        yield "Undo in this order, the newest first."
        yield ""
    yield from (line for way in runbook.ways_back for line in way_back_lines(way))


def _statements(migration: Migration) -> Iterator[str]:
    if migration.step is not None:
        yield f"{step_label(migration.step)}: {migration.step.step.title}."
        yield ""
    for statement in migration.statements:
        yield from statement_lines(statement)


def statement_lines(statement: ReleaseStatement) -> Iterator[str]:
    """A statement with its locks, and how long they are held, as an item of a list."""
    yield f"- {code_span(_short(statement.sql))}"
    yield from (f"  {line}" for line in _effects(statement))


def _effects(statement: ReleaseStatement) -> Iterator[str]:
    """The locks of a statement, and how long they are held."""
    yield from map(_cost, statement.costs)
    if statement.is_not_followed:
        yield "**Not analysed:** check by hand what it locks and for how long."
    if statement.statement.verb in _NOTES:
        yield _NOTES[statement.statement.verb]
    if "lock_not_available" in statement.sql:
        yield f"Waits for the lock {LOCK_WAIT} ms at a time, so that no other query waits longer."


def _cost(cost: Cost) -> str:
    operation = cost.operation
    tables = tuple(code_span(table.name) for table in cost.tables) or ("its table",)
    if operation.blocks is Blocks.NOTHING:
        return (
            f"Reads and writes on {joined(tables)} continue while {work_phrase(operation)}.{_TIMES[operation.duration]}"
        )
    return f"{blocking_sentence(operation, tables)}{_TIMES[operation.duration]}"


def _short(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"


def _version(version: Version) -> str:
    return ".".join(map(str, version))
