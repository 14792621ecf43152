"""What no comparison of tables shows is undone by a rollback on a real PostgreSQL, or named as not undone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from live.postgresql import new_database, running_server
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.schema.model import Database
from refract.sql.hidden_parts import hidden_parts_undone
from refract.sql.reader import read_migration, read_statements
from refract.sql.rollback import rollback_texts

POSTGRESQL = provider("postgresql")
_numbers = count()
BASE = """\
CREATE TABLE "User" ("id" SERIAL NOT NULL, "tenant" INTEGER, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Note" ("id" INTEGER NOT NULL, "tenant" INTEGER, CONSTRAINT "Note_pkey" PRIMARY KEY ("id"));
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "Note" FORCE ROW LEVEL SECURITY;
CREATE POLICY "mine" ON "Note" FOR SELECT TO PUBLIC USING ("tenant" = 1);
"""
UNDONE = [
    'ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON "User" USING ("tenant" = 1);',
    'ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;\nALTER TABLE "User" FORCE ROW LEVEL SECURITY;',
    'ALTER TABLE "User" ADD COLUMN "own" INTEGER;\nCREATE POLICY p ON "User" USING ("own" = 1);',
    'ALTER TABLE "Note" DISABLE ROW LEVEL SECURITY;\nALTER TABLE "Note" NO FORCE ROW LEVEL SECURITY;',
    'DROP POLICY "mine" ON "Note";\nALTER TABLE "Note" DISABLE ROW LEVEL SECURITY;',
    'DROP POLICY "mine" ON "Note";\nALTER TABLE "Note" DROP COLUMN "tenant";',
    'CREATE SEQUENCE "s";\nALTER TABLE "User" ADD COLUMN "x" INTEGER;',
    'CREATE SEQUENCE "own_seq";\nALTER TABLE "Note" ALTER COLUMN "id" SET DEFAULT nextval(\'own_seq\');\n'
    'ALTER SEQUENCE "own_seq" OWNED BY "Note"."id";',
    'CREATE SEQUENCE "s";\nALTER TABLE "Note" ALTER COLUMN "id" SET DEFAULT nextval(\'s\');',
    'SELECT "id", "name" INTO "bak" FROM "User";',
    'ALTER TABLE "User" ADD CONSTRAINT "u" UNIQUE ("name");',
]
NAMED = [
    'GRANT SELECT ON "User" TO PUBLIC',
    'REVOKE SELECT ON "User" FROM PUBLIC',
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    'ALTER TABLE "User" SET (fillfactor = 70)',
    'ALTER TABLE "User" REPLICA IDENTITY FULL',
    'ALTER TABLE "User" ALTER COLUMN "name" SET STORAGE EXTERNAL',
    'ALTER TABLE "User" ALTER COLUMN "name" SET STATISTICS 500',
    'ALTER TABLE "User" ALTER "name" SET STORAGE EXTERNAL, ADD COLUMN "x" INTEGER',
    'ALTER TABLE "User" OWNER TO CURRENT_USER',
    'ALTER TABLE "User" DISABLE TRIGGER ALL',
    """COMMENT ON TABLE "User" IS 'people'""",
    'CLUSTER "User" USING "User_pkey"',
    'CREATE STATISTICS "st" ON "name", "tenant" FROM "User"',
]
_FACTS = (
    "SELECT relname, relkind, relrowsecurity, relforcerowsecurity FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace",
    "SELECT polname, polrelid::regclass::text, polcmd, pg_get_expr(polqual, polrelid) FROM pg_policy",
    "SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid) "
    "FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum JOIN pg_class c ON c.oid = attrelid "
    "WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.mark.parametrize("sql", UNDONE)
def test_up_and_down_is_the_start(sql: str, server: str) -> None:
    before = read_migration(BASE, "base", Database("postgresql", "public"), POSTGRESQL).database
    reading = read_migration(sql, "next", before, POSTGRESQL)
    hidden = hidden_parts_undone(
        read_statements(sql, "next", before, POSTGRESQL), sql, before, reading.database, POSTGRESQL
    )
    down = rollback_texts(
        reading.changes, before, reading.database, POSTGRESQL, default_versions("postgresql"), hidden.first, hidden.last
    )
    with new_database(server, f"hidden{next(_numbers)}") as connection:
        connection.execute(BASE.encode())
        held = _facts(connection)
        connection.execute(sql.encode())
        assert _facts(connection) != held
        for text in down:
            connection.execute(text.encode())
        assert _facts(connection) == held
    assert hidden.left == ()


@pytest.mark.parametrize("sql", NAMED)
def test_what_is_not_undone_is_named(sql: str, server: str) -> None:
    before = read_migration(BASE, "base", Database("postgresql", "public"), POSTGRESQL).database
    after = read_migration(sql, "next", before, POSTGRESQL).database
    hidden = hidden_parts_undone(read_statements(sql, "next", before, POSTGRESQL), sql, before, after, POSTGRESQL)
    assert hidden.left == (sql,)
    with new_database(server, f"hidden{next(_numbers)}") as connection:
        connection.execute(BASE.encode())
        connection.execute(sql.encode())


def test_a_new_schema_is_named() -> None:
    sql = 'CREATE SCHEMA IF NOT EXISTS "public";\nCREATE SCHEMA IF NOT EXISTS "other";\nCREATE TABLE "other"."x" ("id" INTEGER);'
    before = read_migration(BASE, "base", Database("postgresql", "public"), POSTGRESQL).database
    after = read_migration(sql, "next", before, POSTGRESQL).database
    statements = read_statements(sql, "next", before, POSTGRESQL)
    assert hidden_parts_undone(statements, sql, before, after, POSTGRESQL).left == ("CREATE SCHEMA other",)


def test_what_goes_with_a_new_table_is_not_named() -> None:
    sql = 'CREATE TABLE "New" ("id" INTEGER PRIMARY KEY);\nGRANT SELECT ON "New" TO PUBLIC;\nALTER TABLE "New" SET (fillfactor = 70);'
    before = read_migration(BASE, "base", Database("postgresql", "public"), POSTGRESQL).database
    after = read_migration(sql, "next", before, POSTGRESQL).database
    assert (
        hidden_parts_undone(read_statements(sql, "next", before, POSTGRESQL), sql, before, after, POSTGRESQL).left == ()
    )


def _facts(connection: psycopg.Connection) -> list[list[tuple[object, ...]]]:
    return [sorted(connection.execute(query.encode()).fetchall(), key=repr) for query in _FACTS]
