"""What a migration does that does not fit, or is not known, is a value: why, and which objects it touches."""

from __future__ import annotations

import pytest
from attrs import evolve

from refract.diff import diff
from refract.frozen_map import frozen_map
from refract.providers import provider
from refract.schema.changes import Misfit, NotFollowed, Reason
from refract.schema.model import Database, QualifiedName, Table
from refract.sql.reader import SIZE_LIMIT, Reading, read_migration, read_statements

PG = provider("postgresql")
EMPTY = Database("postgresql", "public")
A = QualifiedName("public", "A")
START = 'CREATE TABLE "A" ("id" INT PRIMARY KEY, "x" INT); CREATE TYPE "E" AS ENUM (\'a\');'


def read(sql: str, before: Database = EMPTY) -> Reading:
    return read_migration(sql, "m.sql", before, PG)


def not_followed(sql: str) -> NotFollowed:
    (found,) = read(START + sql).not_followed
    return found


@pytest.mark.parametrize(
    ("sql", "misfit"),
    [
        ('DROP TABLE "b";', Misfit(Reason.UNKNOWN, "table", "public.b")),
        ('ALTER TABLE "b" ADD COLUMN "c" INT;', Misfit(Reason.UNKNOWN, "table", "public.b")),
        ('ALTER TABLE "b" RENAME TO "c";', Misfit(Reason.UNKNOWN, "table", "public.b")),
        ('CREATE INDEX ON "b"("c");', Misfit(Reason.UNKNOWN, "table", "public.b")),
        ('DROP INDEX "i";', Misfit(Reason.UNKNOWN, "index", "public.i")),
        ("ALTER TYPE \"F\" ADD VALUE 'b';", Misfit(Reason.UNKNOWN, "enum", "public.F")),
        ('ALTER TABLE "A" DROP COLUMN "c";', Misfit(Reason.MISSING, "column", "c")),
        ('ALTER TABLE "A" ALTER COLUMN "c" SET NOT NULL;', Misfit(Reason.MISSING, "column", "c")),
        ('ALTER TABLE "A" RENAME CONSTRAINT "k" TO "l";', Misfit(Reason.MISSING, "constraint", "k")),
        ('ALTER TABLE "A" ADD COLUMN "x" INT;', Misfit(Reason.EXISTS, "column", "x")),
        ('CREATE TABLE "A" ("id" INT);', Misfit(Reason.EXISTS, "table", "public.A")),
        ("FROBNICATE x;", None),
    ],
)
def test_why(sql: str, misfit: Misfit | None) -> None:
    found = not_followed(sql)
    assert (found.misfit, found.reason) == (misfit, misfit.reason if misfit else Reason.UNREADABLE)
    assert (found.summary, found.sql) == (sql[:-1], sql[:-1])


@pytest.mark.parametrize(
    ("sql", "touches"),
    [
        ('DROP TABLE "b";', ["public.b"]),
        ('ALTER TABLE "b" RENAME TO "c";', ["public.b", "public.c"]),
        ("CREATE INDEX ON ev.B(c);", ["ev.b"]),
        ("DO $$ BEGIN FOR i IN SELECT n FROM sizes LOOP EXECUTE format('ALTER TABLE %I ADD c INT', 'A'); END LOOP; END $$;", ["public.A", "public.sizes"]),
        ("DO $$ BEGIN LOOP ALTER TYPE \"E\" ADD VALUE 'x'; END LOOP; END $$;", ["public.E"]),
        ("FROBNICATE x;", []),
    ],
)  # fmt: skip
def test_what_it_touches(sql: str, touches: list[str]) -> None:
    assert [str(name) for name in not_followed(sql).touches] == touches


def test_a_statement_is_counted_once_and_the_rest_of_it_is_read() -> None:
    reading = read(START + 'ALTER TABLE "A" DROP COLUMN "c", DROP COLUMN "d", ADD COLUMN "y" INT;')
    assert len(reading.not_followed) == 1
    assert reading.database.tables[A].column("y")


def test_statements_that_are_judged_have_it_too() -> None:
    *_, last = read_statements(START + 'DROP TABLE "b";', "m.sql", EMPTY, PG)
    assert [change.kind for change in last.changes] == ["not-followed", "drop-table"]


def test_a_file_that_is_too_large() -> None:
    (found,) = read("x" * (SIZE_LIMIT + 1)).not_followed
    assert found.reason is Reason.TOO_LARGE


def unknown_columns() -> Database:
    database = read(START).database
    table = evolve(database.tables[A], columns_known=False)
    return evolve(database, tables=frozen_map({A: table}))


@pytest.mark.parametrize(
    "sql",
    [
        'ALTER TABLE "A" DROP COLUMN "c"',
        'ALTER TABLE "A" RENAME COLUMN "c" TO "d"',
        'ALTER TABLE "A" ALTER COLUMN "c" SET NOT NULL',
        'ALTER TABLE "A" DROP CONSTRAINT "c"',
        'ALTER TABLE "A" RENAME CONSTRAINT "c" TO "d"',
    ],
)
def test_what_a_table_of_unknown_columns_does_not_list_may_exist(sql: str) -> None:
    reading = read(sql, unknown_columns())
    assert reading.not_followed == ()
    assert reading.database == unknown_columns()


def test_a_table_of_unknown_columns_learns() -> None:
    sql = 'ALTER TABLE "A" ADD COLUMN "y" INT, DROP COLUMN "x"; CREATE INDEX "i" ON "A"("z");'
    table = read(sql, unknown_columns()).database.tables[A]
    assert [column.name for column in table.columns] == ["id", "y"]
    assert (table.index("i") is not None, table.columns_known) == (True, False)


def test_no_change_is_made_of_columns_that_are_not_known() -> None:
    wanted = read('CREATE TABLE "A" ("id" INT PRIMARY KEY, "y" TEXT NOT NULL);').database
    bare = evolve(unknown_columns(), tables=frozen_map({A: Table(A, (), columns_known=False)}), enums=frozen_map({}))
    assert [c.kind for c in diff(unknown_columns(), evolve(wanted, enums=unknown_columns().enums)).changes] == [
        "drop-column"
    ]
    assert [c.kind for c in diff(bare, wanted).changes] == ["add-primary-key"]
    assert [c.kind for c in diff(wanted, bare).changes] == ["drop-primary-key"]


B = QualifiedName("public", "b")


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ('DROP TABLE "b" CASCADE;', ["drop-table"]),
        ('ALTER TABLE "b" ADD COLUMN "c" INT, DROP COLUMN "d";', ["add-column"]),
        ('CREATE INDEX "i" ON "b"("c");', ["create-index"]),
        ('ALTER TABLE "a0" RENAME TO "b";', ["rename-table"]),
    ],
)
def test_a_table_that_no_statement_makes_exists_somewhere(sql: str, kinds: list[str]) -> None:
    reading = read(START + sql)
    assert [change.kind for change in reading.changes[2:]] == ["not-followed", *kinds]
    wanted = read(START + 'CREATE TABLE "b" ("id" INT, "c" INT); CREATE INDEX "i" ON "b"("c");').database
    kept = B in reading.database.tables
    assert diff(reading.database, read(START).database).changes == ()
    assert ("create-table" in [c.kind for c in diff(reading.database, wanted).changes]) is not kept


def test_a_table_that_is_made_after_all() -> None:
    reading = read('ALTER TABLE "b" ADD COLUMN "c" INT; CREATE TABLE "b" ("id" INT);')
    assert (len(reading.not_followed), reading.database.tables[B].columns_known) == (1, True)
