"""The one gate for reading: every file and folder of a workspace is read here.

Only regular files are read, and never more of one than its limit, whatever the file system reports as its size.
A file is opened without waiting, so that a pipe or a device cannot hold Refract up. What cannot be read is a value.
A draft is read in place of a file on disk: so a change is tried before it is written.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType

from attrs import frozen

MAX_BYTES = 20_000_000
"""The limit for schemas, migrations and lock files."""

SETTINGS_BYTES = 1_000_000
"""The limit for files of settings, which are written by hand."""

MOST_ENTRIES = 50_000
"""How many entries of a folder, or files and folders below one, are looked at."""

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))
_LEAST_PIECE = 4_096
_ABSENT = (FileNotFoundError, NotADirectoryError)
_DRAFTS: ContextVar[Mapping[str, str]] = ContextVar("drafts", default=MappingProxyType({}))
"""By absolute path: the texts that are read in place of those on disk."""


class _TooLarge(Exception):
    """A file holds more than its limit."""


@frozen
class UnreadableFile:
    """A file or folder that could not be read; `reason` is a sentence for the user that names the path."""

    path: str
    reason: str
    is_missing: bool = False
    is_too_large: bool = False


@contextmanager
def drafts(texts: Mapping[str, str]) -> Iterator[None]:
    """Read these texts, by absolute path, in place of the files on disk. Further drafts add to them."""
    token = _DRAFTS.set({**_DRAFTS.get(), **texts})
    try:
        yield
    finally:
        _DRAFTS.reset(token)


def read_bytes(path: Path, most: int = MAX_BYTES) -> bytes | UnreadableFile:
    """The content of a file of up to `most` bytes."""
    draft = _DRAFTS.get().get(str(path))
    try:
        if draft is not None:
            return draft.encode("utf-8", "surrogateescape")
        if not stat.S_ISREG(path.stat().st_mode):  # not even opened: that alone can change a device
            return UnreadableFile(str(path), f"{path} is not a file")
        descriptor = os.open(path, _FLAGS)
        try:
            return _content(descriptor, most)
        finally:
            os.close(descriptor)
    except _TooLarge:
        return UnreadableFile(str(path), f"{path} is larger than {most // 1_000_000} MB", is_too_large=True)
    except (OSError, ValueError) as error:
        return _unreadable(path, error)


def read_text(path: Path, most: int = MAX_BYTES) -> str | UnreadableFile:
    """The text of `path`, with its line ends and byte-order mark unchanged."""
    data = read_bytes(path, most)
    return data if isinstance(data, UnreadableFile) else decode(data, str(path))


def read_json(path: Path) -> Mapping[str, object]:
    """The object in a file of JSON, such as package.json; empty for anything else."""
    text = read_text(path)
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def decode(data: bytes, path: str) -> str | UnreadableFile:
    """`data` as text; `path` names it in the reason."""
    if b"\0" in data[:8192]:
        return UnreadableFile(path, f"{path} is a binary file, not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return UnreadableFile(path, f"{path} is not UTF-8 text (byte {error.start})")


def folders_in(folder: Path) -> tuple[str, ...] | UnreadableFile:
    """The names of the folders in a folder, sorted."""
    return _with_drafts(_names(folder, _is_folder), (parts[0] for parts in _drafts_in(folder) if len(parts) > 1))


def files_in(folder: Path) -> tuple[str, ...] | UnreadableFile:
    """The names of everything in a folder that is not a folder, sorted."""
    names = _names(folder, lambda entry: not _is_folder(entry))
    return _with_drafts(names, (parts[0] for parts in _drafts_in(folder) if len(parts) == 1))


def walk(top: Path, entered: Callable[[Sequence[str], Sequence[str]], Iterable[str]]) -> Iterator[Path]:
    """The files below `top`, without following links; what may not be read is left out. Of each folder, `entered` gets
    the names of its folders and of its files, and returns those folders that are walked.
    """
    left = MOST_ENTRIES
    for folder, folders, names in os.walk(top):
        left -= len(folders) + len(names)
        if left < 0:
            return
        folders[:] = sorted(entered(folders, names))
        yield from (Path(folder) / name for name in sorted(names))


def exists(path: Path) -> bool:
    """Whether there is something at `path`, if only a link that leads nowhere. Never raises: a place that may not be
    looked at has nothing.
    """
    try:
        return _is_draft(path) or path.is_symlink() or path.exists()
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether `path` is a regular file. Never raises."""
    try:
        return str(path) in _DRAFTS.get() or path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether `path` is a folder. Never raises."""
    try:
        return (_is_draft(path) and not is_file(path)) or path.is_dir()
    except (OSError, ValueError):
        return False


def _is_draft(path: Path) -> bool:
    """Whether `path` is a draft, or a folder of one."""
    texts = _DRAFTS.get()
    return bool(texts) and (str(path) in texts or any(_drafts_in(path)))


def _drafts_in(folder: Path) -> Iterator[tuple[str, ...]]:
    """The drafts below a folder, by the parts of their paths."""
    for path in map(Path, _DRAFTS.get()):
        if path.is_relative_to(folder):
            yield path.relative_to(folder).parts


def _with_drafts(names: tuple[str, ...] | UnreadableFile, more: Iterable[str]) -> tuple[str, ...] | UnreadableFile:
    drafted = set(more)
    if not drafted:
        return names
    return tuple(sorted(drafted.union(() if isinstance(names, UnreadableFile) else names)))


def _content(descriptor: int, most: int) -> bytes:
    """The content of an open file. Raises OSError, and _TooLarge."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a file")
    if status.st_size > most:
        raise _TooLarge
    size, pieces, left = max(status.st_size, _LEAST_PIECE) + 1, list[bytes](), most + 1
    while left and (piece := os.read(descriptor, min(left, size))):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        raise _TooLarge
    return b"".join(pieces)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False


def _names(folder: Path, wanted: Callable[[os.DirEntry[str]], bool]) -> tuple[str, ...] | UnreadableFile:
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= MOST_ENTRIES:
                    return UnreadableFile(str(folder), f"{folder} holds more than {MOST_ENTRIES:,} entries")
                if wanted(entry):
                    names.append(entry.name)
    except (OSError, ValueError) as error:
        return _unreadable(folder, error)
    return tuple(sorted(names))


def _unreadable(path: Path, error: OSError | ValueError) -> UnreadableFile:
    if isinstance(error, _ABSENT):
        return UnreadableFile(str(path), f"{path} does not exist", is_missing=True)
    return UnreadableFile(str(path), f"{path} cannot be read: {getattr(error, 'strerror', None) or error}")
