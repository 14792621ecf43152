"""What a migration drops, its rollback restores with every property: the catalogue is as it was."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from catalogue.cases import base, differences
from catalogue.postgresql_facts import server_facts
from catalogue.postgresql_server import FOLDER
from live.postgresql import connect, new_database, running_server
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.rollback import rollback_texts

POSTGRESQL = provider("postgresql")
pytestmark = pytest.mark.xdist_group("catalogue-postgresql")

OBJECTS = [
    "CREATE UNIQUE INDEX x ON post (n) NULLS NOT DISTINCT",
    "CREATE INDEX x ON post (n) INCLUDE (body, title)",
    "CREATE INDEX x ON post (n DESC NULLS LAST, body NULLS FIRST)",
    "CREATE INDEX x ON post (n) WITH (fillfactor = 70, deduplicate_items = off)",
    'CREATE INDEX x ON post (title COLLATE "C" text_pattern_ops DESC NULLS LAST) WHERE deleted_at IS NULL',
    "CREATE INDEX x ON post USING brin (n int4_minmax_multi_ops(values_per_range = 16))",
    "CREATE INDEX x ON post (lower(title), (data ->> 'a  b'))",
    "CREATE UNIQUE INDEX x ON post (lower(title)) WHERE state = 'ok'",
    "CREATE INDEX x ON post USING gin (data jsonb_path_ops) WITH (fastupdate = off)",
    "ALTER TABLE post ADD CONSTRAINT x UNIQUE (n)",
    "ALTER TABLE post ADD CONSTRAINT x UNIQUE NULLS NOT DISTINCT (n) INCLUDE (body)",
    "ALTER TABLE post ADD CONSTRAINT x UNIQUE (n, title) WITH (fillfactor = 60) DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE pair ADD CONSTRAINT x PRIMARY KEY (b) INCLUDE (a) DEFERRABLE",
    "ALTER TABLE pair ADD CONSTRAINT x PRIMARY KEY (b, a) WITH (fillfactor = 80)",
    "ALTER TABLE post ADD CONSTRAINT x CHECK (n > 0 AND title <> 'a  b') NO INHERIT NOT VALID",
    "ALTER TABLE post ADD CONSTRAINT x EXCLUDE USING btree (n WITH =) INCLUDE (body) WHERE (n > 0) DEFERRABLE",
    "ALTER TABLE pair ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES post (id) MATCH FULL ON DELETE CASCADE DEFERRABLE",
    "ALTER TABLE pair ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES post (id) ON DELETE SET NULL (a) INITIALLY DEFERRED",
    "ALTER TABLE pair ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES post (id) NOT VALID",
    "CREATE VIEW x AS SELECT id FROM post",
    "CREATE MATERIALIZED VIEW x AS SELECT id FROM post",
]


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    with running_server() as folder:
        with new_database(folder, "based") as connected:
            connected.execute(base(FOLDER).encode())
        yield folder


@pytest.fixture
def connection(home: str) -> Iterator[psycopg.Connection]:
    with connect(home) as control:
        control.execute("DROP DATABASE IF EXISTS one")
        control.execute("CREATE DATABASE one TEMPLATE based")
    with connect(home, "one") as connected:
        yield connected


def replayed(sql: str) -> Database:
    reading = read_migration(sql, "migration.sql", Database("postgresql", "public"), POSTGRESQL)
    assert not reading.not_followed
    return reading.database


def drop_of(sql: str) -> str:
    words = sql.split()
    if words[0] == "ALTER":
        return f"ALTER TABLE {words[2]} DROP CONSTRAINT x"
    kind = "INDEX" if "INDEX" in words[:3] else "MATERIALIZED VIEW" if "MATERIALIZED" in words else "VIEW"
    return f"DROP {kind} x"


def check_rollback(made: str, migration: str, connection: psycopg.Connection) -> None:
    before = replayed(f"{base(FOLDER)};{made}")
    reading = read_migration(migration, "migration.sql", before, POSTGRESQL)
    texts = rollback_texts(reading.changes, before, reading.database, POSTGRESQL, default_versions("postgresql"))
    connection.execute(made.encode())
    held = server_facts(connection)
    connection.execute("RESET search_path")
    connection.execute(migration.encode())
    for text in texts:
        connection.execute(text.encode())
    assert not differences(held, server_facts(connection)), texts


@pytest.mark.parametrize("made", OBJECTS)
def test_what_was_dropped_comes_back_as_it_was(made: str, connection: psycopg.Connection) -> None:
    check_rollback(made, drop_of(made), connection)


@pytest.mark.parametrize("made", [x for x in OBJECTS if " pair " not in x and "VIEW" not in x])
def test_a_dropped_table_comes_back_with_it(made: str, connection: psycopg.Connection) -> None:
    check_rollback(made, "DROP TABLE post CASCADE", connection)


def test_a_property_that_changes_under_one_name_comes_back(connection: psycopg.Connection) -> None:
    made = "CREATE UNIQUE INDEX x ON post (n) NULLS NOT DISTINCT"
    check_rollback(made, "DROP INDEX x; CREATE UNIQUE INDEX x ON post (n)", connection)
