"""What hangs on what a step drops: nothing of the plan's own, and all of the user's own."""

from __future__ import annotations

import pytest

from recipes.plans import Case, first_migration, plan_of, served_on, situation
from refract.providers import provider
from refract.recipes.base import CannotPlan, Situation, all_recipes
from refract.recipes.dropping import still_hanging
from refract.recipes.engine import StepMigration, plan_steps
from refract.schema.model import Database
from refract.sql.reader import read_migration
from wording import problems

CASES = [(name, case) for name in ("postgresql", "mysql", "sqlite") for case in served_on(name)]


def found_in(case: Case, name: str, own: str) -> list[tuple[str, str, list[str]]]:
    """What is found in a plan: the step, what it drops, and what hangs on that."""
    chosen, found = provider(name), []
    database = Database(name, chosen.default_schema)
    for migration in (first_migration(situation(case, name)), StepMigration("own", own)):
        database = read_migration(migration.sql, migration.name, database, chosen).database
    for step in plan_of(case, name):
        for hanging in still_hanging(step.migrations, database, chosen):
            users = [f"{user.kind.value} {user.name}" for user in hanging.users]
            found.append((f"{step.step.id}{' loses' if hanging.lost else ''}", hanging.subject, users))
        for migration in step.migrations:
            database = read_migration(migration.sql, migration.name, database, chosen).database
    return found


@pytest.mark.parametrize(("name", "case"), CASES, ids=str)
def test_nothing_of_a_plan_hangs_on_what_it_drops(name: str, case: Case) -> None:
    assert found_in(case, name, "") == []


SCHEMA = "model User {\n  id Int @id\n  name String\n  age Int?\n}\n"
RENAME = ("rename-field", {"model": "User", "field": "name", "to": "title", "how": "trigger"})
RETYPE = ("change-type", {"model": "User", "field": "name", "type": "String @db.VarChar(9)"})
DROP = ("drop-field", {"model": "User", "field": "name"})
DROP_MODEL = ("drop-model", {"model": "User"})
BY_VIEW = ("rename-model", {"model": "User", "to": "Person", "how": "view"})
VIEW = 'CREATE VIEW names AS SELECT id, name FROM "User";'
POLICY = 'CREATE POLICY own ON "User" USING (name = current_user);'
GENERATED = 'ALTER TABLE "User" ADD COLUMN low TEXT GENERATED ALWAYS AS (lower(name)) STORED;'
TRIGGER = (
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := lower(NEW.name); RETURN NEW; END $$;"
    'CREATE TRIGGER zz BEFORE INSERT OR UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION f();'
)
CHECK = """ALTER TABLE "User" ADD CONSTRAINT filled CHECK (name <> '');"""
PARTIAL = 'CREATE UNIQUE INDEX grown ON "User" (name) WHERE age > 18;'
LOWER = 'CREATE INDEX low ON "User" (lower(name));'


@pytest.mark.parametrize(
    ("plan", "own", "expected"),
    [
        (RENAME, VIEW, [("contract", "User.name", ["view names"])]),
        (RETYPE, VIEW, [("contract", "User.name", ["view names"])]),
        (DROP, VIEW, [("contract", "User.name", ["view names"])]),
        (RENAME, POLICY, [("contract", "User.name", ["policy own"])]),
        (RENAME, GENERATED, [("contract", "User.name", ["generated column low"])]),
        (RENAME, TRIGGER, [("contract", "User.name", ["trigger zz"])]),
        (DROP, TRIGGER, [("contract", "User.name", ["trigger zz"])]),
        (RENAME, 'CREATE VIEW ages AS SELECT age FROM "User";', []),
        (DROP_MODEL, VIEW, [("contract", "_drop_User", ["view names"])]),
        (BY_VIEW, VIEW + POLICY + GENERATED + CHECK + PARTIAL, []),
        (DROP, CHECK, [("contract loses", "User.name", ["check filled"])]),
        (DROP, PARTIAL, [("contract loses", "User.name", ["index grown"])]),
        (DROP, LOWER, [("contract loses", "User.name", ["index low"])]),
    ],
)
def test_what_is_the_users_own_is_found(
    plan: tuple[str, dict[str, str]], own: str, expected: list[tuple[str, str, list[str]]]
) -> None:
    case = Case("", plan[0], tuple(plan[1].items()), "postgresql", SCHEMA, "")
    assert found_in(case, "postgresql", own) == expected


@pytest.mark.parametrize(
    ("own", "notes"),
    [
        (
            VIEW,
            {
                "contract": "Before this step, in a separate migration, drop view `names`, or recreate without `User.name`."
            },
        ),
        (
            TRIGGER,
            {
                "switch": "Before this step, let trigger `zz` also handle what replaces `User.name`.",
                "contract": "Before this step, in a separate migration, drop trigger `zz`, or recreate without `User.name`.",
            },
        ),
        (
            PARTIAL,
            {
                "contract": "Before this step, in a separate migration, drop index `grown`, "
                "and create a successor for the new column if you need one."
            },
        ),
    ],
)
def test_a_new_plan_says_what_to_do_about_it(own: str, notes: dict[str, str]) -> None:
    case = Case("", RENAME[0], tuple(RENAME[1].items()), "postgresql", SCHEMA, "")
    start, recipe = situation(case, "postgresql"), all_recipes()[RENAME[0]]
    database = Database("postgresql", "public")
    for sql in (first_migration(start).sql, own):
        database = read_migration(sql, "init", database, provider("postgresql")).database
    steps = plan_steps(recipe, Situation(start.tree, start.provider, start.versions, start.answers, history=database))
    assert {step.step.id: step.step.note for step in steps if step.step.note} == notes
    assert [problem for note in notes.values() for problem in problems(note)] == []


@pytest.mark.parametrize(
    ("own", "users"),
    [
        ("CREATE VIEW names AS SELECT id, name FROM `User`;", ["view names"]),
        ("CREATE TRIGGER zz BEFORE INSERT ON `User` FOR EACH ROW SET NEW.name = lower(NEW.name);", ["trigger zz"]),
        ("ALTER TABLE `User` ADD COLUMN low VARCHAR(9) AS (lower(name)) STORED;", ["generated column low"]),
    ],
)
def test_it_is_found_on_mysql(own: str, users: list[str]) -> None:
    case = Case("", RENAME[0], tuple(RENAME[1].items()), "mysql", SCHEMA, "")
    assert [(subject, names) for _, subject, names in found_in(case, "mysql", own)] == [("User.name", users)]


@pytest.mark.parametrize(
    ("own", "thing"),
    [(CHECK, "check `filled`"), (PARTIAL, "index `grown`"), (TRIGGER, "trigger `zz`"), (GENERATED, "column `low`")],
)
def test_a_second_table_is_not_made_without_what_the_first_one_has(own: str, thing: str) -> None:
    case = Case("", "rename-model", (("model", "User"), ("to", "Person"), ("how", "trigger")), "postgresql", SCHEMA, "")
    start, database = situation(case, "postgresql"), Database("postgresql", "public")
    for sql in (first_migration(start).sql, own):
        database = read_migration(sql, "init", database, provider("postgresql")).database
    given = Situation(start.tree, start.provider, start.versions, start.answers, history=database)
    with pytest.raises(CannotPlan, match=thing) as refusal:
        plan_steps(all_recipes()["rename-model"], given)
    assert problems(str(refusal.value)) == []
