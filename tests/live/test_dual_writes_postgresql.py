"""What old and new programs write while a plan is under way, statement by statement: keys and tables beside others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from live.postgresql import new_database, running_server
from recipes.plans import Case, cases, plan_of, situation
from refract.diff import diff
from refract.recipes.engine import PlannedStep
from refract.schema.model import Database
from refract.sql.writer import write_script

_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


def _case(recipe: str, title: str) -> Case:
    return next(c for c in cases() if c.recipe == recipe and c.title.startswith(title))


def _started(server: str, case: Case, rows: str) -> psycopg.Connection:
    """A database with the tables of the case, and rows."""
    asked = situation(case, "postgresql").database
    nothing = Database("postgresql", "public")
    connection = new_database(server, f"writes{next(_numbers)}")
    connection.execute(write_script(diff(nothing, asked), nothing, asked).encode())
    connection.execute(rows.encode())
    return connection


def _run(connection: psycopg.Connection, steps: tuple[PlannedStep, ...]) -> None:
    for step in steps:
        for migration in step.migrations:
            connection.execute(migration.sql.encode())


def _rows(connection: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query.encode()).fetchall()


def _at_the_switch(case: Case) -> tuple[tuple[PlannedStep, ...], tuple[PlannedStep, ...]]:
    """The steps until programs move over, and those after."""
    steps = plan_of(case, "postgresql")
    at = next(n for n, step in enumerate(steps) if step.step.id == "switch")
    return steps[:at], steps[at:]


KEYS = """
INSERT INTO "User" ("email") VALUES ('a'), ('b'), ('c');
UPDATE "User" SET "bossId" = 1 WHERE "id" > 1;
INSERT INTO "Note" ("userId") VALUES (1), (2);
INSERT INTO "Profile" ("userId") VALUES (1), (NULL);
INSERT INTO "Seat" ("user_id", "number") VALUES (1, 1), (1, 2);
"""
SAME = """
SELECT 'Note', n."id" FROM "Note" n JOIN "User" u ON u."id" = n."userId" WHERE n."userId_v2" IS DISTINCT FROM u."id_v2"
UNION ALL SELECT 'Profile', p."id" FROM "Profile" p LEFT JOIN "User" u ON u."id" = p."userId"
  WHERE p."userId_v2" IS DISTINCT FROM u."id_v2"
UNION ALL SELECT 'Seat', p."number" FROM "Seat" p JOIN "User" u ON u."id" = p."user_id" WHERE p."user_id_v2" IS DISTINCT FROM u."id_v2"
UNION ALL SELECT 'User', p."id" FROM "User" p LEFT JOIN "User" u ON u."id" = p."bossId" WHERE p."bossId_v2" IS DISTINCT FROM u."id_v2"
"""
OLD_AND_NEW = (
    """INSERT INTO "User" ("email") VALUES ('d')""",
    """INSERT INTO "User" ("email", "bossId") VALUES ('e', 4)""",
    """INSERT INTO "User" ("email", "bossId_v2") SELECT 'f', "id_v2" FROM "User" WHERE "email" = 'd'""",
    """INSERT INTO "Note" ("userId") VALUES (3)""",
    """INSERT INTO "Note" ("userId_v2") SELECT "id_v2" FROM "User" WHERE "email" = 'e'""",
    """UPDATE "Note" SET "userId" = 3 WHERE "id" = 1""",
    """UPDATE "Note" SET "userId_v2" = (SELECT "id_v2" FROM "User" WHERE "email" = 'f') WHERE "id" = 2""",
    """UPDATE "Profile" SET "userId" = NULL WHERE "id" = 1""",
    """UPDATE "Profile" SET "userId_v2" = (SELECT "id_v2" FROM "User" WHERE "email" = 'b') WHERE "id" = 2""",
    """UPDATE "Profile" SET "userId_v2" = NULL WHERE "id" = 2""",
    """UPDATE "Profile" SET "userId" = 2 WHERE "id" = 2""",
    """INSERT INTO "Seat" ("user_id_v2", "number") SELECT "id_v2", 1 FROM "User" WHERE "email" = 'c'""",
    """UPDATE "User" SET "bossId_v2" = "id_v2", "bossId" = "bossId" WHERE "email" = 'a'""",
    """DELETE FROM "User" WHERE "email" = 'e'""",
)


@pytest.mark.parametrize("recipe", ["primary-key-to-bigint", "primary-key-to-uuid"])
def test_a_key_and_what_points_at_it_stay_in_step(server: str, recipe: str) -> None:
    case = _case(recipe, "Relations to it")
    until, after = _at_the_switch(case)
    with _started(server, case, KEYS) as connection:
        _run(connection, until)
        assert _rows(connection, SAME) == []
        for statement in OLD_AND_NEW:
            connection.execute(statement.encode())
            assert _rows(connection, SAME) == [], statement
        assert _rows(connection, """SELECT count(*) FROM "Note" WHERE "userId" IS NULL OR "userId_v2" IS NULL""") == [
            (0,)
        ]
        _run(connection, after)
        ids = {row[0] for row in _rows(connection, 'SELECT "id_v2" FROM "User"')}
        (made,) = _rows(connection, """INSERT INTO "User" ("email") VALUES ('z') RETURNING "id_v2" """)
        assert made[0] not in ids
        if recipe == "primary-key-to-bigint":
            assert made == (7,), "the sequence goes on where it was: six rows have been numbered"
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("""DELETE FROM "User" WHERE "email" = 'c'""")
        keys = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p' ORDER BY conname"""
        assert ("User_pkey", "PRIMARY KEY (id_v2)") in _rows(connection, keys)
        assert ("Seat_pkey", "PRIMARY KEY (user_id_v2, number)") in _rows(connection, keys)


def test_numbers_that_the_old_type_cannot_hold_are_refused_until_the_end(server: str) -> None:
    case = _case("primary-key-to-bigint", "Numbers that programs give")
    until, after = _at_the_switch(case)
    large = """INSERT INTO "Country" ("id_v2", "name") VALUES (3000000000, 'far')"""
    with _started(server, case, """INSERT INTO "Country" VALUES (1, 'here')""") as connection:
        _run(connection, until)
        connection.execute("""INSERT INTO "Country" ("id_v2", "name") VALUES (2, 'there')""")
        assert _rows(connection, 'SELECT "id" FROM "Country" ORDER BY "id"') == [(1,), (2,)]
        with pytest.raises(psycopg.errors.NumericValueOutOfRange):
            connection.execute(large.encode())
        _run(connection, after)
        connection.execute(large.encode())


TABLES = """
INSERT INTO "Org" VALUES (1), (2);
INSERT INTO "User" ("email", "meta", "orgId") VALUES ('a', '{"n": 1}', 1), ('b', NULL, 1), ('c', NULL, 2), ('d', NULL, 1);
UPDATE "User" SET "bossId" = 1 WHERE "id" = 2;
INSERT INTO "Note" VALUES (1, 1), (2, 2), (3, 3);
"""
BOTH = """
(SELECT "id", "email", "meta"::text, "orgId", "bossId" FROM "User" EXCEPT SELECT "id", "email", "meta"::text, "orgId", "bossId" FROM "Person")
UNION ALL
(SELECT "id", "email", "meta"::text, "orgId", "bossId" FROM "Person" EXCEPT SELECT "id", "email", "meta"::text, "orgId", "bossId" FROM "User")
"""
TO_EITHER = (
    """INSERT INTO "{}" ("email", "orgId", "bossId") VALUES ('new in {}', 2, 1)""",
    """UPDATE "{}" SET "meta" = '{{"m": 2}}', "email" = 'other in {}' WHERE "id" = 1""",
    """UPDATE "{}" SET "id" = "id" + 100, "email" = 'moved in {}' WHERE "id" = 3""",
    """UPDATE "{}" SET "id" = 3 WHERE "id" = 103""",
    """UPDATE "{}" SET "bossId" = NULL WHERE "email" LIKE 'new in %'""",
    """DELETE FROM "{}" WHERE "email" = 'new in {}'""",
)


def test_two_tables_stay_in_step(server: str) -> None:
    case = _case("rename-model", "A second table beside the first, kept in step by triggers")
    until, after = _at_the_switch(case)
    with _started(server, case, TABLES) as connection:
        _run(connection, until)
        assert _rows(connection, BOTH) == []
        for table in ("User", "Person"):
            for statement in TO_EITHER:
                changed = connection.execute(statement.format(table, table).encode())
                assert changed.rowcount, statement
                assert _rows(connection, BOTH) == [], f"{statement} {table}"
        connection.execute("""UPDATE "Org" SET "id" = 20 WHERE "id" = 2""")
        assert _rows(connection, BOTH) == []
        connection.execute("""DELETE FROM "Person" WHERE "id" = 2""")
        assert _rows(connection, 'SELECT "id" FROM "Note" ORDER BY "id"') == [(1,), (3,)], "links go with their row"
        _run(connection, after)
        made = _rows(connection, """INSERT INTO "Person" ("email", "orgId") VALUES ('z', 1) RETURNING "id" """)
        assert made == [(7,)], "both tables have counted together"
