"""Takes steps of a plan, and takes them back: the one place that knows which files such a step changes.

Nothing here writes: a step is a list of file changes, which the editor or the command makes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from pathlib import Path

from attrs import evolve, frozen

from refract import clock
from refract.plans import Confirmation, Plan, PlanMigration, Progress, State
from refract.plans.model import with_step
from refract.plans.scripts import scripts_of, with_folders
from refract.plans.status import BuiltSteps
from refract.plans.subject import edit_now
from refract.recipes.base import CannotPlan
from refract.recipes.schema_edits import SchemaEdit, all_hold, apply_schema_edits, contradiction, file_edits
from refract.syntax import SchemaTree
from refract.text import FileChange, FileEdits, NewFile, line_edits


@frozen(eq=False)
class OpenPlan:
    """A plan of the project, the text of its file, and what of it the migrations have built."""

    plan: Plan
    text: str
    built: BuiltSteps


MigrationPath = Callable[[str], str]


def taken(
    plan: OpenPlan, number: int, tree: SchemaTree, there: Container[str], new_migration: MigrationPath
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
    plan: OpenPlan, number: int, tree: SchemaTree, there: Container[str], new_migration: MigrationPath
) -> tuple[FileChange, ...]:
    """The file changes that take a step back, in the same order. Raises CannotPlan where it cannot be."""
    step = plan.plan.steps[number]
    if step.point_of_no_return:
        raise CannotPlan(f"step {number + 1} cannot be undone{f': it drops {step.loses}' if step.loses else ''}.")
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
    step = evolve(plan.plan.steps[number], confirmed=Confirmation(by, today or utc_today()))
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
    migrations: Iterable[PlanMigration], there: Container[str], new_migration: MigrationPath
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


def utc_today() -> str:
    """The day, as plans write it."""
    return clock.today().isoformat()
