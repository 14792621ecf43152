"""A MariaDB on which cases run, each in a new database, and the judgement of their replay."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from attrs import frozen
from pymysql.cursors import Cursor

from catalogue.cases import Case, Verdict, base, read, replayed
from catalogue.facts import verdict
from catalogue.mariadb_facts import default_collations, model_facts, server_facts
from live.mariadb import connect, run_script, running_server
from parts import program
from refract.schema.model import Database

FOLDER = "mariadb"
_NEW = (
    "DROP DATABASE IF EXISTS test",
    "CREATE DATABASE test CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
    "USE test",
)


@frozen
class Server:
    """A running server. `before` is the database of the base."""

    socket: str
    cursor: Cursor
    before: Database
    collations: dict[str, str]

    def judge(self, case: Case) -> Verdict:
        """Run a case, replay it, and compare."""
        for statement in _NEW:
            self.cursor.execute(statement)
        run_script(self.cursor, base(FOLDER))
        refusal = self._refusal(case.sql)
        reading = read(case.sql, self.before)
        model = model_facts(reading.database, self.collations)
        return verdict(case, refusal, server_facts(self.cursor), reading, model)

    def _refusal(self, sql: str) -> str:
        """Why the server refuses the script, if it does. DELIMITER is a word of the client."""
        if "DELIMITER" in sql:
            command = (program("mariadb"), f"--socket={self.socket}", "--user=root", "test")
            return subprocess.run(command, input=sql, text=True, capture_output=True, check=False, timeout=60).stderr
        with connect(self.socket, "test") as connection, connection.cursor() as cursor:
            try:
                run_script(cursor, sql)
            except pymysql.Error as error:
                return str(error)
        return ""


@contextmanager
def prepared_server() -> Iterator[Server]:
    """A server that is ready for cases."""
    with running_server() as socket, connect(socket) as connection, connection.cursor() as cursor:
        yield Server(socket, cursor, replayed("mysql", base(FOLDER)), default_collations(cursor))
