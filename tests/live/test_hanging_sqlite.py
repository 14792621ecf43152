"""SQLite: what hangs on a table that a step rebuilds is as it was before, after each step and each way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import evolve

from live.sqlite import D1Database, SqliteDatabase, new_database
from refract.diff import diff
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.recipes.base import Situation, all_recipes
from refract.recipes.engine import plan_steps
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_script
from refract.syntax import parse_schema

SCHEMA = """datasource db {
  provider = "sqlite"
}

model User {
  id    Int    @id @default(autoincrement())
  name  String
  email String
  score Int    @default(0)
  posts Post[]
}

model Post {
  id     Int  @id @default(autoincrement())
  userId Int
  user   User @relation(fields: [userId], references: [id], onDelete: Cascade)
}

model Log {
  id   Int    @id @default(autoincrement())
  text String
}
"""
OWN = """
CREATE TABLE "new_User" (
  "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL, "email" TEXT NOT NULL COLLATE NOCASE,
  "score" INTEGER NOT NULL DEFAULT 0, CONSTRAINT "known" CHECK (email <> '')
);
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE TRIGGER written AFTER INSERT ON "Post" BEGIN INSERT INTO "Log" (text) VALUES ('post'); END;
CREATE VIEW people AS SELECT id, email FROM "User";
CREATE VIEW mails AS SELECT email FROM people;
CREATE TRIGGER logged AFTER INSERT ON "User" BEGIN INSERT INTO "Log" (text) VALUES (NEW.email); END;
CREATE TRIGGER counted AFTER INSERT ON "Post" BEGIN UPDATE "User" SET email = email WHERE id = NEW."userId"; END;
CREATE TRIGGER renamed INSTEAD OF UPDATE ON people BEGIN UPDATE "User" SET email = NEW.email WHERE id = NEW.id; END;
CREATE UNIQUE INDEX "mail" ON "User" (email) WHERE email <> 'none';
CREATE INDEX "lower" ON "User" (lower(email));
"""
PLANS = [
    ("drop-field", {"model": "User", "field": "score"}),
    ("rename-field", {"model": "User", "field": "name", "to": "title", "how": "application"}),
    ("change-type", {"model": "User", "field": "score", "type": "BigInt", "how": "application"}),
    ("add-required-field", {"model": "User", "field": "plan", "type": "String", "value": "'free'"}),
]


@pytest.mark.parametrize("flavour", ["", "d1"])
@pytest.mark.parametrize(("recipe", "answers"), PLANS, ids=[name for name, _ in PLANS])
def test_what_hangs_on_a_rebuilt_table_stays(
    recipe: str, answers: dict[str, str], flavour: str, tmp_path: Path
) -> None:
    tree, chosen = parse_schema([("schema.prisma", SCHEMA)]), provider("sqlite")
    versions = evolve(default_versions("sqlite"), flavour=flavour)
    asked, nothing = Situation(tree, chosen, versions, {}).database, Database("sqlite", "")
    init = write_script(diff(nothing, asked), nothing, asked) + OWN
    history = read_migration(init, "1/migration.sql", nothing, chosen).database
    found = all_recipes()[recipe]
    steps = plan_steps(found, Situation(tree, chosen, versions, found.complete(answers), history=history))
    with new_database(tmp_path, D1Database if flavour else SqliteDatabase) as live:
        live.connection.executescript(f"PRAGMA foreign_keys=OFF; {init} PRAGMA foreign_keys=ON;")
        live.run("""INSERT INTO "User" (name, email) VALUES ('a', 'b'); INSERT INTO "Post" ("userId") VALUES (1);""")
        before, logged = hanging(live), live.answer('SELECT count(*) FROM "Log"')
        for step in steps:
            for migration in step.migrations:
                live.run(migration.sql)
            assert hanging(live) == before, step.step.title
            if not step.step.point_of_no_return:
                for migration in step.undo:
                    live.run(migration.sql)
                assert hanging(live) == before, step.step.title
                for migration in step.migrations:
                    live.run(migration.sql)
        assert live.answer('SELECT count(*) FROM "Log"') == logged
        live.run("UPDATE people SET email = 'X' WHERE id = 0;")
        assert "NOCASE" in str(live.answer("SELECT sql FROM sqlite_master WHERE name = 'User'"))
        assert "CHECK" in str(live.answer("SELECT sql FROM sqlite_master WHERE name = 'User'"))


def hanging(live: SqliteDatabase) -> list[tuple[object, ...]]:
    """The views, triggers and indexes of the user's own, without spaces, quotes and parentheses."""
    rows = live.rows(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger', 'index') ORDER BY name"
    )
    return [(kind, name, re.sub(r'[\s"()]', "", str(sql))) for kind, name, sql in rows if sql]
