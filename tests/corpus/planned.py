"""A plan on a schema that it has never seen, followed on a real database with rows: each step up, back, and up again.

A step back leads to the same definitions and the same rows. No step changes a value that the plan does not name, and
after the last one each field has the values that it had.
"""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from corpus.contents import Contents, contents, fill
from corpus.databases import CannotRun, Database, Server
from corpus.pending import built
from corpus.rolled_back import different_definitions, different_rows
from corpus.subjects import Schema, Subject, subjects
from refract.actions.file_writing import write_changes
from refract.actions.planning import (
    confirm_current_step,
    plan_named,
    start_plan,
    take_last_step_back,
    take_next_step,
)
from refract.analysis import Analysis, analyse, open_project
from refract.analysis.open_plans import plan_file
from refract.baseline import load_migrations
from refract.plans import PlanStep
from refract.recipes.base import CannotPlan
from refract.schema.model import Database as Model
from refract.syntax.tree import Array, Constant, Field
from refract.text import FileChange
from refract.workspace import CannotAnalyse, ProjectFiles, find_projects

_SEED = 15
_MOST_STEPS = 40
_CHANGES_VALUES = frozenset({
    "primary-key-to-uuid", "remove-enum-value", "rename-enum-value", "make-field-required", "make-relation-required",
    "drop-field", "drop-model", "split-field", "merge-fields", "move-field", "relation-to-many-to-many",
})  # fmt: skip
_CHANGES_ENUMS = frozenset({"remove-enum-value", "rename-enum-value"})
_FILLS_FIELDS = frozenset({"make-field-required", "make-relation-required"})
_LONGEST_DETAIL = 2_000


@frozen
class Followed:
    """A plan that was followed. `kind` is one of KINDS; `steps` counts those taken, `undone` those that were taken back."""

    kind: str
    detail: str = ""
    steps: int = 0
    undone: int = 0
    tables: int = 0


KINDS = {
    "exact": "every way back is exact, and every value is as before",
    "refused": "Refract makes no plan, or stops at a step, and gives the reason",
    "fails": "the server refuses a migration of the plan",
    "unproven": "the query of a step does not return 0 when the step is done",
    "back differs": "a definition or a row is not as it was before the step",
    "value changed": "a value is another one, and the plan does not name it",
    "not-run": "the server refuses the history",
    "crash": "an exception",
}


class Unlike(Exception):
    """What a plan does is not what it should: the kind, and what is wrong."""

    def __init__(self, kind: str, detail: str, place: str) -> None:
        super().__init__(f"{place}: {detail}"[:_LONGEST_DETAIL])
        self.kind = kind


def chosen_subject(found: Analysis, turn: int) -> Subject | None:
    """A subject in a schema for the recipe whose turn it is, or for the next one that has any; always the same."""
    ways = list(subjects(Schema(found.snapshot.tree, found.database)).values())
    at = turn % len(ways)
    possible = next((way for way in (*ways[at:], *ways[:at]) if way), None)
    return random.Random(_SEED + turn).choice(possible) if possible else None


def follow(checkout: Path, files: ProjectFiles, subject: Subject, servers: Mapping[str, Server]) -> Followed:
    """Makes the plan in a copy of the project, and follows it to its end."""
    with _copy(checkout, files) as project:
        try:
            found = analyse(open_project(project))
            plan = start_plan(found, subject.recipe, subject.of, subject.answers)
            write_changes((plan_file(plan),), project.home)
            history = load_migrations(project.migrations).migrations
            with built(servers[found.lowered.provider.name], history) as database:
                return _followed(
                    _Run(project, database, [m.name for m in history], _untouched(found, subject)), found, subject
                )
        except (CannotPlan, CannotAnalyse) as error:
            return Followed("refused", str(error))
        except CannotRun as error:
            return Followed("not-run", str(error))
        except Exception as error:
            return Followed("crash", f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL])


@frozen
class _Run:
    """A project with its database, the names of the migrations that have run, and the columns that no step may touch."""

    files: ProjectFiles
    database: Database
    done: list[str]
    columns: frozenset[tuple[str, str]]

    def contents(self) -> Contents:
        """What the database holds: the values of these columns only."""
        held = contents(self.database)
        rows = {
            table: tuple({c: v for c, v in row.items() if (table, c) in self.columns} for row in rows)
            for table, rows in held.rows.items()
            if any(table == name for name, _ in self.columns)
        }
        return Contents(held.definitions, rows)

    def now(self) -> Analysis:
        return analyse(open_project(self.files))

    def write(self, changes: Iterable[FileChange], place: str) -> None:
        """Writes the changes and deploys."""
        write_changes(tuple(changes), self.files.home)
        for migration in load_migrations(self.files.migrations).migrations:
            if migration.name not in self.done:
                try:
                    self.database.run(migration.sql)
                except CannotRun as error:
                    raise Unlike("fails", f"{migration.name}: {error}", place) from error
                self.done.append(migration.name)


def _followed(run: _Run, found: Analysis, subject: Subject) -> Followed:
    before = found.database
    tables = fill(run.database, found.snapshot.baseline.database)
    held, taken, undone = contents(run.database), 0, 0
    try:
        for _ in range(_MOST_STEPS):
            now = run.now()
            progress = plan_named(now, None)
            number, step = progress.number, progress.step
            if number is None or step is None:
                _same_values(before, now.database, held, contents(run.database), subject)
                return Followed("exact", "", taken, undone, tables)
            if progress.waits_for_people:
                run.write(confirm_current_step(now, progress, "test"), "confirm")
                continue
            undone += _taken(run, step, f"step {number + 1}, {step.phase}")
            taken += 1
        raise Unlike("crash", "the plan has no end", "")
    except Unlike as error:
        return Followed(error.kind, str(error), taken, undone, tables)
    except CannotPlan as error:
        return Followed("refused", f"step {taken + 1}: {error}", taken, undone, tables)


def _untouched(found: Analysis, subject: Subject) -> frozenset[tuple[str, str]]:
    """The columns of a database whose values no step of a plan has a reason to change."""
    model, _, field = subject.of.partition(".")
    whole = frozenset(
        (t.name.name, c.name) for t in found.snapshot.baseline.database.tables.values() for c in t.columns
    )
    asked = {t.model_name: t for t in found.database.tables.values()}
    if subject.recipe in _CHANGES_ENUMS:
        pairs = ((t, c) for t in asked.values() for c in t.columns)
        return whole - {(t.name.name, c.name) for t, c in pairs if c.type.enum or c.type.name == "ENUM"}
    if subject.recipe in _FILLS_FIELDS:
        block = found.snapshot.tree.block(model)
        written = block.field(field) if block else None
        names = {field, *(_key_fields(written) if written else ())}
        return whole - {(asked[model].name.name, c.name) for c in asked[model].columns if c.field_name in names}
    return whole


def _key_fields(field: Field) -> Iterator[str]:
    relation = field.attribute("relation")
    listed = relation.argument("fields") if relation else None
    if isinstance(listed, Array):
        yield from (item.text for item in listed.items if isinstance(item, Constant))


def _taken(run: _Run, step: PlanStep, place: str) -> int:
    """Takes a step, takes it back, and takes it again; gives the number of ways back."""
    before = run.contents()
    _take(run, place)
    _proven(run, step, place)
    if not step.loses:
        _kept(before, run.contents(), place)
    if step.point_of_no_return or not step.migrations:
        return 0
    now = run.now()
    run.write(take_last_step_back(now, plan_named(now, None)), f"{place}, back")
    left = run.contents()
    lines = [*different_definitions(before.definitions, left.definitions), *different_rows(before, left, ())]
    if lines:
        raise Unlike("back differs", "\n".join(lines), place)
    _take(run, f"{place}, again")
    return 1


def _take(run: _Run, place: str) -> None:
    now = run.now()
    run.write(take_next_step(now, plan_named(now, None)), place)


def _proven(run: _Run, step: PlanStep, place: str) -> None:
    if not step.check or step.needs_confirmation or not step.migrations:
        return
    for query in filter(str.strip, step.check.split(";")):
        answer = run.database.answer(query)
        if answer not in (0, None):
            raise Unlike("unproven", f"{answer}: {query}", place)


def _kept(before: Contents, after: Contents, place: str) -> None:
    """Each column that exists before and after a step has the same values."""
    for table, rows in before.rows.items():
        other = after.rows.get(table)
        if other is None or not rows or not other:
            continue
        both = sorted(rows[0].keys() & other[0].keys())
        old, new = (sorted(tuple(row[c] for c in both) for row in x) for x in (rows, other))
        if old != new:
            raise Unlike("value changed", f"{table} {both}\n  before: {old}\n  after:  {new}", place)


def _same_values(old: Model, new: Model, held: Contents, left: Contents, subject: Subject) -> None:
    """Each field has the values that it had, whatever its model, its column and its type are now."""
    if subject.recipe in _CHANGES_VALUES:
        return
    for table in old.tables.values():
        columns = [(c.name, _now(f"{table.model_name}.{c.field_name}", new, subject)) for c in table.columns]
        if not table.model_name or table.name.name not in held.rows:
            continue
        found = {place[0] for _, place in columns if place}
        pairs = [(name, place[1]) for name, place in columns if place]
        if len(found) != 1 or len(pairs) != len(columns):
            raise Unlike("value changed", f"{table.name} has no counterpart for each of its columns", "the end")
        before = sorted(tuple(_plain(row[a]) for a, _ in pairs) for row in held.rows[table.name.name])
        after = sorted(tuple(_plain(row[b]) for _, b in pairs) for row in left.rows[found.pop()])
        if before != after:
            raise Unlike("value changed", f"{table.name}\n  before: {before}\n  after:  {after}", "the end")


def _now(name: str, new: Model, subject: Subject) -> tuple[str, str] | None:
    """The table and the column of a field at the end of a plan."""
    to = subject.answers.get("to", "")
    model, _, field = name.partition(".")
    model = to if subject.recipe == "rename-model" and model == subject.of else model
    field = to if subject.recipe == "rename-field" and name == subject.of else field
    table = next((t for t in new.tables.values() if t.model_name == model), None)
    column = next((c for c in table.columns if c.field_name == field), None) if table else None
    return (table.name.name, column.name) if table and column else None


def _plain(value: str) -> str:
    """A value without its type: 101, Decimal('101') and 101.0 are the same."""
    return re.sub(r"\ADecimal\('(.*)'\)\Z|\A'(.*)'\Z", r"\1\2", value).removesuffix(".0")


@contextmanager
def _copy(checkout: Path, files: ProjectFiles) -> Iterator[ProjectFiles]:
    """The project's schema and migrations in a folder of their own, with the server of these measures in its settings."""
    with tempfile.TemporaryDirectory(prefix="refract-plan-") as folder:
        to = Path(folder).resolve()
        places = [*files.schema_files, files.migrations, *files.root.glob("package.json"), *files.root.glob("prisma.*")]
        for place in filter(Path.exists, places):
            target = to / place.relative_to(checkout)
            target.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir():
                shutil.copytree(place, target, dirs_exist_ok=True)
            elif not target.exists():
                shutil.copy(place, target)
        root = to / files.root.relative_to(checkout)
        if (files.migrations / "migration_lock.toml").exists() and "mysql" in _lock(files):
            (root / "refract.toml").write_text('[database]\nflavour = "mariadb"\n')
        wanted = to / files.schema.relative_to(checkout)
        found = next((project for project in find_projects(to) if project.schema == wanted), None)
        if found is None:
            raise CannotAnalyse("the copy is not found")
        yield found


def _lock(files: ProjectFiles) -> str:
    return (files.migrations / "migration_lock.toml").read_text(errors="replace")
