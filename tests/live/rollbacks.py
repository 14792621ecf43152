"""What undoes a migration, as Refract writes it."""

from __future__ import annotations

from refract.providers import provider
from refract.providers.versions import default_versions
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.rollback import rollback_texts


def down_of(base: str, migration: str, name: str, flavour: str = "") -> tuple[str, ...]:
    """The files that undo `migration`, which follows `base`, on the server of a provider."""
    server = provider(name)
    before = read_migration(base, "base", Database(name, server.default_schema), server).database
    reading = read_migration(migration, "next", before, server)
    return tuple(rollback_texts(reading.changes, before, reading.database, server, default_versions(name, flavour)))
