"""Which folder holds the migrations of a schema, if no configuration names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from refract.baseline import load_migrations
from refract.baseline.folder import LOCK_FILE, SQL_FILE, SUPABASE, flat_files, locked_provider
from refract.reading import UnreadableFile, exists, folders_in, is_folder
from refract.workspace.schema_files import has_datasource, provider_in, schemas_in
from refract.workspace.wrangler import nearest_d1_databases

_NAMES = {
    "postgresql": ("postgresql", "postgres", "pg"),
    "mysql": ("mysql", "mariadb"),
    "sqlite": ("sqlite", "d1", "libsql", "turso"),
    "sqlserver": ("sqlserver", "mssql"),
    "cockroachdb": ("cockroachdb", "cockroach"),
}
"""What people call a database in the name of a folder."""
_SPELLINGS = (
    "migrations_{}",
    "migrations-{}",
    "{}-migrations",
    "{}_migrations",
    "migrations.{}",
    "migrations/{}",
    "{}/migrations",
)
_PUT_AWAY = re.compile(r"old|bak|backup|archive|legacy|deprecated|unused", re.IGNORECASE)


def holds_migrations(folder: Path) -> bool:
    """Whether `folder` has migrations, of Prisma or as flat files. One that may not be read counts, so that
    reading it reports why.
    """
    names = folders_in(folder)
    if isinstance(names, UnreadableFile):
        return not names.is_missing
    is_prisma = exists(folder / LOCK_FILE) or any(exists(folder / name / SQL_FILE) for name in names)
    return is_prisma or bool(flat_files(folder))


def migrations_beside(root: Path, schema: Path, files: tuple[Path, ...]) -> Path:
    """The folder in which Prisma keeps the migrations of a schema, or an unusual one in which a repository does, or the
    one in which another tool keeps them.
    """
    main = main_file(schema, files)
    provider = provider_in(main)
    usual = main.parent / "migrations"
    others = _OTHER_TOOLS[provider](root) if provider in _OTHER_TOOLS else ()
    near = [folder for folder in _candidates(schema, main) if _is_meant(folder, main) or folder in others]
    fitting = [folder for folder in (*near, *others) if holds_migrations(folder) and fits(folder, provider)]
    if fitting:
        return fitting[0]
    spelled = [spelling.format(name) for name in _NAMES.get(provider or "", ()) for spelling in _SPELLINGS]
    named = (place / name for place in (usual.parent, usual.parent.parent) for name in spelled)
    found = (folder for folder in named if holds_migrations(folder) and fits(folder, provider))
    return next(found, next(filter(holds_migrations, near), others[0] if len(others) == 1 else usual))


def wrangler_folders(root: Path) -> tuple[Path, ...]:
    """The folders of migrations that wrangler's configuration names; those that hold any, if some do."""
    named = tuple(dict.fromkeys(database.migrations for database in nearest_d1_databases(root)))
    return tuple(filter(holds_migrations, named)) or named


def _supabase_folders(root: Path) -> tuple[Path, ...]:
    places = (root / SUPABASE / "migrations", root.parent / SUPABASE / "migrations")
    return tuple(folder for folder in places if flat_files(folder))


def _is_meant(folder: Path, main: Path) -> bool:
    """Whether a folder holds Prisma's migrations, or is next to the schema: flat folders elsewhere are another's."""
    return folder.parent == main.parent or not flat_files(folder)


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


_OTHER_TOOLS = {"sqlite": wrangler_folders, "postgresql": _supabase_folders}
"""The folders of the tools that keep migrations of their own for a database."""
