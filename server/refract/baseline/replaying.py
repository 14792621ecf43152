"""Replays a folder of migrations: the database that they build. What was replayed before is remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from attrs import evolve

from refract.baseline import cache
from refract.baseline.folder import Migration, MigrationFolder
from refract.baseline.value import Baseline
from refract.collector import without_collector
from refract.providers import Provider
from refract.schema.model import Database
from refract.text import Origin, Problem, Span
from refract.wording import counted


def replay(folder: MigrationFolder, provider: Provider, upto: int | None = None) -> Baseline:
    """The database that the migrations of a folder build (the first `upto` of them; default: all)."""
    migrations = folder.migrations[:upto]
    database = Database(provider.name, provider.default_schema)
    start = Baseline(database, "migrations", f"{counted(len(migrations), 'migration')} in {folder.path}")
    mismatch = lock_mismatch(folder, provider)
    if mismatch:  # the SQL of another database would be read as nonsense
        detail = f"an empty database (the migrations in {folder.path} are for {folder.provider})"
        return evolve(start, detail=detail, problems=(*mismatch, *folder.problems))
    keys = _chain(migrations, f"{folder.path}\0{folder.shadow_sql}", provider)
    known, state = cache.longest(keys)
    baseline = start if state is None else evolve(state, kind=start.kind, detail=start.detail)
    if state is None and folder.shadow_sql:
        baseline = evolve(baseline, database=_shadow(folder, database, provider))
    if known < len(migrations):
        baseline = _continued(baseline, migrations[known:], provider)
        cache.keep(keys[-1], baseline)
    return evolve(baseline, problems=(*folder.problems, *baseline.problems))


def _chain(migrations: Sequence[Migration], path: str, provider: Provider) -> list[str]:
    """For each migration a key of everything that its outcome depends on: it, and all before it."""
    key = hashlib.sha256(f"{cache.revision()}\0{provider.name}\0{path}".encode()).hexdigest()
    keys = []
    for migration in migrations:
        key = hashlib.sha256(f"{key}\0{migration.name}\0{migration.checksum}".encode()).hexdigest()
        keys.append(key)
    return keys


def _continued(baseline: Baseline, migrations: Sequence[Migration], provider: Provider) -> Baseline:
    from refract.sql.reader import read_migration, too_large  # noqa: PLC0415  a warm run has no SQL to read

    database, statements = baseline.database, baseline.statements
    not_followed = list(baseline.not_followed)
    with without_collector():
        for migration in migrations:
            if migration.is_too_large:
                statements += 1
                not_followed.append(too_large(migration.name, migration.path))
                continue
            reading = read_migration(migration.sql, migration.path, database, provider)
            database = reading.database
            statements += reading.statements
            not_followed += reading.not_followed
    return evolve(baseline, database=database, statements=statements, not_followed=tuple(not_followed))


def _shadow(folder: MigrationFolder, empty: Database, provider: Provider) -> Database:
    """What there is before the first migration: objects that Prisma does not manage, but refers to."""
    from refract.sql.reader import read_migration  # noqa: PLC0415  a warm run has no SQL to read

    return read_migration(folder.shadow_sql, folder.path, empty, provider).database


def lock_mismatch(folder: MigrationFolder, provider: Provider) -> tuple[Problem, ...]:
    """The problem that a folder's lock file names another database, if it does."""
    if folder.provider is None or folder.provider == provider.name:
        return ()
    message = (
        f"migration_lock.toml has provider {folder.provider}, the schema {provider.name}, so Prisma refuses to migrate. "
        "Restore the provider, start a new migrations folder, or set `migrations` in refract.toml to another one."
    )
    return (Problem(message, Origin(f"{folder.path}/migration_lock.toml", "", Span(0, 0))),)
