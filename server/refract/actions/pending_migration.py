"""The pending migration: what the schema requires and no migration does yet, as files ready to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from attrs import frozen

from refract import clock
from refract.actions.beginning import beginning_files, first_migration
from refract.actions.fixing import new_migrations
from refract.analysis.result import Analysis
from refract.baseline.folder import SQL_FILE, flat_files, migration_names
from refract.diff import Diff
from refract.naming import suggest
from refract.providers.behaviour import behaviour
from refract.rules.kit.finding import Judged, Severity
from refract.schema.changes import AddColumn, AlterColumn, AlterEnum, Change, CreateTable, RecreateColumn
from refract.schema.model import Column
from refract.sql.writer import EMPTY, write_migration
from refract.text import NewFile
from refract.workspace.projects import ProjectFiles

_NOT_IN_A_NAME = re.compile(r"[^\w-]+")


@frozen
class PendingMigration:
    """One migration to write: its suggested names, best first, and its SQL."""

    names: tuple[str, ...]
    sql: str


@frozen
class Summary:
    """How much is pending: `changes` in all, of which `risky` findings are errors."""

    changes: int
    risky: int

    def __str__(self) -> str:
        if not self.changes:
            return "no pending changes"
        counted = f"{self.changes} pending change{'' if self.changes == 1 else 's'}"
        return f"{counted}, {self.risky} risky" if self.risky else counted


def summary(analysis: Analysis) -> Summary:
    """How much the schema requires that no migration does yet."""
    of_schema = (f for f in analysis.findings if f.judged is Judged.SCHEMA)
    return Summary(len(analysis.diff.changes), sum(f.severity is Severity.ERROR for f in of_schema))


def names(analysis: Analysis) -> tuple[str, ...]:
    """Names for the pending migration, best first, in the style of those before it."""
    return _suggested(analysis.diff, analysis)


def pending_parts(analysis: Analysis) -> tuple[PendingMigration, ...]:
    """The migrations that do what is pending: one, or as many as must not share a file. None when nothing is."""
    before, after = analysis.snapshot.baseline.database, analysis.database
    parts = ((part, write_migration(part, before, after)) for part in _split(analysis))
    return tuple(PendingMigration(_suggested(Diff(part), analysis), sql) for part, sql in parts if sql != EMPTY)


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


def _suggested(diff: Diff, analysis: Analysis) -> tuple[str, ...]:
    folder = analysis.snapshot.files.migrations
    return suggest(diff, analysis.snapshot.baseline.database, analysis.database, migration_names(folder))


def _split(analysis: Analysis) -> Iterator[tuple[Change, ...]]:
    """The pending changes, with those separated that must be committed before the others can run."""
    changes = analysis.diff.changes
    apart = behaviour(analysis.lowered.provider.name).commits_enum_values_first
    first = tuple(_values_used_at_once(changes)) if apart else ()
    rest = tuple(change for change in changes if change not in first)
    yield from (part for part in (first, rest) if part)


def _values_used_at_once(changes: tuple[Change, ...]) -> Iterator[AlterEnum]:
    """Enums that get a value which another change uses as a default."""
    used = {(column.type.enum, text) for column in _columns(changes) for text in _default_texts(column)}
    grown = (change for change in changes if isinstance(change, AlterEnum) and not change.removed)
    yield from (c for c in grown if any((c.after.name, value) in used for value in c.added))


def _default_texts(column: Column) -> tuple[str, ...]:
    default = column.default
    return () if default is None else (default.text, *(item.text for item in default.items))


def _columns(changes: Iterable[Change]) -> Iterator[Column]:
    for change in changes:
        if isinstance(change, AddColumn):
            yield change.column
        elif isinstance(change, AlterColumn | RecreateColumn):
            yield change.after
        elif isinstance(change, CreateTable):
            yield from change.table.columns
