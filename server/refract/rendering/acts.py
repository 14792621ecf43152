"""The manual acts of a plan's step, in English: one short sentence an act, in the order of doing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch

from refract.escaping import code_span
from refract.plans.model import Plan, PlanStep
from refract.recipes.acts import (
    Act,
    BackUp,
    Decide,
    Deploy,
    FillIn,
    Instruction,
    RestartPooled,
    Review,
    RunScripts,
    Start,
    StopAll,
    Trouble,
    Until,
    Wait,
)
from refract.recipes.base import Step
from refract.wording import joined, listed

_ERRORS: Mapping[str, str] = {
    "P2002": "It must handle unique constraint errors (P2002).",
    "40P01": "It must retry transactions that fail with a deadlock (40P01).",
}


def to_do(step: PlanStep, deploy: Iterable[str]) -> tuple[str, ...]:
    """All manual acts of a step, in order; `deploy` is how the migrations are run."""
    check = (query_line(step.check),) if step.check else ()
    return (*_with_queries(step.before), *deploy, *_with_queries(step.after), *check)


def _with_queries(acts: Iterable[Act]) -> Iterator[str]:
    """Each act, and the query that counts what it is about if that need not return 0."""
    for act in acts:
        yield instruction(act)
        if isinstance(act, Review):
            yield f"Count them: {' '.join(act.query.split())}"


def asks_for_code(step: Step | PlanStep) -> bool:
    """Whether the step asks you to deploy another version of the app."""
    return any(isinstance(act, Deploy | Start | Instruction) for act in step.acts)


def code_as_it_is(step: PlanStep) -> str:
    """What a step that asks for no new version means for the code."""
    compiles = " It compiles with the Prisma Client of this step." if step.schema else ""
    return f"Do not change the code.{compiles}"


def step_numbers(plan: Plan) -> Mapping[str, int]:
    """The number of each step (from 1), by its id."""
    return {step.id: number for number, step in enumerate(plan.steps, 1)}


def limits(step: Step | PlanStep, numbers: Mapping[str, int]) -> Iterator[str]:
    """What can no longer be undone from a step on; `numbers` are those of the plan's steps, by their ids."""
    if step.point_of_no_return:
        yield f"This step cannot be undone{f'. It loses {step.loses}' if step.loses else ''}."
    if step.oldest_version_that_may_return in numbers:
        number = numbers[step.oldest_version_that_may_return]
        yield f"After this step, do not roll the app back to a version older than that of step {number}."
    if step.note:
        yield step.note


def query_line(query: str, expected: str = "0") -> str:
    """A query on one line, with what it must return."""
    return f"This must return {expected}: {' '.join(query.split())}"


@singledispatch
def instruction(act: Act) -> str:
    """What to do, without the query of a decision."""
    raise TypeError(act)  # a kind of act without words


@instruction.register
def _(act: StopAll) -> str:
    return "Stop every instance of the app. Any that keeps running will fail."


@instruction.register
def _(act: Start) -> str:
    return f"Start the version that uses {listed(act.uses)}."


@instruction.register
def _(act: Deploy) -> str:
    code = f"Deploy code that {joined(_of_code(act))}." if any(_of_code(act)) else "Deploy the new version."
    return " ".join(
        (code, *_upserted(act), *_values(act), *(_ERRORS[error] for error in act.handles if error in _ERRORS))
    )


def _of_code(act: Deploy) -> Iterator[str]:
    """What the code of a version does and no longer does, each as `uses X`."""
    if act.uses:
        yield f"uses {listed(act.uses)}{f' as {code_span(act.as_type)}' if act.as_type else ''}{_instead(act)}"
    if act.without:
        yield f"no longer uses {listed(act.without)}"
    if act.reads_only:
        yield f"can read {listed(act.reads_only)} but never writes {'it' if len(act.reads_only) == 1 else 'them'}"
    if act.reads:
        yield f"reads {listed(act.reads)}"
    if act.writes:
        yield f"writes {'only ' if set(act.writes) < set(act.reads) else ''}{listed(act.writes)}"
    if act.always_sets:
        yield f"sets {listed(act.always_sets)} in every insert"
    if act.never_null:
        yield f"never leaves {listed(act.never_null)} NULL"
    if act.accepts_null:
        yield f"accepts NULL in {listed(act.accepts_null)}"
    if act.connects:
        yield f"sets {listed(act.connects)} with `connect` in each `create` that connects another relation"
    if act.no_duplicates:
        yield f"writes no duplicates of {listed(act.no_duplicates)}"
    if act.no_orphans:
        yield f"only sets {listed(act.no_orphans)} to existing rows"
    if act.convertible and not act.uses:
        yield f"only writes values of {listed(act.convertible)} that convert to {listed(act.convertible_to)}"


def _instead(act: Deploy) -> str:
    return f" instead of {listed(act.instead_of)}" if act.instead_of else ""


def _upserted(act: Deploy) -> Iterator[str]:
    if act.upserts:
        yield f"After each write to {listed(act.writes)}, upsert the same row in {listed(act.upserts)}, in the same transaction."


def _values(act: Deploy) -> Iterator[str]:
    if act.convertible and act.uses:
        yield f"Until the last step, only write values of {listed(act.convertible)} that convert to {listed(act.convertible_to)}."
    if act.generates:
        yield f"Generate {listed(act.generates)} in the code, so that both fields get the same value."
    if act.never_null_but_optional:
        yield f"The type of {listed(act.never_null_but_optional)} still allows null, but every row has a value."


@instruction.register
def _(act: Wait) -> str:
    match act.until:
        case Until.OLD_INSTANCES_STOPPED:
            return "Wait until no instance of an older version is running."
        case Until.SURE_TO_STAY:
            return "Wait until you are sure that you will not roll back the app."
        case Until.NOBODY_MISSES_IT:
            return f"Wait until you are sure that nothing needs {code_span(act.subject)}. The table can still be renamed back."
        case Until.QUIET_HOURS:
            return f"Wait for quiet hours. Every table that uses {code_span(act.subject)} is locked and rewritten."


@instruction.register
def _(act: Decide) -> str:
    match act.trouble:
        case Trouble.DUPLICATES:
            return f"For each group of {code_span(act.model)} rows with the same {listed(act.fields)}, keep one row."
        case Trouble.ORPHANS:
            return f"Fix each {code_span(act.model)} row whose {listed(act.fields)} points to no {code_span(act.other)}. Set NULL, delete the row, or add the {code_span(act.other)}."
        case Trouble.NO_COUNTERPART:
            return f"Add a {code_span(act.other)} row for each {code_span(act.model)} row that has {listed(act.fields)} but no {code_span(act.other)}."
        case Trouble.EMPTY:
            return f"Give each {code_span(act.model)} row without {listed(act.fields)} a value, or delete the row."
        case Trouble.UNCONVERTED:
            return f"Fix {listed(act.fields)} in each {code_span(act.model)} row where it does not convert to {listed(act.other.split(', '))}."


@instruction.register
def _(act: Review) -> str:
    return (
        f"Count the {code_span(act.model)} rows whose {listed(act.fields)} the last step will change: {act.changes}. "
        "Fix these rows, or accept the change."
    )


@instruction.register
def _(act: FillIn) -> str:
    return f"In {_files(act.files)}, replace {code_span(act.placeholder)} with an SQL expression for existing rows."


@instruction.register
def _(act: RunScripts) -> str:
    order = ", in this order" if len(act.scripts) > 1 else ""
    return f"Run {_files(f'{name}.sql' for name in act.scripts)} with `prisma db execute --file`{order}. A script can be stopped and run again."


@instruction.register
def _(act: BackUp) -> str:
    return f"Back up {listed(act.data)} if you may need the data later."


@instruction.register
def _(act: RestartPooled) -> str:
    return f"Restart app instances and connection poolers. Prepared statements on {code_span(act.enum)} columns fail in a session that began earlier ({act.code})."


@instruction.register
def _(act: Instruction) -> str:
    return act.text


def _files(names: Iterable[str]) -> str:
    return listed(names)
