"""Renames in the database what the schema renames, in a migration that keeps the rows: for those who can stop the
programs that use the old name.
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

_NOTE = "Programs that still use the old name fail from the moment it runs. Nothing is applied now."


@fixes("field-rename-as-drop-add", "model-rename-as-drop-create", "enum-rename-as-column-recreate")
def rename_in_database(context: FixContext) -> Iterator[Fix]:
    """A migration with RENAME in place of the drop and the addition."""
    if context.statements:  # a migration that is written already: another one after it would come too late
        return
    change = _rename(context)
    if change is None:
        return
    what = {"rename-column": "column", "rename-table": "table", "rename-enum": "enum"}[change.kind]
    yield Fix(
        title=f"Write a migration that renames the {what} instead",
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
        case DropTable(table=gone), CreateTable(table=made):
            return RenameTable(before=gone, after=made)
        case DropEnum(enum=former), CreateEnum(enum=later):
            return RenameEnum(before=former, after=later)
    return None
