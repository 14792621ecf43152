"""The real servers: PostgreSQL and SQLite, to which Prisma's engine from npm speaks, and MariaDB."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar

import psycopg
import pymysql
from attrs import field, frozen

from catalogue import mariadb_facts, postgresql_facts, sqlite_facts
from catalogue.cases import differences
from corpus.databases import CannotRun, Database, NoEngine, Server
from live import mariadb, postgresql, sqlite
from live.plans import Catalog
from prisma.engine import PrismaEngine, Refused, prisma_engine
from refract.baseline import Migration
from refract.schema.model import Database as Model
from refract.sql.reader.tokens import statements as sql_statements
from refract.syntax import SchemaTree

_ROLES = ("anon", "authenticated", "service_role", "postgres", "authenticator", "supabase_admin", "neondb_owner")
_ANY_CASE = ("--lower-case-table-names=1",)  # many a history was made on Windows, where names come back in lower case
_URLS = re.compile(r"^[ \t]*(?:url|directUrl|shadowDatabaseUrl)[ \t]*=[^\n]*$", re.MULTILINE)
_GENERATOR = re.compile(r"^generator\s+\w+\s*\{.*?^\}", re.MULTILINE | re.DOTALL)
_NEEDED = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:DOMAIN|FUNCTION|COLLATION)\b|CREATE\s+TYPE\s+\S+\s+AS\s*(?:\(|RANGE)", re.I
)
_TRANSACTION = re.compile(r"\s*(?:BEGIN|START\s+TRANSACTION|COMMIT)\b", re.I)
_PREVIEWS = ("views", "postgresqlExtensions", "partialIndexes")
_Kind = TypeVar("_Kind", bound=Database)


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, Server]]:
    """A server for each provider."""
    with postgresql.running_server() as socket, mariadb.running_server(_ANY_CASE) as maria:
        with postgresql.connect(socket) as connection:
            for role in _ROLES:
                connection.execute(f"CREATE ROLE {role}")
        yield {
            "postgresql": PostgresqlServer(socket),
            "sqlite": SqliteServer(folder),
            "mysql": MariadbServer(maria),
        }


@frozen
class PostgresqlServer:
    socket: str
    _numbers: Iterator[int] = field(factory=lambda: count(1))

    def new(self, template: str = "template1") -> PostgresqlDatabase:
        name = f"corpus{next(self._numbers)}"
        with postgresql.connect(self.socket) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return PostgresqlDatabase(self, name)

    def database(self, migrations: Sequence[Migration]) -> PostgresqlDatabase:
        return _filled(self.new(), migrations)


@frozen
class PostgresqlDatabase:
    server: PostgresqlServer
    name: str

    def run(self, script: str) -> None:
        with closing(postgresql.connect(self.server.socket, self.name)) as connection:
            try:
                connection.execute(script.encode())
            except psycopg.errors.UnsafeNewEnumValueUsage:
                _run_one_by_one(connection, script)
            except psycopg.Error as error:
                raise CannotRun(str(error).split("\n")[0]) from error

    def catalog(self) -> Catalog:
        with closing(postgresql.connect(self.server.socket, self.name)) as connection:
            return postgresql.catalog(connection)

    def answer(self, query: str) -> object:
        with closing(postgresql.connect(self.server.socket, self.name)) as connection:
            return (connection.execute(query.encode()).fetchone() or (None,))[0]

    def differences(self, model: Model, history: Sequence[Migration]) -> list[str]:
        with closing(postgresql.connect(self.server.socket, self.name)) as connection, connection.transaction():
            facts = postgresql_facts.server_facts(connection)
        empty = self.server.new()
        try:
            with closing(postgresql.connect(self.server.socket, empty.name)) as connection:
                replayed = postgresql_facts.model_facts(model, _beside(model, history), connection)
                return differences(_as_prisma_sees(facts), _as_prisma_sees(replayed))
        except postgresql_facts.CannotBuild as error:
            return [f"the model cannot be built: {error}"]
        finally:
            empty.drop()

    def prisma(self, schema: SchemaTree) -> str:
        url = f"postgresql://refract@localhost/{self.name}?host={self.server.socket}"
        with prisma_engine("postgresql", url) as engine:
            return _asked(engine, schema)

    def twin(self) -> PostgresqlDatabase:
        return self.server.new(self.name)

    def drop(self) -> None:
        with postgresql.connect(self.server.socket) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def _as_prisma_sees(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts without what Prisma does not compare, and the model leaves out: NOT NULL of lists, the names of now()."""
    plain = {name: fact.replace("DEFAULT now()", "DEFAULT CURRENT_TIMESTAMP") for name, fact in facts.items()}
    return {name: fact.replace(" NOT NULL", "") if "[]|" in fact else fact for name, fact in plain.items()}


def _beside(model: Model, history: Sequence[Migration]) -> str:
    """The statements that make what tables need and a model does not hold; bodies of functions name later objects."""
    schemas = "".join(f'CREATE SCHEMA IF NOT EXISTS "{name}";\n' for name in model.schemas)
    found = (
        migration.sql[part.start : part.end]
        for migration in history
        for part in sql_statements(migration.sql, "postgresql")
    )
    return f"SET LOCAL check_function_bodies = off;\n{schemas}" + "".join(
        f"{text};\n" for text in found if _NEEDED.match(text)
    )


def _run_one_by_one(connection: psycopg.Connection, script: str) -> None:
    """As somebody does to whom Prisma has shown that error."""
    try:
        connection.execute("ROLLBACK")
        for found in sql_statements(script, "postgresql"):
            text = script[found.start : found.end]
            if not _TRANSACTION.match(text):
                connection.execute(text.encode())
    except psycopg.Error as error:
        raise CannotRun(str(error).split("\n")[0]) from error


@frozen
class SqliteServer:
    folder: Path
    _numbers: Iterator[int] = field(factory=lambda: count(1))

    def new(self) -> SqliteDatabase:
        return SqliteDatabase(self, self.folder / f"corpus{next(self._numbers)}.db")

    def database(self, migrations: Sequence[Migration]) -> SqliteDatabase:
        return _filled(self.new(), migrations)


@frozen
class SqliteDatabase:
    server: SqliteServer
    file: Path

    def run(self, script: str) -> None:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys=ON")
            try:
                connection.executescript(script)
            except (sqlite3.Error, ValueError) as error:
                raise CannotRun(str(error)) from error

    def answer(self, query: str) -> object:
        with closing(sqlite3.connect(self.file)) as connection:
            return (connection.execute(query).fetchone() or (None,))[0]

    def prisma(self, schema: SchemaTree) -> str:
        with prisma_engine("sqlite", f"file:{self.file}") as engine:
            return _asked(engine, schema)

    def differences(self, model: Model, history: Sequence[Migration]) -> list[str]:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            return differences(sqlite_facts.server_facts(connection), sqlite_facts.model_facts(model))

    def catalog(self) -> Catalog:
        with closing(sqlite.connect(self.file)) as connection:
            return sqlite.SqliteDatabase(connection).catalog()

    def twin(self) -> SqliteDatabase:
        copy = self.server.new()
        if self.file.exists():
            shutil.copy(self.file, copy.file)
        return copy

    def drop(self) -> None:
        for file in self.file.parent.glob(f"{self.file.name}*"):
            file.unlink()


@frozen
class MariadbServer:
    socket: str
    _numbers: Iterator[int] = field(factory=lambda: count(1))

    def database(self, migrations: Sequence[Migration]) -> MariadbDatabase:
        return _filled(MariadbDatabase(self, f"corpus{next(self._numbers)}"), migrations)


@frozen
class MariadbDatabase:
    """`scripts` is what has built it: a twin is built again."""

    server: MariadbServer
    name: str
    scripts: list[str] = field(factory=list)

    def run(self, script: str) -> None:
        with closing(mariadb.connect(self.server.socket)) as connection, connection.cursor() as cursor:
            cursor.execute(
                f"CREATE DATABASE IF NOT EXISTS `{self.name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
            )
            cursor.execute(f"USE `{self.name}`")
            try:
                mariadb.run_script(cursor, script)
            except pymysql.Error as error:
                raise CannotRun(str(error)) from error
        self.scripts.append(script)

    def answer(self, query: str) -> object:
        with closing(mariadb.connect(self.server.socket, self.name)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return (cursor.fetchone() or (None,))[0]

    def prisma(self, schema: SchemaTree) -> str:
        raise NoEngine

    def differences(self, model: Model, history: Sequence[Migration]) -> list[str]:
        self.run("DO 0")
        with closing(mariadb.connect(self.server.socket, self.name)) as connection, connection.cursor() as cursor:
            collations = mariadb_facts.default_collations(cursor)
            server, replayed = mariadb_facts.server_facts(cursor), mariadb_facts.model_facts(model, collations)
        return differences(_lower(server), _lower(replayed))

    def catalog(self) -> Catalog:
        self.run("DO 0")
        with closing(mariadb.connect(self.server.socket, self.name)) as connection, connection.cursor() as cursor:
            return mariadb.MariadbDatabase(cursor).catalog()

    def twin(self) -> MariadbDatabase:
        twin = MariadbDatabase(self.server, f"corpus{next(self.server._numbers)}")
        for script in self.scripts:
            twin.run(script)
        return twin

    def drop(self) -> None:
        with closing(mariadb.connect(self.server.socket)) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{self.name}`")


def _lower(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts without the case of letters, which this server does not keep for tables."""
    return {name.lower(): fact.lower() for name, fact in facts.items()}


def _filled(database: _Kind, migrations: Sequence[Migration]) -> _Kind:
    try:
        for migration in migrations:
            _run_migration(database, migration)
    except CannotRun:
        database.drop()
        raise
    return database


def _run_migration(database: Database, migration: Migration) -> None:
    try:
        database.run(migration.sql)
    except CannotRun as error:
        raise CannotRun(f"{migration.name}: {error}") from error


def _asked(engine: PrismaEngine, schema: SchemaTree) -> str:
    try:
        return engine.sql_from_database(
            _as_prisma_7_reads(document.path, document.text) for document in schema.documents
        )
    except Refused as error:
        raise CannotRun(f"Prisma refuses the schema: {_plain(str(error))}") from error


def _as_prisma_7_reads(path: str, text: str) -> tuple[str, str]:
    """The schema without what Prisma 7 no longer takes: the addresses of databases, and generators of old clients."""
    return path, _GENERATOR.sub(_generator, _URLS.sub("", text))


def _generator(written: re.Match[str]) -> str:
    named = [f'"{feature}"' for feature in _PREVIEWS if feature in written[0]]
    name = written[0].split("{")[0]
    features = f"\n  previewFeatures = [{', '.join(named)}]" if named else ""
    return f'{name}{{\n  provider = "prisma-client-js"{features}\n}}'


def _plain(message: str) -> str:
    return " ".join(re.sub(r"\x1b\[[\d;]*m", "", message).split())[:400]
