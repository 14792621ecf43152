"""Migrations for CockroachDB: each schema change alone, since each runs as a separate online job.

According to its manual ("Online Schema Changes", limitations), schema changes in one transaction may be left half done
when one of them fails, and most of them do not block reads and writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refract.schema.apply import apply
from refract.schema.changes import AlterColumn, Change, CreateIndex, DropIndex, TableChange
from refract.schema.model import Database
from refract.sql.safe.base import MigrationPart, SafeWriter


class CockroachdbSafeWriter(SafeWriter):
    """Writes for CockroachDB."""

    def parts(self, changes: Sequence[Change], before: Database, after: Database) -> Iterator[MigrationPart]:
        together: list[Change] = []
        current = before
        for change in changes:
            if together and _must_part(together[-1], change, before):
                yield self.part(together, current, after)
                current, together = apply(current, tuple(together))[0], []
            together.append(change)
        if together:
            yield self.part(together, current, after)


def _must_part(last: Change, change: Change, before: Database) -> bool:
    """Whether a table in use is changed twice, by a change that runs as a separate job."""
    jobs = (CreateIndex, DropIndex, AlterColumn)
    in_use = isinstance(change, TableChange) and change.table in before.tables
    return in_use and (isinstance(change, jobs) or isinstance(last, jobs))
