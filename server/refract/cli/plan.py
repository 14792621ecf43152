"""`refract plan`: one risky change as a sequence of safe steps, followed over several deploys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, TypeVar

from refract.actions import planning
from refract.actions.plan_stages import base_name, is_unmerged, stages
from refract.actions.prisma_commands import Commands
from refract.actions.still_used import StillUsed, still_used_sentence, used_before_confirmation, used_before_next
from refract.actions.uncertain import uncertain_start
from refract.analysis import Analysis
from refract.analysis.open_plans import plan_file, recipe_named
from refract.baseline.folder import SQL_FILE
from refract.cli.chosen_project import analysis_to_change, chosen_analysis, in_folder
from refract.cli.first_migration import say_first_migration
from refract.cli.places import Places, problem_lines
from refract.cli.plan_details import code_lines, recovery_lines
from refract.cli.shapes import VERSION, dumps
from refract.cli.terminal import CannotRun, complain, say, shown_path
from refract.cli.writing import write_changes
from refract.escaping import code_span, one_line, printable
from refract.plans import Plan, PlanStep, Progress, State
from refract.plans.stages import Stage
from refract.plans.taking import last_taken
from refract.recipes.acts import Act
from refract.recipes.base import AnswerMissing, CannotPlan, all_recipes
from refract.rendering.acts import instruction, limits, query_line, step_numbers, to_do
from refract.rendering.progress import commit_sentence, finished_sentence, stage_sentence, standing
from refract.text import Location

_T = TypeVar("_T")
_MOST_PLACES = 10
_WIDTH = 100
_MARKS = {State.DONE: "x", State.WAITING: "~", State.NEXT: ">", State.LATER: " "}
_WRITTEN = "+"  # instead of x, while the base branch does not have the step
_INDENT = 18  # of a value in the list of a step


def recipes(output: str) -> int:
    """List the recipes."""
    if output == "json":
        rows = [
            {
                "name": recipe.name,
                "summary": recipe.summary,
                "subject": str(recipe.subject),
                "questions": [
                    {"name": q.name, "text": q.text, "default": q.default, "choices": list(q.choices)}
                    for q in recipe.questions
                ],
                "providers": sorted(recipe.providers),
            }
            for recipe in all_recipes().values()
        ]
        return _say_json(recipes=rows)
    width = max(map(len, all_recipes()))
    for recipe in all_recipes().values():
        say(f"{recipe.name.ljust(width)}  {recipe.summary}\n")
        for question in recipe.questions:
            default = "" if question.default is None else f" [{question.default or 'nothing'}]"
            choices = f" ({', '.join(filter(None, question.choices))})" if question.choices else ""
            say(f"{' ' * width}    {question.name}: {question.text}{choices}{default}\n")
    return 0


def new(recipe: str, subject: str | None, pairs: Sequence[str], name: str, path: str | None, output: str) -> int:
    """Write the plan of a recipe; no step is taken yet."""
    if subject is None:
        raise CannotRun(_usage(recipe))
    analysis = analysis_to_change(path)
    answers = dict(map(_pair, pairs))
    try:
        plan = _planned(lambda: planning.start_plan(analysis, recipe, subject, answers, name), analysis)
    except AnswerMissing as error:
        raise CannotRun(f"{error} Example: {code_span(recipe_named(recipe).example)}.") from error
    write_changes((plan_file(plan),), analysis.snapshot.files.home)
    for line in _uncertain(analysis, plan):
        complain(line)
    progress = Progress(plan, _nothing_done(plan))
    if output == "json":
        return _say_json(plan=_as_json(analysis, progress))
    say(f"{shown_path(plan.path)}\n\n")
    _say_plan(analysis, progress)
    say(f"\nNext: refract plan next {plan.name}\n")
    return 0


def list_plans(path: str | None, output: str) -> int:
    """List the plans and their status."""
    analysis = chosen_analysis(path)
    progress = analysis.plans
    if output == "json":
        problems = [problem.message for problem in analysis.snapshot.plans.problems]
        _say_json(plans=[_as_json(analysis, p) for p in progress], problems=problems)
    elif not progress:
        say("No plans. Run `refract plan recipes` for a list of recipes.\n")
    width = max((len(p.plan.name) for p in progress), default=0)
    for found in progress if output == "text" else ():
        say(printable(f"{found.plan.name.ljust(width)}  {standing(found)}\n"))
    for problem in analysis.snapshot.plans.problems:
        complain(one_line(problem.message))
    return 2 if analysis.snapshot.plans.problems else 0


def show(name: str | None, path: str | None, output: str) -> int:
    """Show a plan step by step."""
    analysis = chosen_analysis(path)
    progress = _chosen(analysis, name)
    if output == "json":
        return _say_json(plan=_as_json(analysis, progress))
    _say_plan(analysis, progress)
    if progress.is_open:
        say("\n")
        say(printable(_hint(analysis, progress)))
    if progress.waits_for_people:
        say(printable("".join(f"{line}\n" for line in code_lines(analysis, progress))))
    return 0


def next_step(name: str | None, path: str | None, output: str, *, force: bool) -> int:
    """Take the next step: the edits of the schema and the migrations."""
    analysis = analysis_to_change(path)
    progress = _chosen(analysis, name)
    if not progress.is_open:
        return _say_finished(analysis, progress, output)
    try:
        changes = planning.take_next_step(analysis, progress)
    except planning.WaitsForPeople as error:
        return _say_waiting(analysis, progress, output, error)
    except CannotPlan as error:
        raise _refusal(error, analysis) from error
    if not force:
        _refuse_uncertain(analysis, progress)
        _refuse(used_before_next(analysis, progress), analysis)
    files = write_changes(changes, analysis.snapshot.files.home)
    number, step = planning.current_step(progress)
    if output == "json":
        return _say_as_it_is_now(progress, path, files)
    say(printable(f"Step {number + 1} of {len(progress.plan.steps)}, {step.phase}: {step.title}\n"))
    for file in files:
        say(f"  {shown_path(file)}\n")
    say_first_migration(analysis, changes)
    say("\n")
    say(printable(f"Review these files{in_folder(analysis)}, then:\n"))
    migrations = [str(file) for file in files if file.name == SQL_FILE]
    say(printable(_numbered(_to_do(analysis, progress, migrations, commit_sentence(base_name(analysis))))))
    further = (*code_lines(analysis, progress), *recovery_lines(analysis, migrations))
    say(printable("".join(f"{line}\n" for line in further)))
    return 0


def _say_finished(analysis: Analysis, progress: Progress, output: str) -> int:
    """Nothing is wrong with a plan that has ended."""
    message = finished_sentence(progress.plan, shown_path(progress.plan.path))
    if output == "json":
        return _say_json(plan=_as_json(analysis, progress), files=[], message=message, to_do=[])
    say(f"{message}\n")
    return 0


def _say_waiting(analysis: Analysis, progress: Progress, output: str, reason: CannotPlan) -> int:
    """Nothing is wrong with a step that waits either: no file is written, and what is left to do is listed."""
    to_do_now = _still_to_do(analysis, progress)
    if output == "json":
        message = f"No step was taken. {reason}"
        return _say_json(plan=_as_json(analysis, progress), files=[], message=message, to_do=list(to_do_now))
    say(printable(f"{reason}\n{_numbered(to_do_now)}"))
    return 0


def done(name: str | None, by: str, path: str | None, output: str, *, force: bool) -> int:
    """Confirm that the manual part of the current step is done."""
    analysis = analysis_to_change(path)
    progress = _chosen(analysis, name)
    person = by or planning.git_user(analysis)
    try:
        changes = planning.confirm_current_step(analysis, progress, person)
    except planning.NothingToConfirm as error:
        raise CannotRun(f"{error} Run {code_span(f'refract plan next {progress.plan.name}')}.") from error
    except CannotPlan as error:
        raise _refusal(error, analysis) from error
    if not force:
        _refuse(used_before_confirmation(analysis, progress), analysis)
    if is_unmerged(analysis, progress):
        complain(f"{base_name(analysis)} does not have this step yet. Confirm only what is deployed.")
    files = write_changes(changes, analysis.snapshot.files.home)
    if output == "json":
        return _say_as_it_is_now(progress, path, files)
    number, _ = planning.current_step(progress)
    say(printable(f"Step {number + 1} of {progress.plan.name} is confirmed by {person}.\n"))
    _say_files(files)
    is_last = number == len(progress.plan.steps) - 1
    ending = finished_sentence(progress.plan, shown_path(progress.plan.path))
    say("\nNext:\n")
    _say_list((commit_sentence(base_name(analysis)), ending if is_last else f"refract plan next {progress.plan.name}"))
    return 0


def back(name: str | None, path: str | None, output: str) -> int:
    """Undo the last step: a migration that reverses it, and the reverse edits of the schema."""
    analysis = analysis_to_change(path)
    progress = _chosen(analysis, name)
    changes = _planned(lambda: planning.take_last_step_back(analysis, progress), analysis)
    files = write_changes(changes, analysis.snapshot.files.home)
    if output == "json":
        return _say_as_it_is_now(progress, path, files)
    number = last_taken(progress) or 0
    say(printable(f"Step {number + 1} of {progress.plan.name} is undone: {progress.plan.steps[number].title}\n"))
    _say_files(files)
    migrations = [str(file) for file in files if file.name == SQL_FILE]
    deploy = Commands(analysis.snapshot.files, analysis.versions).deploy(migrations) if migrations else ()
    say(printable(f"\nReview these files{in_folder(analysis)}, then:\n"))
    _say_list((commit_sentence(base_name(analysis)), *deploy))
    return 0


def abandon(name: str | None, why: str, path: str | None, output: str) -> int:
    """Stop tracking a plan. Steps already taken stay in place."""
    analysis = analysis_to_change(path)
    progress = _chosen(analysis, name)
    changes = _planned(lambda: planning.end_plan(analysis, progress, why), analysis)
    files = write_changes(changes, analysis.snapshot.files.home)
    if output == "json":
        return _say_as_it_is_now(progress, path, files)
    say(f"Plan {progress.plan.name} is closed.\n")
    if last_taken(progress) is not None:
        say("Steps already taken stay in place; Refract no longer tracks them.\n")
    return 0


def _usage(recipe: str) -> str:
    """What is missing after the name of a recipe."""
    try:
        found = recipe_named(recipe)
    except CannotPlan as error:
        return str(error)
    return f"Name what to change. Example: {code_span(found.example)}."


def _planned(make: Callable[[], _T], analysis: Analysis) -> _T:
    try:
        return make()
    except AnswerMissing:
        raise
    except CannotPlan as error:
        raise _refusal(error, analysis) from error


def _refusal(error: CannotPlan, analysis: Analysis) -> CannotRun:
    """The reason, with its place if something cannot be read."""
    if not isinstance(error, planning.Unreadable):
        return CannotRun(str(error))
    lines = problem_lines(analysis, analysis.problems)
    return CannotRun("\n".join((*lines, "No step was taken. Fix the problems above first.")))


def _say_json(**values: Any) -> int:
    say(dumps({"version": VERSION, **values}) + "\n")
    return 0


def _pair(word: str) -> tuple[str, str]:
    name, sign, value = word.partition("=")
    if not sign:
        raise CannotRun(f"Pass each answer as name=value, not {word!r}.")
    return name, value


def _nothing_done(plan: Plan) -> tuple[State, ...]:
    return (State.NEXT, *(State.LATER for _ in plan.steps[1:]))


def _chosen(analysis: Analysis, name: str | None) -> Progress:
    return _planned(lambda: planning.plan_named(analysis, name), analysis)


def _say_as_it_is_now(progress: Progress, path: str | None, files: Sequence[Path]) -> int:
    """The plan after the files were written, and these."""
    analysis = chosen_analysis(path)
    now = planning.plan_named(analysis, progress.plan.name)
    return _say_json(plan=_as_json(analysis, now), files=list(map(shown_path, files)))


def _refuse_uncertain(analysis: Analysis, progress: Progress) -> None:
    """Raises CannotRun if the first step is about a table that an earlier statement may have changed."""
    lines = [] if progress.number else _uncertain(analysis, progress.plan)
    if lines:
        raise CannotRun("\n".join([*lines, "No step was taken. Check these statements, then add --force."]))


def _uncertain(analysis: Analysis, plan: Plan) -> list[str]:
    """The statements that were not followed and name a table of the plan, a line each."""
    places = Places(analysis.snapshot.tree.documents)
    found = [s for s in uncertain_start(analysis, plan) if s.origin is not None]
    shown = [(places.find(Location(s.origin.path, s.origin.span)), s.summary) for s in found[:_MOST_PLACES] if s.origin]
    lines = [one_line(f"{p.path}:{p.line}:{p.column}: not followed: {summary}") for p, summary in shown]
    return [*lines, f"and {len(found) - len(shown)} more"] if len(found) > len(shown) else lines


def _refuse(used: StillUsed, analysis: Analysis) -> None:
    """Raises CannotRun, with the places, if code still uses what the app may no longer use."""
    if not used:
        return
    places = Places(analysis.snapshot.tree.documents)
    kinds = (
        ("", [o for _, uses in used for o in uses.sure]),
        ("perhaps ", [o for _, uses in used for o in uses.perhaps]),
    )
    lines = [f"{still_used_sentence(used)}:"]
    for kind, origins in kinds:
        shown = [places.find(Location(origin.path, origin.span)) for origin in origins[:_MOST_PLACES]]
        lines += [f"  {kind}{p.path}:{p.line}:{p.column}: {p.source.strip()[:_WIDTH]}" for p in shown]
        if len(origins) > len(shown):
            lines.append(f"  {kind}and in {len(origins) - len(shown)} more")
    lines.append("Remove these uses and deploy first. If this code never uses this database, add --force.")
    raise CannotRun("\n".join(lines))


def _say_files(files: Sequence[Path]) -> None:
    for file in files:
        say(f"  {shown_path(file)}\n")


def _say_list(lines: Sequence[str]) -> None:
    say(printable(_numbered(lines)))


def _say_plan(analysis: Analysis, progress: Progress) -> None:
    say(printable(f"{progress.plan.title}: {standing(progress)}\n"))
    base, numbers = base_name(analysis), step_numbers(progress.plan)
    known = zip(progress.plan.steps, progress.states, stages(analysis, progress), strict=True)
    for number, (step, state, stage) in enumerate(known, 1):
        mark = _WRITTEN if state is State.DONE and stage is Stage.WRITTEN else _MARKS[state]
        far = stage_sentence(stage, base) if stage else ""
        lines = (f"[{mark}] {number}. {step.phase}: {step.title}", *_lines(step, far, numbers))
        say(printable("".join(f"{line}\n" for line in lines)))


def _wrapped(head: str, text: str) -> str:
    """A line of a step; a long sentence goes on below its beginning. Commands and queries are not wrapped: they are copied."""
    line = f"{' ' * 7}{head.ljust(_INDENT - 7)}{text}"
    return fill(line, _WIDTH, subsequent_indent=" " * _INDENT, break_long_words=False, break_on_hyphens=False)


def _lines(step: PlanStep, far: str, numbers: Mapping[str, int]) -> Iterator[str]:
    if far:
        yield _wrapped("state", far)
    for edit in step.schema:
        yield f"       schema     {edit}"
    if step.confirmed is None:
        yield from (_wrapped("before", instruction(act)) for act in step.before)
    for migration in step.migrations:
        yield f"       migration  {migration.folder or migration.name}"
    for script in step.scripts:
        yield f"       script     {script.folder}{'/' if script.folder else ''}{script.name}.sql"
    if step.confirmed is None:
        yield from (_wrapped("after", instruction(act)) for act in step.after)
    else:
        yield f"       confirmed  by {step.confirmed.by} on {step.confirmed.on}"
    if step.check:
        yield f"       check      {query_line(step.check)}"
    yield from (_wrapped("careful", limit) for limit in limits(step, numbers))


def _hint(analysis: Analysis, progress: Progress) -> str:
    if progress.waits_for_people:
        return f"Waiting for you{in_folder(analysis)}:\n{_numbered(_still_to_do(analysis, progress))}"
    return f"Next: refract plan next {progress.plan.name}\n"


def _still_to_do(analysis: Analysis, progress: Progress) -> tuple[str, ...]:
    commit = commit_sentence(base_name(analysis)) if is_unmerged(analysis, progress) else ""
    return _to_do(analysis, progress, _written(analysis, progress), commit)


def _to_do(analysis: Analysis, progress: Progress, migrations: Sequence[str], commit: str) -> tuple[str, ...]:
    """What is left to do in the current step after its files are written, in order; `commit` is first, if needed."""
    if progress.step is None:
        return ()
    commands = Commands(analysis.snapshot.files, analysis.versions)
    deploy = commands.deploy(migrations) if progress.step.migrations else ()
    word = "done" if progress.step.needs_confirmation else "next"
    is_last = progress.number == len(progress.plan.steps) - 1 and word == "next"
    further = () if is_last else (f"refract plan {word} {progress.plan.name}",)
    return (*filter(None, (commit,)), *to_do(progress.step, deploy), *further)


def _numbered(lines: Sequence[str]) -> str:
    return "".join(f"  {n}. {line}\n" for n, line in enumerate(filter(None, lines), 1))


def _written(analysis: Analysis, progress: Progress) -> list[str]:
    """The files of the migrations of the current step."""
    known = analysis.snapshot.plans.migrations
    migrations = progress.step.migrations if progress.step else ()
    return [known[m.folder].path for m in migrations if m.folder in known]


def _as_json(analysis: Analysis, progress: Progress) -> dict[str, Any]:
    plan = progress.plan
    known = zip(plan.steps, progress.states, stages(analysis, progress), strict=True)
    return {
        "name": plan.name,
        "path": shown_path(plan.path),
        "recipe": plan.recipe,
        "title": plan.title,
        "answers": dict(plan.answers),
        "created": plan.created,
        "abandoned": plan.abandoned or None,
        "status": standing(progress),
        "step": None if progress.number is None else progress.number + 1,
        "steps": [
            {**_step_as_json(number, step, state), "stage": stage and str(stage)}
            for number, (step, state, stage) in enumerate(known)
        ],
    }


def _step_as_json(number: int, step: PlanStep, state: State) -> dict[str, Any]:
    return {
        "number": number + 1,
        "id": step.id,
        "phase": str(step.phase),
        "title": step.title,
        "state": str(state),
        "schema": [str(edit) for edit in step.schema],
        "migrations": [{"name": m.name, "folder": m.folder or None, "sql": m.sql} for m in step.migrations],
        "scripts": [{"name": m.name, "folder": m.folder or None, "sql": m.sql} for m in step.scripts],
        "undo": [{"name": m.name, "sql": m.sql} for m in step.undo],
        "before": _acts_as_json(step.before),
        "after": _acts_as_json(step.after),
        "check": step.check or None,
        "point_of_no_return": step.point_of_no_return,
        "loses": step.loses or None,
        "oldest_version_that_may_return": step.oldest_version_that_may_return or None,
        "note": step.note or None,
        "confirmed": {"by": step.confirmed.by, "on": step.confirmed.on} if step.confirmed else None,
    }


def _acts_as_json(acts: Sequence[Act]) -> list[dict[str, Any]]:
    """Acts as the plan's file has them, and in words."""
    from refract.plans.file import act_values

    return [{**act_values(act), "text": instruction(act)} for act in acts]
