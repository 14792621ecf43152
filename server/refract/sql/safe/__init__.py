"""Changes become migrations that may run while the database is in use.

The same changes as Prisma would write, parted into files that each hold no lock for long: an index is built alone and
concurrently, a constraint is added first and proven later, a lock is asked for politely. What a database cannot do so
is written as Prisma writes it.
"""

from __future__ import annotations

from refract.providers.versions import Versions
from refract.sql.safe.base import MigrationPart, SafeWriter
from refract.sql.safe.cockroachdb import CockroachdbSafeWriter
from refract.sql.safe.mysql import MysqlSafeWriter
from refract.sql.safe.postgresql import PostgresqlSafeWriter
from refract.sql.safe.sqlite import SqliteSafeWriter

__all__ = ["MigrationPart", "SafeWriter", "safe_writer"]


def safe_writer(provider: str, versions: Versions) -> SafeWriter:
    """What writes safe migrations for a database, in the version that its server has."""
    match provider:
        case "postgresql":
            return PostgresqlSafeWriter()
        case "mysql":
            return MysqlSafeWriter(versions)
        case "sqlite":
            return SqliteSafeWriter(versions.flavour)
        case "cockroachdb":
            return CockroachdbSafeWriter()
        case _:
            return SafeWriter()
