"""The pending migration: what the schema requires and no migration does yet, as files ready to be written."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from attrs import frozen

from refract import clock
from refract.actions.beginning import beginning_files, first_migration
from refract.actions.fixing import new_migrations
from refract.actions.migration_parts import names_of, parts_of
from refract.analysis.result import Analysis
from refract.baseline.folder import SQL_FILE, flat_files, migration_names
from refract.naming import suggest
from refract.rules.kit.finding import Judged, Severity
from refract.sql.writer import EMPTY, write_migration
from refract.text import NewFile
from refract.wording import counted
from refract.workspace.projects import ProjectFiles

_NOT_IN_A_NAME = re.compile(r"[^\w-]+")


@frozen
class PendingMigration:
    """One migration to write: its suggested names, best first, and its SQL."""

    names: tuple[str, ...]
    sql: str


@frozen
class Summary:
    """How much is pending: `changes` in all, of which `risky` findings are errors. `written` are the errors in migrations
    that are new on this branch.
    """

    changes: int
    risky: int
    written: int = 0

    def __str__(self) -> str:
        if not self.changes:
            return "no pending changes"
        changes = counted(self.changes, "pending change")
        return f"{changes}, {self.risky} risky" if self.risky else changes

    @property
    def shortest(self) -> str:
        """The one thing to know: the risks, pending or written, or else how much is pending."""
        risky = self.risky + self.written
        return counted(risky, "risky change") if risky else str(self)


def summary(analysis: Analysis) -> Summary:
    """How much the schema requires that no migration does yet, and how much is risky about that and new migrations."""
    errors = [f.judged for f in analysis.findings if f.severity is Severity.ERROR]
    return Summary(len(analysis.diff.changes), errors.count(Judged.SCHEMA), errors.count(Judged.MIGRATION))


def names(analysis: Analysis) -> tuple[str, ...]:
    """Names for the pending migration, best first, in the style of those before it; of several parts, for the last."""
    before, after = analysis.snapshot.baseline.database, analysis.database
    return names_of(analysis.diff, before, after, _history(analysis))


def pending_parts(analysis: Analysis) -> tuple[PendingMigration, ...]:
    """The migrations that do what is pending: one, or as many as must not share a file. None when nothing is."""
    before, after = analysis.snapshot.baseline.database, analysis.database
    parts = ((part, write_migration(part.changes, before, after)) for part in parts_of(analysis.diff, before, after))
    history = _history(analysis)
    return tuple(PendingMigration(suggest(part, before, after, history), sql) for part, sql in parts if sql != EMPTY)


def pending_sql(analysis: Analysis) -> str:
    """The SQL of all parts, one after the other, for reading; Prisma's comment when nothing is pending."""
    parts = pending_parts(analysis)
    if len(parts) < 2:
        return parts[0].sql if parts else EMPTY
    return "\n".join(f"-- Migration {at} of {len(parts)}\n\n{part.sql}" for at, part in enumerate(parts, 1))


def pending_files(analysis: Analysis, name: str | None = None, now: datetime | None = None) -> tuple[NewFile, ...]:
    """The files of the pending migration, as `prisma migrate dev --create-only` would write them: nothing is applied.

    `name` is the migration's (default: the best suggestion); of several parts it names the last. `now` is UTC.
    A project without migrations gets the beginning of its history, too.
    """
    path = new_migrations(analysis, now or clock.now())
    beginning = beginning_files(analysis, path)
    begins = first_migration(analysis, beginning) is not None
    parts = pending_parts(analysis)
    named = [part.names[0] if part.names else "migration" for part in parts]
    if name and named:
        named[-1] = folder_name(name)
    files = [NewFile(path(chosen), part.sql) for chosen, part in zip(named, parts, strict=True)]
    return (*beginning, *files) if files or begins else ()


def newest_migration(files: ProjectFiles) -> Path | None:
    """The SQL of the last migration; None if there is none."""
    flat = (files.migrations / name for name in reversed(flat_files(files.migrations)))
    found = (files.migrations / name / SQL_FILE for name in reversed(migration_names(files.migrations)))
    return next((path for path in (*flat, *found) if path.exists()), None)


def folder_name(name: str) -> str:
    """`name` as part of a folder's name: what Prisma would make of it."""
    return _NOT_IN_A_NAME.sub("_", name.strip()).strip("_").lower()[:200] or "migration"


def _history(analysis: Analysis) -> tuple[str, ...]:
    return migration_names(analysis.snapshot.files.migrations)
