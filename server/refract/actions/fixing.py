"""The fixes of a finding, with everything that they may need from the analysis that found it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import MAXYEAR, UTC, datetime, timedelta
from functools import cache, partial
from itertools import count
from pathlib import Path
from string import digits

from attrs import evolve

from refract import clock
from refract.actions.undone_migration import undone_context
from refract.analysis.branch import NewMigration
from refract.analysis.open_plans import new_plan
from refract.analysis.result import Analysis
from refract.analysis.snapshot import Snapshot
from refract.baseline.folder import SQL_FILE, flat_files, migration_names
from refract.escaping import code_span
from refract.fixes import Fix, FixContext, fixes_for
from refract.reading import UnreadableFile, read_text
from refract.recipes.base import CannotPlan
from refract.rules.kit.finding import Finding
from refract.workspace.migration_tool import MigrationTool, migration_tool
from refract.workspace.projects import ProjectFiles

_STAMP = "%Y%m%d%H%M%S"
_LONGEST_NUMBER = 8
_WIDTH = 4  # as wrangler numbers


class NoLaterMigration(CannotPlan, LookupError):
    """No new migration can sort after the last one, whose name is too far in the future."""

    def __init__(self, last: str) -> None:
        super().__init__(f"No migration can sort after {code_span(last)}. Rename that folder to an earlier time.")


def fixes_of(analysis: Analysis, finding: Finding, now: datetime | None = None) -> tuple[Fix, ...]:
    """What can be done about a finding of the analysis, best first. `now` (UTC) dates new migrations."""
    return fixes_for(_context(analysis, finding, now or clock.now()))


def fix_command(finding: Finding, fix: Fix) -> str:
    """The command that applies a fix."""
    return shlex.join(["refract", "fix", "--finding", finding.key, "--with", fix.id])


def new_migrations(analysis: Analysis, now: datetime) -> Callable[[str], str]:
    """Gives the path of the SQL of a new migration by its name, each later than all before it."""
    return migration_paths(analysis.snapshot.files, now)


def migration_paths(files: ProjectFiles, now: datetime) -> Callable[[str], str]:
    """The same for a project that is not analysed."""
    folder, ordinals = files.migrations, count()
    tool = migration_tool(files)
    if tool is not MigrationTool.PRISMA and not _is_dated(folder, tool):
        return _numbered(folder)
    ending = f"/{SQL_FILE}" if tool is MigrationTool.PRISMA else _ending(folder)

    @cache
    def start() -> datetime:
        return _first_after(_last_dated(folder), now)

    def path(name: str) -> str:
        try:
            stamp = (start() + timedelta(seconds=next(ordinals))).strftime(_STAMP)
        except OverflowError as error:
            raise NoLaterMigration(_last_dated(folder)) from error
        return str(folder / f"{stamp}_{name}{ending}")

    return path


def _is_dated(folder: Path, tool: MigrationTool) -> bool:
    """Whether the files of a flat folder are named after moments, as Supabase does, and not numbered."""
    names = flat_files(folder)
    return len(_digits(names[-1])) > _LONGEST_NUMBER if names else tool is MigrationTool.SUPABASE


def _numbered(folder: Path) -> Callable[[str], str]:
    numbers = list(map(_digits, flat_files(folder)))
    width, ordinals = max(map(len, numbers), default=_WIDTH), count(max(map(int, numbers), default=0) + 1)
    ending = _ending(folder)
    return lambda name: str(folder / f"{next(ordinals):0{width}}_{name}{ending}")


def _digits(name: str) -> str:
    """The number that a name begins with."""
    return name[: len(name) - len(name.lstrip(digits))]


def _ending(folder: Path) -> str:
    return ".up.sql" if any(name.endswith(".up.sql") for name in flat_files(folder)) else ".sql"


def _context(analysis: Analysis, finding: Finding, now: datetime) -> FixContext:
    new = _migration_of(analysis, finding)
    snapshot = analysis.snapshot
    context = FixContext(
        finding=finding,
        place=analysis.place(finding),
        tree=snapshot.tree,
        lowered=analysis.lowered,
        before=new.before if new else snapshot.baseline.database,
        after=new.after if new else analysis.database,
        diff=new.diff if new else analysis.diff,
        provider=analysis.lowered.provider,
        versions=analysis.versions,
        file=new.text if new else _schema_text(analysis, finding),
        statements=new.judged.statements if new else (),
        settings=_settings(snapshot),
        plans=snapshot.settings.plans,
        deployed=snapshot.branch.deployed if snapshot.branch else lambda: None,
        new_migration=new_migrations(analysis, now),
        new_plan=lambda recipe, situation: new_plan(
            snapshot.files, recipe, situation, analysis.plans, today=now.date().isoformat()
        ),
        undone=lambda: None,
    )
    return evolve(context, undone=cache(partial(undone_context, analysis, context, new))) if new else context


def _migration_of(analysis: Analysis, finding: Finding) -> NewMigration | None:
    """The new migration that the finding is about; None for a finding about the schema or the history."""
    branch, origin = analysis.snapshot.branch, finding.origin
    if branch is None or origin is None:
        return None
    return next((m for m in branch.migrations if m.judged.path == origin.path), None)


def _schema_text(analysis: Analysis, finding: Finding) -> str:
    place = analysis.place(finding)
    document = analysis.snapshot.tree.document(place.path) if place else None
    return document.text if document else ""


def _settings(snapshot: Snapshot) -> tuple[str, str | None]:
    """The file that holds the project's settings, or the one that would, and its text."""
    file = snapshot.settings.file or snapshot.files.root / "refract.toml"
    text = read_text(file)
    return str(file), None if isinstance(text, UnreadableFile) else text


def _last_dated(folder: Path) -> str:
    """The last migration that is named after a moment, or tries to be; empty if there is none."""
    return max((name for name in migration_names(folder) if name[:14].isdecimal() and name.isascii()), default="")


def _first_after(last: str, now: datetime) -> datetime:
    """The first moment, not in the past, whose name sorts after the folder `last`. Raises OverflowError."""
    if last[:14] < now.strftime(_STAMP):
        return now
    try:
        return datetime.strptime(last[:14], _STAMP).replace(tzinfo=UTC) + timedelta(seconds=1)
    except ValueError:  # digits that are not a moment, such as a 13th month
        year = int(last[:4]) + 1
    if year > MAXYEAR:
        raise OverflowError(last)
    return datetime(year, 1, 1, tzinfo=UTC)
