"""Names for migrations: what changed, verb first, in snake_case."""

from refract.naming.suggest import suggest

__all__ = ["suggest"]
