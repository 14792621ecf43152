"""Writes what was made of somebody's command: each file whole or not at all, and nothing over what is there.

A migration comes with its folder, from outside the folder of migrations: for Prisma, whatever is in that is a migration.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from refract.baseline.folder import SQL_FILE
from refract.text import FileChange, FileEdits, NewFile, apply_edits
from refract.whole_file import put_in_place


class CannotWrite(Exception):
    """A file that cannot be written. The message says which, and why."""


def write_changes(changes: Iterable[FileChange]) -> list[Path]:
    """Make the changes, in order, and give the files. A new file that is there already, as it would be written, is done.
    Raises CannotWrite where one cannot be made.
    """
    listed = list(changes)
    for change in listed:
        if isinstance(change, NewFile) and Path(change.path).exists() and not _is_there(change):
            raise CannotWrite(f"{change.path} already exists and was not overwritten.")
    for change in listed:
        try:
            _edit(change) if isinstance(change, FileEdits) else _create(change)
        except OSError as error:
            raise CannotWrite(f"Cannot write {change.path}: {error.strerror}") from error
    return [Path(change.path) for change in listed]


def write_whole(path: Path, text: str) -> None:
    """Write a file, whole or not at all. Raises OSError."""
    real = Path(os.path.realpath(path))  # a linked file stays a link
    if real.exists() and not os.access(real, os.W_OK):  # a rename would not ask
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    with put_in_place(real, real.parent) as part:
        _write(part, text)
        if real.exists():
            shutil.copymode(real, part)


def remove_file(path: Path) -> None:
    """Remove a file, if it exists. Raises OSError."""
    path.unlink(missing_ok=True)


def _edit(change: FileEdits) -> None:
    path = Path(change.path)
    write_whole(path, apply_edits(path.read_bytes().decode("utf-8"), change.edits))


def _create(change: NewFile) -> None:
    path = Path(change.path)
    if _is_there(change):
        return
    if path.parent.exists():
        write_whole(path, change.text)
        return
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    outside = path.parent.parent.parent if path.name == SQL_FILE else path.parent.parent
    with put_in_place(path.parent, outside) as folder:
        folder.mkdir()
        _write(folder / path.name, change.text)


def _is_there(change: NewFile) -> bool:
    try:
        return Path(change.path).read_bytes() == change.text.encode("utf-8")
    except OSError:
        return False


def _write(path: Path, text: str) -> None:
    with path.open("wb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
