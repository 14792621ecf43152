"""A folder of migrations, as Prisma orders them, with a problem for everything in it that cannot be used."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from attrs import field, frozen

from refract.providers import UnknownProvider, provider
from refract.reading import MAX_BYTES, SETTINGS_BYTES, UnreadableFile, exists, files_in, folders_in, read_bytes
from refract.text import Origin, Problem, Span
from refract.toml import TomlError, parse_toml

SQL_FILE = "migration.sql"
LOCK_FILE = "migration_lock.toml"
_CONFLICT = re.compile(rb"^(?:<{7} |>{7} |={7}\r?$)", re.MULTILINE)
_OLD_NAMES = {"mssql": "sqlserver"}  # what Prisma 3 wrote into lock files
_DOWN = re.compile(r"down(?:_(\d{1,4}))?\.sql")
_UNREAD = ""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@frozen
class Migration:
    """One migration. `checksum` is the SHA-256 of the file's bytes, as Prisma keeps it in `_prisma_migrations`; empty if
    the file could not be read.
    """

    name: str
    path: str
    data: bytes = field(repr=False)
    checksum: str

    @property
    def is_read(self) -> bool:
        """Whether the file could be read."""
        return self.checksum != _UNREAD

    @property
    def sql(self) -> str:
        """The text; bytes that are not UTF-8 are replaced (and reported as a problem of the folder)."""
        return self.data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")


@frozen
class MigrationFolder:
    """`migrations` in the order in which Prisma applies them. `provider` is the one in migration_lock.toml, if it names
    one.
    """

    path: str
    migrations: tuple[Migration, ...]
    provider: str | None = None
    problems: tuple[Problem, ...] = ()


def load_migrations(folder: Path | str) -> MigrationFolder:
    """The migrations in a folder on disk. Never raises: what cannot be read is among the problems."""
    root = Path(folder)
    files: dict[str, bytes | None] = {}
    problems: list[Problem] = []
    names = folders_in(root)
    if isinstance(names, UnreadableFile):
        return MigrationFolder(str(root), (), None, (_problem(root, f"{names.reason}."),))
    for name in names:
        _load(root / name / SQL_FILE, f"{name}/{SQL_FILE}", files, problems)
    if exists(root / LOCK_FILE):
        _load(root / LOCK_FILE, LOCK_FILE, files, problems)
    return _folder(files, str(root), problems)


def migrations_of(files: Mapping[str, bytes], path: str) -> MigrationFolder:
    """The same from the contents of files (by their paths in the folder, with `/`), as git has them at a revision."""
    return _folder(files, path, [])


def locked_provider(folder: Path) -> str | None:
    """The provider in the lock file of a folder; None if there is none that can be read."""
    data = read_bytes(folder / LOCK_FILE, SETTINGS_BYTES)
    return None if isinstance(data, UnreadableFile) else _lock_provider(data, folder / LOCK_FILE)[0]


def _load(file: Path, key: str, files: dict[str, bytes | None], problems: list[Problem]) -> None:
    data = read_bytes(file, SETTINGS_BYTES if key == LOCK_FILE else MAX_BYTES)
    if not isinstance(data, UnreadableFile):
        files[key] = data
    elif data.is_missing and key != LOCK_FILE:
        message = f"{file.parent} has no {SQL_FILE}. Restore the file or remove the folder."
        problems.append(_problem(file, message))
    else:
        files[key] = None
        problems.append(_problem(file, f"{data.reason} (skipped)."))


def _folder(files: Mapping[str, bytes | None], path: str, problems: list[Problem]) -> MigrationFolder:
    lock = files.get(LOCK_FILE)
    name, invalid = (None, []) if lock is None else _lock_provider(lock, Path(path) / LOCK_FILE)
    migrations = tuple(_migrations(files, path))
    found = [p for migration in migrations for p in _problems_of(migration)]
    return MigrationFolder(path, migrations, name, (*problems, *invalid, *found))


def _migrations(files: Mapping[str, bytes | None], path: str) -> Iterable[Migration]:
    for key, data in sorted(files.items(), key=lambda item: PurePosixPath(item[0]).parts):
        parts = PurePosixPath(key).parts
        if len(parts) == 2 and parts[1] == SQL_FILE:
            file = str(Path(path) / parts[0] / SQL_FILE)
            yield Migration(parts[0], file, data or b"", _UNREAD if data is None else hashlib.sha256(data).hexdigest())


def rollback_files(migration: Path) -> tuple[Path, ...]:
    """The files next to a migration.sql that undo it (`down.sql`, or `down_1.sql`, `down_2.sql`, …), in their order."""
    names = files_in(migration.parent)
    found = [] if isinstance(names, UnreadableFile) else [match for name in names if (match := _DOWN.fullmatch(name))]
    return tuple(migration.parent / match[0] for match in sorted(found, key=lambda match: int(match[1] or 0)))


def _lock_provider(data: bytes, path: Path) -> tuple[str | None, list[Problem]]:
    try:
        name = parse_toml(data.decode("utf-8-sig")).get("provider")
    except (TomlError, UnicodeDecodeError) as error:
        return None, [
            _problem(path, f'{path} is not valid TOML ({error}). Write one line, such as provider = "postgresql".')
        ]
    if not isinstance(name, str):
        return None, [_problem(path, f'{path} has no provider. Write one line, such as provider = "postgresql".')]
    try:
        return provider(_OLD_NAMES.get(name, name)).name, []
    except UnknownProvider:
        return None, [_problem(path, f'{path} has the unknown provider "{name}".')]


def _problems_of(migration: Migration) -> list[Problem]:
    data, path = migration.data, migration.path
    if data.startswith(_UTF16):
        return [_problem(path, f"{path} is UTF-16, which Prisma cannot apply. Save the file as UTF-8.")]
    if b"\0" in data[:8192]:
        return [_problem(path, f"{path} is a binary file. Restore the SQL or remove the folder.")]
    conflict = _CONFLICT.search(data)
    if conflict:
        offset = len(data[: conflict.start()].decode(errors="replace").replace("\r\n", "\n"))
        return [_problem(path, f"{path} has git conflict markers. Resolve the conflict.", offset)]
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return [_problem(path, f"{path} is not UTF-8 (byte {error.start}). Save the file as UTF-8.")]
    return []


def _problem(path: Path | str, message: str, offset: int = 0) -> Problem:
    return Problem(message, Origin(str(path), "", Span(offset, offset)))
