"""UNIQUE inside CREATE TABLE on SQLite: the server names its index, and drops it only with the table."""

from __future__ import annotations

import pytest

from refract.diff import diff
from refract.lowering import lower
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import EMPTY, write_script
from refract.syntax import parse_schema

HEAD = 'datasource db {\n  provider = "sqlite"\n}\n'
INLINE = 'CREATE TABLE "A" ("id" TEXT NOT NULL PRIMARY KEY, "x" INTEGER UNIQUE);'
BARE = 'CREATE TABLE "A" ("id" TEXT NOT NULL PRIMARY KEY, "x" INTEGER); CREATE UNIQUE INDEX "A_x_key" ON "A"("x");'


def pending(sql: str, attribute: str) -> str:
    before = read_migration(sql, "m.sql", Database("sqlite", ""), provider("sqlite")).database
    after = lower(parse_schema([("a", f"{HEAD}model A {{\n  id String @id\n  x Int? {attribute}\n}}\n")])).database
    return write_script(diff(before, after), before, after)


@pytest.mark.parametrize("attribute", ["@unique", '@unique(map: "sqlite_autoindex_A_2")'])
def test_the_name_that_the_server_gives_is_no_change(attribute: str) -> None:
    assert pending(INLINE, attribute) == EMPTY


@pytest.mark.parametrize("attribute", ["", '@unique(map: "other")'])
def test_a_constraint_is_dropped_with_its_table(attribute: str) -> None:
    script = pending(INLINE, attribute)
    assert "DROP INDEX" not in script
    assert 'CREATE TABLE "new_A"' in script


def test_a_bare_index_is_dropped_alone() -> None:
    assert pending(BARE, "") == '-- DropIndex\nDROP INDEX "A_x_key";\n'
