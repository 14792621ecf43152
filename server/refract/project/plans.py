"""The plans of a project: files beside its migrations, read with everything else, changed by what a person asks for.

Nothing here writes: a step that is taken is a list of file changes, which the editor or the command makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from attrs import evolve, field, frozen

from refract.baseline import Migration
from refract.plans import Confirmation, Plan, PlanMigration, Progress, State, built_by, progress_of
from refract.plans.model import with_step
from refract.plans.scripts import scripts_of, with_folders
from refract.plans.status import Built
from refract.plans.subject import edit_now
from refract.project.files import PLANS, ProjectFiles
from refract.project.reading import Unreadable, read_text
from refract.providers import Provider
from refract.recipes.base import CannotPlan, Recipe, Situation, all_recipes, subject_parts
from refract.recipes.schema_edits import SchemaEdit, all_hold, apply_schema_edits, contradiction, file_edits
from refract.schema.model import Database
from refract.syntax import SchemaTree
from refract.text import FileChange, FileEdits, NewFile, Origin, Problem, Span, line_edits

_MOST = 200  # plans of a project that are read


@frozen(eq=False)
class OpenPlan:
    """A plan of the project, the text of its file, and what of it the migrations have built."""

    plan: Plan
    text: str
    built: Built


@frozen(eq=False)
class Plans:
    """The plans of a project, what could not be read as one, and the migrations that are there to carry them (by folder)."""

    open: tuple[OpenPlan, ...] = ()
    problems: tuple[Problem, ...] = ()
    migrations: Mapping[str, Migration] = field(factory=dict, repr=False)

    def progress(self, tree: SchemaTree) -> tuple[Progress, ...]:
        """Where each plan stands, by the schema as it is."""
        return tuple(progress_of(found.plan, found.built, tree) for found in self.open)


NO_PLANS = Plans()
NewMigration = Callable[[str], str]


def plans_folder(files: ProjectFiles) -> Path:
    """Where a project keeps its plans: beside its migrations, not among them."""
    return files.migrations.parent / PLANS


def read_plans(files: ProjectFiles, database: Database, migrations: Iterable[Migration], provider: Provider) -> Plans:
    """The plans on disk; `database` is what the `migrations` build. Never raises."""
    texts = [(path, read_text(path)) for path in _plan_files(plans_folder(files))]
    if not texts:
        return NO_PLANS
    from refract.plans.file import NotAPlan, read_plan  # noqa: PLC0415  only where a plan is

    known = {migration.name: migration for migration in migrations}
    found: list[OpenPlan] = []
    problems: list[Problem] = []
    for path, text in texts:
        if isinstance(text, Unreadable):
            problems.append(Problem(text.reason, Origin(text.path, "", Span(0, 0))))
            continue
        try:
            plan = read_plan(text, path.stem, str(path))
        except NotAPlan as error:
            place = Origin(str(path), "", Span(error.offset, error.offset))
            problems.append(Problem(f"{path.name} is not a plan that Refract can follow: {error}", place))
            continue
        found.append(OpenPlan(plan, text, _built(plan, database, known, provider)))
    return Plans(tuple(found), tuple(problems), known)


def built_again(plans: Plans, database: Database, migrations: Iterable[Migration], provider: Provider) -> Plans:
    """The same plans after the migrations have changed."""
    known = {migration.name: migration for migration in migrations} if plans.open else {}
    found = tuple(evolve(p, built=_built(p.plan, database, known, provider)) for p in plans.open)
    return evolve(plans, open=found, migrations=known)


def _built(plan: Plan, database: Database, migrations: Mapping[str, Migration], provider: Provider) -> Built:
    if plan.abandoned or plan.provider != provider.name:
        return (None,) * len(plan.steps)
    return built_by(plan, database, {name: m.sql for name, m in migrations.items()}, provider)


def recipe_named(name: str) -> Recipe:
    """A recipe. Raises CannotPlan."""
    found = all_recipes().get(name)
    if found is None:
        raise CannotPlan(f"there is no recipe {name!r}; there are {', '.join(all_recipes())}.")
    return found


def answers_for(recipe: Recipe, subject: str, given: Mapping[str, str]) -> dict[str, str]:
    """All answers, `subject` being `User`, `User.name`, `Role` or `Role.ADMIN`. Raises CannotPlan."""
    parts, words = subject_parts(recipe.subject), subject.split(".")
    if len(parts) != len(words) or not all(words):
        wanted = {"model": "Model", "field": "field", "enum": "Enum", "value": "VALUE"}
        raise CannotPlan(f"{recipe.name} is about {'.'.join(wanted[p] for p in parts)}, not {subject!r}.")
    return recipe.complete({**dict(zip(parts, words, strict=True)), **given})


def new_plan(files: ProjectFiles, recipe: Recipe, situation: Situation, name: str = "", today: str = "") -> Plan:
    """A plan, with the path that its file would have. Raises CannotPlan."""
    from refract.plans.making import make_plan  # noqa: PLC0415  only when a plan is made

    wanted = name or _slug(f"{recipe.name} {' '.join(_said(situation.answers))}")
    taken = {path.stem for path in _plan_files(plans_folder(files))}
    unique = next(n for n in (wanted, *(f"{wanted}_{i}" for i in range(2, _MOST + 2))) if n not in taken)
    path = plans_folder(files) / f"{unique}.toml"
    return evolve(make_plan(recipe, situation, unique, today or _today()), path=str(path))


def plan_file(plan: Plan) -> NewFile:
    """The file of a new plan."""
    from refract.plans.file import plan_text  # noqa: PLC0415  only when a plan is made

    return NewFile(plan.path, plan_text(plan))


def taken(
    plan: OpenPlan, number: int, tree: SchemaTree, there: Container[str], new_migration: NewMigration
) -> tuple[FileChange, ...]:
    """The file changes that take a step (from 0), in an order that can be interrupted: the plan's own, which name what is
    to come, then the schema's, then the migrations. To take the step again goes on where that was.

    `there` are the folders of the migrations that exist; `new_migration` gives the path of a migration made now under a
    name. Raises CannotPlan where the schema is no longer one that the step fits.
    """
    step = plan.plan.steps[number]
    written, migrations = _written(step.migrations, there, new_migration)
    scripts = tuple(new for new in scripts_of(plan.plan, step) if not Path(new.path).exists())
    changed = with_step(plan.plan, number, with_folders(plan.plan, step, written))
    return (*_plan_changes(plan, changed), *_schema_changes(plan.plan, step.schema, tree), *migrations, *scripts)


def taken_back(
    plan: OpenPlan, number: int, tree: SchemaTree, there: Container[str], new_migration: NewMigration
) -> tuple[FileChange, ...]:
    """The file changes that take a step back, in the same order. Raises CannotPlan where it cannot be."""
    step = plan.plan.steps[number]
    if step.loses:
        raise CannotPlan(f"this step cannot be taken back: it loses {step.loses}")
    latest = max((migration.folder for migration in step.migrations), default="")
    undo = (evolve(m, folder=m.folder if m.folder > latest else "") for m in step.undo)
    written, migrations = _written(undo, there, new_migration)
    forgotten = tuple(evolve(migration, folder="") for migration in step.migrations)
    scripts = tuple(evolve(script, folder="") for script in step.scripts)
    before = evolve(step, migrations=forgotten, scripts=scripts, undo=written, confirmed=None)
    changed = with_step(plan.plan, number, before)
    return (*_plan_changes(plan, changed), *_schema_changes(plan.plan, step.back, tree), *migrations)


def confirmed(plan: OpenPlan, number: int, by: str, today: str = "") -> tuple[FileChange, ...]:
    """The change of a plan's file that says who has done a step of people."""
    step = evolve(plan.plan.steps[number], confirmed=Confirmation(by, today or _today()))
    return _plan_changes(plan, with_step(plan.plan, number, step))


def abandoned(plan: OpenPlan, why: str) -> tuple[FileChange, ...]:
    """The change of a plan's file that says that it is no longer followed."""
    return _plan_changes(plan, evolve(plan.plan, abandoned=why))


def last_taken(progress: Progress) -> int | None:
    """The last step that has been taken, if any (from 0). One that people alone do is not before they say so."""
    pairs = enumerate(zip(progress.plan.steps, progress.states, strict=True))
    known = [n for n, (step, state) in pairs if state is State.DONE or (state is State.WAITING and step.writes)]
    return max(known, default=None)


def _schema_changes(plan: Plan, wanted: Iterable[SchemaEdit], tree: SchemaTree) -> tuple[FileChange, ...]:
    edits = tuple(edit_now(edit, plan, tree) for edit in wanted)
    why = contradiction(tree, edits)
    if not why and all_hold(tree, edits):
        return ()
    try:
        changed = () if why else file_edits(tree, apply_schema_edits(tree, edits))
    except LookupError as error:
        why = str(error.args[0])
    if why:
        raise CannotPlan(
            f"the schema has changed since the plan was made: {why}. Put that back, or abandon the plan and make another "
            "from here."
        )
    return changed


def _written(
    migrations: Iterable[PlanMigration], there: Container[str], new_migration: NewMigration
) -> tuple[tuple[PlanMigration, ...], tuple[NewFile, ...]]:
    """The migrations with their folders, and the files of those that are not there yet."""
    found, files = list[PlanMigration](), list[NewFile]()
    for migration in migrations:
        if migration.folder and migration.folder in there:
            found.append(migration)
            continue
        path = Path(new_migration(migration.name))
        found.append(evolve(migration, folder=path.parent.name))
        files.append(NewFile(str(path), migration.sql))
    return tuple(found), tuple(files)


def _plan_changes(plan: OpenPlan, changed: Plan) -> tuple[FileChange, ...]:
    from refract.plans.file import with_changes  # noqa: PLC0415

    edits = tuple(line_edits(plan.text, with_changes(plan.text, changed)))
    return (FileEdits(plan.plan.path, edits),) if edits else ()


def _plan_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml")[:_MOST]
    except OSError:
        return []


def _said(answers: Mapping[str, str]) -> Iterator[str]:
    from refract.plans.making import subject_names  # noqa: PLC0415

    yield from subject_names(answers)
    if answers.get("fields"):
        yield answers["fields"]
    if answers.get("to"):
        yield f"to {answers['to']}"


def _slug(text: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:80] or "plan"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
