"""SQLite in memory, on which cases run, and the judgement of their replay."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from attrs import frozen

from catalogue.cases import Case, Verdict, base, read, replayed
from catalogue.facts import verdict
from catalogue.sqlite_facts import model_facts, server_facts
from refract.schema.model import Database

FOLDER = "sqlite"


@frozen
class Server:
    """`before` is the database of the base."""

    before: Database

    def judge(self, case: Case) -> Verdict:
        """Run a case in a new database, replay it, and compare."""
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys=ON")
            connection.executescript(base(FOLDER))
            refusal = _refusal(connection, case.sql)
            facts = server_facts(connection)
        reading = read(case.sql, self.before)
        return verdict(case, refusal, facts, reading, model_facts(reading.database))


def _refusal(connection: sqlite3.Connection, sql: str) -> str:
    refusal = ""
    try:
        connection.executescript(sql)
    except (sqlite3.Error, sqlite3.Warning) as error:
        refusal = str(error)
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    with suppress(sqlite3.Error):  # no case leaves more than one
        connection.execute("DETACH other")
    return refusal


@contextmanager
def prepared_server() -> Iterator[Server]:
    """SQLite, ready for cases."""
    yield Server(replayed("sqlite", base(FOLDER)))
