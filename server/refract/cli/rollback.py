"""`refract rollback`: writes the SQL that undoes a migration next to the migration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from refract.actions.prisma_commands import Commands
from refract.actions.rollbacks import NoRollback, Rollback, rollback_of
from refract.actions.runbook.backups import backup
from refract.analysis import Analysis
from refract.analysis.runbook import Backup
from refract.cli.chosen_project import analysis_to_change
from refract.cli.shapes import VERSION, dumps
from refract.cli.terminal import CannotRun, say, shown_path
from refract.cli.writing import write_changes
from refract.escaping import one_line
from refract.rendering.backups import backup_note
from refract.rendering.losses import loss_sentence

_APPLIED = (
    "If the migration was applied, Prisma cannot roll it back. Copy this SQL into a new migration and deploy that."
)
_ROLLED_BACK = "If the migration failed, the database rolled it back. Do not run down.sql"
_IN_PART = "If the migration failed, a part of it may be applied. Undo that part"


def run(name: str | None, path: str | None, output: str) -> int:
    """Write the rollback of migration `name` (default: the newest). Returns the exit code."""
    analysis = analysis_to_change(path)
    try:
        rollback = rollback_of(analysis, name)
    except NoRollback as error:
        raise CannotRun(str(error)) from error
    files = write_changes(rollback.files, analysis.snapshot.files.home)
    if output == "json":
        say(dumps(_as_json(analysis, rollback, files)) + "\n")
    else:
        say("".join(f"{one_line(line)}\n" for line in _lines(analysis, rollback, files)))
    return 0


def _lines(analysis: Analysis, rollback: Rollback, files: Sequence[Path]) -> Iterator[str]:
    yield from map(shown_path, files)
    yield from (f"  {loss_sentence(loss)}" for loss in rollback.lost)
    saved = _backup(analysis, rollback)
    if saved:
        yield ""
        yield "Before running it, take a backup:"
        yield from (f"  {line}" for line in saved.command.splitlines())
        if backup_note(saved):
            yield f"  {backup_note(saved)}"
    yield ""
    yield from _if_failed(analysis, rollback)
    yield _APPLIED


def _if_failed(analysis: Analysis, rollback: Rollback) -> Iterator[str]:
    head, commands = _IN_PART if rollback.if_failed else _ROLLED_BACK, tuple(_commands(analysis, rollback))
    root = shown_path(analysis.snapshot.files.root)
    yield f"{head}{'' if root == '.' or not commands else f'. In {root}'}{':' if commands else '.'}"
    yield from (f"  {command}" for command in commands)


def _commands(analysis: Analysis, rollback: Rollback) -> Iterator[str]:
    commands = Commands(analysis.snapshot.files, analysis.versions)
    yield from (commands.execute(file.path) for file in rollback.if_failed)
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
        "lost": [loss_sentence(loss) for loss in rollback.lost],
        "backup": saved and {"command": saved.command, "language": saved.language, "note": backup_note(saved)},
        "root": shown_path(analysis.snapshot.files.root),
        "commands_if_failed": list(_commands(analysis, rollback)),
    }
