"""Take steps of a plan and undo them: the one place that knows which files a step changes.

Nothing here reads or writes a file: a step is a list of file changes, which the editor or the command makes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from pathlib import Path

from attrs import evolve, frozen

from refract import clock
from refract.baseline.folder import migration_name
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


@frozen
class Existing:
    """What is written already: the folders of migrations, and the paths of the plan's scripts."""

    migrations: Container[str] = ()
    scripts: Container[str] = ()


MigrationPath = Callable[[str], str]
"""The path of a migration made now, by its name."""


def take_step(
    plan: OpenPlan, number: int, tree: SchemaTree, existing: Existing, new_migration: MigrationPath
) -> tuple[FileChange, ...]:
    """The file changes that take a step (from 0), in an order that can be interrupted: those of the plan, which name the
    others, then those of the schema, then the migrations. Taking the step again continues from there.

    Raises CannotPlan if the step does not fit the schema any longer.
    """
    changed, files = _with_files(plan.plan, number, existing, new_migration)
    schema = _schema_changes(plan.plan, plan.plan.steps[number].schema, tree)
    return (*_plan_changes(plan, changed), *schema, *files)


def take_first_step(
    plan: Plan, tree: SchemaTree, current: SchemaTree, new_migration: MigrationPath
) -> tuple[FileChange, ...]:
    """The file changes that write a new plan and take its first step. `tree` is the schema that the plan was made for,
    `current` the one in the files.
    """
    from refract.plans.file import plan_text  # noqa: PLC0415

    changed, files = _with_files(plan, 0, Existing(), new_migration)
    schema = file_edits(current, apply_schema_edits(tree, plan.steps[0].schema))
    return (NewFile(plan.path, plan_text(changed)), *schema, *files)


def take_step_back(
    plan: OpenPlan, number: int, tree: SchemaTree, existing: Existing, new_migration: MigrationPath
) -> tuple[FileChange, ...]:
    """The file changes that take a step back, in the same order. Raises CannotPlan if it cannot be undone."""
    step = plan.plan.steps[number]
    if step.point_of_no_return:
        raise CannotPlan(f"Step {number + 1} cannot be undone{f', since it lost {step.loses}' if step.loses else ''}.")
    latest = max((migration.folder for migration in step.migrations), default="")
    undo = (evolve(m, folder=m.folder if m.folder > latest else "") for m in step.undo)
    written, migrations = _with_folders(undo, existing.migrations, new_migration)
    forgotten = tuple(evolve(migration, folder="") for migration in step.migrations)
    scripts = tuple(evolve(script, folder="") for script in step.scripts)
    before = evolve(step, migrations=forgotten, scripts=scripts, undo=written, confirmed=None)
    changed = with_step(plan.plan, number, before)
    return (*_plan_changes(plan, changed), *_schema_changes(plan.plan, step.back, tree), *migrations)


def confirm_step(plan: OpenPlan, number: int, by: str, today: str = "") -> tuple[FileChange, ...]:
    """The change of a plan's file that records who has finished a step."""
    step = evolve(plan.plan.steps[number], confirmed=Confirmation(by, today or utc_today()))
    return _plan_changes(plan, with_step(plan.plan, number, step))


def abandon_plan(plan: OpenPlan, why: str) -> tuple[FileChange, ...]:
    """The change of a plan's file that ends it."""
    return _plan_changes(plan, evolve(plan.plan, abandoned=why))


def last_taken(progress: Progress) -> int | None:
    """The last step that has been taken, if any (from 0). A step without files is taken once it is confirmed."""
    pairs = enumerate(zip(progress.plan.steps, progress.states, strict=True))
    known = [n for n, (step, state) in pairs if state is State.DONE or (state is State.WAITING and step.writes)]
    return max(known, default=None)


def _with_files(
    plan: Plan, number: int, existing: Existing, new_migration: MigrationPath
) -> tuple[Plan, tuple[NewFile, ...]]:
    """The plan when a step's migrations and scripts are written, and the files of those that do not exist yet."""
    step = plan.steps[number]
    written, migrations = _with_folders(step.migrations, existing.migrations, new_migration)
    scripts = (script for script in scripts_of(plan, step) if script.path not in existing.scripts)
    return with_step(plan, number, with_folders(plan, step, written)), (*migrations, *scripts)


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
            f"The schema has changed since the plan was made ({why}). Restore that part, or abandon the plan."
        )
    return changed


def _with_folders(
    migrations: Iterable[PlanMigration], existing: Container[str], new_migration: MigrationPath
) -> tuple[tuple[PlanMigration, ...], tuple[NewFile, ...]]:
    """The migrations with their folders, and the files of those that do not exist yet."""
    found, files = list[PlanMigration](), list[NewFile]()
    for migration in migrations:
        if migration.folder and migration.folder in existing:
            found.append(migration)
            continue
        path = Path(new_migration(migration.name))
        found.append(evolve(migration, folder=migration_name(path)))
        files.append(NewFile(str(path), migration.sql))
    return tuple(found), tuple(files)


def _plan_changes(plan: OpenPlan, changed: Plan) -> tuple[FileChange, ...]:
    from refract.plans.file import with_changes  # noqa: PLC0415

    edits = tuple(line_edits(plan.text, with_changes(plan.text, changed)))
    return (FileEdits(plan.plan.path, edits, plan.text),) if edits else ()


def utc_today() -> str:
    """The day, as plans write it."""
    return clock.today().isoformat()
