"""How alike two names are."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_FILLERS = frozenset({"id", "is", "has", "at", "on", "by", "the", "of", "to"})
_NEARLY = 0.8


def words(name: str) -> list[str]:
    """The words of a name in camelCase, PascalCase or snake_case, in lower case."""
    return [w.lower() for w in _WORDS.findall(name)] or [name.lower()]


def similarity(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (the same words in another spelling).

    Words like `id` and `is` do not count: half of all names have one.
    """
    first, second = words(one), words(other)
    if first == second or "".join(first) == "".join(second):
        return 1.0
    mine, theirs = _telling(first), _telling(second)
    shared = sum(any(_same_word(w, v) for v in theirs) for w in mine)
    if not shared:
        return 0.0
    return 0.9 * 2 * shared / (len(mine) + len(theirs))


def _telling(parts: list[str]) -> list[str]:
    return [w for w in parts if w not in _FILLERS] or parts


def _same_word(one: str, other: str) -> bool:
    """Equal, one the beginning or end of the other (`mail`, `email`; `addr`, `address`), or a letter or two apart."""
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and (long.startswith(short) or long.endswith(short)):
        return True
    if one == other:
        return True
    return len(short) >= 4 and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _NEARLY
