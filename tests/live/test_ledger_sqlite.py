"""Every plan on a SQLite that applications use meanwhile: nothing fails, nothing is lost, nobody waits for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from live.ledger.notes import followed, notes
from live.ledger.run import run
from live.ledger.sqlite import SqliteStore
from live.ledger.verdict import complaints
from live.ledger.workers import Load
from live.sqlite import BUSY
from recipes.plans import Case, plan_of, served_on, situation
from refract.diff import diff
from refract.schema.model import Database
from refract.sql.writer import write_script

LOAD = Load(rows=1_100, hold=0.05, workers=3, report=0.4, rest=0.8)  # rows: more than one batch


@pytest.mark.parametrize("case", followed(served_on("sqlite"), "sqlite"))
def test_applications_notice_nothing(case: Case, tmp_path: Path) -> None:
    start, empty = situation(case, "sqlite").database, Database("sqlite")
    store = SqliteStore(tmp_path / "test.db")
    store.migrate(write_script(diff(empty, start), empty, start))
    outcome = run(store, start, plan_of(case, "sqlite"), notes(case), LOAD)
    store.close()
    assert complaints(outcome, BUSY) == []
    assert outcome.rows_checked > LOAD.rows
