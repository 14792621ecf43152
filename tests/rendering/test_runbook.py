"""Each check, error and backup of a runbook has words, and the sentences keep to the style."""

from __future__ import annotations

import pytest

from refract.analysis.runbook import (
    AppError,
    Backup,
    BackupScope,
    Check,
    Failure,
    Period,
    Query,
    Remains,
    Watched,
    WatchErrors,
)
from refract.rendering.backups import backup_note
from refract.rendering.runbook_recovery import failure_lines
from refract.rendering.runbook_tasks import task_text
from wording import problems

TEXTS = (
    *(task_text(Query(check, "", table="Order", names=("total",), other="Customer")) for check in Check),
    *(task_text(WatchErrors((Watched(error, "positive"),), period)) for error in AppError for period in Period),
    *(backup_note(Backup("", "sh", scope)) for scope in BackupScope),
    *(line for r in Remains for line in failure_lines(Failure("m", r, ("DROP INDEX i;",), ("down.sql",), "resolve m"))),
)


@pytest.mark.parametrize("text", dict.fromkeys(line for text in TEXTS for line in text.splitlines() if line.strip()))
def test_it_reads_well(text: str) -> None:
    assert problems(text) == []
