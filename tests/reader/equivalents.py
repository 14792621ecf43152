"""A migration and plain statements that build the same on a real server: their models must be equal."""

from __future__ import annotations

from attrs import frozen

from refract.providers import provider
from refract.schema.changes import NotFollowed
from refract.schema.model import Database
from refract.sql.reader import read_migration

BASE = """
CREATE TYPE "Role" AS ENUM ('A', 'B', 'C');
CREATE TABLE "User" (id SERIAL PRIMARY KEY, role "Role");
CREATE TABLE post (id SERIAL PRIMARY KEY, author_id INT REFERENCES "User"(id), title TEXT NOT NULL, body TEXT, n INT);
CREATE SCHEMA app;
CREATE TABLE app.item (id INT PRIMARY KEY);
"""
NOTHING = ""


@frozen
class Built:
    """What a migration makes of BASE: the database, and the statements that were not followed."""

    database: Database
    not_followed: tuple[NotFollowed, ...]
    kinds: tuple[str, ...]


def built(sql: str, name: str = "postgresql") -> Built:
    """What `sql` makes of BASE, which an earlier migration has built."""
    chosen = provider(name)
    before = read_migration(BASE, "1/migration.sql", Database(name, chosen.default_schema), chosen).database
    found = read_migration(sql, "2/migration.sql", before, chosen)
    return Built(found.database, found.not_followed, tuple(change.kind for change in found.changes))


def shape(database: Database) -> dict[str, object]:
    """All that two databases are compared in, names included."""
    return {
        "tables": dict(database.tables),
        "enums": dict(database.enums),
        "views": sorted(database.views),
        "sequences": sorted(database.sequences),
    }
