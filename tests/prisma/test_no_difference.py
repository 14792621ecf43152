"""After each step of every plan, Prisma's own engine finds no difference and would propose nothing.

Its WebAssembly build speaks to PostgreSQL and SQLite. For CockroachDB it compares schemas only; for MySQL, MariaDB and
SQL Server there is no build on npm.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from live.postgresql import new_database, running_server
from oracle.engine import running_engine
from prisma.engine import NOTHING, PrismaEngine, prisma_engine
from recipes.plans import Case, first_migration, plan_of, served_on, situation

EMPTY = "-- This is an empty migration.\n"
_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


@pytest.mark.parametrize("case", served_on("postgresql"), ids=str)
def test_postgresql(case: Case, server: str) -> None:
    name = f"plan{next(_numbers)}"
    new_database(server, name).close()
    with prisma_engine("postgresql", f"postgresql://refract@localhost/{name}?host={server}") as engine:
        _follow(case, "postgresql", engine)


@pytest.mark.parametrize("case", served_on("sqlite"), ids=str)
def test_sqlite(case: Case, tmp_path: Path) -> None:
    with prisma_engine("sqlite", f"file:{tmp_path}/dev.db") as engine:
        _follow(case, "sqlite", engine)


def test_cockroachdb() -> None:
    """A step that writes no migration is one that Prisma would write none for either."""
    compared = 0
    with running_engine() as engine:
        for case in served_on("cockroachdb"):
            before = situation(case, "cockroachdb").tree
            for step in plan_of(case, "cockroachdb"):
                if step.step.edits and not step.migrations:
                    answer = engine.diff("cockroachdb", before.documents[0].text, step.tree.documents[0].text)
                    compared += not answer.error
                    assert answer.sql == EMPTY or "only on BigInt fields" in answer.error, (str(case), step.step.title)
                before = step.tree
    assert compared > 5


def _follow(case: Case, database: str, engine: PrismaEngine) -> None:
    start = situation(case, database)
    engine.apply([first_migration(start)])
    assert engine.proposal(start.tree) == ""
    for step in plan_of(case, database):
        engine.apply(step.migrations)
        assert engine.difference_from_database(step.tree) == NOTHING, step.step.title
        assert engine.proposal(step.tree) == "", step.step.title
