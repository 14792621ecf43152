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

from refract.fixes._migration import migration, with_names
from refract.fixes._renames import RENAMED, rename_of
from refract.fixes.base import Fix, FixContext, fixes

_NOTE = "Old app instances fail as soon as the migration runs. It is only written, not run."


@fixes("field-rename-as-drop-add", "model-rename-as-drop-create", "enum-rename-as-column-recreate")
def rename_in_database(context: FixContext) -> Iterator[Fix]:
    """A migration with RENAME in place of the drop and the addition."""
    change = None if context.statements else rename_of(context)  # after a written migration it would be too late
    if change is not None:
        yield Fix(
            title=f"RENAME {RENAMED[change.kind]} now (breaks running code until deployed)",
            build=lambda: (migration(context, with_names(context, change)),),
            note=_NOTE,
        )
