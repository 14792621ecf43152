"""Findings about one object that are one finding with parts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from refract.analysis import Analysis, analyse, open_project
from refract.analysis.combined import combined
from refract.cli.shapes import analyses_as_json
from refract.rendering.findings import message
from refract.rules.kit.finding import Finding, Judged
from refract.workspace import find_projects
from rules.markdown import NEW, Sql, Team, find
from small_projects import HEAD, LOCK, commit, write

TABLES = """\
CREATE TABLE "User" ("id" INTEGER NOT NULL, "a" INTEGER, "b" INTEGER, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
CREATE INDEX "User_a_b_idx" ON "User"("a", "b");
CREATE INDEX "lower" ON "User"(("a" + 1));
ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id");
"""


def one(sql: str, rule: str) -> list[str]:
    findings = combined(find(Sql(TABLES, sql), "postgresql").findings)
    (found,) = (finding for finding in findings if finding.rule == rule)
    return [*found.parts, *message(found).splitlines()]


def test_an_index_that_is_redundant_is_not_to_be_built_in_another_way() -> None:
    assert one('CREATE INDEX "User_a_idx" ON "User"("a");', "create-index-blocking") == [
        "redundant-index",
        "Building the index of `a` on `User` blocks writes",
        "Locks `User` (SHARE): writes wait while the index is built; reads continue. "
        "Queries can use index `User_a_b_idx`, so this index only costs space and time on writes.",
        "1. Remove this index.",
        "2. Or use `CREATE INDEX CONCURRENTLY`, alone in a separate migration.",
    ]


def test_an_index_that_no_schema_can_hold_stays_or_is_dropped_online() -> None:
    part, *lines = one('DROP INDEX "lower";', "unmodelled-object-dropped")
    assert part == "drop-index-blocking"
    assert lines[-2:] == [
        "1. Remove this statement from the migration if Prisma generated it.",
        "2. Or use `DROP INDEX CONCURRENTLY`, alone in a separate migration.",
    ]


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ('DROP TABLE "Post";', "drop-table"),
        ('ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey"; DROP TABLE "Post";', "drop-table"),
        ('ALTER TABLE "Post" DROP COLUMN "userId";', "drop-column"),
    ],
)
def test_what_is_dropped_with_its_foreign_key_locks_the_parent_too(sql: str, rule: str) -> None:
    part, headline, harm, *_ = one(sql, rule)
    assert part == "drop-foreign-key-locks-both-tables"
    assert "foreign key" not in headline
    assert "Locks `User` (ACCESS EXCLUSIVE)" in harm


def test_a_part_alone_stays_a_finding() -> None:
    findings = find(Sql(TABLES, 'CREATE INDEX CONCURRENTLY "User_a_idx" ON "User"("a");'), "postgresql").findings
    assert "redundant-index" in {finding.rule for finding in combined(findings)}


def test_a_backfill_before_a_required_column_is_not_asked_for_again() -> None:
    fill = 'ALTER TABLE "User" ADD COLUMN "c" INTEGER; UPDATE "User" SET "c" = "a";'
    require = 'ALTER TABLE "User" ALTER COLUMN "c" SET NOT NULL;'
    team = Team({"20250101000000_init": TABLES}, {"20250115000000_fill": fill, NEW: require}, {})
    of_deploy = [f for f in find(team, "postgresql").findings if f.rule == "rows-missed-by-backfill"]
    of_file = [f for f in find(Sql(TABLES + fill, require), "postgresql").findings if f.rule == "make-column-required"]
    (found,) = combined([*of_file, *of_deploy])
    assert (found.rule, found.parts) == ("make-column-required", ("rows-missed-by-backfill",))
    assert found.now == of_deploy[0].now


DROP = 'ALTER TABLE "Post" DROP COLUMN "userId";\n'
WHOLE, PART = "drop-column", "drop-foreign-key-locks-both-tables"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project whose new migration drops a column with its foreign key: one finding of two rules."""
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + "model User {\n  id Int @id\n  a  Int?\n  b  Int?\n}\n\nmodel Post {\n  id Int @id\n}\n",
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": TABLES.replace('CREATE INDEX "lower" ON "User"(("a" + 1));\n', ""),
    })  # fmt: skip
    commit(tmp_path)
    write(tmp_path, {"prisma/migrations/20990101000000_next/migration.sql": DROP})
    return tmp_path


def of_migration(root: Path) -> Analysis:
    (project,) = find_projects(root)
    return analyse(open_project(project))


def rules(findings: Iterable[Finding]) -> set[str]:
    return {finding.rule for finding in findings if finding.judged is Judged.MIGRATION} & {WHOLE, PART}


def test_both_rules_are_in_the_json(shop: Path) -> None:
    analysis = of_migration(shop)
    (shape,) = analyses_as_json((analysis,))["projects"]
    (found,) = (f for f in shape["findings"] if f["rule"] == WHOLE and f["path"].endswith(".sql"))
    assert found["parts"] == [PART]
    assert PART in shape["rules"]


@pytest.mark.parametrize(
    ("names", "shown"), [(WHOLE, set()), (f"{WHOLE}, {PART}", set()), (PART, {WHOLE})], ids=["whole", "both", "part"]
)
def test_a_part_is_silenced_where_its_whole_is(names: str, shown: set[str], shop: Path) -> None:
    text = f"-- refract-ignore: {names} -- nobody reads it\n{DROP}"
    write(shop, {"prisma/migrations/20990101000000_next/migration.sql": text})
    analysis = of_migration(shop)
    assert rules(analysis.findings) == shown
    assert rules(analysis.silenced) == {WHOLE, PART} - shown
    assert all(not finding.parts for finding in analysis.findings)
    assert "unused-suppression" not in {finding.rule for finding in analysis.findings}


def test_a_finding_is_accepted_with_its_parts(shop: Path) -> None:
    (key,) = (f.key for f in of_migration(shop).findings if f.rule == WHOLE and f.judged is Judged.MIGRATION)
    write(shop, {"refract-accepted.json": json.dumps({"version": 1, "accepted": {"prisma/schema.prisma": [key]}})})
    analysis = of_migration(shop)
    assert rules(analysis.findings) == set()
    assert rules(analysis.accepted) == {WHOLE, PART}
    assert analysis.outdated == ()
