"""The SQL of recipes that no change expresses: triggers that keep columns in sync, and batches that fill rows."""

from __future__ import annotations

from refract.recipes.dialects.base import Dialect
from refract.recipes.dialects.cockroachdb import CockroachdbDialect
from refract.recipes.dialects.mysql import MysqlDialect, PlanetscaleDialect
from refract.recipes.dialects.postgresql import PostgresqlDialect
from refract.recipes.dialects.sqlite import SqliteDialect
from refract.recipes.dialects.sqlserver import SqlserverDialect

__all__ = ["Dialect", "PostgresqlDialect", "dialect"]


def dialect(provider: str, flavour: str = "") -> Dialect:
    """The SQL of a database. `flavour` matters only if it has other means: its triggers and loops."""
    match provider:
        case "postgresql":
            return PostgresqlDialect(provider)
        case "mysql":
            return PlanetscaleDialect(provider) if flavour == "planetscale" else MysqlDialect(provider)
        case "sqlserver":
            return SqlserverDialect(provider)
        case "sqlite":
            return SqliteDialect(provider)
        case "cockroachdb":
            return CockroachdbDialect(provider)
        case _:
            return Dialect(provider)
