"""The plans of a project: files next to its migrations, read with everything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, field, frozen

from refract.baseline import Migration
from refract.config import nearest
from refract.escaping import code_span
from refract.frozen_map import frozen_map
from refract.plans import Plan, Progress, built_by, progress_of
from refract.plans.status import BuiltSteps
from refract.plans.taking import OpenPlan, utc_today
from refract.plans.territory import plan_in_the_way
from refract.providers import Provider
from refract.reading import UnreadableFile, files_in, read_text
from refract.recipes.base import CannotPlan, Recipe, Situation, all_recipes
from refract.schema.model import Database
from refract.syntax import SchemaTree
from refract.text import NewFile, Origin, Problem, Span
from refract.workspace.projects import ProjectFiles


@frozen(eq=False)
class Plans:
    """The plans of a project, what could not be read as one, and the existing migrations that carry them (by folder)."""

    open: tuple[OpenPlan, ...] = ()
    problems: tuple[Problem, ...] = ()
    migrations: Mapping[str, Migration] = field(factory=dict, converter=frozen_map, repr=False)

    def progress(self, tree: SchemaTree) -> tuple[Progress, ...]:
        """The status of each plan, by the current schema."""
        return tuple(progress_of(found.plan, found.built, tree) for found in self.open)


NO_PLANS = Plans()
_LARGEST = 2_000_000  # bytes of one plan


def read_plans(files: ProjectFiles, database: Database, migrations: Iterable[Migration], provider: Provider) -> Plans:
    """The plans on disk; `database` is what the `migrations` build. Never raises."""
    names = files_in(files.plans)
    if isinstance(names, UnreadableFile) and not names.is_missing:
        return Plans(problems=(Problem(f"{names.reason}.", Origin(names.path, "", Span(0, 0))),))
    texts = [(path, read_text(path, _LARGEST)) for path in files.plan_files()]
    if not texts:
        return NO_PLANS
    from refract.plans.file import NotAPlan, read_plan  # noqa: PLC0415  only where a plan is

    known = {migration.name: migration for migration in migrations}
    found: list[OpenPlan] = []
    problems: list[Problem] = []
    for path, text in texts:
        if isinstance(text, UnreadableFile):
            problems.append(Problem(text.reason, Origin(text.path, "", Span(0, 0))))
            continue
        try:
            plan = read_plan(text, path.stem, str(path))
        except NotAPlan as error:
            place = Origin(str(path), "", Span(error.offset, error.offset))
            problems.append(Problem(f"Cannot read plan {path.name}: {error}", place))
            continue
        found.append(OpenPlan(plan, text, _built(plan, database, known, provider)))
    return Plans(tuple(found), tuple(problems), known)


def built_again(plans: Plans, database: Database, migrations: Iterable[Migration], provider: Provider) -> Plans:
    """The same plans after the migrations have changed."""
    known = {migration.name: migration for migration in migrations} if plans.open else {}
    found = tuple(evolve(p, built=_built(p.plan, database, known, provider)) for p in plans.open)
    return evolve(plans, open=found, migrations=known)


def _built(plan: Plan, database: Database, migrations: Mapping[str, Migration], provider: Provider) -> BuiltSteps:
    if plan.abandoned or plan.provider != provider.name:
        return (None,) * len(plan.steps)
    return built_by(plan, database, {name: m.sql for name, m in migrations.items()}, provider)


def recipe_named(name: str) -> Recipe:
    """A recipe. Raises CannotPlan."""
    found = all_recipes().get(name)
    if found is None:
        meant = nearest(name, all_recipes())
        if meant:
            raise CannotPlan(f"Unknown recipe {name!r}. Did you mean {meant}?")
        raise CannotPlan(f"Unknown recipe {name!r}. Known recipes are {', '.join(all_recipes())}.")
    return found


def new_plan(
    files: ProjectFiles,
    recipe: Recipe,
    situation: Situation,
    others: Iterable[Progress],
    name: str = "",
    today: str = "",
) -> Plan:
    """A plan, with the path that its file would have. Raises CannotPlan, also if one of the `others` changes the same."""
    from refract.plans.file import is_name  # noqa: PLC0415  only when a plan is made
    from refract.plans.making import make_plan  # noqa: PLC0415

    if name and not is_name(name):
        raise CannotPlan(f"{name!r} is not a name for a plan. Use letters, digits, `_` and `-`.")
    wanted = name or _slug(f"{recipe.name} {' '.join(_words_of(situation.answers))}")
    used_names = {path.stem for path in files.plan_files()}
    unique = next(n for n in (wanted, *(f"{wanted}_{i}" for i in range(2, 1_000))) if n not in used_names)
    path = files.plans / f"{unique}.toml"
    plan = evolve(make_plan(recipe, situation, unique, today or utc_today()), path=str(path))
    in_the_way = plan_in_the_way(plan, others, situation.tree)
    if in_the_way is not None:
        raise _refusal(*in_the_way)
    return plan


def _refusal(other: Progress, subject: str) -> CannotPlan:
    name, step = other.plan.name, (other.number or 0) + 1
    return CannotPlan(
        f"Plan {name} already changes {code_span(subject)} (step {step} of {len(other.plan.steps)}). Finish that plan first. "
        f"{code_span(f'refract plan show {name}')} lists what is left. "
        f"To stop, undo the steps with {code_span(f'refract plan back {name}')}, "
        f"then run {code_span(f'refract plan abandon {name}')}."
    )


def plan_file(plan: Plan) -> NewFile:
    """The file of a new plan."""
    from refract.plans.file import plan_text  # noqa: PLC0415  only when a plan is made

    return NewFile(plan.path, plan_text(plan))


def _words_of(answers: Mapping[str, str]) -> Iterator[str]:
    from refract.plans.making import subject_names  # noqa: PLC0415

    yield from subject_names(answers)
    if answers.get("fields"):
        yield answers["fields"]
    if answers.get("to"):
        yield f"to {answers['to']}"


def _slug(text: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:80] or "plan"
