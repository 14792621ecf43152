"""How a type change is rated on MongoDB: nothing is converted, so documents keep values of the old type."""

from __future__ import annotations

from refract.schema.changes import Cast
from refract.schema.model import Column


def cast(before: Column, after: Column) -> Cast:
    """What Prisma does when `before`'s type becomes `after`'s: nothing, whatever the documents hold."""
    return Cast.NONE if before.type == after.type else Cast.RISKY
