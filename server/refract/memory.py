"""Refract's memory on disk: files in a cache folder, which may be deleted at any time.

Something that cannot be read is not remembered; something that cannot be written is not kept. Neither is an error.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from refract.whole_file import write_whole


def cache_folder() -> Path | None:
    """Where results are remembered from run to run; None if REFRACT_NO_CACHE forbids it."""
    if os.environ.get("REFRACT_NO_CACHE", "0") not in ("", "0"):
        return None
    if chosen := os.environ.get("REFRACT_CACHE_DIR"):
        return Path(chosen)
    from platformdirs import user_cache_path  # noqa: PLC0415 (only if nothing else is chosen)

    return user_cache_path("refract", appauthor=False)


def recall(name: str) -> bytes | None:
    """What is remembered under a name, such as `answers/1f6e`."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        return (folder / name).read_bytes()
    except OSError:
        return None


def remember(name: str, data: bytes) -> None:
    """Remember something under a name."""
    folder = cache_folder()
    if folder is None:
        return
    with contextlib.suppress(OSError):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(place, data)


def remembered(folder: str) -> frozenset[str]:
    """The names of what is remembered in a folder."""
    home = cache_folder()
    try:
        return frozenset(entry.name for entry in (home / folder).iterdir()) if home else frozenset()
    except OSError:
        return frozenset()


def forget_all_but(newest: int, folder: str) -> None:
    """Forget all but the newest memories of a folder."""
    home = cache_folder()
    if home is None:
        return
    with contextlib.suppress(OSError):
        entries = sorted((home / folder).iterdir(), key=lambda entry: entry.stat().st_mtime, reverse=True)
        for entry in entries[newest:]:
            entry.unlink(missing_ok=True)
