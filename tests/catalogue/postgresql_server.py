"""Runs cases on a PostgreSQL: most in a transaction that is rolled back, those that cannot in a database of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
from attrs import frozen

from catalogue.cases import Case, Facts, Outcome, Verdict, base, differences, is_counted, read, replayed
from catalogue.postgresql_facts import CannotBuild, in_plain_words, model_facts, server_facts, spelling_differences
from live.postgresql import connect, new_database, running_server
from refract.schema.model import Database
from refract.sql.reader.tokens import statements

FOLDER = "postgresql"
_NO_TRANSACTION = re.compile(
    r"\b(concurrently|add value|vacuum|begin;|begin transaction|start transaction|commit|set tablespace)\b|\bbegin;",
    re.I,
)
_BESIDE = re.compile(
    r"CREATE (OR REPLACE )?(DOMAIN|FUNCTION|COLLATION)|CREATE TYPE \S+ AS (\(|RANGE)|CREATE TYPE \w+$", re.I
)
_numbers = count()


@frozen
class Server:
    """A running server with a database that the base has built, and an empty one to build models in."""

    home: str
    based: psycopg.Connection
    empty: psycopg.Connection
    before: Database

    def judge(self, case: Case) -> Verdict:
        """Run a case, replay it, and compare."""
        try:
            server = self._run(case.sql)
        except psycopg.Error as error:
            return Verdict(Outcome.REFUSED, str(error))
        return self.compare(case.sql, server)

    def compare(self, sql: str, server: Facts) -> Verdict:
        """The replay of a case against the facts of the server."""
        reading = read(sql, self.before)
        if is_counted(reading):
            return Verdict(Outcome.NOT_FOLLOWED, f"{[x.misfit or x.reason for x in reading.not_followed]}")
        try:
            model = model_facts(reading.database, _beside(sql), self.empty)
        except CannotBuild as error:
            return Verdict(Outcome.MISREAD, f"the model cannot be built: {error}")
        database = reading.database
        found = differences(in_plain_words(server, database), in_plain_words(model, database))
        found += spelling_differences(database, server)
        return Verdict(Outcome.MISREAD if found else Outcome.FOLLOWED, "\n".join(found))

    def _run(self, sql: str) -> Facts:
        if _NO_TRANSACTION.search(sql):
            return self._run_apart(sql)
        with self.based.transaction(force_rollback=True):
            self.based.execute(sql.encode())
            return server_facts(self.based)

    def _run_apart(self, sql: str) -> Facts:
        name = f"case_{next(_numbers)}"
        with connect(self.home) as control:
            control.execute(f"CREATE DATABASE {name} TEMPLATE template_based".encode())
        with connect(self.home, name) as connection:
            for statement in statements(sql, "postgresql"):
                connection.execute(sql[statement.start : statement.end].encode())
            return server_facts(connection)


def _beside(sql: str) -> str:
    """The statements of a case that make what columns need and the model does not hold."""
    found = (sql[s.start : s.end] for s in statements(sql, "postgresql"))
    return "".join(f"CREATE SCHEMA IF NOT EXISTS app; {text};" for text in found if _BESIDE.match(text))


@contextmanager
def prepared_server() -> Iterator[Server]:
    """A server that is ready for cases."""
    with running_server() as home:
        sql = base(FOLDER)
        for name in ("based", "template_based"):
            with new_database(home, name) as connection:
                connection.execute(sql.encode())
        with connect(home, "based") as based, new_database(home, "empty") as empty:
            yield Server(home, based, empty, replayed("postgresql", sql))
