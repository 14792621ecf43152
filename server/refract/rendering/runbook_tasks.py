"""The sentences of a runbook's tasks: what to do, and the result that a check must have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import singledispatch
from textwrap import indent

from refract.analysis.runbook import (
    TRUE,
    AppError,
    BackUpTables,
    Check,
    DoAct,
    FinishStep,
    NothingPending,
    PendingMigrations,
    Period,
    Query,
    Rehearse,
    Run,
    StopUsing,
    Task,
    WatchDisk,
    Watched,
    WatchErrors,
    WatchQueries,
    WriteRollback,
)
from refract.escaping import code_span, fence
from refract.recipes.acts import Decide, Review
from refract.rendering.acts import instruction
from refract.rendering.backups import backup_note
from refract.wording import joined, listed

CHECKS: Mapping[Check, str] = {
    Check.TABLE_EMPTY: "Check that {table} is empty. {names} is required, and existing rows would have no value.",
    Check.NO_NULLS: "Check that no row of {table} has NULL in {names}.",
    Check.NO_DUPLICATES: "Check that no two rows of {table} have the same {names}.",
    Check.NO_ORPHANS: "Check that each {names} of {table} references an existing row of {other}.",
    Check.CONSTRAINT_HOLDS: "Check that every row of {table} meets {names}.",
    Check.VALUES_UNUSED: "Check that no row of {table} has {names}.",
    Check.COLUMNS_EXIST: "Check that {table} has {names}.",
    Check.INDEX_VALID: "Check that index {names} is valid.",
    Check.CONSTRAINT_VALIDATED: "Check that constraint {names} is validated.",
    Check.STEP_COMPLETE: "Check that step {names} is complete.",
    Check.LONG_TRANSACTIONS: "Check for transactions open longer than 5 s. "
    "The migration would wait for them and block everything queued behind it.",
    Check.LONG_TRANSACTIONS_AHEAD_OF_RETRIES: "Check for transactions open longer than 5 s. "
    "The migration would wait for them, and fail in the end.",
    Check.RUNNING_TRANSACTIONS: "Check for old transactions. The jobs of the migration would wait for them.",
    Check.BLOCKED_QUERIES: "During the migration, watch for blocked queries. Cancel the migration if they wait too long.",
    Check.RUNNING_JOBS: "While it runs, watch its jobs.",
    Check.CANCEL: "To cancel it, run this in another session. Ctrl-C may leave the statement running.",
    Check.CANCEL_STATEMENT: "To cancel it, run the statement that this returns. Ctrl-C may leave the statement running.",
}
_TO_READ: Mapping[Check, str] = {
    Check.RUNNING_TRANSACTIONS: "Open transactions:",
    Check.BLOCKED_QUERIES: "Blocked queries:",
    Check.RUNNING_JOBS: "Unfinished jobs:",
}
_ERRORS: Mapping[AppError, str] = {
    AppError.COLUMN_MISSING: "missing column",
    AppError.TABLE_MISSING: "missing table",
    AppError.VALUE_LEFT_OUT: "required column left out",
    AppError.UNKNOWN_TYPE: "unexpected type",
    AppError.UNKNOWN_ENUM_VALUE: "unknown enum value",
    AppError.DUPLICATE: "duplicate value",
    AppError.BAD_REFERENCE: "missing or referenced row",
    AppError.NULL_VALUE: "missing value",
}
_PERIODS: Mapping[Period, str] = {
    Period.OLD_INSTANCES: "until no older instance is running",
    Period.A_DAY: "for a day, nightly jobs included",
}


def task_lines(task: Task) -> Iterator[str]:
    """A task as an item of a checklist. What only may be needed has no box."""
    box = "" if isinstance(task, Query) and task.check in (Check.CANCEL, Check.CANCEL_STATEMENT) else "[ ] "
    sentence, *rest = task_text(task).split("\n")
    yield f"- {box}{sentence}"
    yield from rest


def query_block(text: str, language: str = "sql") -> str:
    """A block of code inside an item of a list."""
    return "\n" + indent(fence(text, language), "  ") + "\n"


@singledispatch
def task_text(task: Task) -> str:
    """What to do; further lines are indented for a list."""
    raise TypeError(task)  # a kind of task without words


@task_text.register
def _(task: Rehearse) -> str:
    rows = ", with as many rows as in production. Note how long it takes" if task.is_slow else ""
    return f"Follow this runbook on staging{rows}."


@task_text.register
def _(task: PendingMigrations) -> str:
    return f"Run {code_span(task.command)}. It must list only {listed(task.migrations)} as not yet applied."


@task_text.register
def _(task: NothingPending) -> str:
    return f"Run {code_span(task.command)}. It must report that the database is up to date."


@task_text.register
def _(task: FinishStep) -> str:
    then = f" Deploy {code_span(task.migration)} only after that." if task.migration else ""
    plan, step = task.step.plan, task.step.step
    acts = "".join(f"\n  - [ ] {instruction(act)}" for act in step.acts)
    return f"Finish step {task.step.number} of plan {code_span(plan.name)} (“{step.title}”).{then}{acts}"


@task_text.register
def _(task: WriteRollback) -> str:
    if task.command:
        return f"Run {code_span(task.command)}. It writes the rollback that section “To roll back” uses."
    return f"Write the rollback of {code_span(task.migration)} by hand. Refract cannot write it."


@task_text.register
def _(task: StopUsing) -> str:
    return f"Check that no running app instance uses {listed(task.names)}."


@task_text.register
def _(task: Query) -> str:
    facts = {
        "table": code_span(task.table),
        "names": listed(task.names) if task.names else "",
        "other": code_span(task.other),
    }
    if task.check is Check.STEP_COMPLETE:
        facts["names"] = f"{task.names[0]} (“{task.other}”)"
    return f"{CHECKS[task.check].format_map(facts)}{_result(task)}\n{query_block(task.sql)}"


def _result(query: Query) -> str:
    if not query.expected:
        return f" {_TO_READ[query.check]}" if query.check in _TO_READ else ""
    several = len([part for part in query.sql.split(";") if part.strip()]) > 1
    expected = code_span(TRUE) if query.expected == TRUE else query.expected
    return f" {'Each query' if several else 'This'} must return {expected}:"


@task_text.register
def _(task: BackUpTables) -> str:
    note = backup_note(task.backup)
    tables = listed(table.name for table in task.tables)
    return f"Back up {tables}.{f' {note}' if note else ''}\n{query_block(task.backup.command, task.backup.language)}"


@task_text.register
def _(task: DoAct) -> str:
    if isinstance(task.act, Decide):
        return f"{instruction(task.act)} This must return {task.act.expected}:\n{query_block(task.act.query)}"
    if isinstance(task.act, Review):
        return f"{instruction(task.act)} Count them:\n{query_block(task.act.query)}"
    if task.commands:
        return "\n".join((instruction(task.act), query_block("\n".join(task.commands), "sh")))
    return instruction(task.act)


@task_text.register
def _(task: Run) -> str:
    return f"Run {code_span(task.command)}."


@task_text.register
def _(task: WatchErrors) -> str:
    return f"Watch the app log for {joined(map(_error, task.errors))} {_PERIODS[task.period]}."


def _error(watched: Watched) -> str:
    if not watched.error.code:
        return f"errors that name {code_span(watched.name)}"
    return f"{code_span(watched.error.code)} ({_ERRORS[watched.error]})"


@task_text.register
def _(task: WatchQueries) -> str:
    tables = listed(table.name for table in task.tables)
    return f"Watch the slowest queries on {tables} {_PERIODS[Period.A_DAY]}. Their indexes changed."


@task_text.register
def _(task: WatchDisk) -> str:
    tables = listed(table.name for table in task.tables)
    replicas = " and the lag of replicas" if task.has_replicas else ""
    return f"Watch free disk space{replicas} while rows of {tables} are written."
