"""Where a plan stands. What the database has is seen by replaying the migrations, what people did by their word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from attrs import frozen

from refract.plans.model import Plan, PlanMigration, PlanStep
from refract.providers import Provider
from refract.recipes.schema_edits import holds
from refract.schema import changes as c
from refract.schema.changes import Change
from refract.schema.model import Database, QualifiedName, Table
from refract.syntax import SchemaTree


class State(StrEnum):
    """A step's."""

    DONE = "done"
    WAITING = "waiting"  # taken: people have to deploy, and say so
    NEXT = "next"
    LATER = "later"


@frozen
class Progress:
    """A plan with the state of each of its steps. `number` is that of the step in hand (from 0), None at the end."""

    plan: Plan
    states: tuple[State, ...]

    @property
    def number(self) -> int | None:
        """The first step that is not done."""
        return next((n for n, state in enumerate(self.states) if state is not State.DONE), None)

    @property
    def step(self) -> PlanStep | None:
        """The step in hand."""
        return None if self.number is None else self.plan.steps[self.number]

    @property
    def is_open(self) -> bool:
        """Whether there is something to do."""
        return not self.plan.abandoned and self.number is not None

    def __str__(self) -> str:
        total = len(self.plan.steps)
        if self.plan.abandoned:
            return "abandoned"
        if self.number is None or self.step is None:
            return f"all {total} steps are done"
        waits = "; waiting for you to deploy" if self.states[self.number] is State.WAITING else ""
        return f"step {self.number + 1} of {total}: {self.step.phase}{waits}"


Built = tuple[bool | None, ...]
"""For each step of a plan whether migrations have built what it would; None for a step that has none."""


def built_by(plan: Plan, database: Database, migrations: Mapping[str, str], provider: Provider) -> Built:
    """What of a plan is built: `database` is what the `migrations` (folder: SQL) build."""
    return tuple(_is_built(step, database, migrations, provider) for step in plan.steps)


def progress_of(plan: Plan, built: Built, tree: SchemaTree) -> Progress:
    """Where a plan stands; `tree` is the schema as it is."""
    last = max((n for n, is_built in enumerate(built) if is_built), default=-1)
    pairs = zip(plan.steps, built, strict=True)
    taken = [n <= last or bool(known) or _is_edited(step, tree, known) for n, (step, known) in enumerate(pairs)]
    return Progress(plan, tuple(_states(plan, taken)))


def _states(plan: Plan, taken: list[bool]) -> Iterable[State]:
    reached = False
    for step, is_taken in zip(plan.steps, taken, strict=True):
        if reached:
            yield State.LATER
        elif is_taken and (step.confirmed is not None or not step.deploy):
            yield State.DONE
        else:
            reached = True
            yield State.WAITING if is_taken else State.NEXT


def _is_edited(step: PlanStep, tree: SchemaTree, is_built: bool | None) -> bool:
    """Whether a step without migrations is taken: its edits are in the schema. One of people alone is theirs to take."""
    return is_built is None and (step.confirmed is not None or all(holds(tree, edit) for edit in step.schema))


def _is_built(step: PlanStep, database: Database, migrations: Mapping[str, str], provider: Provider) -> bool | None:
    if not step.migrations:
        return None
    if all(_is_written(migration, migrations) for migration in step.migrations):
        return True
    effects = effects_of(step.migrations, database, provider)
    return bool(effects) and all(is_in_place(effect, database) for effect in effects)


def _is_written(migration: PlanMigration, migrations: Mapping[str, str]) -> bool:
    """Whether a migration stands in the folder, as it was written or under another date."""
    wanted = _plain(migration.sql)
    return any(name.endswith(migration.name) and _plain(sql) == wanted for name, sql in migrations.items())


def effects_of(migrations: Iterable[PlanMigration], database: Database, provider: Provider) -> tuple[Change, ...]:
    """What is to be seen in the database when migrations have run: the first comes and goes within them, left out."""
    from refract.sql.reader import read_migration  # noqa: PLC0415  only where a plan is open

    found: list[Change] = []
    for migration in migrations:
        found += read_migration(migration.sql, migration.name, database, provider).changes
    gone = {(c_.table, c_.check.name) for c_ in found if isinstance(c_, c.DropCheck)}
    return tuple(
        change
        for change in found
        if isinstance(change, _SEEN)
        and not (isinstance(change, c.AddCheck) and (change.table, change.check.name) in gone)
    )


_SEEN = (
    c.AddColumn,
    c.DropColumn,
    c.RenameColumn,
    c.AlterColumn,
    c.CreateIndex,
    c.DropIndex,
    c.CreateTable,
    c.DropTable,
    c.RenameTable,
    c.AddForeignKey,
    c.DropForeignKey,
    c.AddCheck,
    c.CreateEnum,
    c.AlterEnum,
)


def is_in_place(change: Change, database: Database) -> bool:
    """Whether a database is as it is after a change."""
    match change:
        case c.AddColumn(table=table, column=column):
            return _column(database, table, column.name)
        case c.DropColumn(table=table, column=column):
            return table in database.tables and not _column(database, table, column.name)
        case c.RenameColumn(table=table, after=column):
            return _column(database, table, column.name)
        case c.AlterColumn(table=table, after=column):
            found = _table(database.tables, table)
            has = found.column(column.name) if found else None
            return has is not None and (has.nullable, has.default, has.type) == (
                column.nullable,
                column.default,
                column.type,
            )
        case c.CreateIndex(table=table, index=index):
            found = _table(database.tables, table)
            return found is not None and found.index(index.name) is not None
        case c.DropIndex(table=table, index=index):
            found = _table(database.tables, table)
            return found is not None and found.index(index.name) is None
        case c.CreateTable(table=created):
            return created.name in database.tables
        case c.DropTable(table=dropped):
            return dropped.name not in database.tables
        case c.RenameTable(before=before, after=after):
            return after.name in database.tables and before.name not in database.tables
        case c.AddForeignKey(table=table, foreign_key=key):
            found = _table(database.tables, table)
            return found is not None and found.foreign_key(key.name) is not None
        case c.DropForeignKey(table=table, foreign_key=key):
            found = _table(database.tables, table)
            return found is not None and found.foreign_key(key.name) is None
        case c.AddCheck(table=table, check=check):
            found = _table(database.tables, table)
            return found is not None and any(held.name == check.name for held in found.checks)
        case c.CreateEnum(enum=enum):
            return enum.name in database.enums
        case c.AlterEnum(after=enum):
            has_enum = database.enums.get(enum.name)
            return has_enum is not None and {v.name for v in has_enum.values} == {v.name for v in enum.values}
        case _:
            return True


def _table(tables: Mapping[QualifiedName, Table], name: QualifiedName) -> Table | None:
    return tables.get(name)


def _column(database: Database, table: QualifiedName, column: str) -> bool:
    found = database.tables.get(table)
    return found is not None and found.column(column) is not None


def _plain(sql: str) -> str:
    """SQL without what an editor may change at its edges."""
    return "\n".join(line.rstrip() for line in sql.replace("\r\n", "\n").strip().splitlines())
