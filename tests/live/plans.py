"""Plans on real databases: each step runs, proves what it says, goes back exactly, and runs again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from live.ledger.speech import parents_first
from recipes.plans import Case, situation
from refract.diff import diff
from refract.providers import provider
from refract.recipes.engine import PlannedStep, StepMigration
from refract.schema.model import Column, Database, Table
from refract.sql.writer import write_script

ROWS = 2_500  # more than two batches

Catalog = dict[str, list[tuple[object, ...]]]


class LiveDatabase(Protocol):
    """An empty database of a server, as plans see it."""

    def run(self, script: str) -> None:
        """Runs a migration as Prisma would."""

    def answer(self, query: str) -> object:
        """The first value of the first row."""

    def insert(self, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        """Adds rows."""

    def catalog(self) -> Catalog:
        """All that a migration can build, without the order of columns: a column that comes back comes last."""


def begin(case: Case, live: LiveDatabase, database: str) -> Database:
    """Builds the database that the schema of a case asks for, with rows in all its tables."""
    asked, empty = situation(case, database).database, Database(database, provider(database).default_schema)
    _run(live, [StepMigration("init", write_script(diff(empty, asked), empty, asked))])
    for table in parents_first(asked):
        columns = [c for c in table.columns if c.default is None or c.default.text]
        live.insert(table, columns, [[_value(c, n, asked) for c in columns] for n in range(1, ROWS + 1)])
    return asked


def walk(live: LiveDatabase, steps: Iterable[PlannedStep], held: Callable[[], None]) -> None:
    """Takes every step, back where it has a way back, and again; `held` is what must be true after each."""
    for step in steps:
        before = live.catalog()
        _take(live, step)
        held()
        if not step.step.point_of_no_return:
            _run(live, step.undo)
            held()
            assert _changed(live.catalog(), before) == [], step.step.title
            _take(live, step)
            held()


def _take(live: LiveDatabase, step: PlannedStep) -> None:
    _run(live, step.migrations)
    if step.step.fills:
        answers = [live.answer(query) for query in step.check.split(";") if query.strip()]
        assert answers == [0] * len(step.step.fills), step.check


def _run(live: LiveDatabase, migrations: Iterable[StepMigration]) -> None:
    for migration in migrations:
        try:
            live.run(migration.sql)
        except Exception as error:
            raise AssertionError(f"{migration.name}: {error}\n{migration.sql}") from error


def _changed(after: Catalog, before: Catalog) -> list[str]:
    return [
        f"{sign} {kind} {row}"
        for kind in before
        for sign, rows, others in (("+", after, before), ("-", before, after))
        for row in rows[kind]
        if row not in others[kind]
    ]


def _value(column: Column, number: int, database: Database) -> object:
    """The same number in every key, a text or a value of an enum elsewhere."""
    if column.type.enum is not None:
        values = database.enums[column.type.enum].values
        return values[number % len(values)].name
    match column.type.name:
        case "ENUM":
            return column.type.args[number % len(column.type.args)]
        case "TEXT" | "VARCHAR" | "NVARCHAR":
            return str(number) if column.name == "legacy" else f"word{number} rest"
        case "TIMESTAMP" | "DATETIME":
            return "2026-11-24 12:00:00"
        case _:
            return number
