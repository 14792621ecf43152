"""Schemas of the database that the datasource does not name: SQL may build there, and Prisma leaves it alone."""

from __future__ import annotations

import pytest

from refract.diff import diff
from refract.lowering import lower
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.rollback import rollback_texts
from refract.sql.writer import write_script
from refract.syntax import parse_schema

EMPTY = "-- This is an empty migration."
SINGLE = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel A {\n  id Int @id\n}\n'
SEVERAL = 'datasource db {\n  provider = "postgresql"\n  schemas = ["a", "b"]\n}\n\nmodel A {\n  id Int @id\n\n  @@schema("a")\n}\n'
IN_DEFAULT = 'CREATE TABLE "A" ("id" INTEGER NOT NULL, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));\n'
IN_SEVERAL = "CREATE SCHEMA a; CREATE SCHEMA b;\n" + IN_DEFAULT.replace('"A" (', 'a."A" (')


def built(sql: str) -> Database:
    start = Database("postgresql", "public")
    return read_migration(sql, "1/migration.sql", start, provider("postgresql")).database


@pytest.mark.parametrize(
    ("schema", "sql", "expected"),
    [
        (SINGLE, 'CREATE SCHEMA ev; CREATE TABLE ev."A" (id INT PRIMARY KEY);', EMPTY),
        (SINGLE, "CREATE SCHEMA ev; CREATE TABLE ev.log (id INT PRIMARY KEY);", EMPTY),
        (SINGLE, "CREATE SCHEMA ev; CREATE TYPE ev.e AS ENUM ('x');", EMPTY),
        (SINGLE, "CREATE SCHEMA ev; SET search_path TO ev; CREATE TABLE log (id INT PRIMARY KEY);", EMPTY),
        (SEVERAL, "CREATE SCHEMA c; CREATE TABLE c.y (id INT PRIMARY KEY);", EMPTY),
        (SEVERAL, "CREATE TABLE b.y (id INT PRIMARY KEY);", '-- DropTable\nDROP TABLE "b"."y";\n'),
    ],
)
def test_what_is_elsewhere_is_left_alone(schema: str, sql: str, expected: str) -> None:
    history = built((IN_DEFAULT if schema is SINGLE else IN_SEVERAL) + sql)
    wanted = lower(parse_schema([("schema.prisma", schema)])).database
    assert write_script(diff(history, wanted), history, wanted) == expected


def test_a_schema_from_a_history_makes_nothing_elsewhere() -> None:
    history = built(IN_DEFAULT + "CREATE SCHEMA ev; CREATE TABLE ev.log (id INT);")
    schema = lower(parse_schema([("schema.prisma", SINGLE)])).database
    assert not [change for change in diff(schema, history).changes if change.kind == "create-table"]


def test_a_rollback_names_the_schema() -> None:
    before = built(IN_DEFAULT + "CREATE SCHEMA ev;")
    reading = read_migration('CREATE TABLE ev."A" (id INT);', "2/migration.sql", before, provider("postgresql"))
    (text,) = rollback_texts(
        reading.changes, before, reading.database, provider("postgresql"), default_versions("postgresql")
    )
    assert 'DROP TABLE "ev"."A"' in text
