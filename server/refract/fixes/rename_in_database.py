"""Renames in the database what the schema renames, and keeps the rows.

## What it does
Writes a migration with `RENAME` in place of Prisma's `DROP` and `ADD`.
Indexes and constraints that are named after the object are renamed too.

## When it is offered
The edited schema renames a field, a model or an enum, and no migration is written for it yet.

## What it costs
Old app instances fail as soon as the migration runs. Take it if you can stop them:
1. Stop every old instance.
2. Run the migration.
3. Start the new version.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.fixes._migration import migration, with_names
from refract.fixes.base import Fix, FixContext, fixes
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

_NOTE = "Old app instances fail as soon as the migration runs. It is only written, not run."
_RENAMED = {"rename-column": "COLUMN", "rename-table": "TABLE", "rename-enum": "TYPE"}


@fixes("field-rename-as-drop-add", "model-rename-as-drop-create", "enum-rename-as-column-recreate")
def rename_in_database(context: FixContext) -> Iterator[Fix]:
    """A migration with RENAME in place of the drop and the addition."""
    change = None if context.statements else _rename(context)  # after a written migration it would be too late
    if change is not None:
        yield Fix(
            title=f"RENAME {_RENAMED[change.kind]} now (old code breaks until replaced)",
            build=lambda: (migration(context, with_names(context, change)),),
            note=_NOTE,
        )


def _rename(context: FixContext) -> RenameColumn | RenameTable | RenameEnum | None:
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
