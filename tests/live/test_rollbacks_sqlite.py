"""A migration and its rollback on a real SQLite, with rows and foreign keys on: the database is as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.sqlite_facts import server_facts
from live.rollbacks import down_of
from live.sqlite import new_database

_PAIR = """\
CREATE TABLE "Note" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);
CREATE TABLE "Tag" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);
CREATE TABLE "_NoteToTag" (
    "A" INTEGER NOT NULL, "B" INTEGER NOT NULL,
    CONSTRAINT "a" FOREIGN KEY ("A") REFERENCES "Note" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "b" FOREIGN KEY ("B") REFERENCES "Tag" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
"""
_OWNER = 'CREATE TABLE "Owner" ("id" INTEGER NOT NULL PRIMARY KEY);\n'
CASES = {
    "tables that refer to each other": ("", _PAIR, 'INSERT INTO "Note" VALUES (1); INSERT INTO "Tag" VALUES (1);'),
    "one new table, whose rows others refer to": (
        "",
        _OWNER + 'CREATE TABLE "Pet" ("id" INTEGER NOT NULL PRIMARY KEY, "owner" INTEGER NOT NULL, '
        'CONSTRAINT "o" FOREIGN KEY ("owner") REFERENCES "Owner" ("id") ON DELETE RESTRICT ON UPDATE CASCADE);',
        'INSERT INTO "Owner" VALUES (1); INSERT INTO "Pet" VALUES (1, 1);',
    ),
    "a new table with a unique column in place of another": (
        _OWNER + 'CREATE TABLE "Pet" ("id" INTEGER NOT NULL PRIMARY KEY);',
        'DROP TABLE "Owner";\nCREATE TABLE "Person" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL UNIQUE);\n'
        'ALTER TABLE "Pet" ADD COLUMN "owner" INTEGER REFERENCES "Person" ("id");',
        "INSERT INTO \"Person\" VALUES (1, 'x');",
    ),
    "a key that does not count": (
        _OWNER,
        'ALTER TABLE "Owner" ADD COLUMN "name" TEXT;',
        "INSERT INTO \"Owner\" VALUES (1, 'x');",
    ),
    "a key that begins to count": (
        _OWNER,
        'CREATE TABLE "new_Owner" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);\n'
        'INSERT INTO "new_Owner" SELECT * FROM "Owner";\nDROP TABLE "Owner";\n'
        'ALTER TABLE "new_Owner" RENAME TO "Owner";\nALTER TABLE "Owner" ADD COLUMN "name" TEXT;',
        "INSERT INTO \"Owner\" VALUES (1, 'x');",
    ),
    "a key that counts": (
        'CREATE TABLE "Owner" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);',
        'ALTER TABLE "Owner" ADD COLUMN "name" TEXT;',
        "INSERT INTO \"Owner\" VALUES (1, 'x');",
    ),
}


@pytest.mark.parametrize("flavour", ["", "libsql"])
@pytest.mark.parametrize("name", CASES)
def test_up_and_down_is_the_start(name: str, flavour: str, tmp_path: Path) -> None:
    base, migration, rows = CASES[name]
    down = down_of(base, migration, "sqlite", flavour)
    with new_database(tmp_path) as database:
        database.run(base)
        held = server_facts(database.connection)
        database.run(f"{migration}\n{rows}")
        for text in down:
            database.run(text)
        assert server_facts(database.connection) == held
