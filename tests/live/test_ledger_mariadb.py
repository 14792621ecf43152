"""Every plan on a MariaDB that applications use meanwhile: nothing fails, nothing is lost, nobody waits for long."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from live.ledger.mariadb import MariadbStore
from live.ledger.notes import followed, notes
from live.ledger.run import run
from live.ledger.verdict import complaints
from live.ledger.workers import Load
from live.mariadb import empty_database, run_script, running_server
from recipes.plans import Case, plan_of, served_on, situation
from refract.diff import diff
from refract.schema.model import Database
from refract.sql.writer import write_script

LOAD = Load(rows=1_100, hold=0.05, workers=3, report=0.4, rest=0.8)  # rows: more than one batch
_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as socket:
        yield socket


@pytest.mark.parametrize("case", followed(served_on("mysql", "mariadb"), "mysql"))
def test_applications_notice_nothing(case: Case, server: str) -> None:
    start, name = situation(case, "mysql").database, f"ledger_{next(_numbers)}"
    with empty_database(server, name, "utf8mb4_general_ci") as cursor:
        empty = Database("mysql")
        run_script(cursor, write_script(diff(empty, start), empty, start))
        store = MariadbStore(server, name)
        outcome = run(store, start, plan_of(case, "mysql", "mariadb"), notes(case), LOAD)
        store.close()

    assert complaints(outcome, store.lock_wait) == []
    assert outcome.rows_checked > LOAD.rows
