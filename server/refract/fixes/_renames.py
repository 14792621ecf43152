"""Probable renames as the changes that a database can make, which keep the rows."""

from __future__ import annotations

from attrs import evolve

from refract.fixes.base import FixContext
from refract.schema.changes import (
    AddColumn,
    CreateEnum,
    CreateTable,
    DropColumn,
    DropEnum,
    DropTable,
    RenameColumn,
    RenameEnum,
    RenameTable,
)

RENAMED = {"rename-column": "COLUMN", "rename-table": "TABLE", "rename-enum": "TYPE"}
"""By the kind of change: the word of SQL after RENAME."""


def rename_of(context: FixContext) -> RenameColumn | RenameTable | RenameEnum | None:
    """The rename that the finding is about; None if it is about something else."""
    rename = context.finding.rename
    if rename is None:
        return None
    match rename.dropped, rename.added:
        case DropColumn(column=old, table=table), AddColumn(column=new):
            return RenameColumn(table=table, before=old, after=evolve(old, name=new.name))
        case DropTable(table=former), CreateTable(table=renamed):
            return RenameTable(before=former, after=renamed)
        case DropEnum(enum=former), CreateEnum(enum=renamed):
            return RenameEnum(before=former, after=renamed)
    return None
