"""A private PostgreSQL for the tests: its own data folder and socket, no network, gone when the tests are."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from parts import program

START_LIMIT = 60.0  # seconds


@contextmanager
def running_server(programs: Path | None = None) -> Iterator[str]:
    """Starts a server and yields the folder of its socket; that of the system, or of a folder of programs.

    PostgreSQL refuses to run as root.
    """
    initdb, pg_ctl = (str(programs / name) if programs else program(name) for name in ("initdb", "pg_ctl"))
    home = Path(tempfile.mkdtemp(prefix="refract-pg-"))
    as_owner = ["runuser", "-u", "nobody", "--"] if getpass.getuser() == "root" else []
    if as_owner:
        shutil.chown(home, "nobody")
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
    control = [*as_owner, pg_ctl, "-D", str(home / "data"), "-w", "-t", str(int(START_LIMIT))]
    try:
        made = [*as_owner, initdb, "-D", str(home / "data"), "-U", "refract", "-A", "trust", "-E", "UTF8"]
        subprocess.run(made, check=True, capture_output=True, timeout=START_LIMIT, cwd=home)
        started = [*control, "-l", str(home / "log"), "-o", options, "start"]
        subprocess.run(
            started, check=True, timeout=START_LIMIT, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        yield str(home)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, timeout=START_LIMIT)
        shutil.rmtree(home, ignore_errors=True)


def connect(server: str, database: str = "postgres") -> psycopg.Connection:
    """A connection that sends each text as one message, as Prisma sends a migration."""
    return psycopg.connect(host=server, user="refract", dbname=database, autocommit=True)


def new_database(server: str, name: str) -> psycopg.Connection:
    """An empty database of that name."""
    with connect(server) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return connect(server, name)


def catalog(connection: psycopg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All that a migration can build, without the order of columns: a column that comes back comes last."""
    return {name: sorted(connection.execute(query).fetchall(), key=repr) for name, query in _QUERIES.items()}


_QUERIES = {
    "columns": "SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default "
    "FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "indexes": "SELECT indexdef, indisvalid FROM pg_indexes JOIN pg_index ON indexrelid = "
    "(quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "views": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "sequences": "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
    "enums": "SELECT typname, enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid",
}
