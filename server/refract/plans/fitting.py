"""Whether the SQL of a step still fits the database that the migrations have built since the plan was made."""

from __future__ import annotations

from collections.abc import Iterable

from refract.escaping import code_span
from refract.plans.model import Plan, PlanMigration
from refract.providers import Provider
from refract.schema.changes import Backfill, Change, NotFollowed, Reason
from refract.schema.model import Database

_SURE = frozenset({Reason.MISSING, Reason.EXISTS, Reason.NEEDED})


def what_does_not_fit(migrations: Iterable[PlanMigration], plan: Plan, database: Database, provider: Provider) -> str:
    """The first thing in the database that the `migrations` of a plan were not written for; empty if all fits."""
    from refract.sql.reader import read_migration  # noqa: PLC0415  only when a step is taken

    for migration in migrations:
        reading = read_migration(migration.sql, migration.name, database, provider)
        found = next(filter(None, (_misfit(change, plan, database) for change in reading.changes)), "")
        if found:
            return found
        database = reading.database
    return ""


def _misfit(change: Change, plan: Plan, database: Database) -> str:
    if isinstance(change, NotFollowed) and change.misfit is not None and change.reason in _SURE:
        exists = "already exists" if change.misfit.reason is Reason.EXISTS else "does not fit"
        return f"{change.misfit.what} {code_span(change.misfit.name)} {exists}"
    if isinstance(change, Backfill):
        views = (t.name for t in change.tables if t in database.views and t.name in plan.tables.values())
        return next((f"table {code_span(name)} is a view now" for name in views), "")
    return ""
