"""Writes what a command has made, or ends the command with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from refract.actions import file_writing
from refract.cli.terminal import CannotRun
from refract.text import FileChange


def write_changes(changes: Iterable[FileChange]) -> list[Path]:
    """Make the changes, in order, and give the files. Raises CannotRun where one cannot be made."""
    try:
        return file_writing.write_changes(changes)
    except file_writing.CannotWrite as error:
        raise CannotRun(str(error)) from error
