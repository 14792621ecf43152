"""Changes become the SQL that Prisma itself would generate, comments and warnings included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refract.diff import Diff
from refract.providers import provider
from refract.schema.changes import Change
from refract.schema.model import Database
from refract.sql.writer.base import EMPTY, Context, Writer, WrittenStep
from refract.sql.writer.cockroachdb import CockroachdbWriter
from refract.sql.writer.mysql import MysqlWriter
from refract.sql.writer.postgresql import PostgresqlWriter
from refract.sql.writer.sqlite import SqliteWriter
from refract.sql.writer.sqlserver import SqlserverWriter
from refract.sql.writer.warnings import Warnings, find_warnings

__all__ = ["EMPTY", "Warnings", "WrittenStep", "warnings", "write_migration", "write_script", "write_steps"]

_WRITERS: Mapping[str, Writer] = {
    "postgresql": PostgresqlWriter(),
    "cockroachdb": CockroachdbWriter(),
    "sqlite": SqliteWriter(),
    "mysql": MysqlWriter(),
    "sqlserver": SqlserverWriter(),
}


def write_script(changes: Diff | Iterable[Change], before: Database, after: Database) -> str:
    """The migration that makes `changes`, which lead from `before` to `after`, without the warnings.

    If there is nothing to do, and for mongodb, which has no migrations, it is Prisma's comment for an empty migration.
    """
    writer = _WRITERS.get(after.provider)
    return writer.script(write_steps(changes, before, after)) if writer else EMPTY


def write_steps(changes: Diff | Iterable[Change], before: Database, after: Database) -> tuple[WrittenStep, ...]:
    """The steps of that migration, in order."""
    writer = _WRITERS.get(after.provider)
    return tuple(writer.steps(_in_order(changes), _context(before, after))) if writer else ()


def warnings(changes: Diff | Iterable[Change], before: Database, after: Database) -> Warnings:
    """What Prisma would warn of if it cannot look at the rows."""
    writer = _WRITERS.get(after.provider)
    return find_warnings(_in_order(changes), _context(before, after), writer) if writer else Warnings()


def write_migration(changes: Diff | Iterable[Change], before: Database, after: Database) -> str:
    """The migration with its warnings at the head, as `prisma migrate dev` writes it."""
    ordered = _in_order(changes)
    script = write_script(ordered, before, after)
    return script if script == EMPTY else warnings(ordered, before, after).header() + script


def _in_order(changes: Diff | Iterable[Change]) -> tuple[Change, ...]:
    return changes.changes if isinstance(changes, Diff) else tuple(changes)


def _context(before: Database, after: Database) -> Context:
    return Context(before, after, provider(after.provider))
