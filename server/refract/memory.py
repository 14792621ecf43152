"""Refract's memory on disk: files in a cache folder, which may be deleted at any time.

Something that cannot be read is not remembered; something that cannot be written is not kept. Neither is an error.
A file is trusted only if it belongs to the user, no other user can read or write it, and its checksum is right.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from refract.whole_file import put_in_place

MOST_BYTES = 64_000_000
"""The limit for one memory."""

MOST_BYTES_IN_FOLDER = 256_000_000
"""The limit for all memories of a folder."""

_CHECKSUM = 32  # bytes, in front of the others
_NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def cache_folder() -> Path | None:
    """The folder in which results are remembered from run to run; None if REFRACT_NO_CACHE forbids it, or if the user
    has no home.
    """
    if os.environ.get("REFRACT_NO_CACHE", "0") not in ("", "0"):
        return None
    if chosen := os.environ.get("REFRACT_CACHE_DIR"):
        return Path(chosen)
    from platformdirs import user_cache_path  # noqa: PLC0415 (only if nothing else is chosen)

    try:
        return user_cache_path("refract", appauthor=False)
    except (RuntimeError, KeyError, OSError):  # an unknown user without HOME
        return None


def recall(name: str) -> bytes | None:
    """What is remembered under a name, such as `answers/1f6e`."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        data = _read(folder / name)
    except (OSError, ValueError):
        return None
    checksum, content = data[:_CHECKSUM], data[_CHECKSUM:]
    return content if sha256(content).digest() == checksum else None


def remember(name: str, data: bytes) -> None:
    """Remember something under a name. What is larger than the limit is not kept."""
    folder = cache_folder()
    if folder is None or len(data) > MOST_BYTES:
        return
    with contextlib.suppress(OSError, ValueError):
        place = folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        with put_in_place(place, place.parent) as part:
            _write(part, sha256(data).digest() + data)


def remembered(folder: str) -> frozenset[str]:
    """The names of what is remembered in a folder."""
    home = cache_folder()
    try:
        return frozenset(entry.name for entry in (home / folder).iterdir()) if home else frozenset()
    except OSError:
        return frozenset()


def forget_all_but(newest: int, folder: str) -> None:
    """Forget all but the newest memories of a folder, and what is over the limit of bytes."""
    home = cache_folder()
    if home is None:
        return
    with contextlib.suppress(OSError):
        for entry in _over(newest, home / folder):
            entry.unlink(missing_ok=True)


def _over(newest: int, folder: Path) -> Iterator[Path]:
    """The memories that are too many or too large together, newest first."""
    found = sorted(((entry.stat(), entry) for entry in folder.iterdir()), key=lambda pair: -pair[0].st_mtime)
    size = 0
    for count, (status, entry) in enumerate(found, start=1):
        size += status.st_size
        if count > newest or size > MOST_BYTES_IN_FOLDER:
            yield entry


def _read(path: Path) -> bytes:
    """The bytes of a file that only its owner, this user, can read and write. Raises OSError."""
    if not _is_ours(path.parent.stat(), stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(path.parent)
    with open(os.open(path, os.O_RDONLY | _NOT_FOLLOWED | _BINARY), "rb") as file:  # noqa: PTH123 (never through a link)
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or not _is_ours(status, stat.S_IRWXG | stat.S_IRWXO):
            raise PermissionError(path)
        if status.st_size > MOST_BYTES + _CHECKSUM:
            raise ValueError(path)
        return file.read(MOST_BYTES + _CHECKSUM)


def _is_ours(status: os.stat_result, forbidden: int) -> bool:
    """Whether a file or folder belongs to this user, without the `forbidden` permissions. Windows has neither."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & forbidden)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOT_FOLLOWED | _BINARY, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 (made for this user only)
        file.write(data)
