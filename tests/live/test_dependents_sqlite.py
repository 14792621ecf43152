"""SQLite refuses to rebuild a table, and drops triggers, exactly where column-has-dependents says so."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from rules.markdown import Sql, find

RULE = "column-has-dependents"
BASE = 'CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "title" TEXT, "amount" INTEGER);\nCREATE TABLE "L" ("x" INTEGER, "C" TEXT);\n'
REBUILD = """PRAGMA foreign_keys=OFF;
CREATE TABLE "new_C" ("id" INTEGER PRIMARY KEY, "title" TEXT, "amount" REAL);
INSERT INTO "new_C" ("id", "title", "amount") SELECT "id", "title", "amount" FROM "C";
DROP TABLE "C";
ALTER TABLE "new_C" RENAME TO "C";
PRAGMA foreign_keys=ON;
"""
OBJECTS = [
    "CREATE VIEW v AS SELECT id FROM C;",
    'CREATE VIEW v AS SELECT "C" FROM L;',
    "CREATE VIEW v AS SELECT x FROM L WHERE x IN (SELECT id FROM C);",
    "CREATE TRIGGER t AFTER INSERT ON C BEGIN INSERT INTO L VALUES (1, 'a'); END;",
    "CREATE TRIGGER t AFTER INSERT ON L BEGIN INSERT INTO C (title) VALUES (1); END;",
    "CREATE TRIGGER t AFTER INSERT ON L BEGIN UPDATE L SET C = 1; END;",
    "CREATE TRIGGER t AFTER INSERT ON L BEGIN DELETE FROM L WHERE x = (SELECT max(id) FROM C); END;",
]


def run(script: str) -> tuple[str, set[str]]:
    """What SQLite says, and the triggers that are left."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        try:
            connection.executescript(script)
        except sqlite3.OperationalError as error:
            return str(error), set()
        return "", {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}


@pytest.mark.parametrize("objects", OBJECTS)
def test_a_rebuild_fails_or_loses_triggers_where_the_rule_says_so(objects: str) -> None:
    found = [f.what for f in find(Sql(BASE + objects, REBUILD), "sqlite", RULE).findings if f.rule == RULE]
    refusal, left = run(BASE + objects + REBUILD)
    assert any("fails" in what for what in found) == bool(refusal), refusal
    lost = not refusal and "TRIGGER" in objects and not left
    assert any("drops trigger" in what for what in found) == lost


@pytest.mark.parametrize("objects", OBJECTS)
@pytest.mark.parametrize("column", ["title", "amount"])
def test_a_column_under_a_view(objects: str, column: str) -> None:
    statement = f'ALTER TABLE "C" DROP COLUMN "{column}";'
    found = [f.what for f in find(Sql(BASE + objects, statement), "sqlite", RULE).findings if f.rule == RULE]
    assert bool(found) == bool(run(BASE + objects + statement)[0])
