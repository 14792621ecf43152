"""The one gate for writing: every change that a command or the server makes of files is checked here, and written here.

A file is written whole or not at all, below the project with all links resolved, and never over an existing one.
A migration is moved into place with its folder, from outside the folder of migrations: for Prisma, whatever is in that
is a migration.
"""

from __future__ import annotations

import errno
import os
import shutil
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from refract.baseline.folder import SQL_FILE
from refract.reading import UnreadableFile, exists, is_file, read_bytes
from refract.text import FileChange, FileEdits, apply_edits
from refract.whole_file import put_in_free_place, put_in_place

_LONGEST_NAME = 255
"""Bytes of a name, for most file systems."""


class CannotWrite(Exception):
    """A file that cannot be written. The message names the file and the reason."""


def write_changes(changes: Iterable[FileChange], home: Path) -> list[Path]:
    """Make the changes, in order, below the folder `home`, and give the files. A new file that exists as it would be
    written is done. Raises CannotWrite: before anything is written, unless the disk fails.
    """
    listed = list(changes)
    check_changes(listed, home)
    texts = [_edited(change) if isinstance(change, FileEdits) else change.text for change in listed]
    for change, text in zip(listed, texts, strict=True):
        _attempt(Path(change.path), _replace if isinstance(change, FileEdits) else _create, text)
    return [Path(change.path) for change in listed]


def check_changes(changes: Iterable[FileChange], home: Path) -> None:
    """Raises CannotWrite if one of the changes may not be made: its place is outside of `home`, or taken."""
    for change in changes:
        path = Path(change.path)
        _check_place(path, home)
        if isinstance(change, FileEdits):
            if not is_file(path):
                raise CannotWrite(f"Cannot write {path}: it is not a file.")
        elif exists(path) and not _is_written(path, change.text):
            raise CannotWrite(f"{path} already exists and was not overwritten.")


def check_places(changes: Iterable[FileChange], home: Path) -> None:
    """Raises CannotWrite if one of the files is not below `home`, or is a link that leads out of it."""
    for change in changes:
        _check_place(Path(change.path), home)


def write_file(path: Path, text: str, home: Path) -> None:
    """Write a file of Refract's own, new or over the one before, whole or not at all. Raises CannotWrite."""
    _check_place(path, home)
    _attempt(path, _replace if is_file(path) else _create, text)


def remove_file(path: Path, home: Path) -> None:
    """Remove a file, if it exists. Raises CannotWrite."""
    _check_place(path, home)
    _attempt(path, Path.unlink, True)


def _attempt(path: Path, write: Callable[..., None], *arguments: object) -> None:
    try:
        write(path, *arguments)
    except (OSError, ValueError) as error:
        raise CannotWrite(f"Cannot write {path}: {getattr(error, 'strerror', None) or error}.") from error


def _check_place(path: Path, home: Path) -> None:
    """Raises CannotWrite for a path that is not plainly one below `home`."""
    shown = ascii(str(path))
    if any(part == ".." or _is_odd(part) for part in path.parts[1:]):
        raise CannotWrite(f"Cannot write {shown}: a name in this path is not allowed.")
    inside, real = os.path.realpath(path), os.path.realpath(home)
    if path.is_symlink() and not exists(Path(inside)):
        raise CannotWrite(f"Cannot write {path}: it is a link to a file that does not exist.")
    if not Path(inside).is_relative_to(real):
        raise CannotWrite(f"Cannot write {path}: it is outside of {home}.")
    if ".git" in Path(inside).relative_to(real).parts:
        raise CannotWrite(f"Cannot write {path}: it belongs to git.")


def _is_odd(name: str) -> bool:
    """Whether a name holds a control character or a line end, or is too long."""
    odd = any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name)
    return odd or len(os.fsencode(name)) > _LONGEST_NAME


def _edited(change: FileEdits) -> str:
    """The file with the edits, which were made for one text of it and for no other. Raises CannotWrite."""
    data = read_bytes(Path(change.path))
    if isinstance(data, UnreadableFile) or data != change.text.encode("utf-8", "surrogateescape"):
        raise CannotWrite(f"{change.path} was changed while this command ran. Nothing was written. Run it again.")
    return apply_edits(change.text, change.edits)


def _replace(path: Path, text: str) -> None:
    real = Path(os.path.realpath(path))  # a linked file stays a link
    if not os.access(real, os.W_OK):  # a rename would not check
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    with put_in_place(real, real.parent) as part:
        _write(part, text)
        shutil.copymode(real, part)


def _create(path: Path, text: str) -> None:
    if _is_written(path, text):
        return
    if path.parent.exists():
        with put_in_free_place(path) as part:
            _write(part, text)
        return
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    outside = path.parent.parent.parent if path.name == SQL_FILE else path.parent.parent
    with put_in_place(path.parent, outside) as folder:
        folder.mkdir()
        _write(folder / path.name, text)


def _is_written(path: Path, text: str) -> bool:
    return read_bytes(path) == text.encode("utf-8")


def _write(path: Path, text: str) -> None:
    """Write a file under a name that nothing had: what is put there first, such as a link, is an error."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
