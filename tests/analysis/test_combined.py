"""Findings about one object that are one finding with parts."""

from __future__ import annotations

import pytest

from refract.analysis.combined import combined
from refract.rendering.findings import message
from rules.markdown import NEW, Sql, Team, find

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
