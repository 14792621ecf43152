"""Which columns of a table the SQL of views, policies and triggers reads, by tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refract.schema.column_uses import Use, after_as, column_use, names_table
from refract.schema.model import Column, ColumnType, QualifiedName, Table


def table(name: str, *columns: str) -> Table:
    return Table(QualifiedName("public", name), tuple(Column(c, ColumnType("TEXT")) for c in columns))


USER = table("User", "id", "name", "age")
POST = table("Post", "id", "name", "userId")
BY_NAME = [
    'SELECT name FROM "User"',
    'SELECT "name" FROM public."User" u',
    'SELECT u.name FROM "User" AS u',
    'SELECT "User".name FROM "User"',
    'SELECT p.id FROM "Post" p, "User" u WHERE u.name = p.id',
    'SELECT p.id FROM "Post" p LEFT JOIN LATERAL (SELECT name FROM "User") x ON true',
    'SELECT id FROM "Post" UNION SELECT name FROM "User"',
    'WITH x AS (SELECT name FROM "User") SELECT * FROM x',
    'SELECT id FROM "User" ORDER BY name',
    'SELECT coalesce(name, id) FROM "User"',
    'SELECT extract(year FROM name) FROM "User"',
    'SELECT id FROM ("User" u CROSS JOIN "Post" p) WHERE u.name IS NOT NULL',
    'SELECT id FROM "User" WHERE id IS DISTINCT FROM name',
    'SELECT id /* "Post" */ FROM "User" -- FROM "Post"\nWHERE name > 0',
    'SELECT CASE WHEN name THEN 1 END FROM "User"',
    'SELECT (SELECT max(p.id) FROM "Post" p WHERE p.id = u.name) FROM "User" u',
    'SELECT DISTINCT ON (id) name FROM "User"',
    'SELECT id FROM generate_series(1, 2) AS n(i), "User" WHERE name IS NULL',
]
NOT_AT_ALL = [
    'SELECT name FROM "Post"',
    'SELECT p.name FROM "Post" p JOIN "User" u ON u.id = p."userId"',
    "SELECT 'name' FROM \"User\"",
    'SELECT id AS name FROM "User"',
    'SELECT id name FROM "User"',
    'WITH name AS (SELECT id FROM "Post") SELECT u.id FROM name, "User" u',
    'SELECT (id) name FROM "User"',
    'SELECT u.id FROM f(1) AS x(name), "User" u',
    'SELECT u.id FROM (VALUES (1, 2)) x(id, name), "User" u',
    'SELECT count(*) FROM "User"',
    'SELECT name(id) FROM "User"',
    'SELECT id::name FROM "User"',
    'SELECT id, age FROM "User"',
    'SELECT age * id FROM "User"',
    'SELECT id FROM "User" WHERE id IN (SELECT name FROM "Post")',
    'SELECT name FROM public.other, other."User"',
    'SELECT id FROM "User" UNION SELECT name FROM "Post"',
    'SELECT id -- name\nFROM "User"',
    'SELECT p.* FROM "Post" p JOIN "User" u ON u.id = p.id',
    'SELECT name.id FROM "User" AS name',
]
BY_STAR = [
    'SELECT * FROM "User"',
    'SELECT DISTINCT * FROM "User"',
    'SELECT p.id, u.* FROM "Post" p, "User" u',
    'SELECT x.id FROM (SELECT * FROM "User") x',
]


def use(sql: str) -> Use:
    return column_use(sql, USER, "name", (POST,), "postgresql")


@pytest.mark.parametrize("sql", BY_NAME)
def test_a_column_is_named(sql: str) -> None:
    assert use(sql) is Use.BY_NAME


@pytest.mark.parametrize("sql", NOT_AT_ALL)
def test_something_else_of_that_name(sql: str) -> None:
    assert use(sql) is Use.NONE


@pytest.mark.parametrize("sql", BY_STAR)
def test_all_columns(sql: str) -> None:
    assert use(sql) is Use.BY_STAR


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("USING (name IS NULL)", Use.BY_NAME),
        ("WITH CHECK (NEW.name > 0)", Use.BY_NAME),
        ('USING (id IN (SELECT name FROM "Post"))', Use.NONE),
        ('USING (id IN (SELECT userid FROM "Post" WHERE "User".name = id))', Use.BY_NAME),
    ],
)
def test_a_condition_of_a_table(condition: str, expected: Use) -> None:
    assert column_use(condition, USER, "name", (POST,), "postgresql", USER.name) is expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT 1 FROM "User"', True),
        ('SELECT "User" FROM "Post"', False),
        ('DELETE FROM "User"', True),
        ('INSERT INTO "User" (id) VALUES (1)', True),
        ("SELECT 'FROM \"User\"'", False),
    ],
)
def test_a_table_is_named(sql: str, expected: bool) -> None:
    assert names_table(sql, USER, "postgresql") is expected


def test_case_and_quotes_as_the_database_keeps_names() -> None:
    assert column_use("SELECT NAME FROM user", USER, "name", (), "mysql") is Use.BY_NAME
    assert column_use('SELECT "name" FROM user', USER, "name", (), "mysql") is Use.NONE
    assert column_use("SELECT [name] FROM [User]", USER, "name", (), "sqlserver") is Use.BY_NAME


def test_the_names_that_a_view_gives_are_no_columns() -> None:
    assert after_as('(name) AS SELECT id FROM "User"').strip() == 'SELECT id FROM "User"'


_WORDS = [*"(),.;*[", "SELECT", "FROM", "JOIN", "AS", "ON", '"', "'", "--", "/*", "name", "User", "UNION", "u", "NEW"]


@given(st.lists(st.sampled_from(_WORDS)))
def test_any_text_is_read(words: list[str]) -> None:
    sql = " ".join(words)
    assert column_use(sql, USER, "name", (POST,), "postgresql", USER.name) in Use
    assert names_table(after_as(sql), USER, "sqlite") in (True, False)
