"""Sentences about backups."""

from __future__ import annotations

from collections.abc import Mapping

from refract.analysis.runbook import Backup, BackupScope

_NOTES: Mapping[BackupScope, str] = {
    BackupScope.TABLES: "",
    BackupScope.DUMPED_TABLES: "The command removes the arguments of Prisma's URL. Restore the file with `pg_restore`.",
    BackupScope.FILE: "This saves the whole file.",
    BackupScope.DATABASE: "This saves the whole database.",
    BackupScope.SERVER_DATABASE: "This saves the whole database. On Azure SQL, note the time instead.",
    BackupScope.BRANCH: "This saves the whole branch.",
}


def backup_note(backup: Backup) -> str:
    """What a backup holds and how to use it; empty if that is obvious."""
    return _NOTES[backup.scope]
