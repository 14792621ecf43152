"""CODEOWNERS: who owns which files of a repository, as GitHub and GitLab read it.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
https://docs.gitlab.com/user/project/codeowners/reference/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from attrs import frozen

from refract.config.owners import OWNER

CODEOWNERS = "CODEOWNERS"
PLACES = (f".github/{CODEOWNERS}", CODEOWNERS, f"docs/{CODEOWNERS}", f".gitlab/{CODEOWNERS}")
"""Where the file is, relative to the repository. The first one counts."""

_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](\[\d+\])?(?P<owners>.*)")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_EVERYTHING = ("*", "**", "/*", "/**", "/")


def owners_of(text: str, path: str) -> tuple[str, ...]:
    """The owners of the file at `path` (from the root of the repository, with `/`) in the CODEOWNERS `text`.

    In each section, the last pattern that fits counts. One that fits every file names nobody who owns this one.
    """
    last: dict[str, tuple[str, ...]] = {}
    for entry in _entries(text.splitlines()):
        if _fits(entry.pattern, path):
            last[entry.section] = () if entry.pattern in _EVERYTHING else entry.owners
    return tuple(dict.fromkeys(owner for owners in last.values() for owner in owners))


@frozen
class _Entry:
    section: str
    pattern: str
    owners: tuple[str, ...]


def _entries(lines: Iterable[str]) -> Iterator[_Entry]:
    section, default = "", tuple[str, ...]()
    for line in map(str.strip, lines):
        header = _SECTION.fullmatch(line)
        if header:
            section, default = header["name"].casefold(), _owners(_WORD.findall(header["owners"]))
        elif line and not line.startswith("#"):
            pattern, *owners = _WORD.findall(line.split(" #")[0]) or [""]
            yield _Entry(section, re.sub(r"\\(.)", r"\1", pattern), _owners(owners) or default)


def _owners(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in words if OWNER.fullmatch(word))


def _fits(pattern: str, path: str) -> bool:
    """Whether the pattern names the file, or a folder above it. Without a slash before its end, it fits at any depth."""
    steps = [step for step in pattern.split("/") if step]
    if "/" not in pattern.rstrip("/"):
        steps.insert(0, "**")
    if pattern.endswith("/"):
        steps.append("*")  # at least one name below the folder
    names = path.split("/")
    ends = _ends(steps, names)
    names_files = steps[-1:] == ["*"] and not pattern.endswith("/")  # `docs/*` leaves out what is in a folder of docs
    return len(names) in ends if names_files else bool(ends)


def _ends(steps: list[str], names: list[str]) -> set[int]:
    """How many of the names the steps can cover."""
    ends = {0}
    for step in steps:
        if step == "**":
            ends = set(range(min(ends, default=len(names)), len(names) + 1)) if ends else ends
        else:
            ends = {at + 1 for at in ends if at < len(names) and _is_named(names[at], step)}
    return ends


def _is_named(name: str, step: str) -> bool:
    return fnmatchcase(name, step.replace("[", "[[]"))
