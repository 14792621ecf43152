"""How Prisma rates a type change on SQLite: the table is rebuilt and the values are copied unchanged."""

from __future__ import annotations

from refract.schema.changes import Cast
from refract.schema.model import Column


def cast(before: Column, after: Column) -> Cast:
    """What Prisma does when `before`'s type becomes `after`'s. SQLite stores anything as text."""
    if before.type == after.type:
        return Cast.NONE
    return Cast.SAFE if after.type.name == "TEXT" else Cast.RISKY
