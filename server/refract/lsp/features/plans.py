"""Plans in the editor: above each model under a plan where that stands, and the command that goes on with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from lsprotocol import types

from refract import git
from refract.lsp import convert
from refract.lsp.edits import workspace_edit
from refract.lsp.session import Session
from refract.plans import Progress, State
from refract.plans.subject import subject_block
from refract.project import Analysis
from refract.project.fixing import new_migrations
from refract.project.plans import confirmed, taken
from refract.recipes.base import CannotPlan

NEXT = "refract.takeNextStep"
DONE = "refract.confirmStep"


def code_lenses(session: Session, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Where the open plans stand, above the models and enums that they are about."""
    path = convert.to_path(params.text_document.uri) or ""
    analysis, document = session.analysis_of(path), session.document(path)
    if analysis is None or document is None:
        return []
    found, tree = [], analysis.snapshot.tree
    for progress in analysis.plans:
        placed = tree.placed(subject_block(progress.plan, tree)) if progress.is_open else None
        if placed is None or placed.path != path:
            continue
        start = convert.position(document, placed.chunk_start + placed.block.span.start, session.encoding)
        found += [
            types.CodeLens(range=types.Range(start, start), command=command)
            for command in _commands(progress, params.text_document.uri)
        ]
    return found


def take(session: Session, uri: str, name: str) -> types.WorkspaceEdit | str:
    """The edit that takes a plan's next step; else why there is none."""
    found = _plan(session, uri, name)
    if found is None:
        return f"There is no open plan {name}."
    analysis, progress, number = found
    if analysis.problems:
        return f"No step is taken while something cannot be read: {analysis.problems[0].message}"
    plan = next(p for p in analysis.snapshot.plans.open if p.plan is progress.plan)
    try:
        changes = taken(plan, number, analysis.snapshot.tree, new_migrations(analysis, datetime.now(UTC)))
        return workspace_edit(
            session, changes, progress.plan.steps[number].title, "Nothing is applied to any database."
        )
    except (CannotPlan, LookupError) as error:
        return str(error)


def confirm(session: Session, uri: str, name: str) -> types.WorkspaceEdit | str:
    """The edit of a plan's file that confirms what people did; else why there is none."""
    found = _plan(session, uri, name)
    if found is None:
        return f"There is no open plan {name}."
    analysis, progress, number = found
    plan = next(p for p in analysis.snapshot.plans.open if p.plan is progress.plan)
    by = git.user_name(analysis.snapshot.files.schema) or "somebody"
    try:
        return workspace_edit(session, confirmed(plan, number, by), f"Confirm step {number + 1}")
    except LookupError as error:
        return str(error)


def _plan(session: Session, uri: str, name: str) -> tuple[Analysis, Progress, int] | None:
    analysis = session.analysis_of(convert.to_path(uri) or "")
    found = next((p for p in analysis.plans if p.plan.name == name and p.is_open), None) if analysis else None
    return None if analysis is None or found is None or found.number is None else (analysis, found, found.number)


def _commands(progress: Progress, uri: str) -> Iterator[types.Command]:
    step, number = progress.step, progress.number
    if step is None or number is None:
        return
    arguments = [uri, progress.plan.name]
    title = f"Refract: {progress.plan.title}, {progress}"
    theirs = progress.states[number] is State.WAITING or not step.writes
    yield types.Command(title=title, command=DONE if theirs else NEXT, arguments=arguments)
    if theirs:
        yield types.Command(title=f"Confirm: {step.title}", command=DONE, arguments=arguments)
    else:
        yield types.Command(title=f"Take step {number + 1}: {step.title}", command=NEXT, arguments=arguments)
