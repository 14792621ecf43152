"""Several actions in one ALTER TABLE, as each database lets them be listed."""

from __future__ import annotations

import pytest

from refract.providers import provider
from refract.schema.changes import Change
from refract.schema.model import Database
from refract.sql.reader import read_migration

TABLE = "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, c INT, d INT);\n"

LISTS = [
    ("sqlserver", "ADD CONSTRAINT k DEFAULT 1 FOR c, CONSTRAINT l DEFAULT 2 FOR d", "AlterColumn AlterColumn"),
    ("sqlserver", "ADD CONSTRAINT k DEFAULT 1 FOR c, CONSTRAINT p PRIMARY KEY (a)", "AlterColumn AddPrimaryKey"),
    ("sqlserver", "ADD x INT, y INT, CONSTRAINT u UNIQUE (c)", "AddColumn AddColumn CreateIndex"),
    ("sqlserver", "DROP COLUMN c, d", "DropColumn DropColumn"),
    ("sqlserver", "DROP COLUMN c, COLUMN d", "DropColumn DropColumn"),
    ("mysql", "ADD COLUMN x INT, DROP COLUMN c, ADD INDEX i (d)", "AddColumn DropColumn CreateIndex"),
    ("postgresql", "ADD COLUMN x INT, ALTER COLUMN c SET NOT NULL, DROP d", "AddColumn AlterColumn DropColumn"),
    ("cockroachdb", "ADD COLUMN x INT, DROP COLUMN c", "AddColumn DropColumn"),
]


@pytest.mark.parametrize("name, actions, expected", LISTS)
def test_each_action_is_read(name: str, actions: str, expected: str) -> None:
    chosen = provider(name)
    sql = f"{TABLE}ALTER TABLE t {actions};"
    reading = read_migration(sql, "m.sql", Database(chosen.name, chosen.default_schema), chosen)
    assert (kinds(reading.changes[1:]), reading.not_followed) == (expected.split(), ())


def kinds(changes: tuple[Change, ...]) -> list[str]:
    return [type(change).__name__ for change in changes]
