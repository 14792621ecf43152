"""Writes what a command has made, as the only writer of a project, or ends the command with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from refract.actions import file_writing
from refract.cli.terminal import CannotRun, complain
from refract.lock import Lock, take_lock
from refract.text import FileChange

_PATIENCE = 1.0  # seconds until a note explains why nothing happens
_MOST_PATIENCE = 60.0
_PAUSE = 0.02


def write_changes(changes: Iterable[FileChange], home: Path) -> list[Path]:
    """Make the changes, in order, below `home`, and give the files. Raises CannotRun if one cannot be made."""
    try:
        return file_writing.write_changes(changes, home)
    except file_writing.CannotWrite as error:
        raise CannotRun(str(error)) from error


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Wait until no other command changes the project in a folder, and keep others waiting. Raises CannotRun."""
    began, has_note = monotonic(), False
    while not (lock := _lock(folder)):
        waited = monotonic() - began
        if waited > _MOST_PATIENCE:
            raise CannotRun(f"Another command is still changing {folder}. Run this one again when it has ended.")
        if waited > _PATIENCE and not has_note:
            complain("Waiting for another command that is changing this project ...")
            has_note = True
        sleep(_PAUSE)
    try:
        yield
    finally:
        lock.release()


def _lock(folder: Path) -> Lock | None:
    try:
        return take_lock(folder)
    except OSError as error:
        raise CannotRun(f"Cannot read {folder}: {error.strerror}.") from error
