"""Tables made of others: each has the columns, keys and indexes that PostgreSQL 15 gives it."""

from __future__ import annotations

import pytest

from reader.equivalents import NOTHING, built, shape
from refract.diff import diff
from refract.lowering import lower
from refract.providers import provider
from refract.schema.model import Database, Table
from refract.sql.reader import read_statements
from refract.syntax import parse_schema

POST = "id INT, author_id INT, title TEXT, body TEXT, n INT"
ADD_Z = "ALTER TABLE post ADD z int;"

CASES = [
    ("CREATE TABLE t AS SELECT * FROM post;", f"CREATE TABLE t ({POST});"),
    ("CREATE TABLE t AS TABLE post;", f"CREATE TABLE t ({POST});"),
    (
        "CREATE TABLE t AS SELECT id, title AS heading, p.n FROM post p WHERE id > 3;",
        "CREATE TABLE t (id INT, heading TEXT, n INT);",
    ),
    ("CREATE TABLE t (a, b) AS SELECT id, title FROM post WITH NO DATA;", "CREATE TABLE t (a INT, b TEXT);"),
    (
        'CREATE TABLE t AS SELECT p.id, u.role FROM post p JOIN "User" u ON u.id = p.author_id;',
        'CREATE TABLE t (id INT, role "Role");',
    ),
    (
        "CREATE TABLE t AS SELECT n::bigint AS big, title::varchar(20) FROM post;",
        "CREATE TABLE t (big BIGINT, title VARCHAR(20));",
    ),
    (
        "CREATE TABLE IF NOT EXISTS t AS SELECT id FROM post; ALTER TABLE t ADD PRIMARY KEY (id);",
        "CREATE TABLE t (id INT PRIMARY KEY);",
    ),
    ("SELECT id INTO t FROM post;", "CREATE TABLE t (id INT);"),
    ("SELECT id, title INTO TABLE t FROM post WHERE n > 0;", "CREATE TABLE t (id INT, title TEXT);"),
    ("SELECT id INTO TEMP t FROM post; DROP TABLE t;", NOTHING),
    ("SELECT * INTO TEMPORARY TABLE t FROM post;", NOTHING),
    ("CREATE TEMP TABLE t AS SELECT id FROM post; CREATE INDEX ON t (id); INSERT INTO t SELECT 1;", NOTHING),
    ("CREATE TEMP TABLE post (x int); ALTER TABLE post ADD y int; DROP TABLE post; ALTER TABLE post ADD z int;", ADD_Z),
    ("BEGIN; CREATE TEMP TABLE post (x int) ON COMMIT DROP; COMMIT; ALTER TABLE post ADD z int;", ADD_Z),
    ("CREATE TEMP TABLE t AS SELECT count(*) FROM post; ALTER TABLE t ADD COLUMN x int;", NOTHING),
    ("CREATE TABLE t (LIKE app.item INCLUDING ALL);", "CREATE TABLE t (id INT PRIMARY KEY);"),
    ("CREATE TABLE t (LIKE app.item, x TEXT NOT NULL);", "CREATE TABLE t (id INT NOT NULL, x TEXT NOT NULL);"),
    (
        "CREATE UNIQUE INDEX ON post (title); CREATE INDEX x ON post (lower(body)) WHERE n > 1; "
        "CREATE TABLE t (LIKE post INCLUDING INDEXES);",
        "CREATE UNIQUE INDEX ON post (title); CREATE INDEX x ON post (lower(body)) WHERE n > 1; "
        "CREATE TABLE t (id INT PRIMARY KEY, author_id INT, title TEXT NOT NULL, body TEXT, n INT); "
        "CREATE UNIQUE INDEX t_title_idx ON t (title); CREATE INDEX t_lower_idx ON t (lower(body)) WHERE n > 1;",
    ),
    ("CREATE TABLE t (x int) INHERITS (app.item);", "CREATE TABLE t (id INT NOT NULL, x int);"),
    (
        "CREATE TABLE t (x int) INHERITS (app.item); ALTER TABLE app.item ADD y int; ALTER TABLE app.item RENAME id TO k;",
        "ALTER TABLE app.item ADD y int; ALTER TABLE app.item RENAME id TO k; CREATE TABLE t (k INT NOT NULL, x int, y int);",
    ),
    ("CREATE TABLE m (id int) PARTITION BY RANGE (id); CREATE TABLE m1 PARTITION OF m DEFAULT; DROP TABLE m;", NOTHING),
    (
        "CREATE TABLE m (id int) PARTITION BY RANGE (id); CREATE TABLE m1 PARTITION OF m DEFAULT; ALTER TABLE m ADD z int;",
        "CREATE TABLE m (id int, z int); CREATE TABLE m1 (id int, z int);",
    ),
    (
        "CREATE TABLE t (id INT PRIMARY KEY, up INT REFERENCES t);",
        "CREATE TABLE t (id INT PRIMARY KEY, up INT REFERENCES t (id));",
    ),
    ("ALTER TABLE post_pkey RENAME TO pk;", "ALTER INDEX post_pkey RENAME TO pk;"),
    ("CREATE VIEW v AS SELECT 1 AS x; ALTER TABLE v RENAME TO w;", "CREATE VIEW w AS SELECT 1 AS x;"),
    ("ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default;", NOTHING),
]


@pytest.mark.parametrize(("sql", "plain"), CASES)
def test_it_is_the_table_that_the_plain_statements_make(sql: str, plain: str) -> None:
    found, expected = built(sql), built(plain)
    assert found.not_followed == expected.not_followed == ()
    assert shape(found.database) == shape(expected.database)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t AS SELECT count(*) FROM post;",
        "CREATE TABLE t AS SELECT id FROM nowhere;",
        "CREATE TABLE t AS WITH post AS (SELECT 1 AS id) SELECT id FROM post;",
        "WITH x AS (SELECT id FROM post) SELECT id INTO t FROM x;",
        "CREATE TABLE t AS SELECT id FROM post UNION SELECT n FROM post;",
        "CREATE TABLE t OF some_type;",
        "CREATE TABLE t AS VALUES (1, 'a');",
    ],
)
def test_a_table_whose_columns_cannot_be_derived_is_counted(sql: str) -> None:
    found = built(sql + " ALTER TABLE t ADD PRIMARY KEY (id);")
    assert [[name.name for name in x.touches] for x in found.not_followed] == [["t"]]
    table = found.database.table("t")
    assert table is not None
    assert not table.columns_known


def test_nothing_is_reported_of_what_is_temporary() -> None:
    sql = "CREATE TEMP TABLE t (id int); ALTER TABLE t ADD x int; UPDATE t SET x = 1; DROP TABLE t;"
    found = read_statements(sql, "m.sql", built(NOTHING).database, provider("postgresql"))
    assert [statement.changes for statement in found] == [(), (), (), ()]


def test_a_partition_is_not_dropped() -> None:
    sql = "CREATE TABLE m (id INT PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE m1 PARTITION OF m DEFAULT;"
    history = built(sql).database
    only = Database("postgresql", "public", {n: t for n, t in history.tables.items() if n.name in ("m", "m1")})
    schema = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel m {\n  id Int @id\n}\n'
    wanted = lower(parse_schema([("schema.prisma", schema)])).database
    assert diff(only, wanted).changes == ()


@pytest.mark.parametrize("name", ["mysql", "sqlite", "sqlserver"])
def test_elsewhere_a_temporary_table_is_gone_too(name: str) -> None:
    sql = "CREATE TEMPORARY TABLE x (id INT); DROP TABLE x; CREATE TEMPORARY TABLE y (id INT);"
    tables = dict[str, Table]()
    for key, table in built(sql, name).database.tables.items():
        tables[key.name] = table
    assert not {"x", "y"} & set(tables)
