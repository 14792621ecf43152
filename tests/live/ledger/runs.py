"""The plans of the fixtures, run on a PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from live.ledger.meaning import Notes
from live.ledger.notes import notes
from live.ledger.postgresql import PostgresqlStore
from live.ledger.run import Outcome, run
from live.ledger.workers import Load
from live.postgresql import new_database
from recipes.plans import Case, plan_of, situation
from refract.diff import diff
from refract.recipes.engine import PlannedStep
from refract.schema.model import Database
from refract.sql.writer import write_script


def run_case(server: str, name: str, case: Case, load: Load) -> Outcome:
    """The plan of a case, in a new database of that name."""
    return run_plan(server, name, case, plan_of(case, "postgresql"), notes(case), load)


def run_plan(server: str, name: str, case: Case, plan: Sequence[PlannedStep], said: Notes, load: Load) -> Outcome:
    """A plan for the schema of a case, in a new database of that name."""
    start, empty = situation(case, "postgresql").database, Database("postgresql", "public")
    new_database(server, name).close()
    store = PostgresqlStore(server, name)
    try:
        store.migrate(write_script(diff(empty, start), empty, start))
        return run(store, start, plan, said, load)
    finally:
        store.close()
