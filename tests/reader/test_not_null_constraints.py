"""NOT NULL constraints with a name, as PostgreSQL 18 has them."""

from __future__ import annotations

import pytest

from refract.providers import provider
from refract.schema.model import Column, Database, Table
from refract.sql.reader import read_migration

POSTGRESQL = provider("postgresql")
NOT_VALID = "ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NOT VALID"


def read(sql: str) -> Table:
    reading = read_migration(f"CREATE TABLE t (a int); {sql}", "m.sql", Database("postgresql", "public"), POSTGRESQL)
    assert not reading.not_followed
    table = reading.database.table("t")
    assert table is not None
    return table


def column(table: Table) -> Column:
    (found,) = table.columns
    return found


@pytest.mark.parametrize(
    "sql",
    [
        NOT_VALID,
        f"{NOT_VALID}; ALTER TABLE t VALIDATE CONSTRAINT nn",
        "ALTER TABLE t ADD CONSTRAINT nn NOT NULL a",
        "ALTER TABLE t ADD NOT NULL a",
        "DROP TABLE t; CREATE TABLE t (a int, CONSTRAINT nn NOT NULL a)",
        "DROP TABLE t; CREATE TABLE t (a int CONSTRAINT nn NOT NULL NO INHERIT)",
    ],
)
def test_the_column_is_required(sql: str) -> None:
    assert not column(read(sql)).nullable


def test_it_is_validated_later() -> None:
    assert [check.validated for check in read(NOT_VALID).checks] == [False]
    assert [check.validated for check in read(f"{NOT_VALID}; ALTER TABLE t VALIDATE CONSTRAINT nn").checks] == [True]


def test_it_is_dropped_by_its_name() -> None:
    table = read(f"{NOT_VALID}; ALTER TABLE t DROP CONSTRAINT nn")
    assert column(table).nullable
    assert not table.checks
