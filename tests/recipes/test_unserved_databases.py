"""Plans for databases that no test can start: their SQL is read by a parser that is not ours, statement by statement."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from recipes.plans import Case, plan_of, served_on, situation
from refract.providers import provider
from refract.recipes.engine import StepMigration
from refract.schema.changes import AddColumn, Backfill
from refract.sql.reader import read_migration
from refract.sql.reader.tokens import statements

PARSERS = {"sqlserver": "tsql", "cockroachdb": "postgres"}
_UNKNOWN_TO_IT = re.compile(
    r'ALTER TYPE "\w+" ?(ADD VALUE|DROP VALUE|RENAME TO)|ALTER TABLE \S+ RENAME CONSTRAINT "\w+" TO "\w+"$'
    r"|ALTER TABLE \S+ ADD CONSTRAINT \[\w+\] DEFAULT .+ FOR \[\w+\]$|END$"
)
"""What the vendors' manuals have and the parser does not know."""
_PAUSE = re.compile(r"WAITFOR DELAY '[\d:.]+';")


SERVED = tuple((case, database) for database in PARSERS for case in served_on(database))
every_plan = pytest.mark.parametrize(("case", "database"), SERVED, ids=[f"{d}: {c}" for c, d in SERVED])


@every_plan
def test_every_statement_is_sql_of_its_database(case: Case, database: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    for migration in _migrations(case, database):
        sql = _PAUSE.sub("", migration.sql)
        for statement in statements(sql, database):
            text = sql[statement.start : statement.end]
            for parsed in sqlglot.parse(text, dialect=PARSERS[database]):
                assert not isinstance(parsed, exp.Command) or _UNKNOWN_TO_IT.match(text), text


@every_plan
def test_no_row_is_asked_for_a_column_of_the_same_batch(case: Case, database: str) -> None:
    """SQL Server looks for the columns of a whole batch before it runs the first statement, and Prisma sends no GO."""
    current = situation(case, database).database
    for step in plan_of(case, database):
        for migration in step.migrations:
            reading = read_migration(migration.sql, "m/migration.sql", current, provider(database))
            added = {change.table for change in reading.changes if isinstance(change, AddColumn)}
            asked = {table for change in reading.changes if isinstance(change, Backfill) for table in change.tables}
            assert not added & asked, migration.sql
            current = reading.database


def _migrations(case: Case, database: str) -> Iterator[StepMigration]:
    for step in plan_of(case, database):
        yield from (*step.migrations, *step.undo)
