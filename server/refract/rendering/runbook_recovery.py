"""The sentences of a runbook for failures: a failed migration, and each rollback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import singledispatch

from refract.analysis.runbook import Failure, NothingToUndo, Remains, UndoMigration, UndoStep, WayBack
from refract.escaping import code_span
from refract.recipes.acts import StopAll
from refract.rendering.acts import instruction
from refract.rendering.losses import loss_sentences
from refract.rendering.runbook_tasks import query_block
from refract.wording import listed

_REMAINS: Mapping[Remains, str] = {
    Remains.NOTHING: "the database rolled it back.",
    Remains.INVALID_INDEX: "an invalid index may be left.",
    Remains.FILLED_ROWS: "the filled rows stay filled. The next deploy continues with the other rows.",
    Remains.STATEMENTS: "the statements before the failed one are still applied.",
}


def failure_lines(failure: Failure) -> Iterator[str]:
    """The condition, the state of the database, then what to do in order."""
    yield f"If {code_span(failure.migration)} failed, {_REMAINS[failure.remains]}"
    yield ""
    for number, line in enumerate(_recovery(failure), 1):
        yield f"{number}. {line}"
    yield ""


def _recovery(failure: Failure) -> Iterator[str]:
    yield from (f"Run {code_span(sql)} in the database." for sql in failure.cleanup)
    if failure.remains is Remains.STATEMENTS:
        files = f" Take the SQL from {listed(failure.down)}." if failure.down else ""
        yield f"Undo these statements by hand.{files}"
    if failure.resolve:
        yield f"Run {code_span(failure.resolve)}."
    yield "Fix the cause and deploy again."


@singledispatch
def way_back_lines(way: WayBack) -> Iterator[str]:
    """A section of the page: what is undone, what that loses, and the actions in order."""
    raise TypeError(way)  # a kind of rollback without words


@way_back_lines.register
def _(way: NothingToUndo) -> Iterator[str]:
    yield f"### Undo {code_span(way.migration)}"
    yield ""
    yield "Nothing to undo: the migration changes no table."
    yield ""


@way_back_lines.register
def _(way: UndoMigration) -> Iterator[str]:
    yield f"### Undo {code_span(way.migration)}"
    yield ""
    yield from (f"- {sentence}" for sentence in loss_sentences(way.lost))
    yield ""
    if way.commands:
        yield "1. Run these commands:"
        yield from query_block("\n".join(way.commands), "sh").splitlines()
    else:
        yield "1. Copy the rollback that you have written into a new migration."
        yield "2. Deploy that migration."
    yield ""


@way_back_lines.register
def _(way: UndoStep) -> Iterator[str]:
    yield f"### Undo step {way.step.number} of plan {code_span(way.step.plan.name)}"
    yield ""
    yield from (f"- {sentence}" for sentence in loss_sentences(way.lost))
    yield ""
    yield from (f"{number}. {line}" for number, line in enumerate(_undone(way), 1))
    yield ""


def _undone(way: UndoStep) -> Iterator[str]:
    if way.stops_all:
        yield instruction(StopAll())
    elif way.replaces_app:
        yield "Deploy the version that ran before this step."
        yield "Wait until no newer instance is running."
    yield f"Run {code_span(way.back)}. Review and commit the files that it changes."
    yield from (f"Run {code_span(command)}." for command in way.deploy)
    if way.stops_all:
        yield "Start the version that ran before this step."
