"""What a change of a type means for values, as rules judge it."""

from __future__ import annotations

from refract.providers.type_changes import always_fits
from refract.schema.changes import AlterColumn, Cast


def cast_of(change: AlterColumn) -> Cast:
    """Prisma's view of the cast, except that what always fits is safe."""
    if change.cast is Cast.RISKY and always_fits(change.before.type, change.after.type):
        return Cast.SAFE
    return change.cast
