"""SQL and the changes it makes, one line each: what is there before, the statement, what changes."""

import pytest

from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.reader.session import Reading

PG = 'CREATE TYPE "Role" AS ENUM (\'A\', \'B\'); CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" TEXT, "role" "Role" NOT NULL DEFAULT \'A\', CONSTRAINT "User_pkey" PRIMARY KEY ("id")); CREATE TABLE "Post" ("id" INTEGER NOT NULL, "userId" INTEGER NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"), CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id")); CREATE UNIQUE INDEX "User_email_key" ON "User"("email"); ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("email" <> \'\') NOT VALID;'
MYSQL = "CREATE TABLE `User` (`id` INTEGER NOT NULL AUTO_INCREMENT, `email` VARCHAR(191) NOT NULL, UNIQUE INDEX `User_email_key`(`email`), PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4;"
SQLITE = 'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT, "old" TEXT); CREATE INDEX "User_email_idx" ON "User"("email");'
MSSQL = "CREATE TABLE [dbo].[User] ([id] INT NOT NULL IDENTITY(1,1), [n] INT NOT NULL CONSTRAINT [User_n_df] DEFAULT 1, [email] NVARCHAR(1000), CONSTRAINT [User_pkey] PRIMARY KEY CLUSTERED ([id]), CONSTRAINT [User_email_key] UNIQUE NONCLUSTERED ([email]));"
BEFORE = {"postgresql": PG, "cockroachdb": PG, "mysql": MYSQL, "sqlite": SQLITE, "sqlserver": MSSQL}

CASES = [
    ("postgresql", "CREATE TABLE posts (Id int PRIMARY KEY, a text UNIQUE)", ["create-table"]),
    ("postgresql", 'CREATE TABLE IF NOT EXISTS "User" ("id" INTEGER)', []),
    ("postgresql", 'DROP TABLE "Post", "User" CASCADE', ["drop-table", "drop-table"]),
    ("postgresql", 'DROP TABLE IF EXISTS "Nothing"', []),
    ("postgresql", 'ALTER TABLE "User" RENAME TO "Person"', ["rename-table"]),
    ("postgresql", 'ALTER TABLE ONLY "public"."User" RENAME COLUMN "email" TO "mail"', ["rename-column"]),
    ("postgresql", 'ALTER TABLE "User" RENAME CONSTRAINT "User_pkey" TO "pk"', ["rename-primary-key"]),
    ("postgresql", 'ALTER TABLE "Post" RENAME CONSTRAINT "Post_userId_fkey" TO "fk"', ["rename-foreign-key"]),
    ("postgresql", 'ALTER INDEX "User_email_key" RENAME TO "mail"', ["rename-index"]),
    ("postgresql", 'ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "email" TEXT', []),
    ("postgresql", 'ALTER TABLE "User" DROP COLUMN "email", ADD COLUMN "email" INTEGER', ["recreate-column"]),
    ("postgresql", 'ALTER TABLE "User" ADD "a" INT, DROP "email"', ["add-column", "drop-column"]),
    ("postgresql", 'ALTER TABLE "User" ALTER "email" SET NOT NULL, ALTER "email" SET DEFAULT \'x\'', ["alter-column"] * 2),
    ("postgresql", 'ALTER TABLE "User" ALTER COLUMN "email" TYPE VARCHAR(9) USING "email"::varchar(9)', ["alter-column"]),
    ("postgresql", 'ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL', []),
    ("postgresql", 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON "User" USING GIN ("email" gin_trgm_ops)', ["create-index"]),
    ("postgresql", 'CREATE UNIQUE INDEX i ON "User" (lower("email")) WHERE "email" IS NOT NULL', ["create-index"]),
    ("postgresql", 'DROP INDEX CONCURRENTLY "User_email_key"', ["drop-index"]),
    ("postgresql", 'ALTER TABLE "User" ADD CONSTRAINT "u" UNIQUE USING INDEX "User_email_key"', ["rename-index"]),
    ("postgresql", 'ALTER TABLE "User" VALIDATE CONSTRAINT "c"', ["validate-constraint"]),
    ("postgresql", 'ALTER TABLE "User" DROP CONSTRAINT "c"', ["drop-check"]),
    ("postgresql", 'ALTER TABLE "Post" DROP CONSTRAINT IF EXISTS "Post_userId_fkey"', ["drop-foreign-key"]),
    ("postgresql", 'ALTER TYPE "Role" ADD VALUE IF NOT EXISTS \'C\' BEFORE \'B\'', ["alter-enum"]),
    ("postgresql", 'ALTER TYPE "Role" ADD VALUE IF NOT EXISTS \'B\'', []),
    ("postgresql", 'ALTER TYPE "Role" RENAME VALUE \'A\' TO \'Z\'', ["rename-enum-value"]),
    ("postgresql", 'ALTER TYPE "Role" RENAME TO "Rank"', ["rename-enum"]),
    ("postgresql", 'UPDATE "User" SET "email" = \'a;b\' WHERE 1 = 1', ["backfill"]),
    ("postgresql", 'WITH x AS (SELECT 1) INSERT INTO "Post" ("id") SELECT 1 ON CONFLICT DO UPDATE SET "id" = 1', ["backfill"]),
    ("postgresql", "CREATE FUNCTION f() RETURNS trigger AS $f$ BEGIN DROP TABLE \"User\"; END; $f$ LANGUAGE plpgsql", []),
    ("postgresql", 'CREATE TRIGGER t BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION f()', []),
    ("postgresql", 'CREATE POLICY p ON "User" USING (true); ALTER TABLE "User" ENABLE ROW LEVEL SECURITY', []),
    ("postgresql", "CREATE EXTENSION IF NOT EXISTS \"pg_trgm\" WITH SCHEMA public", ["create-extension"]),
    ("postgresql", "BEGIN; SET lock_timeout = '5s'; COMMENT ON TABLE \"User\" IS 'x'; GRANT ALL ON \"User\" TO x; COMMIT", []),
    ("postgresql", "DO $$ BEGIN EXECUTE 'x' || y; END $$", ["opaque"]),
    ("postgresql", "DO $$ BEGIN CREATE TYPE \"Role\" AS ENUM ('A'); EXCEPTION WHEN duplicate_object THEN NULL; END $$", ["create-enum"]),
    ("postgresql", "DO $$ BEGIN UPDATE \"User\" SET \"email\" = NULL; END $$", ["backfill"]),
    ("postgresql", "CREATE TABLE t AS SELECT 1", ["opaque"]),
    ("postgresql", "SET search_path TO other; CREATE TABLE \"User\" (id int)", ["create-table"]),
    (
        "postgresql",
        'BEGIN; CREATE TYPE "Role_new" AS ENUM (\'A\', \'C\'); ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT; '
        'ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new"); '
        'ALTER TYPE "Role" RENAME TO "Role_old"; ALTER TYPE "Role_new" RENAME TO "Role"; DROP TYPE "Role_old"; '
        'ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT \'A\'; COMMIT',
        ["alter-enum"],
    ),
    ("mysql", "ALTER TABLE `User` MODIFY `email` TEXT NULL, ADD COLUMN `a` INTEGER NULL", ["alter-column", "add-column"]),
    ("mysql", "ALTER TABLE `User` CHANGE COLUMN `email` `mail` VARCHAR(191) NOT NULL", ["rename-column"]),
    ("mysql", "ALTER TABLE `User` RENAME INDEX `User_email_key` TO `x`", ["rename-index"]),
    ("mysql", "DROP INDEX `User_email_key` ON `User`", ["drop-index"]),
    ("mysql", "RENAME TABLE `User` TO `Person`", ["rename-table"]),
    ("mysql", "CREATE FULLTEXT INDEX `f` ON `User`(`email`)", ["create-index"]),
    ("mysql", "DELIMITER //\nCREATE TRIGGER t BEFORE INSERT ON `User` FOR EACH ROW BEGIN SET @a = 1; END//\nDELIMITER ;\nDROP TABLE `User`;", ["drop-table"]),
    ("mysql", "INSERT INTO `User` VALUES (1, 'it\\'s; fine'); # comment; here\nDELETE FROM `User`", ["backfill", "backfill"]),
    ("sqlite", 'CREATE TRIGGER t AFTER INSERT ON "User" BEGIN DELETE FROM "User"; END; DROP TABLE "User"', ["drop-table"]),
    (
        "sqlite",
        'PRAGMA foreign_keys=OFF; CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL); '
        'INSERT INTO "new_User" ("email", "id") SELECT "email", "id" FROM "User"; DROP TABLE "User"; '
        'ALTER TABLE "new_User" RENAME TO "User"; CREATE INDEX "User_email_idx" ON "User"("email"); PRAGMA foreign_keys=ON;',
        ["drop-column", "alter-column"],
    ),
    ("sqlserver", "BEGIN TRY\n\nBEGIN TRAN;\nALTER TABLE [dbo].[User] ADD [a] INT, [b] INT;\nCOMMIT TRAN;\n\nEND TRY\nBEGIN CATCH\nIF @@TRANCOUNT > 0\nBEGIN\n ROLLBACK TRAN;\nEND;\nTHROW\nEND CATCH", ["add-column"] * 2),
    ("sqlserver", "DROP TABLE [dbo].[User]\nGO\nCREATE TABLE [x] ([id] INT)", ["drop-table", "create-table"]),
    ("sqlserver", "EXEC SP_RENAME N'dbo.User.email', N'mail', N'COLUMN'", ["rename-column"]),
    ("sqlserver", "EXEC SP_RENAME N'dbo.User_pkey', N'pk'", ["rename-primary-key"]),
    ("sqlserver", "ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_n_df]; ALTER TABLE [dbo].[User] ADD CONSTRAINT [x] DEFAULT 2 FOR [n]", ["alter-column"] * 2),
    ("sqlserver", "ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_email_key]", ["drop-index"]),
    ("sqlserver", "ALTER TABLE [dbo].[User] ALTER COLUMN [email] INT NOT NULL", ["alter-column"]),
    ("cockroachdb", 'ALTER TABLE "User" ALTER PRIMARY KEY USING COLUMNS ("email")', ["drop-primary-key", "add-primary-key"]),
    ("cockroachdb", 'ALTER TYPE "Role" DROP VALUE \'B\'', ["alter-enum"]),
]  # fmt: skip


def read(sql: str, name: str) -> Reading:
    chosen = provider(name)
    before = read_migration(BEFORE[name], "before.sql", Database(chosen.name, chosen.default_schema), chosen)
    assert not before.problems
    assert not before.opaque
    if 'CREATE TYPE "Role" AS' in sql:
        before = read_migration("", "none.sql", Database(chosen.name, chosen.default_schema), chosen)
    return read_migration(sql, "m.sql", before.database, chosen)


@pytest.mark.parametrize(("name", "sql", "kinds"), CASES, ids=[f"{n}: {s[:50]}" for n, s, _ in CASES])
def test_what_a_statement_changes(name: str, sql: str, kinds: list[str]) -> None:
    reading = read(sql, name)
    assert [change.kind for change in reading.changes] == kinds
    assert not reading.problems
    assert reading.opaque == kinds.count("opaque")


def test_a_place_of_its_own_for_every_statement() -> None:
    sql = 'SELECT 1;\n-- why\nDROP TABLE "Post";\n'
    (change,) = read(sql, "postgresql").changes
    assert change.origin is not None
    assert sql[slice(*change.origin.span)] == 'DROP TABLE "Post"'


def test_what_does_not_fit_is_told_and_the_rest_goes_on() -> None:
    reading = read('DROP TABLE "Gone"; DROP TABLE "Post"', "postgresql")
    assert [change.kind for change in reading.changes] == ["drop-table"]
    assert "Gone" in reading.problems[0].message


def test_serial_and_enum_columns() -> None:
    table = read("", "postgresql").database.table("User")
    assert table is not None
    identifier, role = table.column("id"), table.column("role")
    assert identifier and identifier.auto_increment and identifier.default is None
    assert role and role.type.enum and role.type.enum.name == "Role"
