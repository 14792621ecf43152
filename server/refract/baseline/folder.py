"""A folder of migrations, in their order, with a problem for everything in it that cannot be used.

Prisma keeps each migration in a folder of its own. A flat folder, as wrangler, Supabase and others keep it, has a file
of SQL for each; its order is that of the numbers which their names begin with.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath, PurePosixPath

from attrs import evolve, field, frozen

from refract.providers import UnknownProvider, provider
from refract.reading import MAX_BYTES, SETTINGS_BYTES, UnreadableFile, exists, files_in, folders_in, read_bytes
from refract.text import Origin, Problem, Span
from refract.toml import TomlError, parse_toml

SQL_FILE = "migration.sql"
LOCK_FILE = "migration_lock.toml"
_CONFLICT = re.compile(rb"^(?:<{7} |>{7} |={7}\r?$)", re.MULTILINE)
SUPABASE = "supabase"
"""The folder of Supabase's command, in which it keeps its migrations."""
_OLD_NAMES = {"mssql": "sqlserver"}  # what Prisma 3 wrote into lock files
_DOWN = re.compile(r"(?P<of>.*\.)?down(?:_(\d{1,4}))?\.sql")
_FLAT = re.compile(r"(?P<number>\d{1,20})[_-].*(?<!\.down)\.sql", re.DOTALL)
_UP = ".up.sql"
ROLLBACKS = "rollbacks"
"""The folder next to a flat folder of migrations, with the files that undo them."""
_UNREAD = ""
_TOO_LARGE = "too large"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@frozen
class Migration:
    """One migration. `checksum` is the SHA-256 of the file's bytes, as Prisma keeps it in `_prisma_migrations`; no hash if
    the file could not be read, or is too large for that.
    """

    name: str
    path: str
    data: bytes = field(repr=False)
    checksum: str

    @property
    def file(self) -> str:
        """Its path in the folder of migrations, with `/`."""
        path = PurePath(self.path)
        return f"{path.parent.name}/{path.name}" if path.name == SQL_FILE else path.name

    @property
    def is_read(self) -> bool:
        """Whether the file could be read."""
        return self.checksum not in (_UNREAD, _TOO_LARGE)

    @property
    def is_too_large(self) -> bool:
        """Whether the file is too large to be read, such as a dump of data. It is one statement that is not followed."""
        return self.checksum == _TOO_LARGE

    @property
    def sql(self) -> str:
        """The text; what is not UTF-8 is a problem of the folder: UTF-16 is read as that, other bytes are replaced."""
        if self.data.startswith(_UTF16):
            return self.data.decode("utf-16", errors="replace").replace("\r\n", "\n")
        return self.data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")


@frozen
class MigrationFolder:
    """`migrations` in the order in which Prisma applies them. `provider` is the one in migration_lock.toml, if it names
    one; `shadow_sql` what the configuration has Prisma execute before them (`initShadowDb`).
    """

    path: str
    migrations: tuple[Migration, ...]
    provider: str | None = None
    problems: tuple[Problem, ...] = ()
    shadow_sql: str = ""


def load_migrations(folder: Path | str) -> MigrationFolder:
    """The migrations in a folder on disk. Never raises: what cannot be read is among the problems."""
    root = Path(folder)
    files: dict[str, bytes | None] = {}
    large: set[str] = set()
    problems: list[Problem] = []
    names = folders_in(root)
    if isinstance(names, UnreadableFile):
        return MigrationFolder(str(root), (), None, (_problem(root, f"{names.reason}."),))
    flat = flat_files(root)
    for name in flat:
        _load(root / name, name, files, large, problems)
    for name in () if flat else names:
        _load(root / name / SQL_FILE, f"{name}/{SQL_FILE}", files, large, problems)
    if exists(root / LOCK_FILE):
        _load(root / LOCK_FILE, LOCK_FILE, files, large, problems)
    found = _folder(files, str(root), problems)
    return evolve(found, migrations=tuple(_sized(migration, large) for migration in found.migrations))


def migrations_of(files: Mapping[str, bytes | None], path: str) -> MigrationFolder:
    """The same from the contents of files (by their paths in the folder, with `/`), as git has them at a revision. None
    are those that were not read.
    """
    return _folder(files, path, [])


def locked_provider(folder: Path) -> str | None:
    """The provider in the lock file of a folder; None if there is none that can be read."""
    data = read_bytes(folder / LOCK_FILE, SETTINGS_BYTES)
    return None if isinstance(data, UnreadableFile) else _lock_provider(data, folder / LOCK_FILE)[0]


def flat_files(folder: Path) -> tuple[str, ...]:
    """The files of the migrations in a flat folder; none if it is one of Prisma's."""
    folders, names = folders_in(folder), files_in(folder)
    if isinstance(folders, UnreadableFile) or isinstance(names, UnreadableFile):
        return ()
    flat = tuple(name for name in names if is_flat_name(name))
    is_prisma = not flat or LOCK_FILE in names or any(exists(folder / name / SQL_FILE) for name in folders)
    return () if is_prisma else flat


def migration_names(folder: Path) -> tuple[str, ...]:
    """The names of the migrations in a folder on disk, sorted, whether they can be read or not."""
    names = flat_files(folder) or folders_in(folder)
    return (
        ()
        if isinstance(names, UnreadableFile)
        else tuple(name if "." not in name else migration_name(name) for name in names)
    )


def is_flat_name(name: str) -> bool:
    """Whether a file is named as the migrations of a flat folder are."""
    return _FLAT.fullmatch(name) is not None


def is_migration_file(path: str) -> bool:
    """Whether a path in a folder of migrations, with `/`, is one that a migration or the lock file may have."""
    parts = PurePosixPath(path).parts
    return path == LOCK_FILE or (len(parts) == 2 and parts[1] == SQL_FILE) or is_flat_name(path)


def migration_name(path: str | PurePath) -> str:
    """The name of a migration by the path of its file."""
    file = PurePath(path)
    return file.parent.name if file.name == SQL_FILE else file.name.removesuffix(_UP).removesuffix(".sql")


def _sized(migration: Migration, large: set[str]) -> Migration:
    return evolve(migration, checksum=_TOO_LARGE) if migration.path in large else migration


def _load(file: Path, key: str, files: dict[str, bytes | None], large: set[str], problems: list[Problem]) -> None:
    data = read_bytes(file, SETTINGS_BYTES if key == LOCK_FILE else MAX_BYTES)
    if not isinstance(data, UnreadableFile):
        files[key] = data
    elif data.is_missing and key != LOCK_FILE:
        message = f"{file.parent} has no {SQL_FILE}. Restore the file or remove the folder."
        problems.append(_problem(file, message))
    elif data.is_too_large and key != LOCK_FILE:
        files[key] = None
        large.add(str(file))
    else:
        files[key] = None
        problems.append(_problem(file, f"{data.reason} (skipped)."))


def _folder(files: Mapping[str, bytes | None], path: str, problems: list[Problem]) -> MigrationFolder:
    lock = files.get(LOCK_FILE)
    name, invalid = (None, []) if lock is None else _lock_provider(lock, Path(path) / LOCK_FILE)
    flat = not any(key.endswith(f"/{SQL_FILE}") for key in files) and LOCK_FILE not in files
    migrations = tuple(_flat_migrations(files, path) if flat else _migrations(files, path))
    found = [p for migration in migrations for p in _problems_of(migration)]
    return MigrationFolder(path, migrations, name, (*problems, *invalid, *found))


def _migrations(files: Mapping[str, bytes | None], path: str) -> Iterable[Migration]:
    for key, data in sorted(files.items(), key=lambda item: PurePosixPath(item[0]).parts):
        parts = PurePosixPath(key).parts
        if len(parts) == 2 and parts[1] == SQL_FILE:
            file = str(Path(path) / parts[0] / SQL_FILE)
            yield Migration(parts[0], file, data or b"", _UNREAD if data is None else hashlib.sha256(data).hexdigest())


def _flat_migrations(files: Mapping[str, bytes | None], path: str) -> Iterable[Migration]:
    """In the order of their numbers, as wrangler applies them; Supabase goes by the names."""
    by_name = PurePath(path).parent.name == SUPABASE
    numbered = [(int(match["number"]), key) for key in files if (match := _FLAT.fullmatch(key))]
    for _, key in sorted(numbered, key=lambda pair: (0 if by_name else pair[0], pair[1])):
        data = files[key]
        checksum = _UNREAD if data is None else hashlib.sha256(data).hexdigest()
        yield Migration(migration_name(key), str(Path(path) / key), data or b"", checksum)


def rollback_files(migration: Path) -> tuple[Path, ...]:
    """The files that undo a migration (`down.sql`, or `down_1.sql`, `down_2.sql`, …), in their order."""
    place, beginning = _rollback_place(migration)
    names = files_in(place)
    matches = () if isinstance(names, UnreadableFile) else map(_DOWN.fullmatch, names)
    found = [match for match in matches if match and (match["of"] or "") == beginning]
    return tuple(place / match[0] for match in sorted(found, key=lambda match: int(match[2] or 0)))


def rollback_paths(migration: Path, count: int) -> tuple[Path, ...]:
    """Where the files that undo a migration are written, if there are so many."""
    place, beginning = _rollback_place(migration)
    names = ("down.sql",) if count == 1 else tuple(f"down_{number}.sql" for number in range(1, count + 1))
    return tuple(place / f"{beginning}{name}" for name in names)


def _rollback_place(migration: Path) -> tuple[Path, str]:
    """The folder of the files that undo a migration, and the beginning of their names. Beside `x.up.sql` they are named
    `x.down.sql`; in another flat folder a tool would apply them, so they are in a folder next to it.
    """
    if migration.name == SQL_FILE:
        return migration.parent, ""
    if migration.name.endswith(_UP):
        return migration.parent, f"{migration_name(migration)}."
    return migration.parent.parent / ROLLBACKS / migration_name(migration), ""


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
