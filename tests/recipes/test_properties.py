"""What holds for every recipe on every database that it serves, without a line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

import pytest
from attrs import evolve

from recipes.plans import PROVIDERS, Case, cases, plan_of, served_on, situation
from refract.baseline import Migration
from refract.diff import Diff, diff
from refract.plans import Confirmation, Plan, built_by, progress_of
from refract.plans.file import plan_text, read_plan, with_changes
from refract.plans.making import make_plan
from refract.plans.model import PlanStep, with_step
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.recipes.acts import Decide
from refract.recipes.base import CannotPlan, all_recipes
from refract.recipes.dialects.base import GUARD_NOTE
from refract.recipes.engine import PlannedStep, StepMigration
from refract.recipes.schema_edits import all_hold, contradiction, inverse_edits
from refract.rules.kit.context import JudgedMigration, PlansInView, RuleContext
from refract.rules.kit.finding import Judged, Severity
from refract.rules.kit.rule import check_all
from refract.schema.changes import AddColumn
from refract.schema.model import Database, QualifiedName
from refract.sql.reader import read_migration, read_statements
from refract.sql.writer import write_script


@cache
def _steps(case: Case, database: str) -> tuple[PlannedStep, ...]:
    return plan_of(case, database)


SERVED = tuple((case, database) for database in PROVIDERS for case in served_on(database))
every_plan = pytest.mark.parametrize(("case", "database"), SERVED, ids=[f"{d}: {c}" for c, d in SERVED])


def _start(case: Case, database: str) -> Database:
    """What the migrations before the plan have built: read from SQL, as in a project."""
    asked = situation(case, database).database
    empty = Database(database, provider(database).default_schema)
    return _replayed([StepMigration("init", write_script(diff(empty, asked), empty, asked))], empty)


def _replayed(migrations: Iterable[StepMigration], before: Database) -> Database:
    for migration in migrations:
        before = read_migration(
            migration.sql, f"{migration.name}/migration.sql", before, provider(before.provider)
        ).database
    return before


@every_plan
def test_replaying_a_step_gives_the_database_of_its_schema(case: Case, database: str) -> None:
    current = _start(case, database)
    for step in _steps(case, database):
        current = _replayed(step.migrations, current)
        assert diff(current, step.database).changes == (), step.step.title


@every_plan
def test_a_step_can_be_seen_in_the_schema_and_nothing_there_is_in_its_way(case: Case, database: str) -> None:
    tree = situation(case, database).tree
    for step in _steps(case, database):
        edits = step.step.edits
        assert contradiction(tree, edits) == "", step.step.title
        assert not edits or not all_hold(tree, edits), step.step.title
        assert all_hold(step.tree, edits), step.step.title
        back = inverse_edits(tree, edits)
        assert contradiction(step.tree, back) == "", step.step.title
        tree = step.tree


@every_plan
def test_up_and_back_is_the_start_or_there_is_no_return(case: Case, database: str) -> None:
    current = _start(case, database)
    for step in _steps(case, database):
        after = _replayed(step.migrations, current)
        if not step.step.point_of_no_return:
            back = _replayed(step.undo, after)
            assert diff(back, current).changes == (), step.step.title
            assert _described(back) == _described(current), step.step.title
        current = after


@every_plan
def test_nothing_is_left_of_what_the_schema_cannot_hold(case: Case, database: str) -> None:
    steps = _steps(case, database)
    start = _start(case, database)
    end = _replayed((m for step in steps for m in step.migrations), start)
    assert not [check for table in end.tables.values() for check in table.checks]
    assert end.views == start.views
    created, dropped = (_words(steps, verb) for verb in ("CREATE", "DROP"))
    assert created == dropped


@every_plan
def test_a_column_that_comes_back_gets_its_default_when_its_rows_are_filled(case: Case, database: str) -> None:
    """Before that, the default would be taken for what a program wrote."""
    current = _start(case, database)
    for step in _steps(case, database):
        current = back = _replayed(step.migrations, current)
        to_fill = [m for m in step.undo if m.name.startswith("backfill_")]
        for migration in step.undo if to_fill else ():
            if migration == to_fill[-1]:
                break
            reading = read_migration(migration.sql, "m/migration.sql", back, provider(database))
            added = [change.column for change in reading.changes if isinstance(change, AddColumn)]
            assert not [column.name for column in added if column.default], step.step.title
            back = reading.database


@every_plan
def test_only_a_step_that_could_lose_rows_is_stopped_while_they_are_not_copied(case: Case, database: str) -> None:
    """It drops a column, or what has kept two tables in sync."""
    for step in _steps(case, database):
        up, down = ("".join(migration.sql for migration in some) for some in (step.migrations, step.undo))
        assert GUARD_NOTE not in up or "DROP COLUMN" in up or step.step.copied, step.step.title
        assert GUARD_NOTE not in down or "DROP COLUMN" in down, step.step.title
        assert GUARD_NOTE in up or not step.step.copied, step.step.title


@every_plan
def test_every_statement_is_understood(case: Case, database: str) -> None:
    current = _start(case, database)
    for step in _steps(case, database):
        built = current
        for migration in (*step.migrations, *step.undo):
            reading = read_migration(migration.sql, "m/migration.sql", built, provider(database))
            unread = [change.sql for change in reading.not_followed]
            assert not unread, migration.name
            built = reading.database
        current = _replayed(step.migrations, current)


@every_plan
def test_the_rules_have_nothing_against_a_step(case: Case, database: str) -> None:
    current = _start(case, database)
    for step in _steps(case, database):
        there = set(current.tables)
        for migration in step.migrations:
            after = _replayed([migration], current)
            fresh = frozenset(set(current.tables) - there)  # made by the step itself: nothing uses them yet
            found = [f for f in _findings(migration, current, database, fresh) if f[1] is not Severity.INFO]
            assert not [f for f in found if f[0] not in _announced(step, database)], migration.sql
            current = after


@every_plan
def test_where_a_plan_stands_is_seen_by_replay(case: Case, database: str) -> None:
    start = situation(case, database)
    plan = make_plan(all_recipes()[case.recipe], start, "plan", "2026-11-24")
    confirmed = evolve(
        plan,
        steps=tuple(evolve(s, confirmed=Confirmation("a", "b")) if s.needs_confirmation else s for s in plan.steps),
    )
    current, migrations = _start(case, database), dict[str, str]()
    for number, step in enumerate(_steps(case, database)):
        built = built_by(plan, current, migrations, provider(database))
        unconfirmed = next((n for n, s in enumerate(plan.steps) if s.needs_confirmation), len(plan.steps))
        if step.migrations:
            tree = start.tree if number == 0 else _steps(case, database)[number - 1].tree
            assert progress_of(confirmed, built, tree).number == number, step.step.title
            assert progress_of(plan, built, tree).number == min(number, unconfirmed)
        current = _replayed(step.migrations, current)
        migrations |= {f"{number}_{m.name}": m.sql for m in step.migrations}
        plan, confirmed = (_written(p, number) for p in (plan, confirmed))
    end = _steps(case, database)[-1].tree
    assert progress_of(confirmed, built_by(plan, current, migrations, provider(database)), end).number is None


@every_plan
def test_a_step_of_which_nothing_is_there_is_not_taken_for_done(case: Case, database: str) -> None:
    plan = make_plan(all_recipes()[case.recipe], situation(case, database), "plan", "2026-11-24")
    for number in range(len(plan.steps)):
        cut = evolve(plan, steps=plan.steps[number:])  # somebody has cut the steps before it out of the file
        built = built_by(cut, _start(case, database), {}, provider(database))
        step = cut.steps[0]
        if step.undo and step.schema:
            assert built[0] is not True, step.title


@every_plan
def test_a_plan_that_is_followed_in_turn_has_no_findings(case: Case, database: str) -> None:
    start, context = situation(case, database), _start(case, database)
    plan = make_plan(all_recipes()[case.recipe], start, "plan", "2026-11-24")
    current, migrations, tree = context, dict[str, Migration](), start.tree
    for number, step in enumerate(_steps(case, database)):
        for known in range(number, max(number - 2, -1), -1):  # the last step of people confirmed, or not yet
            confirmed = evolve(plan, steps=_confirmed_before(plan, known))
            progress = progress_of(confirmed, built_by(confirmed, current, _sql(migrations), provider(database)), tree)
            view = PlansInView((progress,), tree, migrations, date(2026, 11, 24), 30)
            seen = RuleContext(context, current, provider(database), Diff(()), judged=Judged.PLANS, plans=view)
            found = [f.what for f in check_all(seen) if f.rule != "plan-answer-missing"]
            assert found == [], step.step.title
        current, tree = _replayed(step.migrations, current), step.tree
        migrations |= {f"{number}_{m.name}": _as_file(number, m) for m in step.migrations}
        plan = _written(plan, number)


def _confirmed_before(plan: Plan, number: int) -> tuple[PlanStep, ...]:
    """The steps, with those before `number` confirmed where people have to."""
    before = (
        evolve(s, confirmed=Confirmation("a", "2026-11-24")) if s.needs_confirmation else s for s in plan.steps[:number]
    )
    return (*before, *plan.steps[number:])


def _sql(migrations: Mapping[str, Migration]) -> dict[str, str]:
    return {name: migration.sql for name, migration in migrations.items()}


def _as_file(number: int, migration: StepMigration) -> Migration:
    name = f"{number}_{migration.name}"
    return Migration(name, f"migrations/{name}/migration.sql", migration.sql.encode(), "")


def _written(plan: Plan, number: int) -> Plan:
    step = plan.steps[number]
    migrations = tuple(evolve(m, folder=f"{number}_{m.name}") for m in step.migrations)
    return with_step(plan, number, evolve(step, migrations=migrations))


@every_plan
def test_a_plan_is_the_same_when_it_is_read_again(case: Case, database: str) -> None:
    plan = make_plan(all_recipes()[case.recipe], situation(case, database), "plan", "2026-11-24")
    text = plan_text(plan)
    assert read_plan(text, "plan") == plan
    assert with_changes(text, plan) == text


@every_plan
def test_a_step_of_people_alone_writes_nothing(case: Case, database: str) -> None:
    for step in _steps(case, database):
        assert step.migrations or step.step.edits or step.step.acts, step.step.title
        assert bool(step.check) == bool(
            step.step.fills or step.step.check or any(isinstance(a, Decide) for a in step.step.acts)
        )


@pytest.mark.parametrize("name", sorted(all_recipes()))
def test_where_a_recipe_does_not_serve_it_says_why(name: str) -> None:
    for case in (case for case in cases() if case.recipe == name):
        for database in PROVIDERS:
            try:
                plan_of(case, database)
            except CannotPlan as error:
                assert len(str(error)) > 30, database


def _findings(
    migration: StepMigration, before: Database, database: str, fresh: frozenset[QualifiedName]
) -> list[tuple[str, Severity]]:
    known = provider(database)
    reading = read_migration(migration.sql, "m/migration.sql", before, known)
    statements = read_statements(migration.sql, "m/migration.sql", before, known)
    context = RuleContext(
        before=before,
        after=reading.database,
        provider=known,
        diff=Diff(reading.changes),
        versions=default_versions(database),
        judged=Judged.MIGRATION,
        fresh=fresh,
        migration=JudgedMigration(migration.name, "m/migration.sql", statements),
    )
    return [(finding.rule, finding.severity) for finding in check_all(context)]


_ON_PURPOSE = {
    "contract": {
        "drop-column", "drop-table", "drop-foreign-key", "drop-unique-breaks-upserts", "remove-enum-value",
        "rename-table-breaks-clients", "change-primary-key",
    },
    "validate": {"add-unique-on-existing-rows", "add-foreign-key-on-existing-rows", "drop-foreign-key"},
    "switch": {
        "rename-column-breaks-clients", "rename-table-breaks-clients", "drop-foreign-key",
        "add-foreign-key-on-existing-rows", "referential-action-changed",
    },
    "expand": {"rename-table-breaks-clients"},
}  # fmt: skip
"""What the steps of a phase do on purpose, when those before it have made it safe."""
_NO_SAFE_FORM = {"make-column-required", "create-index-blocking", "referential-action-changed"}
"""What is only avoided where the database can prove a constraint, or build an index, beside the traffic."""


def _announced(step: PlannedStep, database: str) -> set[str]:
    found = _ON_PURPOSE.get(str(step.step.phase), set())
    return found if database == "postgresql" else found | _NO_SAFE_FORM


def _words(steps: Iterable[PlannedStep], verb: str) -> list[str]:
    """The triggers, functions and procedures that statements beginning with a word are about."""
    names = []
    for step in steps:
        for migration in step.migrations:
            for line in migration.sql.splitlines():
                words = line.replace("(", " ").split()
                if (
                    words[:1] == [verb]
                    and words[1:2] in (["TRIGGER"], ["FUNCTION"], ["PROCEDURE"])
                    and words[2] != "IF"
                ):
                    names.append(words[2].rstrip(";"))
    return sorted(names)


def _described(database: Database) -> dict[str, object]:
    """A database without the order of its columns: a column that comes back comes last."""
    return {
        str(name): (
            sorted(table.columns, key=lambda c: c.name),
            table.primary_key,
            sorted(table.indexes, key=lambda i: i.name),
            sorted(table.foreign_keys, key=lambda k: k.name),
            sorted(table.checks, key=lambda c: c.name),
        )
        for name, table in database.tables.items()
    } | {"enums": {str(name): sorted(v.name for v in enum.values) for name, enum in database.enums.items()}}
