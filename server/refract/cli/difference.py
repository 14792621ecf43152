"""Changes of files as a unified diff, which `git apply` and `patch -p1` take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff

from refract.cli.terminal import shown_path
from refract.text import FileChange, FileEdits, apply_edits

_NO_LINE_END = "\n\\ No newline at end of file\n"


def difference(changes: Iterable[FileChange]) -> str:
    """The changes as a unified diff, with paths from the current folder."""
    return "".join(line for change in changes for line in _of_file(change))


def _of_file(change: FileChange) -> Iterator[str]:
    path = shown_path(change.path)
    old, new = (
        (change.text, apply_edits(change.text, change.edits)) if isinstance(change, FileEdits) else ("", change.text)
    )
    before = f"a/{path}" if isinstance(change, FileEdits) else "/dev/null"
    for line in unified_diff(_lines(old), _lines(new), before, f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}{_NO_LINE_END}"


def _lines(text: str) -> list[str]:
    """The lines, with their line feeds; other line ends are part of them."""
    lines = [f"{line}\n" for line in text.split("\n")]
    return lines[:-1] if text.endswith("\n") or not text else [*lines[:-1], lines[-1][:-1]]
