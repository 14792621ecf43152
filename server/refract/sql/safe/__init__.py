"""Changes become migrations that may run while the database is in use.

The changes are those of Prisma, split into files that each hold locks only briefly. An index is built alone and
concurrently; a constraint is added first and validated later; a wait for a lock is short and retried. What a database
cannot do this way is written as Prisma writes it.
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
    """The writer of safe migrations for a database and its server's version."""
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
