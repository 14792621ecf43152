"""Plans in the editor: the status of a plan above its field, and the command for its next step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from attrs import evolve, frozen
from lsprotocol import types

from refract.actions.explain import place_of_plan, plans_at
from refract.actions.fixing import fixes_of
from refract.actions.planning import start_plan
from refract.analysis import Analysis
from refract.analysis.open_plans import plan_file
from refract.escaping import code_span, one_line, prose
from refract.lsp import convert
from refract.lsp.refusal import Refused
from refract.lsp.session import Session
from refract.plans import Plan, Progress
from refract.plans.file import read_plan
from refract.rendering.acts import limits, step_numbers, to_do
from refract.rendering.progress import standing
from refract.text import FileChange, NewFile, Span
from refract.wording import shorten

NEXT = "refract.takeNextStep"
DONE = "refract.confirmStep"
BACK = "refract.takeStepBack"
ABANDON = "refract.abandonPlan"
_LONGEST_LENS = 66
"""Characters of a title above a line: with the one next to it, it fits an editor of a small screen."""
NEW = "refract.newPlan"
_PLAN_AND_STEP = 2  # new files: the plan, and at least one migration or script


def code_lenses(session: Session, params: types.CodeLensParams) -> list[types.CodeLens]:
    """The status of the open plans, above the fields, values, models and enums that they are about."""
    path = convert.to_path(params.text_document.uri) or ""
    analysis, document = session.analysis_of(path), session.document(path)
    if analysis is None or document is None:
        return []
    found = []
    for progress in analysis.plans:
        place = place_of_plan(analysis, progress) if progress.is_open else None
        if place is None or place.path != path:
            continue
        start = convert.position(document, place.span.start, session.abilities.encoding)
        found += [
            types.CodeLens(range=types.Range(start, start), command=command)
            for command in _lenses(progress, params.text_document.uri)
        ]
    return found


def code_actions(analysis: Analysis, path: str, wanted: Span, uri: str) -> Iterator[types.CodeAction]:
    """The current step of each plan about a field at `wanted`."""
    for progress, _ in plans_at(analysis, path, wanted):
        command = _command(progress, uri)
        if command is None:
            continue
        title = one_line(f"{progress.plan.title}: {command.title[:1].lower()}{command.title[1:]}")
        yield types.CodeAction(title=title, kind=types.CodeActionKind.RefactorRewrite, command=command)


def paragraphs(progress: Progress) -> Iterator[str]:
    """A plan's status for one of its fields, in paragraphs: how far it is, and what to do next."""
    number, step = progress.number, progress.step
    if number is None or step is None:
        return
    yield f"**Plan {prose(progress.plan.title)}**: {prose(standing(progress))}. **{prose(step.title)}**"
    yield from map(prose, limits(step, step_numbers(progress.plan)))
    if not progress.waits_for_people:
        yield f"Take this step with {code_span(f'refract plan next {progress.plan.name}')}, or above the field. Then:"
    deploy = ("Deploy the migrations.",) if step.migrations else ()
    confirm = (f"Confirm with {code_span(f'refract plan done {progress.plan.name}')}, or above the field.",)
    acts = to_do(step, deploy)
    yield "\n".join(
        f"{n}. {prose(act)}" for n, act in enumerate((*acts, *(confirm if step.needs_confirmation else ())), 1)
    )


@frozen
class Written:
    """What is shown after a step is written: a message, and what to do next."""

    message: str
    acts: str


def written(plan: Plan, number: int) -> Written:
    """The message about the step of a plan with this number, counted from 0."""
    message = f"Step {number + 1} of {len(plan.steps)} is written. Review the files, commit and deploy them."
    return Written(message, " ".join(to_do(plan.steps[number], ("Deploy the migrations.",))))


def first_step_of(changes: Iterable[FileChange]) -> Written | None:
    """The message about the first step, if the changes write a new plan with that step."""
    new = [change for change in changes if isinstance(change, NewFile)]
    plan = next((change for change in new if change.path.endswith(".toml")), None)
    if plan is None or len(new) < _PLAN_AND_STEP:
        return None
    return written(read_plan(plan.text, PurePath(plan.path).stem, plan.path), 0)


@frozen
class Wish:
    """A plan that a client requests. `finding` is the key of the finding that it resolves, if any."""

    recipe: str
    subject: str
    answers: Mapping[str, str]
    finding: str | None


def wish(values: Mapping[str, Any]) -> Wish:
    """What a client sent with `refract.newPlan`. An empty answer counts as missing. Raises Refused."""
    recipe, subject, answers = (
        values.get("recipe"),
        values.get("subject"),
        values.get("answers") or {},
    )
    finding = values.get("finding")
    if not isinstance(recipe, str) or not isinstance(subject, str) or not isinstance(answers, Mapping):
        raise Refused(f"{NEW} needs a `recipe`, its `subject` (such as User.name) and `answers`.")
    if not all(isinstance(answer, str) for answer in answers.values() if answer is not None):
        raise Refused(f"{NEW} takes only texts as `answers`.")
    filled = {name: answer for name, answer in answers.items() if answer}
    return Wish(recipe, subject, filled, finding if isinstance(finding, str) else None)


def new(analysis: Analysis, wanted: Wish) -> tuple[FileChange, ...]:
    """A new plan; one that resolves a finding includes its first step, taken. Raises Refused and CannotPlan."""
    if wanted.finding is None:
        return (plan_file(start_plan(analysis, wanted.recipe, wanted.subject, wanted.answers)),)
    finding = next((f for f in analysis.findings if f.key == wanted.finding), None)
    fixes = fixes_of(analysis, finding) if finding else ()
    asked = next((f.asked for f in fixes if f.asked and f.asked.recipe == wanted.recipe), None)
    if asked is None or asked.subject != wanted.subject:
        raise Refused("The change is no longer in the schema. No file was changed.")
    try:
        return asked.build(wanted.answers)
    except LookupError as error:
        raise Refused(f"No file was changed: {error.args[0]}") from error


def _lenses(progress: Progress, uri: str) -> Iterator[types.Command]:
    """What to do first, in a line that fits the editor, then how far the plan is."""
    command = _command(progress, uri)
    if command is None or progress.number is None:
        return
    yield evolve(command, title=shorten(command.title, _LONGEST_LENS))
    yield evolve(command, title=f"Refract {progress.number + 1}/{len(progress.plan.steps)}")


def _command(progress: Progress, uri: str) -> types.Command | None:
    step, number = progress.step, progress.number
    if step is None or number is None:
        return None
    arguments = [uri, progress.plan.name]
    if progress.waits_for_people:
        return types.Command(title=one_line(f"Confirm: {step.title}"), command=DONE, arguments=arguments)
    return types.Command(title=one_line(f"Take step {number + 1}: {step.title}"), command=NEXT, arguments=arguments)
