"""DROP COLUMN takes what names the column with it, RENAME COLUMN renames it there: as PostgreSQL does, run on 15."""

from __future__ import annotations

import pytest

from refract.providers import provider
from refract.schema.expressions import names_column, with_column_renamed
from refract.schema.model import Database, Table
from refract.sql.reader import read_migration

TABLE = 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "x" INTEGER, "y" INTEGER, "d" TIMESTAMP, "t" TEXT);\n'


def table(sql: str, name: str = "postgresql") -> Table:
    chosen = provider(name)
    found = read_migration(TABLE + sql, "m.sql", Database(name, chosen.default_schema), chosen).database.table("A")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("made", "column"),
    [
        ('ALTER TABLE "A" ADD CONSTRAINT ck CHECK ("x" > 0);', "x"),
        ('ALTER TABLE "A" ADD CHECK ("y" > x);', "x"),
        ('CREATE UNIQUE INDEX i ON "A"("x") WHERE "d" IS NULL;', "d"),
        ('CREATE INDEX i ON "A"(lower("t"));', "t"),
        ('CREATE INDEX i ON "A"(("x" + "y"));', "y"),
        ('CREATE INDEX i ON "A"("x", "y");', "y"),
        ('ALTER TABLE "A" ADD CONSTRAINT ex EXCLUDE USING btree ("x" WITH =, y WITH =);', "y"),
        ('ALTER TABLE "A" ADD FOREIGN KEY ("x") REFERENCES "A"("id");', "x"),
    ],
)
def test_goes_with_the_column(made: str, column: str) -> None:
    after = table(f'{made} ALTER TABLE "A" DROP COLUMN "{column}";')
    assert (after.indexes, after.checks, after.foreign_keys) == ((), (), ())


@pytest.mark.parametrize(
    "made",
    [
        'ALTER TABLE "A" ADD CONSTRAINT ck CHECK ("t" <> \'x\');',
        'ALTER TABLE "A" ADD CONSTRAINT ck CHECK ("x1" > 0);',
        "ALTER TABLE \"A\" ADD CONSTRAINT ck CHECK (x(y) AND t::x = 'a');",
        'CREATE INDEX i ON "A"("y") WHERE "X" > 0;',
    ],
)
def test_stays_without_the_column(made: str) -> None:
    made = f'ALTER TABLE "A" ADD COLUMN "X" INTEGER, ADD COLUMN "x1" INTEGER; {made}'
    before, after = table(made), table(f'{made} ALTER TABLE "A" DROP COLUMN "x";')
    assert (after.indexes, after.checks) == (before.indexes, before.checks)
    assert before.indexes or before.checks


def test_keys_that_reference_a_dropped_column_are_gone() -> None:
    sql = f'{TABLE} CREATE TABLE b (a INTEGER REFERENCES "A"("id")); ALTER TABLE "A" DROP COLUMN id CASCADE;'
    database = read_migration(sql, "m.sql", Database("postgresql", "public"), provider("postgresql")).database
    other = database.table("b")
    assert other is not None
    assert other.foreign_keys == ()


def test_a_renamed_column_is_renamed_in_predicates_checks_and_expressions() -> None:
    made = (
        'CREATE INDEX i ON "A"(lower("t")) WHERE "t" IS NOT NULL AND t <> \'t\';'
        'ALTER TABLE "A" ADD CONSTRAINT ck CHECK (length(t) > 2);'
        'ALTER TABLE "A" RENAME COLUMN "t" TO "My Text";'
    )
    after = table(made)
    assert after.indexes[0].columns[0].expression == 'lower("My Text")'
    assert after.indexes[0].where == '"My Text" IS NOT NULL AND "My Text" <> \'t\''
    assert after.checks[0].expression == 'length("My Text") > 2'


@pytest.mark.parametrize(
    ("sql", "name", "expected"),
    [
        ("a > 0 AND b.a < 3", "postgresql", "z > 0 AND b.z < 3"),
        ("'a' || $$a$$ || E'\\'a' || a", "postgresql", "'a' || $$a$$ || E'\\'a' || z"),
        ("A IN (1)", "postgresql", "z IN (1)"),
        ('"A" IN (1)', "postgresql", '"A" IN (1)'),
        ("a::a", "postgresql", "z::a"),
        ("CAST(a AS a)", "postgresql", "CAST(z AS a)"),
        ("a[1] = ARRAY[a]", "postgresql", "z[1] = ARRAY[z]"),
        ('`a` <> "a"', "mysql", '`z` <> "a"'),
        ("[a] > A", "sqlserver", "[z] > z"),
    ],
)
def test_names_in_an_expression(sql: str, name: str, expected: str) -> None:
    assert with_column_renamed(sql, "a", "z", name) == expected
    assert names_column(sql, "a", name) == (sql != expected)
