"""What a real database holds, to compare exactly: the server's own definition of each object, and all rows.

Rows are generated: in each row, every key and every column that points to one have the same number, so foreign keys hold.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing

import psycopg
import pymysql
from attrs import frozen
from pymysql.cursors import Cursor

from catalogue import sqlite_facts
from corpus.databases import Database
from corpus.servers import MariadbDatabase, PostgresqlDatabase, SqliteDatabase
from live import mariadb, postgresql
from parts import program
from refract.schema.model import Column, Table
from refract.schema.model import Database as Model

NUMBERS = (101, 102, 103)
"""Of the generated rows: they fit one byte, and no history inserts them. The last row has NULL wherever it may."""

_OBJECT = re.compile(r"^-- Name: (?P<name>.*); Type: (?P<kind>.*); Schema: (?P<schema>.*); Owner: .*$", re.MULTILINE)
_SETTINGS = re.compile(r"^(?:SET .*|\\.*|--|-- PostgreSQL database dump.*)$", re.MULTILINE)
_TEXTS = ("CHAR", "TEXT", "CITEXT", "STRING")
_TIMES = ("TIMESTAMP", "DATETIME")


@frozen
class Contents:
    """`definitions` by the head of each, `rows` by the name of each table: in each row, columns with their values."""

    definitions: Mapping[str, str]
    rows: Mapping[str, tuple[Mapping[str, str], ...]]


def contents(database: Database) -> Contents:
    """All that a database holds."""
    match database:
        case PostgresqlDatabase():
            return _of_postgresql(database)
        case MariadbDatabase():
            return _of_mariadb(database)
        case SqliteDatabase():
            return _of_sqlite(database)
    raise TypeError(database)


def fill(database: Database, model: Model) -> int:
    """Adds rows to every table of the model, and gives the number of tables that have taken them."""
    match database:
        case PostgresqlDatabase():
            with closing(postgresql.connect(database.server.socket, database.name)) as connection:
                connection.execute("SET session_replication_role = replica")
                return sum(_filled(connection, table, model) for table in model.tables.values())
        case MariadbDatabase():
            with closing(mariadb.connect(database.server.socket, database.name)) as maria, maria.cursor() as cursor:
                cursor.execute("SET foreign_key_checks = 0")
                return sum(_filled(cursor, table, model) for table in model.tables.values())
        case SqliteDatabase():
            with closing(sqlite3.connect(database.file, isolation_level=None)) as file:
                return sum(_filled(file, table, model) for table in model.tables.values())
    raise TypeError(database)


_Connection = psycopg.Connection | sqlite3.Connection | Cursor


def _filled(connection: _Connection, table: Table, model: Model) -> bool:
    """Whether the server has taken a row; it refuses those that a check or a type of the project's own excludes."""
    quote = "`" if isinstance(connection, Cursor) else '"'
    taken = [_insert(connection, table, model, number, quote) for number in NUMBERS]
    return any(taken)


def _insert(connection: _Connection, table: Table, model: Model, number: int, quote: str) -> bool:
    columns = [column for column in table.columns if column.generated is None]
    names = ", ".join(f"{quote}{column.name}{quote}" for column in columns)
    values = ", ".join(_literal(column, number, model) for column in columns)
    schema = f"{quote}{table.name.schema}{quote}." if table.name.schema else ""
    overriding = "OVERRIDING SYSTEM VALUE " if any(column.identity for column in columns) else ""
    sql = f"INSERT INTO {schema}{quote}{table.name.name}{quote} ({names}) {overriding}VALUES ({values})"
    try:
        connection.execute(sql.encode() if isinstance(connection, psycopg.Connection) else sql)  # type: ignore[arg-type]
    except (psycopg.Error, sqlite3.Error, pymysql.Error):
        return False
    return True


def _literal(column: Column, number: int, model: Model) -> str:
    if column.nullable and number == NUMBERS[-1]:
        return "NULL"
    if column.type.is_list:
        return "'{}'"
    if column.type.enum is not None:
        values = model.enums[column.type.enum].values if column.type.enum in model.enums else ()
        return _quoted(values[number % len(values)].name) if values else "NULL"
    return _of_type(column, number)


def _of_type(column: Column, number: int) -> str:
    name = column.type.name.upper()
    if name == "ENUM":
        return _quoted(str(column.type.args[number % len(column.type.args)]))
    if "JSON" in name:
        return f"'{{\"n\": {number}}}'"
    if name in ("UUID", "UNIQUEIDENTIFIER"):
        return f"'00000000-0000-4000-8000-{number:012}'"
    if name.startswith(_TIMES):
        return f"'2026-11-24 12:00:0{number % 10}'"
    if name == "DATE":
        return f"'2026-11-{number % 10 + 1:02}'"
    if name.startswith("TIME"):
        return f"'12:00:0{number % 10}'"
    if name.startswith("BOOL") or (name == "TINYINT" and column.type.args == (1,)):
        return "true" if number % 2 else "false"
    if any(word in name for word in _TEXTS):
        return _quoted(f"w{number}"[-(column.type.number() or 9) :])
    return f"'{number}'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _of_postgresql(database: PostgresqlDatabase) -> Contents:
    command = [program("pg_dump"), "-h", database.server.socket, "-U", "refract", "-s", database.name]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    with closing(postgresql.connect(database.server.socket, database.name)) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        found = {}
        for schema, table in tables:
            rows = connection.execute(f'SELECT * FROM "{schema}"."{table}"'.encode())
            found[str(table)] = _as_rows([part.name for part in rows.description or ()], rows.fetchall())
    return Contents(dict(_definitions(_SETTINGS.sub("", dump))), found)


def _definitions(dump: str) -> Iterator[tuple[str, str]]:
    """Each object of a dump, by its kind and name; a table without the order of its columns."""
    heads = list(_OBJECT.finditer(dump))
    ends = [*(head.start() for head in heads[1:]), len(dump)]
    for head, end in zip(heads, ends, strict=False):
        body = dump[head.end() : end].strip()
        name = f"{head['kind']} {head['schema']}.{head['name']}"
        yield name, _unordered(_in_full(body)) if head["kind"] == "TABLE" else body


def _in_full(body: str) -> str:
    """A table with the precision that times have without one, and one word for the current time."""
    return re.sub(r"\b(time|timestamp) with", r"\1(6) with", body).replace("DEFAULT now()", "DEFAULT CURRENT_TIMESTAMP")


def _unordered(body: str) -> str:
    return "\n".join(sorted(line.strip().removesuffix(",") for line in body.split("\n") if line.strip()))


def _of_mariadb(database: MariadbDatabase) -> Contents:
    with closing(mariadb.connect(database.server.socket, database.name)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW FULL TABLES")
        names = [(str(row[0]), str(row[1])) for row in cursor.fetchall()]
        definitions, rows = {}, {}
        for name, kind in names:
            cursor.execute(f"SHOW CREATE TABLE `{name}`")
            head, _, body = str((cursor.fetchone() or ("", ""))[1]).partition("\n")
            definitions[head[:200]] = _unordered(re.sub(r" AUTO_INCREMENT=\d+", "", body))
            if kind == "BASE TABLE":
                cursor.execute(f"SELECT * FROM `{name}`")
                columns = [str(part[0]) for part in cursor.description or ()]
                rows[name] = _as_rows(columns, list(cursor.fetchall()))
        cursor.execute(
            "SELECT 'trigger', trigger_name, action_statement FROM information_schema.triggers "
            "WHERE trigger_schema = DATABASE() UNION SELECT routine_type, routine_name, routine_definition "
            "FROM information_schema.routines WHERE routine_schema = DATABASE()"
        )
        definitions |= {f"{kind} {name}": str(text) for kind, name, text in cursor.fetchall()}
    return Contents(definitions, rows)


def _of_sqlite(database: SqliteDatabase) -> Contents:
    with closing(sqlite3.connect(database.file, isolation_level=None)) as connection:
        facts = sqlite_facts.server_facts(connection)
        rows = {}
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (name,) in names:
            found = connection.execute(f'SELECT * FROM "{name}"')
            rows[str(name)] = _as_rows([str(part[0]) for part in found.description], found.fetchall())
        programs = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')")
        definitions = dict(map(_without_place, facts.items()))
        definitions |= {f"{kind} {name}": str(sql) for kind, name, sql in programs}
    return Contents(definitions, rows)


def _without_place(fact: tuple[str, str]) -> tuple[str, str]:
    """The fact of a column by its name: a column that is restored is the last one."""
    key, value = fact
    found = re.match(r"\[(\d+), '([^']*)', ", value)
    if not key.startswith("column ") or found is None:
        return fact
    return f"{key.removesuffix(found[1])}{found[2]}", value[found.end() :]


def _as_rows(columns: list[str], rows: list[tuple[object, ...]]) -> tuple[Mapping[str, str], ...]:
    return tuple({column: repr(value) for column, value in zip(columns, row, strict=True)} for row in rows)
