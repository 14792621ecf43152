"""Statements that were not followed: history that worked, unless the pending change is about what they touch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from small_projects import HEAD, USER, commit, write

Refract = Callable[..., Result]

LOOP = "DO $$ BEGIN FOR i IN SELECT n FROM sizes LOOP EXECUTE format('ALTER TABLE %I ADD x INT', 'User'); END LOOP; END $$;\n"
MERGED = "prisma/migrations/20240102000000_odd/migration.sql"
NEW = "prisma/migrations/20240103000000_new/migration.sql"
ODD = {
    "a table that is not known": 'DROP TABLE "Legacy";\n',
    "an index that is not known": 'DROP INDEX "legacy_idx";\n',
    "a column that is not known": 'ALTER TABLE "User" ALTER COLUMN "legacy" SET NOT NULL;\n',
    "what exists": 'ALTER TABLE "User" ADD COLUMN "email" TEXT;\n',
    "what cannot be read": "FROBNICATE x;\n",
    "a loop": LOOP,
    "an index of a table that is not known": 'CREATE INDEX ON "Legacy"("x");\n',
}
each = pytest.mark.parametrize("sql", ODD.values(), ids=ODD)


@pytest.fixture
def merged(project: Path) -> Callable[[str], None]:
    def write_merged(sql: str) -> None:
        write(project, {MERGED: sql})
        commit(project)

    return write_merged


def field(name: str) -> str:
    return HEAD + USER.replace("  email String\n", f"  email String\n  {name} String?\n")


@each
def test_a_merged_statement_is_counted_and_no_more(merged: Callable[[str], None], refract: Refract, sql: str) -> None:
    merged(sql)
    result = refract("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 statement was not followed (-v shows one)." in result.stdout
    assert "Incomplete" not in result.stdout


@each
def test_it_stops_nothing_that_is_about_another_table(
    project: Path, merged: Callable[[str], None], refract: Refract, sql: str
) -> None:
    merged(sql)
    write(project, {"prisma/schema.prisma": HEAD + USER + "\nmodel Post {\n  id Int @id\n}\n"})
    assert refract("create", "add_post").exit_code == 0
    assert "unfollowed-history" not in refract("check").stdout


@pytest.mark.parametrize("sql", [LOOP, ODD["a column that is not known"]], ids=["a loop", "a column"])
def test_a_pending_change_of_the_same_table_is_a_finding(
    project: Path, merged: Callable[[str], None], refract: Refract, sql: str
) -> None:
    merged(sql)
    write(project, {"prisma/schema.prisma": field("nick")})
    result = refract("check")
    assert "warning unfollowed-history: The state of `User` is uncertain" in result.stdout
    assert f"{MERGED}:1:" in result.stdout
    refused = refract("create", "add_nick")
    assert refused.exit_code == 2
    assert f"{MERGED}:1:" in refused.stderr
    assert "No migration written." in refused.stderr
    assert refract("check", "--accept").exit_code == 0
    assert refract("create", "add_nick").exit_code == 0


def test_a_plan_is_written_and_its_first_step_wants_force(
    project: Path, merged: Callable[[str], None], refract: Refract
) -> None:
    merged(LOOP)
    made = refract("plan", "new", "rename-field", "User.email", "to=mail")
    assert made.exit_code == 0
    assert f"{MERGED}:1:1: not followed: DO $$" in made.stderr
    refused = refract("plan", "next")
    assert refused.exit_code == 2
    assert "add --force" in refused.stderr
    assert refract("plan", "next", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("sql", "rule", "code"),
    [
        ('ALTER TABLE "User" DROP COLUMN "nope";\n', "error statement-does-not-fit", 1),
        ('ALTER TABLE "User" ADD COLUMN "email" TEXT;\n', "error statement-does-not-fit", 1),
        ('DROP TABLE "Legacy";\n', "warning statement-does-not-fit", 0),
        ('DROP TABLE "Legacy" CASCADE;\n', "error drop-cascade", 1),
        ('CREATE INDEX "i" ON "Legacy"("x");\n', "create-index-blocking", 0),
        ('ALTER TABLE "Legacy" ADD COLUMN "x" INT NOT NULL;\n', "add-required-column-without-default", 1),
        ('VACUUM FULL "Legacy";\n', "blocking-maintenance", 0),
        ('TRUNCATE "Legacy" CASCADE;\n', "truncate-table", 1),
        ("FROBNICATE x;\n", "info statement-not-analyzable", 0),
    ],
)  # fmt: skip
def test_a_new_statement_is_judged(project: Path, refract: Refract, sql: str, rule: str, code: int) -> None:
    commit(project)
    write(project, {NEW: sql})
    result = refract("check", "--base", "HEAD")
    assert rule in result.stdout
    assert (result.exit_code, result.stderr) == (code, "")


def test_the_fields_of_json(merged: Callable[[str], None], refract: Refract) -> None:
    merged(LOOP)
    (checked,) = json.loads(refract("check", "--format", "json").stdout)["projects"]
    assert checked["baseline"]["not_followed"] == 1
