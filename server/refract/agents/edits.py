"""The files as they would be after an edit. Only files that Refract judges are read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import define, frozen

from refract.agents.event import Edit, Patch, Replacement, Whole
from refract.reading import UnreadableFile, exists, read_text

LARGEST = 2_000_000
"""Characters of a file that is judged before it is written."""

ACCEPTED = "refract-accepted.json"
SETTINGS = ("refract.toml", ACCEPTED)
"""Files that hold nothing but settings of Refract, and decisions of the person."""
_ADD, _UPDATE, _DELETE, _MOVE = "*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "


class CannotFollow(Exception):
    """An edit whose result is not known: the tool of the agent is about to refuse it, too, or it is too large."""


@frozen
class EditedFile:
    """A file before and after an edit; None where it does not exist."""

    path: Path
    before: str | None
    after: str | None


def edited_files(edits: Iterable[Edit], folder: Path) -> tuple[EditedFile, ...]:
    """The files that Refract judges, after all edits. Raises CannotFollow."""
    before: dict[Path, str | None] = {}
    after: dict[Path, str | None] = {}
    for path, change in _changes(edits, folder):
        if path not in after:
            before[path] = after[path] = _text(path)
        after[path] = _applied(change, after[path], path)
        if len(after[path] or "") > LARGEST:
            raise CannotFollow(f"{path} would be too large to judge.")
    return tuple(EditedFile(path, before[path], text) for path, text in after.items())


def edited_paths(edits: Iterable[Edit], folder: Path) -> tuple[Path, ...]:
    """The files that Refract judges among those of an edit that was made."""
    return tuple(dict.fromkeys(path for path, _ in _changes(edits, folder)))


def is_judged(path: Path) -> bool:
    """Whether a file may be part of a schema, of its migrations, of the settings or of a plan."""
    return path.suffix in (".prisma", ".sql") or is_decided(path)


def is_decided(path: Path) -> bool:
    """Whether a file may hold settings, which others extend, accepted findings, or a plan."""
    return path.suffix == ".toml" or path.name in SETTINGS


def _changes(edits: Iterable[Edit], folder: Path) -> Iterator[tuple[Path, Edit | list[str]]]:
    for edit in edits:
        parts = _patched(edit.text) if isinstance(edit, Patch) else [(edit.path, edit)]
        for name, change in parts:
            path = Path(os.path.normpath(folder / name)) if "\0" not in name else Path()
            if name and is_judged(path):
                yield path, change


def _text(path: Path) -> str | None:
    if not exists(path):
        return None
    text = read_text(path, LARGEST)
    if isinstance(text, UnreadableFile):
        raise CannotFollow(f"{text.reason}.")
    return text


def _applied(change: Edit | list[str], text: str | None, path: Path) -> str | None:
    match change:
        case Whole(text=whole):
            return whole
        case Replacement(old=old, new=new, everywhere=everywhere):
            return _replaced(text or "", old, new, everywhere, path)
        case list(lines):
            return _hunks(text or "", lines, path)
    return text


def _replaced(text: str, old: str, new: str, everywhere: bool, path: Path) -> str:
    if not old:
        return text or new
    if old not in text and "\r\n" in text:
        old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    if old not in text:
        raise CannotFollow(f"{path} does not contain the text to replace.")
    count = text.count(old) if everywhere else 1
    if len(text) + count * (len(new) - len(old)) > LARGEST:  # before it is in memory
        raise CannotFollow(f"{path} would be too large to judge.")
    return text.replace(old, new, count)


def _patched(patch: str) -> Iterator[tuple[str, Edit | list[str]]]:
    """The files of a patch: new and removed ones as a whole, others as the lines of their hunks."""
    name, kind, lines = "", "", list[str]()
    for line in (*patch.splitlines(), "*** End Patch"):
        header = next((mark for mark in (_ADD, _UPDATE, _DELETE, "*** End Patch") if line.startswith(mark)), "")
        if line.startswith(_MOVE):
            yield name, list(lines)
            lines = []
        elif header:
            yield from _one(name, kind, lines)
            name, kind, lines = line[len(header) :].strip(), header, []
        else:
            lines.append(line)


def _one(name: str, kind: str, lines: list[str]) -> Iterator[tuple[str, Edit | list[str]]]:
    if kind == _ADD:
        yield name, Whole(name, "".join(f"{line[1:]}\n" for line in lines if line.startswith("+")))
    elif kind == _DELETE:
        yield name, Whole(name, None)
    elif kind == _UPDATE and lines:
        yield name, list(lines)


def _hunks(text: str, lines: list[str], path: Path) -> str:
    patched = _Lines.of(text)
    hunk: list[str] = []
    for line in (*lines, "@@"):
        if not line.startswith("@@"):
            hunk.append(line)
            continue
        if hunk and not patched.patch(hunk):
            raise CannotFollow(f"{path} does not contain the lines of the patch.")
        hunk = []
    return "".join(f"{line}\n" for line in patched.lines)


@define
class _Lines:
    """The lines of a file, and the same ones in one text, without spaces at their ends, each after a line end: there the
    lines of a hunk are found in one search. `at` is where the last hunk ended in that text.
    """

    lines: list[str]
    searched: str
    at: int = 0

    @classmethod
    def of(cls, text: str) -> _Lines:
        lines = text.splitlines()
        return cls(lines, _searched(lines) + "\n")

    def patch(self, hunk: Iterable[str]) -> bool:
        """Apply a hunk at its first place after the last one, else before. Returns whether there is one."""
        old, new = ([line[1:] for line in hunk if line[:1] in (" ", sign, "")] for sign in "-+")
        wanted = _searched(old)
        start = self.searched.find(f"{wanted}\n", self.at) if old else self.at
        if start < 0:
            start = self.searched.find(f"{wanted}\n")
        if start < 0:
            return False
        first, added = self.searched.count("\n", 0, start), _searched(new)
        self.lines[first : first + len(old)] = new
        self.searched = self.searched[:start] + added + self.searched[start + len(wanted) :]
        self.at = start + len(added)
        return True


def _searched(lines: Iterable[str]) -> str:
    return "".join(f"\n{line.rstrip()}" for line in lines)
