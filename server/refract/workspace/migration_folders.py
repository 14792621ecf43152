"""Which folder holds the migrations of a schema, if no configuration names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from refract.baseline import load_migrations
from refract.baseline.folder import LOCK_FILE, SQL_FILE, locked_provider
from refract.reading import UnreadableFile, exists, folders_in, is_folder
from refract.workspace.schema_files import has_datasource, provider_in, schemas_in

_NAMES = {
    "postgresql": ("postgresql", "postgres", "pg"),
    "mysql": ("mysql", "mariadb"),
    "sqlite": ("sqlite", "d1", "libsql", "turso"),
    "sqlserver": ("sqlserver", "mssql"),
    "cockroachdb": ("cockroachdb", "cockroach"),
}
"""What people call a database in the name of a folder."""
_SPELLINGS = ("migrations_{}", "migrations-{}", "{}-migrations", "{}_migrations", "migrations/{}", "{}/migrations")
_PUT_AWAY = re.compile(r"old|bak|backup|archive|legacy|deprecated|unused", re.IGNORECASE)


def holds_migrations(folder: Path) -> bool:
    """Whether `folder` is one that Prisma would call a migrations folder. One that may not be read counts, so that
    reading it reports why.
    """
    names = folders_in(folder)
    if isinstance(names, UnreadableFile):
        return not names.is_missing
    return exists(folder / LOCK_FILE) or any(exists(folder / name / SQL_FILE) for name in names)


def migrations_beside(schema: Path, files: tuple[Path, ...]) -> Path:
    """The folder in which Prisma keeps the migrations of a schema, or an unusual one in which a repository does."""
    main = main_file(schema, files)
    provider = provider_in(main)
    usual = main.parent / "migrations"
    fitting = [folder for folder in _candidates(schema, main) if holds_migrations(folder) and fits(folder, provider)]
    if fitting:
        return fitting[0]
    named = (usual.parent / spelling.format(name) for name in _NAMES.get(provider or "", ()) for spelling in _SPELLINGS)
    found = (folder for folder in named if holds_migrations(folder) and fits(folder, provider))
    return next(found, next(filter(holds_migrations, _candidates(schema, main)), usual))


def unnamed_folders(
    root: Path, schema: Path, files: tuple[Path, ...], migrations: Path
) -> tuple[tuple[Path, int], ...]:
    """Folders near a schema without migrations that hold migrations for its database, which nothing names, with how many."""
    main = main_file(schema, files)
    provider = provider_in(main)
    places = dict.fromkeys((main.parent, root, root / "prisma", migrations.parent))
    near = dict.fromkeys(folder for place in places for folder in _named_migrations(place))
    found = [folder for folder in near if folder != migrations and holds_migrations(folder) and fits(folder, provider)]
    counted = ((folder, len(load_migrations(folder).migrations)) for folder in found)
    return tuple((folder, count) for folder, count in counted if count)


def fits(folder: Path, provider: str | None) -> bool:
    """Whether the lock file of a migrations folder names this provider, or none."""
    locked = locked_provider(folder)
    return locked is None or provider is None or locked == provider


def main_file(schema: Path, files: tuple[Path, ...]) -> Path:
    """The file of a schema that has its datasource."""
    return schema if schema in files else next(filter(has_datasource, files), files[0])


def _candidates(schema: Path, main: Path) -> Iterator[Path]:
    prefix = main.stem.removesuffix("schema")
    if prefix and prefix != main.stem:
        yield main.parent / f"{prefix}migrations"
    yield main.parent / "migrations"
    yield main.parent / "migration"
    if is_folder(schema):
        yield schema / "migrations"
        yield schema.parent / "migrations"
    if not any(map(has_datasource, schemas_in(main.parent.parent))):
        yield main.parent.parent / "migrations"


def _named_migrations(place: Path) -> Iterator[Path]:
    names = folders_in(place)
    for name in () if isinstance(names, UnreadableFile) else names:
        if "migration" in name.lower() and not _PUT_AWAY.search(name):
            yield place / name
