"""Commands that remove or write files which no edit of an agent touches: migrations, settings, plans, databases."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from refract.agents.danger import Danger, Kind
from refract.agents.edits import ACCEPTED, SETTINGS
from refract.agents.shell import ShellCommand, program
from refract.escaping import code_span
from refract.reading import is_file

_REMOVERS = frozenset(
    ["rm", "rimraf", "unlink", "trash", "mv", "shred", "truncate", "del", "erase", "rd", "rmdir", "ri", "move"]
) | {"remove-item", "move-item"}
_MOVERS = frozenset({"mv", "move", "move-item"})
_PLAN = re.compile(r"(?:^|/)plans(?:/[^/]*)?$")
_DATABASE = re.compile(r"\.(?:db|sqlite|sqlite3|duckdb)$")
_NOW = frozenset({"", "HEAD", "@"})
_WITH_VALUE = frozenset({"-b", "-B", "-c", "-C"})


def file_dangers(words: tuple[str, ...], command: ShellCommand, folder: Path) -> Iterator[Danger]:
    """What a command would do to files, in the order of its words."""
    head = program(words[0]).lower()
    if head == "git":
        yield from _git(words[1:], folder)
        return
    removed = _removed(words, head)
    written = (*_edited(words, head), *([command.writes] if command.writes else []))
    yield from _of_kind(Kind.REMOVE_FILES, _migrations(removed, folder), head, folder)
    yield from _of_kind(Kind.WRITE_FILES, _migrations(written, folder), head, folder)
    if any(_is_decided(word) for word in written) or any(_is_decided(w, is_removed=True) for w in removed):
        yield Danger(Kind.SILENCE, code_span(head), folder)
    if head not in _MOVERS and any(_DATABASE.search(word) and is_file(folder / word) for word in removed):
        yield Danger(Kind.DELETE, code_span(head), folder)


def _removed(words: Sequence[str], head: str) -> tuple[str, ...]:
    if head in _REMOVERS:
        return tuple(words[1:-1] if head in _MOVERS else words[1:])
    return tuple(words[1:]) if head == "find" and "-delete" in words else ()


def _edited(words: Sequence[str], head: str) -> tuple[str, ...]:
    if head in ("cp", "copy", "copy-item", "install") or head in _MOVERS:
        return tuple(words[-1:])
    edits = head == "tee" or (head in ("sed", "perl") and any(re.match(r"-\w*i|--in-place", word) for word in words))
    return tuple(words[1:]) if edits else ()


def _git(words: Sequence[str], folder: Path) -> Iterator[Danger]:
    """What git would do to files in the work tree. A change of branch is none of them."""
    name = words[0] if words else ""
    paths, revision = _paths_and_revision(words[1:], name)
    if name in ("rm", "mv"):
        yield from _of_kind(Kind.REMOVE_FILES, _migrations(paths, folder), f"git {name}", folder)
    elif name in ("checkout", "restore") and revision not in _NOW:
        yield from _of_kind(Kind.WRITE_FILES, _migrations(paths, folder), f"git {name}", folder)
    elif name == "reset" and "--hard" in words and revision not in _NOW:
        yield Danger(Kind.WRITE_FILES, "git reset --hard", folder, revision=revision)
    if name in ("rm", "mv", "checkout", "restore") and any(_is_decided(path) for path in paths):
        yield Danger(Kind.SILENCE, f"git {name}", folder)


def _paths_and_revision(words: Sequence[str], name: str) -> tuple[tuple[str, ...], str]:
    """The paths that a command of git names, and the commit that it takes them from."""
    plain = [word for before, word in pairwise(("", *words)) if word[:1] != "-" and before not in _WITH_VALUE]
    inline = next((w.partition("=")[2] for w in words if w.startswith("--source=")), "")
    source = inline or next((value for flag, value in pairwise(words) if flag in ("-s", "--source")), "")
    if name == "restore":
        return tuple(word for word in plain if word != source), source
    if name == "reset":
        return (), plain[0] if plain else ""
    if name == "checkout" and "--" in words:
        at = words.index("--")
        return tuple(words[at + 1 :]), next((word for word in words[:at] if word[:1] != "-"), "")
    if name == "checkout" and len(plain) > 1:
        return tuple(plain[1:]), plain[0]
    return tuple(plain), ""


def _of_kind(kind: Kind, files: Iterator[Path], head: str, folder: Path) -> Iterator[Danger]:
    if found := tuple(files):
        yield Danger(kind, code_span(head), folder, files=found)


def _is_decided(word: str, *, is_removed: bool = False) -> bool:
    """Whether a path is one of settings, accepted findings or plans. To accept less hides nothing."""
    path = word.replace("\\", "/")
    name = path.rpartition("/")[2]
    if is_removed and name == ACCEPTED:
        return False
    return name in SETTINGS or (bool(_PLAN.search(path)) and ("prisma" in path or path.endswith(".toml")))


def _migrations(words: Sequence[str], folder: Path) -> Iterator[Path]:
    """The paths among some words that may be of migrations; the part before a wildcard of those with one."""
    for word in words:
        if not word.startswith("-") and ("migration" in word or "prisma" in word):
            yield Path(os.path.normpath(folder / (re.split(r"[*?\[{]", word)[0] or ".")))
