"""`refract rollback`: writes what undoes a migration, beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from refract.actions.prisma_commands import Commands
from refract.actions.rollbacks import NoRollback, Rollback, rollback_of
from refract.actions.runbook.backups import Backup, backup
from refract.analysis import Analysis
from refract.cli.create import analysis_of, project_named
from refract.cli.shapes import VERSION, dumps
from refract.cli.terminal import CannotRun, printable, say, shown_path
from refract.cli.writing import write_changes

_APPLIED = "Where it has been applied, Prisma takes no way back: put this SQL into a new migration, and deploy that."


def run(name: str | None, path: str | None, output: str) -> int:
    """Write the way back from migration `name` (default: the newest). Returns the exit code."""
    analysis = analysis_of(project_named(path))
    try:
        rollback = rollback_of(analysis, name)
    except NoRollback as error:
        raise CannotRun(str(error)) from error
    files = write_changes(rollback.files)
    if output == "json":
        say(dumps(_as_json(analysis, rollback, files)) + "\n")
    else:
        say(printable("".join(f"{line}\n" for line in _lines(analysis, rollback, files))))
    return 0


def _lines(analysis: Analysis, rollback: Rollback, files: Sequence[Path]) -> Iterator[str]:
    yield from map(shown_path, files)
    yield from (f"  {line}" for line in rollback.lost)
    saved = _backup(analysis, rollback)
    root = shown_path(analysis.snapshot.files.root)
    if saved:
        yield "\nTake a backup first:"
        yield from (f"  {line}" for line in saved.command.splitlines())
        if saved.note:
            yield f"  {saved.note}"
    yield f"\nWhere the migration has failed{'' if root == '.' else f', in {root}'}:"
    yield from (f"  {command}" for command in _commands(analysis, rollback, files))
    yield _APPLIED


def _commands(analysis: Analysis, rollback: Rollback, files: Sequence[Path]) -> Iterator[str]:
    commands = Commands(analysis.snapshot.files, analysis.versions)
    yield from map(commands.execute, files)
    if commands.keeps_record:
        yield commands.resolve(rollback.migration)


def _backup(analysis: Analysis, rollback: Rollback) -> Backup | None:
    if not rollback.endangered:
        return None
    return backup(rollback.endangered, analysis.lowered.provider, analysis.versions.flavour)


def _as_json(analysis: Analysis, rollback: Rollback, files: Sequence[Path]) -> dict[str, Any]:
    saved = _backup(analysis, rollback)
    return {
        "version": VERSION,
        "migration": rollback.migration,
        "files": list(map(shown_path, files)),
        "lost": list(rollback.lost),
        "backup": saved and {"command": saved.command, "language": saved.language, "note": saved.note},
        "root": shown_path(analysis.snapshot.files.root),
        "commands_if_failed": list(_commands(analysis, rollback, files)),
    }
