"""Projects on disk for fixes: a committed schema with its migration, and an edit or a new migration on top."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from refract.analysis import Analysis, analyse, open_project
from refract.diff import diff
from refract.lowering import lower
from refract.schema.model import Database
from refract.sql.writer import write_script
from refract.syntax import parse_schema
from refract.text import FileChange, FileEdits, apply_edits
from refract.workspace import find_projects

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCHEMA = "prisma/schema.prisma"
NEW_MIGRATION = "prisma/migrations/20250201000000_new/migration.sql"
_INIT = "prisma/migrations/20250101000000_init/migration.sql"
_LOCK = "prisma/migrations/migration_lock.toml"
_GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.org")


def head(provider: str) -> str:
    """The datasource, above all models."""
    return f'datasource db {{\n  provider = "{provider}"\n}}\n\n'


def edited_schema(root: Path, provider: str, before: str, after: str) -> Analysis:
    """A project whose schema was `before` at the last commit, with the migration that builds it, and is `after` now."""
    return project(root, with_schema(provider, before), {SCHEMA: head(provider) + after})


def project(root: Path, committed: Mapping[str, str], edited: Mapping[str, str]) -> Analysis:
    """A project with these files at the last commit, and those that were edited or added since."""
    _write(root, committed)
    for command in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "start")):
        subprocess.run([*_GIT, *command], cwd=root, check=True)
    _write(root, edited)
    return analysis_of(root)


def with_schema(provider: str, schema: str) -> dict[str, str]:
    """The files of a project with this schema and the migration that builds it."""
    return _files(provider, schema, _init(head(provider) + schema))


def with_migration(provider: str, sql: str) -> dict[str, str]:
    """The files of a project with this migration and an empty schema."""
    return _files(provider, "", sql)


def analysis_of(root: Path) -> Analysis:
    (found,) = find_projects(root)
    return analyse(open_project(found))


def make(changes: Iterable[FileChange]) -> list[Path]:
    """Make the changes on disk. The new files."""
    written = []
    for change in changes:
        path = Path(change.path)
        if isinstance(change, FileEdits):
            path.write_text(apply_edits(path.read_text(), change.edits))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x") as handle:
            handle.write(change.text)
        written.append(path)
    return written


def files(root: Path) -> dict[str, str]:
    """The text of every file of a project, by its path below the root."""
    found = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_text() for path in found}


def _files(provider: str, schema: str, sql: str) -> dict[str, str]:
    return {_INIT: sql, SCHEMA: head(provider) + schema, _LOCK: f'provider = "{provider}"\n'}


def _write(root: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _init(schema: str) -> str:
    """The migration that builds a schema."""
    database = lower(parse_schema([("schema.prisma", schema)])).database
    nothing = Database(database.provider, database.default_schema)
    return write_script(diff(nothing, database), nothing, database)
