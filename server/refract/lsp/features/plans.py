"""Plans in the editor: above each model under a plan where that stands, and the command that goes on with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen
from lsprotocol import types

from refract.lsp import convert
from refract.lsp.refusal import Refused
from refract.lsp.session import Session
from refract.plans import Progress, State
from refract.plans.subject import subject_block
from refract.project import Analysis
from refract.project.fixing import fixes_of
from refract.project.planning import started
from refract.text import FileChange

NEXT = "refract.takeNextStep"
DONE = "refract.confirmStep"
BACK = "refract.takeStepBack"
ABANDON = "refract.abandonPlan"
NEW = "refract.newPlan"


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


@frozen
class Wish:
    """A plan that a client asks for. `finding` is the key of the finding that it answers, if it answers one."""

    recipe: str
    subject: str
    answers: Mapping[str, str]
    finding: str | None


def wish(sent: Mapping[str, Any]) -> Wish:
    """What a client sent with `refract.newPlan`. An answer that is empty is none. Raises Refused."""
    recipe, subject, answers = sent.get("recipe"), sent.get("subject"), sent.get("answers") or {}
    finding = sent.get("finding")
    if not isinstance(recipe, str) or not isinstance(subject, str) or not isinstance(answers, Mapping):
        raise Refused(f"{NEW} needs a `recipe`, its `subject` (such as User.name) and `answers`.")
    if not all(isinstance(answer, str) for answer in answers.values() if answer is not None):
        raise Refused(f"{NEW} takes answers that are texts.")
    given = {name: answer for name, answer in answers.items() if answer}
    return Wish(recipe, subject, given, finding if isinstance(finding, str) else None)


def new(analysis: Analysis, wanted: Wish) -> tuple[FileChange, ...]:
    """A new plan; one that answers a finding comes with its first step taken. Raises Refused and CannotPlan."""
    if wanted.finding is None:
        _, file = started(analysis, wanted.recipe, wanted.subject, wanted.answers)
        return (file,)
    finding = next((f for f in analysis.findings if f.key == wanted.finding), None)
    fixes = fixes_of(analysis, finding) if finding else ()
    asked = next((f.asked for f in fixes if f.asked and f.asked.recipe == wanted.recipe), None)
    if asked is None or asked.subject != wanted.subject:
        raise Refused("What was to be split is no longer in the schema: nothing was changed.")
    try:
        return asked.build(wanted.answers)
    except LookupError as error:
        raise Refused(f"Nothing was changed: {error.args[0]}") from error


def _commands(progress: Progress, uri: str) -> Iterator[types.Command]:
    step, number = progress.step, progress.number
    if step is None or number is None:
        return
    arguments = [uri, progress.plan.name]
    title = f"Refract: {progress.plan.title}, {progress}"
    theirs = progress.states[number] is State.WAITING or not (step.schema or step.migrations)
    yield types.Command(title=title, command=DONE if theirs else NEXT, arguments=arguments)
    if theirs:
        yield types.Command(title=f"Confirm: {step.title}", command=DONE, arguments=arguments)
    else:
        yield types.Command(title=f"Take step {number + 1}: {step.title}", command=NEXT, arguments=arguments)
