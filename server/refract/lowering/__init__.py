"""From a Prisma schema to the database that Prisma would build for it."""

from refract.lowering.lower import Lowered, lower

__all__ = ["Lowered", "lower"]
