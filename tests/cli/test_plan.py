"""`refract plan`, from the first step to the last, as a person types it."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from refract import clock
from refract.cli.main import cli

GIT = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org")
SCHEMA = """\
datasource db {
  provider = "postgresql"
}

model User {
  id   Int    @id
  name String
}
"""
INIT = 'CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n'
ENUM = "CREATE TYPE \"Role\" AS ENUM ('MEMBER');\n"
NAME = "rename_field_user_name_to_title"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    migration = tmp_path / "prisma" / "migrations" / "20240101000000_init"
    migration.mkdir(parents=True)
    (migration / "migration.sql").write_text(INIT)
    (migration.parent / "migration_lock.toml").write_text('provider = "postgresql"\n')
    (tmp_path / "prisma" / "schema.prisma").write_text(SCHEMA)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "start"]):
        subprocess.run([*GIT, *command], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == code, result.output
    return result


def start() -> None:
    run("plan", "new", "rename-field", "User.name", "to=title", "how=trigger")


def status() -> str:
    (plan,) = json.loads(run("plan", "list", "--format", "json").stdout)["plans"]
    return str(plan["status"])


def test_a_step_is_refused_while_a_view_needs_what_it_drops(project: Path) -> None:
    view = project / "prisma" / "migrations" / "20240102000000_view"
    view.mkdir()
    (view / "migration.sql").write_text('CREATE VIEW names AS SELECT id, name FROM "User";\n')
    run("plan", "new", "drop-field", "User.name")
    assert "drop view `names`, or recreate without `User.name`" in re.sub(r"\s+", " ", run("plan", "show").stdout)
    run("plan", "next")
    run("plan", "next")
    run("plan", "done", "--by", "Ann")
    refused = re.sub(r"\s+", " ", run("plan", "next", code=2).output)
    assert "cannot drop `User.name`, which view `names` needs" in refused
    again = project / "prisma" / "migrations" / "29990103000000_view"
    again.mkdir()
    (again / "migration.sql").write_text('DROP VIEW names;\nCREATE VIEW names AS SELECT id FROM "User";\n')
    run("plan", "next")


def test_the_list_shows_where_each_plan_stands(project: Path) -> None:
    start()
    assert run("plan", "list").stdout == "rename_field_user_name_to_title  step 1 of 5: expand\n"


def findings() -> list[str]:
    found = json.loads(run("check", "--format", "json", "--fail-on", "never").stdout)
    return [finding["rule"] for finding in found["projects"][0]["findings"]]


def test_a_rename_from_end_to_end(project: Path) -> None:
    start()
    assert status() == "step 1 of 5: expand"
    for wanted in ("step 2 of 5: backfill", "step 3 of 5: validate", "step 4 of 5: switch"):
        run("plan", "next")
        assert status() == wanted
        assert findings() == []
    run("plan", "next")
    assert status() == "step 4 of 5: switch, waiting for your deploy"
    assert findings() == [], "the trigger fills what programs leave out"
    assert "@ignore" in (project / "prisma" / "schema.prisma").read_text()
    assert "Deploy code that uses `title`" in run("plan", "next").stdout
    confirmed = run("plan", "done", "--by", "Ann")
    assert "main does not have this step yet" in confirmed.stderr
    assert f"  2. refract plan next {NAME}\n" in confirmed.stdout
    assert "Ann" in (project / "prisma" / "plans" / f"{NAME}.toml").read_text()
    run("plan", "next")
    assert status() == "all steps are done"
    assert f"Delete prisma/plans/{NAME}.toml" in run("plan", "next", NAME).stdout
    assert (project / "prisma" / "schema.prisma").read_text() == SCHEMA.replace("name String", "title String")
    assert findings() == []


RENAME_AT_ONCE = [
    ["plan", "new", "rename-field", "User.name", "to=title", "how=at-once"],
    ["plan", "new", "rename-model", "User", "to=Person", "how=at-once"],
    ["plan", "new", "rename-enum", "Role", "to=Position", "how=at-once"],
]


@pytest.mark.parametrize("command", RENAME_AT_ONCE, ids=lambda command: command[2])
def test_every_instance_is_stopped_before_the_migrations_are_deployed(project: Path, command: list[str]) -> None:
    schema, init = project / "prisma" / "schema.prisma", next(project.glob("prisma/migrations/*/migration.sql"))
    schema.write_text(SCHEMA.replace("name String", "name String\n  role Role") + "\nenum Role {\n  MEMBER\n}\n")
    init.write_text(ENUM + INIT.replace('"name" TEXT', '"role" "Role" NOT NULL, "name" TEXT'))
    run(*command)
    taken = run("plan", "next").stdout
    waiting = run("plan", "show").stdout
    again = run("plan", "next").stdout
    for printed in (taken, waiting, again):
        parts = (
            "1. Commit these files and merge them into `main`.",
            "2. Stop every instance",
            "3. npx prisma migrate deploy",
            "4. Start the version",
            "5. refract plan done",
        )
        places = [printed.index(part) for part in parts]
        assert places == sorted(places)


def test_a_database_step_leads_to_the_next(project: Path) -> None:
    start()
    printed = run("plan", "next").stdout
    commit = "Commit these files and merge them into `main`."
    assert f"then:\n  1. {commit}\n  2. npx prisma migrate deploy\n  3. refract plan next {NAME}\n" in printed


def test_written_and_merged_and_deployed_are_three_stages(project: Path) -> None:
    start()
    run("plan", "next")
    shown = run("plan", "show").stdout
    assert "[+] 1. expand" in shown and "state      written, not on main yet" in shown
    for command in (["add", "."], ["commit", "-qm", "step 1"]):
        subprocess.run([*GIT, *command], cwd=project, check=True)
    shown = run("plan", "show").stdout
    assert "[x] 1. expand" in shown and "state      on main" in shown
    for _ in range(3):
        run("plan", "next")
    run("plan", "done", "--by", "Ann")
    assert [step["stage"] for step in as_json("show")["plan"]["steps"]] == ["deployed"] * 4 + [None]


def test_a_step_that_waits_writes_nothing(project: Path) -> None:
    start()
    for _ in range(4):
        run("plan", "next")
    found = as_json("next")
    assert found["files"] == []
    assert found["message"] == f"No step was taken. Step 4 of {found['plan']['name']} waits for you."
    assert found["to_do"][-1] == f"refract plan done {found['plan']['name']}"
    text = run("plan", "next").stdout
    assert all(f"{number}. {line}" in text for number, line in enumerate(found["to_do"], 1))


def test_long_sentences_are_wrapped(project: Path) -> None:
    run("plan", "new", "rename-model", "User", "to=Person", "how=application")
    sentences = [line for line in run("plan", "show").stdout.splitlines() if "SELECT" not in line]
    assert max(map(len, sentences)) <= 100


def test_acts_are_fields_in_json(project: Path) -> None:
    run("plan", "new", "rename-field", "User.name", "to=title", "how=at-once")
    (step,) = as_json("show")["plan"]["steps"]
    assert [act["act"] for act in step["before"]] == ["stop-all"]
    assert [{**act, "text": ""} for act in step["after"]] == [{"act": "start", "uses": ["title"], "text": ""}]
    assert (step["point_of_no_return"], step["loses"], step["oldest_version_that_may_return"]) == (False, None, None)


def test_a_plan_of_format_1_is_followed(project: Path) -> None:
    run("plan", "new", "rename-field", "User.name", "to=title", "how=at-once")
    (plan,) = project.glob("prisma/plans/*.toml")
    acts = re.compile(r"^before = .*?^\]\nafter = .*?^\]\n", re.MULTILINE | re.DOTALL)
    deploy = (
        'deploy = "Stop every instance that knows `name`, run the migration, start the version that knows `title`."\n'
    )
    plan.write_text(acts.sub(deploy, plan.read_text().replace("format = 2", "format = 1")))
    printed = run("plan", "next").stdout
    assert printed.index("2. Stop every instance that knows `name`") < printed.index("3. npx prisma migrate deploy")
    run("plan", "done", "--by", "Ann")
    assert "format = 1" in plan.read_text()
    assert status() == "all steps are done"


def test_a_step_is_undone(project: Path) -> None:
    start()
    run("plan", "next")
    run("plan", "back")
    assert (project / "prisma" / "schema.prisma").read_text() == SCHEMA
    assert status() == "step 1 of 5: expand"
    assert findings() == []


def test_a_step_without_migrations_is_not_undone(project: Path) -> None:
    run("plan", "new", "rename-field", "User.name", "to=title", "how=application")
    run("plan", "next")
    assert status() == "step 2 of 7: dual write, waiting for your deploy"
    assert "Step 1 of" in run("plan", "back").stdout
    assert (project / "prisma" / "schema.prisma").read_text() == SCHEMA
    run("plan", "next")
    run("plan", "done")
    assert "Step 2 of" in run("plan", "back").stdout, "their word is taken back"
    assert status() == "step 2 of 7: dual write, waiting for your deploy"


def test_undone_steps_are_judged_as_before(project: Path) -> None:
    start()
    for command in ("next", "next", "next", "next", "done", "next"):
        run("plan", command)
    for _ in range(2):
        run("plan", "back")
        assert findings() == []
    for command in ("next", "done", "next"):
        run("plan", command)
        assert findings() == []


def test_a_migration_that_is_edited_is_judged_again(project: Path) -> None:
    start()
    run("plan", "next")
    (file,) = project.glob("prisma/migrations/*_add_title_to_users/migration.sql")
    file.write_text(file.read_text() + 'ALTER TABLE "User" DROP COLUMN "name";\n')
    assert "drop-column" in findings()


def test_a_contract_before_its_turn_is_judged(project: Path) -> None:
    start()
    for _ in range(4):
        run("plan", "next")
    run("plan", "done", "--by", "Ann")
    run("plan", "next")
    plan = project / "prisma" / "plans" / f"{NAME}.toml"
    plan.write_text(
        "".join(line for line in plan.read_text().splitlines(keepends=True) if not line.startswith("confirmed"))
    )
    assert status() == "step 4 of 5: switch, waiting for your deploy"
    assert "drop-column" in findings()


def test_an_abandoned_plan_is_followed_no_longer(project: Path) -> None:
    start()
    run("plan", "abandon", "--why", "we keep the name")
    assert status() == "abandoned"
    assert f"Delete prisma/plans/{NAME}.toml" in run("plan", "next", NAME).stdout


def test_what_a_person_writes_in_the_file_stays(project: Path) -> None:
    start()
    plan = project / "prisma" / "plans" / f"{NAME}.toml"
    plan.write_text(plan.read_text().replace("[[steps]]", "# Ask Bo first.\n[[steps]]", 1))
    run("plan", "next")
    assert "# Ask Bo first." in plan.read_text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('phase = "expand"', 'phase = "explode"', "steps[0].phase: expected one of expand, dual write, backfill"),
        ('id = "expand"', 'idd = "expand"', "steps[0]: unknown `idd`"),
        ("format = 2", "format = 9", "newer Refract"),
        ("[[steps]]", "[[steps", "not valid TOML"),
    ],
)
def test_a_file_that_is_not_a_plan_is_reported(project: Path, old: str, new: str, said: str) -> None:
    start()
    plan = project / "prisma" / "plans" / f"{NAME}.toml"
    plan.write_text(plan.read_text().replace(old, new, 1))
    result = run("check", code=2)
    assert f"{NAME}.toml" in result.stderr and said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rename-feld", "User.name"], "Unknown recipe 'rename-feld'"),
        (["rename-field", "User"], "`rename-field` takes `Model.field`, not `User`"),
        (["rename-field", "User.name"], "`to` is required. New name of the field."),
        (["rename-field", "user.name", "to=x"], "did you mean `User`?"),
        (["rename-field", "User.name", "to=id"], "already has a field `id`"),
        (["rename-field", "User.name", "to=x", "how=magic"], "`how` must be one of"),
        (["rename-field", "User.id", "to=x", "how=trigger"], "part of the primary key"),
    ],
)
def test_a_refused_plan_gives_the_reason(project: Path, arguments: list[str], said: str) -> None:
    assert said in run("plan", "new", *arguments, code=2).stderr


def test_a_model_that_was_renamed_is_found_by_its_table(project: Path) -> None:
    start()
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(
        schema.read_text()
        .replace("model User {", "model Person {")
        .replace("  name String\n", '  name String\n\n  @@map("User")\n')
    )
    run("plan", "next")
    assert "title String?" in schema.read_text()


def test_a_schema_that_no_longer_fits_is_reported(project: Path) -> None:
    start()
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text().replace("  name String\n", "  label String\n"))
    assert "The schema has changed since the plan was made" in run("plan", "next", code=2).stderr
    assert not list(project.glob("prisma/migrations/*title*"))


def test_recipes_are_listed() -> None:
    listed = json.loads(run("plan", "recipes", "--format", "json").stdout)["recipes"]
    assert {"rename-field", "drop-model"} <= {recipe["name"] for recipe in listed}
    assert "rename-field" in run("plan", "recipes").stdout


def test_a_plan_is_named_after_its_subject_and_no_expression(project: Path) -> None:
    run("plan", "new", "add-required-field", "User", "field=email", "type=String", "value='nobody@example.org'")
    (plan,) = json.loads(run("plan", "list", "--format", "json").stdout)["plans"]
    assert (plan["name"], plan["title"]) == ("add_required_field_user_email", "add-required-field User.email")


def as_json(*arguments: str) -> dict[str, Any]:
    return dict(json.loads(run("plan", *arguments, "--format", "json").stdout))


def test_every_command_speaks_json(project: Path) -> None:
    made = as_json("new", "rename-field", "User.name", "to=title", "how=trigger")
    assert made["plan"]["step"] == 1
    taken = as_json("next")
    assert [step["state"] for step in taken["plan"]["steps"]][:2] == ["done", "next"]
    assert [file.rsplit("/", 1)[-1] for file in taken["files"]] == [f"{NAME}.toml", "schema.prisma", "migration.sql"]
    back = as_json("back")
    assert back["plan"]["step"] == 1
    assert any("schema.prisma" in file for file in back["files"])
    for _ in range(4):
        run("plan", "next")
    done = as_json("done", "--by", "Ann")
    assert done["plan"]["step"] == 5
    assert done["plan"]["steps"][3]["confirmed"]["by"] == "Ann"
    ended = as_json("abandon", "--why", "enough")
    assert (ended["plan"]["abandoned"], ended["plan"]["status"]) == ("enough", "abandoned")
    assert as_json("list")["problems"] == []
    assert as_json("show", NAME)["plan"]["name"] == NAME
    assert as_json("recipes")["recipes"]


def test_rows_are_filled_by_a_script_that_a_person_runs(project: Path) -> None:
    (project / "refract.toml").write_text('[plans]\nbackfill = "script"\nbatch = 200\npause = 10\n')
    start()
    run("plan", "next")
    assert status() == "step 2 of 5: backfill"
    assert "has not been taken" in run("plan", "done", code=2).stderr
    said = run("plan", "next").stdout
    script = project / "prisma" / "plans" / NAME / "backfill_user.sql"
    assert f"prisma/plans/{NAME}/backfill_user.sql" in said
    assert "batch_rows INTEGER := 200;" in script.read_text()
    assert status() == "step 2 of 5: backfill, waiting for your deploy"
    assert findings() == []
    script.write_text("-- as somebody has changed it\n")
    run("plan", "back")
    run("plan", "next")
    assert script.read_text() == "-- as somebody has changed it\n", "what is there is not written over"
    run("plan", "done", "--by", "Ann")
    assert status() == "step 3 of 5: validate"
    run("plan", "next")
    assert findings() == []


USES = "export const names = () => prisma.user.findMany({ select: { name: true } });\n"


def switched(project: Path, code: str) -> None:
    """The plan at its switch, beside code."""
    start()
    for _ in range(4):
        run("plan", "next")
    (project / "user.ts").write_text(code)


def test_a_switch_is_not_confirmed_while_code_uses_the_old_field(project: Path) -> None:
    switched(project, USES)
    refused = run("plan", "done", code=2).stderr
    assert "The code still uses `User.name` in 1 place:\n  user.ts:1:61: export const names" in refused
    assert status() == "step 4 of 5: switch, waiting for your deploy"
    (project / "user.ts").write_text(USES.replace("name:", "title:"))
    run("plan", "done")
    assert status() == "step 5 of 5: contract"


def test_a_step_names_the_code_that_changes_with_it_and_says_if_none_does(project: Path) -> None:
    create = "await prisma.user.create({ data: { id: 1 } });\n"
    (project / "user.ts").write_text(USES)
    (project / "create.ts").write_text(create)
    start()
    for _ in range(3):
        said = run("plan", "next").stdout
        assert "Code to change" not in said and "create.ts" not in said
        assert "\nDo not change the code." in said
    said = run("plan", "next").stdout
    assert "Leave the code" not in said
    assert "\nCode to change:\n  user.ts:1:61: export const names" in said
    assert "\nCode that creates rows:\n  create.ts:1:14: await prisma.user.create(" in said
    assert run("plan", "show").stdout.endswith(said[said.index("\nCode to change") :])


def test_a_step_names_what_to_run_after_a_failed_deploy(project: Path) -> None:
    run("plan", "new", "add-index", "User", "fields=name")
    said = run("plan", "next").stdout
    (made,) = (folder.name for folder in (project / "prisma" / "migrations").glob("*_index"))
    head = "\nIf the deploy fails, run the line of the failed migration before you deploy again:\n"
    assert head in said
    cleanup, command = said.partition(head)[2].splitlines()
    assert cleanup == '  DROP INDEX CONCURRENTLY IF EXISTS "User_name_idx";  (in the database, then:)'
    assert command == f"  npx prisma migrate resolve --rolled-back {made}"


def test_nothing_is_taken_away_while_code_uses_it(project: Path) -> None:
    switched(project, USES)
    run("plan", "done", "--force")
    assert findings() == ["plan-field-still-used"]
    assert "user.ts:1:61" in run("plan", "next", code=2).stderr
    run("plan", "next", "--force")
    assert status() == "all steps are done"


@pytest.mark.parametrize(
    ("settings", "schema", "command"),
    [
        ("", "prisma/schema.prisma", "npx prisma migrate deploy"),
        ('prisma = "6.19"\n', "prisma/schema.prisma", "npx prisma migrate deploy"),
        ("", "db/orders.prisma", "npx prisma migrate deploy --schema db/orders.prisma"),
        (
            '[database]\nflavour = "d1"\n',
            "prisma/schema.prisma",
            'npx wrangler d1 execute "$DATABASE" --remote --file={file}',
        ),
        ('[database]\nflavour = "libsql"\n', "prisma/schema.prisma", 'turso db shell "$DATABASE" < {file}'),
    ],
)
def test_what_is_typed_to_deploy_a_step(
    settings: str, schema: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = "sqlite" if "flavour" in settings else "postgresql"
    (tmp_path / schema).parent.mkdir()
    (tmp_path / schema).write_text(SCHEMA.replace("postgresql", provider).replace("name String", "name String?"))
    init = (tmp_path / schema).parent / "migrations" / "20240101000000_init" / "migration.sql"
    init.parent.mkdir(parents=True)
    init.write_text(INIT.replace("TEXT NOT NULL", "TEXT"))
    (init.parent.parent / "migration_lock.toml").write_text(f'provider = "{provider}"\n')
    (tmp_path / "refract.toml").write_text(settings)
    (tmp_path / "package.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    run("plan", "new", "add-index", "User", "fields=name", "--project", schema)
    said = run("plan", "next", "--project", schema).stdout
    (made,) = (file for file in init.parent.parent.glob("*/migration.sql") if file != init)
    assert f"Review these files, then:\n  1. {command.format(file=made.relative_to(tmp_path))}\n" in said


def test_a_plan_becomes_overdue_while_nothing_changes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start()
    run("plan", "next")
    assert findings() == []
    later = clock.now() + timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert findings() == ["plan-overdue"], "the answer of another day does not count"


def test_a_refusal_has_the_place_of_the_problem(project: Path) -> None:
    start()
    (project / "prisma" / "schema.prisma").write_text(SCHEMA + "model Half {\n  id Int @id\n  x\n}\n")
    for command in ("next", "done", "back"):
        first, *_, last = run("plan", command, code=2).stderr.splitlines()
        assert first.removeprefix("refract: ").startswith("prisma/schema.prisma:11:")
        assert last.endswith("No step was taken. Fix the problems above first.")
