"""CASCADE and schemas: each statement does what the plain ones beside it do, as run on PostgreSQL 15."""

from __future__ import annotations

import pytest

from reader.equivalents import NOTHING, built, shape
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration

DROP_KEY = "ALTER TABLE post DROP CONSTRAINT post_author_id_fkey;"
ADD_F = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"

CASES = [
    ('DROP TYPE "Role" CASCADE;', 'ALTER TABLE "User" DROP COLUMN role; DROP TYPE "Role";'),
    (
        "CREATE TYPE e AS ENUM ('x'); ALTER TABLE post ADD es e[]; CREATE INDEX i ON post (es); DROP TYPE e CASCADE;",
        NOTHING,
    ),
    (
        'ALTER TABLE "User" DROP CONSTRAINT "User_pkey" CASCADE;',
        f'{DROP_KEY} ALTER TABLE "User" DROP CONSTRAINT "User_pkey";',
    ),
    ('ALTER TABLE "User" DROP COLUMN id CASCADE;', f'{DROP_KEY} ALTER TABLE "User" DROP COLUMN id;'),
    ('DROP TABLE "User" CASCADE;', f'{DROP_KEY} DROP TABLE "User";'),
    (
        "ALTER TABLE post ADD CONSTRAINT u UNIQUE (n), ADD k int REFERENCES post (n); ALTER TABLE post DROP CONSTRAINT u CASCADE;",
        "ALTER TABLE post ADD k int;",
    ),
    (
        "CREATE UNIQUE INDEX u ON post (n); ALTER TABLE post ADD k int REFERENCES post (n); DROP INDEX u CASCADE;",
        "ALTER TABLE post ADD k int;",
    ),
    ("CREATE VIEW v AS SELECT title FROM post; DROP TABLE post CASCADE;", "DROP TABLE post;"),
    ("CREATE VIEW v AS SELECT title FROM post; CREATE VIEW w AS SELECT * FROM v; DROP VIEW v CASCADE;", NOTHING),
    (
        "CREATE VIEW v AS SELECT title FROM post; CREATE VIEW w AS SELECT body FROM post; "
        "ALTER TABLE post DROP COLUMN title CASCADE;",
        "CREATE VIEW w AS SELECT body FROM post; ALTER TABLE post DROP COLUMN title;",
    ),
    (f"{ADD_F} ALTER TABLE post ADD z int DEFAULT f(); DROP FUNCTION f() CASCADE;", "ALTER TABLE post ADD z int;"),
    (f"{ADD_F} ALTER TABLE post ADD CONSTRAINT ck CHECK (n > f()); DROP FUNCTION f() CASCADE;", NOTHING),
    ("CREATE DOMAIN dd AS int CHECK (VALUE > 0); ALTER TABLE post ADD z dd; DROP DOMAIN dd CASCADE;", NOTHING),
    ("CREATE EXTENSION hstore; ALTER TABLE post ADD z hstore; DROP EXTENSION hstore CASCADE;", NOTHING),
    (
        "CREATE EXTENSION pg_trgm; CREATE INDEX t ON post USING gin (title gin_trgm_ops); DROP EXTENSION pg_trgm CASCADE;",
        NOTHING,
    ),
    ("DROP SCHEMA app CASCADE;", "DROP TABLE app.item; DROP SCHEMA app;"),
    (
        "CREATE TYPE app.e AS ENUM ('x'); ALTER TABLE post ADD e app.e, ADD i int REFERENCES app.item (id); "
        "DROP SCHEMA app CASCADE;",
        "ALTER TABLE post ADD i int; DROP TABLE app.item; DROP SCHEMA app;",
    ),
    (
        "ALTER SCHEMA app RENAME TO app2;",
        "DROP TABLE app.item; DROP SCHEMA app; CREATE SCHEMA app2; CREATE TABLE app2.item (id INT PRIMARY KEY);",
    ),
    (
        "CREATE SCHEMA s CREATE TABLE t (id int) CREATE VIEW v AS SELECT id FROM t;",
        "CREATE SCHEMA s; CREATE TABLE s.t (id int); CREATE VIEW s.v AS SELECT id FROM s.t;",
    ),
    (
        "CREATE SCHEMA AUTHORIZATION refract CREATE TABLE t (id int);",
        "CREATE SCHEMA refract; CREATE TABLE refract.t (id int);",
    ),
    ("CREATE SCHEMA a1; CREATE SCHEMA a2; DROP SCHEMA a1, a2;", NOTHING),
    ("ALTER TABLE app.item SET SCHEMA public;", "DROP TABLE app.item; CREATE TABLE item (id INT PRIMARY KEY);"),
    (
        'SET search_path TO app, public; ALTER TABLE post ADD z int; CREATE TABLE t (r "Role");',
        'ALTER TABLE post ADD z int; CREATE TABLE app.t (r "Role");',
    ),
    ("SET search_path = nowhere, app; CREATE TABLE t (id int);", "CREATE TABLE app.t (id int);"),
    ("SET search_path TO app; RESET search_path; CREATE TABLE t (id int);", "CREATE TABLE t (id int);"),
    ("SET search_path TO app; SET search_path TO DEFAULT; CREATE TABLE t (id int);", "CREATE TABLE t (id int);"),
    (
        "SELECT pg_catalog.set_config('search_path', 'app', false); CREATE TABLE t (id int);",
        "CREATE TABLE app.t (id int);",
    ),
    (
        "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.t (id int);",
        "CREATE TABLE t (id int);",
    ),
    ("SET SCHEMA 'app'; CREATE TABLE t (id int);", "CREATE TABLE app.t (id int);"),
    (
        "CREATE VIEW v AS SELECT 1 AS x; ALTER VIEW v RENAME TO w; ALTER VIEW w SET SCHEMA app;",
        "CREATE VIEW app.w AS SELECT 1 AS x;",
    ),
    (
        "CREATE MATERIALIZED VIEW v AS SELECT id FROM post; ALTER MATERIALIZED VIEW v RENAME TO w; CREATE INDEX ON w (id); DROP MATERIALIZED VIEW w;",
        NOTHING,
    ),
    (
        "CREATE OR REPLACE VIEW v AS SELECT 1 AS x; CREATE OR REPLACE VIEW v AS SELECT 1 AS x, 2 AS y;",
        "CREATE VIEW v AS SELECT 1 AS x, 2 AS y;",
    ),
    (
        "CREATE RECURSIVE VIEW r (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 3;",
        "CREATE VIEW r AS SELECT 1 AS n;",
    ),
]


@pytest.mark.parametrize(("sql", "plain"), CASES)
def test_it_does_what_the_plain_statements_do(sql: str, plain: str) -> None:
    found, expected = built(sql), built(plain)
    assert found.not_followed == expected.not_followed == ()
    assert shape(found.database) == shape(expected.database)


@pytest.mark.parametrize("sql", ["DROP EXTENSION timescaledb CASCADE;", "DROP OWNED BY someone CASCADE;"])
def test_what_is_dropped_by_an_unknown_owner_is_counted(sql: str) -> None:
    assert len(built(sql).not_followed) == 1


def test_a_call_of_a_procedure_of_mysql_is_known() -> None:
    sql = "CREATE PROCEDURE p() BEGIN UPDATE t SET a = 1; END; CALL p(); DROP PROCEDURE p;"
    chosen = provider("mysql")
    assert read_migration(sql, "m.sql", Database("mysql", ""), chosen).not_followed == ()
