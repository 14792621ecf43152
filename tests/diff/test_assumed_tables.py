"""A table that no migration makes: what it does not list may exist. What a statement shows of it is known."""

from __future__ import annotations

import pytest

from refract.diff import diff
from refract.lowering import lower
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.syntax import parse_schema

TABLES = {
    "postgresql": 'CREATE TABLE "User" ("id" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));',
    "mysql": "CREATE TABLE `User` (`id` VARCHAR(191) NOT NULL, PRIMARY KEY (`id`));",
}
SCHEMA = """
datasource db {{
  provider = "{}"
}}

model Quest {{
  id     String  @id
  name   String  @unique
  url    String? {}
  userId String
  user   User    @relation(fields: [userId], references: [id])

  @@index([userId, name])
}}

model User {{
  id     String  @id
  quests Quest[]
}}
"""


def pending(sql: str, attribute: str = "", database: str = "postgresql") -> list[str]:
    """The changes that the schema asks for, after a table `User` and the statements."""
    start = Database(database, "public" if database == "postgresql" else "")
    before = read_migration(TABLES[database] + sql, "1/migration.sql", start, provider(database)).database
    after = wanted(database, attribute)
    return [f"{c.kind} {_object(c)}".strip() for c in diff(before, after).changes]


def wanted(database: str, attribute: str) -> Database:
    text = SCHEMA.format(database, attribute)
    return lower(parse_schema([("schema.prisma", text)])).database


def _object(change: object) -> str:
    held = (getattr(change, name, None) for name in ("column", "index", "foreign_key", "primary_key"))
    return next((found.name for found in held if found is not None), "")


ADDED = 'ALTER TABLE "Quest" ADD COLUMN "url" TEXT;'


@pytest.mark.parametrize(
    ("sql", "attribute", "expected"),
    [
        pytest.param(ADDED, "", [], id="nothing that it does not list is absent"),
        pytest.param(ADDED, "@unique", ["create-index Quest_url_key"], id="a column that was added brings no index"),
        pytest.param(
            ADDED + 'CREATE UNIQUE INDEX "Quest_url_key" ON "Quest"("url");', "@unique", [], id="an index that was made"
        ),
        pytest.param(
            ADDED + 'CREATE INDEX "i" ON "Quest"("url");', "", ["drop-index i"], id="an index that the schema lacks"
        ),
        pytest.param(
            ADDED + 'CREATE UNIQUE INDEX "Quest_name_key" ON "Quest"("name");', "", [], id="an index that it lists"
        ),
        pytest.param(
            ADDED + 'DROP INDEX "Quest_name_key";', "", ["create-index Quest_name_key"], id="an index that was dropped"
        ),
        pytest.param(
            ADDED + 'DROP INDEX IF EXISTS "Quest_name_key";', "", ["create-index Quest_name_key"], id="or would be"
        ),
        pytest.param(
            ADDED + 'CREATE INDEX "i" ON "Quest"("userId", "name"); DROP INDEX "i";', "", [], id="of another name"
        ),
        pytest.param(
            ADDED + 'DROP INDEX "Quest_name_key"; CREATE UNIQUE INDEX "Quest_name_key" ON "Quest"("name");',
            "",
            [],
            id="an index that was made again",
        ),
        pytest.param(
            'ALTER TABLE "Quest" DROP CONSTRAINT "Quest_userId_fkey";',
            "",
            ["add-foreign-key Quest_userId_fkey"],
            id="a foreign key that was dropped",
        ),
        pytest.param(
            'ALTER TABLE "Quest" DROP CONSTRAINT "Quest_pkey";',
            "",
            ["add-primary-key Quest_pkey"],
            id="a primary key that was dropped",
        ),
        pytest.param(
            'ALTER TABLE "Quest" DROP COLUMN "name";',
            "",
            ["add-column name", "create-index Quest_userId_name_idx", "create-index Quest_name_key"],
            id="a column that was dropped, with its indexes",
        ),
        pytest.param(
            'ALTER TABLE "Quest" RENAME COLUMN "url" TO "link";', "", ["add-column url"], id="a column that was renamed"
        ),
        pytest.param(
            ADDED + 'ALTER INDEX "Quest_name_key" RENAME TO "other";',
            "",
            ["create-index Quest_name_key"],
            id="an index that was renamed",
        ),
    ],
)
def test_what_is_pending(sql: str, attribute: str, expected: list[str]) -> None:
    assert sorted(pending(sql, attribute)) == sorted(expected)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE `Quest` ADD COLUMN `url` VARCHAR(191) NULL;", []),
        ("ALTER TABLE `Quest` DROP PRIMARY KEY;", ["add-primary-key"]),
        ("ALTER TABLE `Quest` DROP INDEX `Quest_name_key`;", ["create-index Quest_name_key"]),
        ("DROP INDEX `Quest_name_key` ON `Quest`;", ["create-index Quest_name_key"]),
        ("ALTER TABLE `Quest` DROP FOREIGN KEY `Quest_userId_fkey`;", ["add-foreign-key Quest_userId_fkey"]),
    ],
)
def test_on_mysql(sql: str, expected: list[str]) -> None:
    assert pending(sql, database="mysql") == expected


def test_both_ways() -> None:
    start = Database("postgresql", "public")
    assumed = read_migration(TABLES["postgresql"] + ADDED, "1/m.sql", start, provider("postgresql")).database
    after = wanted("postgresql", "")
    assert (diff(assumed, after).changes, diff(after, assumed).changes) == ((), ())


def test_a_copy_of_such_a_table_is_made_and_may_have_its_indexes() -> None:
    sql = "ALTER TABLE `Old` ADD COLUMN `url` VARCHAR(191) NULL; CREATE TABLE `Quest` LIKE `Old`;"
    assert pending(sql, database="mysql") == []
    start = Database("mysql", "")
    database = read_migration(sql, "1/m.sql", start, provider("mysql")).database
    assert "drop-table" in [c.kind for c in diff(database, start).changes]
