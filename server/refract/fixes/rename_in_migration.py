"""Rewrites a new migration with `RENAME` in place of `DROP` and `ADD`, and keeps the rows.

## What it does
Replaces the SQL of the migration: `RENAME` for the column or table, then the rest of its changes.
Indexes and constraints that are named after the object are renamed too.

## When it is offered
The newest migration drops one object and adds a similar one, is new on this branch, and is as `prisma migrate dev` writes it.
The schema has no other pending change.

## What it costs
Old app instances fail as soon as the migration runs. Take it if you can stop them.
If `prisma migrate dev` has already applied the migration to your own database, reset that database: `prisma migrate reset`.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff import diff
from refract.fixes._renames import RENAMED, rename_of
from refract.fixes._rewritten import RESET, rewritten
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.apply import apply
from refract.schema.changes import RenameColumn, RenameEnum, RenameTable
from refract.sql.writer import write_script
from refract.text import FileChange


@fixes(
    "field-rename-as-drop-add",
    "model-rename-as-drop-create",
    "drop-column",
    "drop-table",
    "add-required-column-without-default",
)
def rename_in_migration(context: FixContext) -> Iterator[Fix]:
    """RENAME in the place of both statements."""
    undone = context.undone()
    change = rename_of(undone) if undone else None
    if undone is not None and change is not None:
        yield Fix(
            title=f"Write RENAME {RENAMED[change.kind]} instead (breaks running code)",
            build=lambda: _with_rename(context, undone, change),
            note=f"Old app instances fail as soon as the migration runs. {RESET}",
        )


def _with_rename(
    context: FixContext, undone: FixContext, rename: RenameColumn | RenameTable | RenameEnum
) -> tuple[FileChange, ...]:
    renamed, _ = apply(undone.before, (rename,))
    rest = diff(renamed, undone.after).changes
    return (rewritten(context, write_script((rename, *rest), undone.before, undone.after)),)
