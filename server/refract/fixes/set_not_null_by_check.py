"""Makes a column required without a long lock (PostgreSQL).

## What it does
Writes three migrations. The first adds `CHECK (... IS NOT NULL) NOT VALID`, the second validates the check.
The third runs `SET NOT NULL` and drops the check.
PostgreSQL 12 and newer skips the scan in the third migration, because the check proves that no row is NULL.

## When it is offered
The edited schema makes an existing column required, and its type stays.

## What it costs
Three migrations. Before the second one runs, fill the rows that are NULL. Otherwise it fails.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._migration import may_be_separate, migration, name_part
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AddCheck, AlterColumn, Change, DropCheck, ValidateConstraint
from refract.schema.model import Check


@fixes("make-column-required")
def required_through_check(context: FixContext) -> Iterator[Fix]:
    """NOT NULL that a validated CHECK proves."""
    change = context.finding.change
    if not isinstance(change, AlterColumn) or not may_be_separate(context) or change.before.type != change.after.type:
        return
    yield Fix(
        title="Write 3 migrations: CHECK, VALIDATE, then SET NOT NULL",
        build=lambda: tuple(migration(context, step, name) for name, step in _steps(change).items()),
        note="Fill rows that are NULL before the second migration runs.",
    )


def _steps(change: AlterColumn) -> dict[str, tuple[Change, ...]]:
    """The changes of each migration, by its name."""
    name = f"{change.table.name}_{change.after.name}_not_null"
    quoted = change.after.name.replace('"', '""')
    check = Check(name, f'"{quoted}" IS NOT NULL', validated=False)
    return {
        f"check_{name_part(name)}": (AddCheck(table=change.table, check=check),),
        f"validate_{name_part(name)}": (ValidateConstraint(table=change.table, constraint=name),),
        f"require_{name_part(change.after.name)}": (change, DropCheck(table=change.table, check=check)),
    }
