"""The rollback of a migration, written next to the migration from the editor."""

from __future__ import annotations

from pathlib import Path

from refract.actions.rollbacks import Rollback, rollback_of
from refract.analysis import Analysis
from refract.baseline.folder import migration_name, rollback_files
from refract.lsp import convert
from refract.lsp.refusal import Refused

WRITE = "refract.writeRollback"


def rollback(analysis: Analysis, migration: str | None) -> Rollback:
    """What undoes a migration: named by its folder or the URI of its SQL; by default the newest. Raises NoRollback, and
    Refused if such a file already exists: an existing file is never overwritten.
    """
    found = rollback_of(analysis, _folder(migration) if migration else None)
    there = next((file.path for file in found.files if Path(file.path).exists()), None)
    if there is not None:
        raise Refused(f"{there} already exists and was not overwritten.")
    return found


def _folder(migration: str) -> str:
    path = convert.to_path(migration) if migration.startswith("file:") else None
    if path is None:
        return migration
    return migration_name(path) if path.endswith(".sql") else Path(path).name


def can_be_written(path: str) -> bool:
    """Whether `path` is a migration that nothing undoes yet."""
    file = Path(path)
    return file.suffix == ".sql" and not rollback_files(file)
