"""Every plan on a SQLite that applications use meanwhile: nothing fails, nothing is lost, nobody waits for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from live.ledger.notes import notes
from live.ledger.run import run
from live.ledger.sqlite import SqliteStore
from live.ledger.workers import Load
from live.plans import served
from live.sqlite import BUSY
from recipes.plans import Case, plan_of, situation
from refract.diff import diff
from refract.schema.model import Database
from refract.sql.writer import write_script

pytestmark = pytest.mark.live

LOAD = Load(rows=1_200, hold=0.15, workers=3, report=0.2, rest=0.3)


@pytest.mark.parametrize("case", served("sqlite"), ids=str)
def test_applications_notice_nothing(case: Case, tmp_path: Path) -> None:
    start, empty = situation(case, "sqlite").database, Database("sqlite")
    store = SqliteStore(tmp_path / "test.db")
    store.migrate(write_script(diff(empty, start), empty, start))
    outcome = run(store, start, plan_of(case, "sqlite"), notes(case), LOAD)
    store.close()
    assert outcome.failed == ""
    assert outcome.inexact == ()
    assert outcome.tally.wrong == []
    assert not outcome.tally.errors
    assert outcome.tally.slowest.seconds < BUSY, outcome.tally.slowest
