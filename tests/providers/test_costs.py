"""What statements cost: measured on PostgreSQL 12 to 18 and MariaDB 10.11, the others as their manuals say."""

from __future__ import annotations

import pytest

from refract.providers import provider
from refract.providers.costs import costs
from refract.providers.operation import Blocks, Duration
from refract.providers.versions import Versions, default_versions
from refract.schema.changes import CreateTable
from refract.schema.model import Database
from refract.sql.reader import read_migration, read_statements

POSTGRESQL = """\
CREATE TYPE "Status" AS ENUM ('ACTIVE', 'GONE');
CREATE TABLE "Org" ("id" SERIAL NOT NULL, CONSTRAINT "Org_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Account" (
  "id" SERIAL NOT NULL, "name" TEXT NOT NULL, "full" TEXT, "num" INTEGER, "v50" VARCHAR(50), "orgId" INTEGER, "refOrg" INTEGER,
  "status" "Status", CONSTRAINT "Account_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "filled" CHECK ("num" IS NOT NULL), CONSTRAINT "Account_orgId_fkey" FOREIGN KEY ("orgId") REFERENCES "Org"("id"));
CREATE INDEX "Account_name_idx" ON "Account"("name");
ALTER TABLE "Account" ADD CONSTRAINT "later" CHECK ("num" > 0) NOT VALID;
"""
AE, SRE, SUE = "ACCESS EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"
INSTANT, SCAN, REWRITE, ROWS = Duration.INSTANT, Duration.SCAN, Duration.REWRITE, Duration.ROWS
BOTH = {"Account", "Org"}
MEASURED = [
    ('ALTER TABLE "Account" ADD COLUMN "c1" TEXT', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" ADD COLUMN "c1" TEXT NOT NULL DEFAULT \'x\'', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" ADD COLUMN "c1" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" ADD COLUMN "c1" UUID NOT NULL DEFAULT gen_random_uuid()', AE, REWRITE, {"Account"}),
    ('ALTER TABLE "Account" ADD COLUMN "c1" SERIAL NOT NULL', AE, REWRITE, {"Account"}),
    ('ALTER TABLE "Account" ADD COLUMN "c1" TEXT GENERATED ALWAYS AS (lower("name")) STORED', AE, REWRITE, {"Account"}),
    ('ALTER TABLE "Account" DROP COLUMN "full"', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" DROP COLUMN "orgId"', AE, INSTANT, BOTH),
    ('ALTER TABLE "Account" RENAME COLUMN "name" TO "title"', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" RENAME TO "Account2"', AE, INSTANT, {"Account"}),
    ('DROP TABLE "Account"', AE, INSTANT, BOTH),
    ('ALTER TABLE "Account" ALTER COLUMN "full" SET NOT NULL', AE, SCAN, {"Account"}),
    ('ALTER TABLE "Account" ALTER COLUMN "num" SET NOT NULL', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" ALTER COLUMN "name" DROP NOT NULL', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" ALTER COLUMN "name" SET DEFAULT \'x\'', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" ALTER COLUMN "num" SET DATA TYPE BIGINT', AE, REWRITE, {"Account"}),
    ('ALTER TABLE "Account" ALTER COLUMN "v50" SET DATA TYPE VARCHAR(200)', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" ALTER COLUMN "v50" SET DATA TYPE VARCHAR(30)', AE, REWRITE, {"Account"}),
    ('CREATE INDEX "i" ON "Account"("name")', "SHARE", SCAN, {"Account"}),
    ('CREATE UNIQUE INDEX "i" ON "Account"("name")', "SHARE", SCAN, {"Account"}),
    ('CREATE INDEX CONCURRENTLY "i" ON "Account"("name")', SUE, SCAN, {"Account"}),
    ('DROP INDEX "Account_name_idx"', AE, INSTANT, {"Account"}),
    ('DROP INDEX CONCURRENTLY "Account_name_idx"', SUE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" ADD CONSTRAINT "u" UNIQUE ("name")', AE, SCAN, {"Account"}),
    ('ALTER TABLE "Account" ADD CONSTRAINT "k" FOREIGN KEY ("refOrg") REFERENCES "Org"("id")', SRE, SCAN, BOTH),
    (
        'ALTER TABLE "Account" ADD CONSTRAINT "k" FOREIGN KEY ("refOrg") REFERENCES "Org"("id") NOT VALID',
        SRE,
        INSTANT,
        BOTH,
    ),
    ('ALTER TABLE "Account" DROP CONSTRAINT "Account_orgId_fkey"', AE, INSTANT, BOTH),
    ('ALTER TABLE "Account" ADD CONSTRAINT "ck" CHECK ("num" >= 0)', AE, SCAN, {"Account"}),
    ('ALTER TABLE "Account" ADD CONSTRAINT "ck" CHECK ("num" >= 0) NOT VALID', AE, INSTANT, {"Account"}),
    ('ALTER TABLE "Account" VALIDATE CONSTRAINT "later"', SUE, SCAN, {"Account"}),
    ('ALTER TABLE "Account" DROP CONSTRAINT "filled"', AE, INSTANT, {"Account"}),
    ('UPDATE "Account" SET "full" = "name"', "ROW EXCLUSIVE", ROWS, {"Account"}),
    ('TRUNCATE "Account"', AE, INSTANT, {"Account"}),
    (
        'CREATE TABLE "New" ("id" INTEGER, CONSTRAINT "k" FOREIGN KEY ("id") REFERENCES "Org"("id"))',
        SRE,
        INSTANT,
        {"Org"},
    ),
]
FREE = [
    "ALTER TYPE \"Status\" ADD VALUE 'NEW'",
    "ALTER TYPE \"Status\" RENAME VALUE 'GONE' TO 'LEFT'",
    "CREATE TYPE \"Role\" AS ENUM ('A')",
    'CREATE TABLE "New" ("id" INTEGER)',
]
MYSQL = (
    "CREATE TABLE `Acc` (`id` INT NOT NULL AUTO_INCREMENT, `name` VARCHAR(191) NOT NULL, `v50` VARCHAR(50) NOT NULL, "
    "`num` INTEGER NOT NULL, `holes` VARCHAR(191) NULL, `status` ENUM('A','B') NOT NULL, PRIMARY KEY (`id`));"
    "CREATE TABLE `Org` (`id` INT NOT NULL, PRIMARY KEY (`id`));"
)
MARIADB = [
    ("ALTER TABLE `Acc` ADD COLUMN `c1` VARCHAR(191) NULL", Blocks.EVERYTHING, INSTANT),
    ("ALTER TABLE `Acc` ADD COLUMN `c1` VARCHAR(36) NOT NULL DEFAULT (uuid())", Blocks.WRITES, REWRITE),
    ("ALTER TABLE `Acc` DROP COLUMN `holes`", Blocks.EVERYTHING, INSTANT),
    ("ALTER TABLE `Acc` MODIFY `holes` VARCHAR(191) NOT NULL", Blocks.NOTHING, REWRITE),
    ("ALTER TABLE `Acc` MODIFY `name` VARCHAR(191) NULL", Blocks.NOTHING, REWRITE),
    ("ALTER TABLE `Acc` MODIFY `num` BIGINT NOT NULL", Blocks.WRITES, REWRITE),
    ("ALTER TABLE `Acc` MODIFY `v50` VARCHAR(60) NOT NULL", Blocks.EVERYTHING, INSTANT),
    ("ALTER TABLE `Acc` MODIFY `v50` VARCHAR(200) NOT NULL", Blocks.WRITES, REWRITE),
    ("ALTER TABLE `Acc` MODIFY `status` ENUM('A','B','C') NOT NULL", Blocks.EVERYTHING, INSTANT),
    ("ALTER TABLE `Acc` MODIFY `status` ENUM('A','C','B') NOT NULL", Blocks.WRITES, REWRITE),
    ("CREATE INDEX `i` ON `Acc`(`name`)", Blocks.NOTHING, SCAN),
    ("CREATE FULLTEXT INDEX `i` ON `Acc`(`name`)", Blocks.WRITES, SCAN),
    ("ALTER TABLE `Acc` ADD CONSTRAINT `k` FOREIGN KEY (`num`) REFERENCES `Org`(`id`)", Blocks.WRITES, REWRITE),
]


def found(
    sql: str, base: str, name: str, versions: Versions | None = None
) -> list[tuple[str, Blocks, Duration, set[str]]]:
    chosen = provider(name)
    before = read_migration(base, "base", Database(name, chosen.default_schema), chosen).database
    (statement,) = read_statements(sql, "new", before, chosen)
    new = frozenset(c.table.name for c in statement.changes if isinstance(c, CreateTable))
    known = versions or default_versions(name)
    listed = (cost for change in statement.changes for cost in costs(change, before, known, new))
    return [(c.operation.lock, c.operation.blocks, c.operation.duration, {t.name for t in c.tables}) for c in listed]


@pytest.mark.parametrize(("sql", "lock", "duration", "tables"), MEASURED, ids=[case[0] for case in MEASURED])
def test_postgresql(sql: str, lock: str, duration: Duration, tables: set[str]) -> None:
    taken = found(sql, POSTGRESQL, "postgresql")
    assert [(cost[0], *cost[2:]) for cost in taken] == [(lock, duration, tables)]


@pytest.mark.parametrize("sql", FREE)
def test_what_takes_no_lock_on_a_table(sql: str) -> None:
    assert found(sql, POSTGRESQL, "postgresql") == []


def test_an_old_postgresql_believes_no_check() -> None:
    sql = 'ALTER TABLE "Account" ALTER COLUMN "num" SET NOT NULL'
    assert [cost[2] for cost in found(sql, POSTGRESQL, "postgresql", Versions((11,)))] == [SCAN]


@pytest.mark.parametrize(("sql", "blocks", "duration"), MARIADB, ids=[case[0] for case in MARIADB])
def test_mariadb(sql: str, blocks: Blocks, duration: Duration) -> None:
    known = Versions((10, 11), "mariadb")
    assert [(b, d) for _, b, d, _ in found(sql, MYSQL, "mysql", known)] == [(blocks, duration)]


def test_an_old_mysql_writes_the_table_for_a_column() -> None:
    sql = "ALTER TABLE `Acc` DROP COLUMN `holes`"
    assert [cost[1:3] for cost in found(sql, MYSQL, "mysql", Versions((8, 0, 20)))] == [(Blocks.NOTHING, REWRITE)]
