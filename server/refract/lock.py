"""One lock for each folder, so that only one process at a time changes what is in it.

It is held by the operating system and ends with the process, however that ends. Nothing is left in the folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from attrs import frozen

_HELD = (BlockingIOError, PermissionError)


@frozen
class Lock:
    """A lock that this process holds; a file system without locks gives one that holds nothing."""

    descriptor: int

    def release(self) -> None:
        """Let others have it."""
        os.close(self.descriptor)


def take_lock(folder: Path) -> Lock | None:
    """The lock of a folder; None as long as another process, or another part of this one, holds it. Raises OSError if
    there is no such folder.
    """
    descriptor = _open(folder)
    try:
        _lock(descriptor)
    except _HELD:
        os.close(descriptor)
        return None
    except OSError:  # the file system has no locks: edits are still compared with the text they were made for
        pass
    return Lock(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _open(folder: Path) -> int:
        """A file for the folder, which Windows cannot lock itself."""
        name = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()
        return os.open(Path(tempfile.gettempdir()) / f"refract-{name}.lock", os.O_RDWR | os.O_CREAT)

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _open(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
