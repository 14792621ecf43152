"""What is rolled back has not happened, as run on PostgreSQL 15; elsewhere as far as ROLLBACK undoes definitions there."""

from __future__ import annotations

import pytest

from reader.equivalents import NOTHING, built, shape
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.atomic_block import atomic_block
from refract.sql.reader import read_migration, read_statements
from refract.sql.transactions import leaves_nothing

ADD_C = "ALTER TABLE post ADD COLUMN c int;"
DROP_N = "ALTER TABLE post DROP COLUMN n;"


@pytest.mark.parametrize(
    ("sql", "plain"),
    [
        (f"BEGIN; {ADD_C} ROLLBACK;", NOTHING),
        (f"START TRANSACTION; {ADD_C} ABORT;", NOTHING),
        (f"BEGIN; DROP TABLE post; ROLLBACK; {ADD_C}", ADD_C),
        (f"BEGIN; {ADD_C} COMMIT; BEGIN; {DROP_N} ROLLBACK;", ADD_C),
        (f"BEGIN; {ADD_C} END; BEGIN; {DROP_N} ROLLBACK WORK;", ADD_C),
        (f"BEGIN; SAVEPOINT a; {DROP_N} ROLLBACK TO SAVEPOINT a; {ADD_C} COMMIT;", ADD_C),
        (f"BEGIN; {ADD_C} SAVEPOINT a; {DROP_N} SAVEPOINT b; ROLLBACK TO a; COMMIT;", ADD_C),
        (f"BEGIN; SAVEPOINT a; {ADD_C} SAVEPOINT a; {DROP_N} ROLLBACK TO a; RELEASE a; COMMIT;", ADD_C),
        (f"BEGIN; {DROP_N} ROLLBACK AND CHAIN; {DROP_N} ROLLBACK; {ADD_C}", ADD_C),
        ("BEGIN; SET LOCAL search_path TO app; COMMIT; CREATE TABLE x (id int);", "CREATE TABLE x (id int);"),
        ("BEGIN; SET search_path TO app; ROLLBACK; CREATE TABLE x (id int);", "CREATE TABLE x (id int);"),
        ("SET search_path TO app; CREATE TABLE x (id int);", "CREATE TABLE app.x (id int);"),
    ],
)
def test_it_does_what_remains(sql: str, plain: str) -> None:
    found = built(sql)
    assert found.not_followed == ()
    assert shape(found.database) == shape(built(plain).database)
    assert found.kinds == built(plain).kinds


@pytest.mark.parametrize("sql", [f"{ADD_C} ROLLBACK;", f"{ADD_C} BEGIN; {DROP_N} ROLLBACK;", "ROLLBACK TO nowhere;"])
def test_what_depends_on_the_version_of_prisma_is_counted(sql: str) -> None:
    assert len(built(sql).not_followed) == 1


def test_a_statement_that_is_rolled_back_has_no_changes() -> None:
    before = built(NOTHING).database
    sql = f"BEGIN; {DROP_N} ROLLBACK; {ADD_C}"
    found = read_statements(sql, "m.sql", before, provider("postgresql"))
    assert [len(statement.changes) for statement in found] == [0, 0, 0, 1]


@pytest.mark.parametrize(("name", "tables"), [("mysql", 1), ("sqlite", 0), ("postgresql", 0)])
def test_mysql_keeps_what_is_defined(name: str, tables: int) -> None:
    chosen = provider(name)
    sql = "BEGIN; CREATE TABLE t (id INT); ROLLBACK;"
    assert len(read_migration(sql, "m.sql", Database(name, chosen.default_schema), chosen).database.tables) == tables


def test_the_statements_of_an_atomic_block_are_read_one_by_one() -> None:
    """A function in it has a body of its own, with its own tag."""
    function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN '$refract$';\nEND $$;"
    sql = f"{atomic_block(f'{ADD_C}{chr(10)}{function}{chr(10)}{DROP_N}')};\n{ADD_C}"
    found = read_statements(sql, "m.sql", built(NOTHING).database, provider("postgresql"))
    assert [statement.verb for statement in found] == [
        "BEGIN", "ALTER TABLE", "CREATE FUNCTION", "ALTER TABLE", "COMMIT", "ALTER TABLE",
    ]  # fmt: skip
    texts = [sql[s.origin.span.start : s.origin.span.end] for s in found if s.origin is not None]
    assert texts == ["BEGIN", ADD_C[:-1], function[:-1], DROP_N[:-1], "END", ADD_C[:-1]]
    assert leaves_nothing(found[:-1], sql, "postgresql", (7, 4, 0))
