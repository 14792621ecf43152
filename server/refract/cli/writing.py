"""Writes what a command has made: each file whole or not at all, and nothing over what is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from refract.cli.terminal import CannotRun
from refract.text import FileChange, FileEdits, NewFile, apply_edits


def write_changes(changes: Iterable[FileChange]) -> list[Path]:
    """Make the changes, in order, and give the files. Raises CannotRun where one cannot be made."""
    listed = list(changes)
    for change in listed:
        if isinstance(change, NewFile) and Path(change.path).exists():
            raise CannotRun(f"{change.path} is there already, and is not written over.")
    for change in listed:
        try:
            _edit(change) if isinstance(change, FileEdits) else _create(change)
        except OSError as error:
            raise CannotRun(f"{change.path} cannot be written: {error.strerror}") from error
    return [Path(change.path) for change in listed]


def _edit(change: FileEdits) -> None:
    path = Path(change.path)
    text = apply_edits(path.read_bytes().decode("utf-8"), change.edits)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(text.encode("utf-8"))
    shutil.copymode(path, part)
    part.replace(os.path.realpath(path))  # a linked file stays a link


def _create(change: NewFile) -> None:
    """A file in a folder of its own comes with it, in one step: nobody sees a migration without its SQL."""
    path = Path(change.path)
    if path.parent.exists():
        part = path.with_name(f".{path.name}.part")
        part.write_text(change.text, encoding="utf-8", newline="\n")
        part.replace(path)
        return
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    folder = path.parent.with_name(f".{path.parent.name}.part")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / path.name).write_text(change.text, encoding="utf-8", newline="\n")
    folder.replace(path.parent)
