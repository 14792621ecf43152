"""Migrations statement by statement: verbs, words, settings, and what each does to the model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refract.providers import provider
from refract.schema.changes import Statement
from refract.schema.model import Database
from refract.sql.reader import read_migration, read_statements


def read(sql: str, name: str = "postgresql") -> tuple[Statement, ...]:
    database = Database(name, provider(name).default_schema)
    return read_statements(sql, "migration.sql", database, provider(name))


@pytest.mark.parametrize(
    ("sql", "verb", "setting"),
    [
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX", None),
        ('ALTER TABLE "t" ADD COLUMN "a" INTEGER', "ALTER TABLE", None),
        ("begin", "BEGIN", None),
        ("COMMIT", "COMMIT", None),
        ("VACUUM FULL t", "VACUUM FULL", None),
        ("TRUNCATE TABLE t CASCADE", "TRUNCATE TABLE", None),
        ("DO $$ BEGIN END $$", "DO", None),
        ("SET lock_timeout = '5s'", "SET", ("lock_timeout", "5s")),
        ("SET LOCAL lock_timeout TO 2000", "SET", ("lock_timeout", "2000")),
        ("SET SESSION statement_timeout = 0", "SET", ("statement_timeout", "0")),
        ("SET lock_timeout", "SET", None),
        ("SET", "SET", None),
    ],
)
def test_verbs_and_settings(sql: str, verb: str, setting: tuple[str, str] | None) -> None:
    (statement,) = read(sql)
    assert (statement.verb, statement.setting) == (verb, setting)


@pytest.mark.parametrize("sql", ["SET LOCK_TIMEOUT 5000", "SET @@session.lock_wait_timeout = 5"])
def test_settings_of_other_servers(sql: str) -> None:
    (statement,) = read(sql, "mysql")
    assert statement.setting in {("lock_timeout", "5000"), ("lock_wait_timeout", "5")}


def test_each_statement_has_its_own_changes() -> None:
    made, added, unknown = read('CREATE TABLE "t" ("a" INT); ALTER TABLE "t" ADD COLUMN "b" INT; FROBNICATE x;')
    assert [change.kind for change in made.changes] == ["create-table"]
    assert [change.kind for change in added.changes] == ["add-column"]
    assert [change.kind for change in unknown.changes] == ["not-followed"]
    assert (added.origin.span.start, added.origin.span.end) == (28, 62)


def test_words_leave_names_and_texts_out() -> None:
    (statement,) = read("""ALTER TABLE "CASCADE" ADD CONSTRAINT "c" CHECK (a <> 'NOT VALID') not valid""")
    assert statement.says("NOT", "VALID")
    assert not statement.says("CASCADE")
    assert statement.words.count("VALID") == 1


@given(st.text())
def test_any_text_can_be_read(sql: str) -> None:
    for statement in read(sql):
        assert sql[statement.origin.span.start : statement.origin.span.end]


def test_what_sql_makes_knows_where_it_was_made() -> None:
    sql = 'CREATE TABLE "t" ("a" INT);\nALTER TABLE "t" ADD COLUMN "b" INT;\nCREATE INDEX "i" ON "t"("b");\n'
    reading = read_migration(sql, "1/migration.sql", Database("postgresql", "public"), provider("postgresql"))
    table = reading.database.table("t")
    assert table is not None
    made = [table.origin, table.columns[0].origin, table.columns[1].origin, table.indexes[0].origin]
    texts = [
        sql[o.span.start : o.span.end].split("(", maxsplit=1)[0].strip()
        for o in made
        if o and o.path == "1/migration.sql"
    ]
    assert texts == [
        'CREATE TABLE "t"',
        'CREATE TABLE "t"',
        'ADD COLUMN "b" INT',
        'CREATE INDEX "i" ON "t"',
    ]


def test_a_comment_inside_an_expression_is_left_out() -> None:
    sql = """CREATE TABLE "t" ("a" INT DEFAULT (1 /* one */ + 2), CHECK ("a" > 0 -- positive
      OR "a" = -1));"""
    table = read_migration(sql, "m.sql", Database("postgresql", "public"), provider("postgresql")).database.table("t")
    assert table is not None
    assert [" ".join(check.expression.split()) for check in table.checks] == ['"a" > 0 OR "a" = -1']
    assert table.columns[0].default is not None
    assert "one" not in table.columns[0].default.text
