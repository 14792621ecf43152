"""Writes files whole or not at all.

A file is written next to its place and then renamed, so that a process killed at any moment leaves the old or the new
one.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

_PREFIX, _SUFFIX = ".refract-", ".part"
_ABANDONED = 3600.0
"""Seconds after which a part of another process is taken for abandoned."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all. Raises OSError."""
    with put_in_place(path, path.parent) as part:
        part.write_bytes(data)


@contextmanager
def put_in_place(path: Path, home: Path) -> Iterator[Path]:
    """A new name in the folder `home`, to be written as a file or a folder. It is renamed to `path` at the end, or
    removed if an error occurs.
    """
    with _part_in(home) as part:
        yield part
        part.replace(path)


@contextmanager
def put_in_free_place(path: Path) -> Iterator[Path]:
    """The same next to `path`, of which nothing may exist by then. Raises FileExistsError."""
    with _part_in(path.parent) as part:
        yield part
        try:
            path.hardlink_to(part)  # unlike a rename, never over another file
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # a file system without hard links
            if path.is_symlink() or path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            part.replace(path)


@contextmanager
def _part_in(home: Path) -> Iterator[Path]:
    _sweep(home)
    part = home / f"{_PREFIX}{uuid4().hex}{_SUFFIX}"  # a name that does not look like a schema
    try:
        yield part
    finally:
        _remove(part)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


def _sweep(home: Path) -> None:
    """Removes partial files that killed processes have left."""
    for old in home.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > _ABANDONED:
                _remove(old)
