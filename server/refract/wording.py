"""Words that messages of all layers have in common: names in a row, files in short."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from refract.escaping import code_span
from refract.text import Origin

_LONGEST_PATH = 200


def joined(words: Iterable[str]) -> str:
    """Words in a row: a, b and c."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def counted(number: int, noun: str) -> str:
    """So many of something: 1 error, 2 errors."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Iterable[str]) -> str:
    """Names in a row, as code: `a`, `b` and `c`."""
    return joined(map(code_span, names))


def files_of(origins: Iterable[Origin]) -> str:
    """The files that places are in: `user.ts`, `user.ts` and 2 other files."""
    first, *others = dict.fromkeys(origin.path for origin in origins)
    named = code_span(PurePath(first).name)
    return f"{named} and {counted(len(others), 'other file')}" if others else named


def short_path(path: object) -> str:
    """A path that a user gave, at a length that fits in a message."""
    return shorten(str(path), _LONGEST_PATH)


def shorten(text: str, most: int) -> str:
    """At most so many characters of a text, with an ellipsis in place of the rest; code spans are closed."""
    if len(text) <= most:
        return text
    short = text[: most - 2].rstrip(" `")
    return f"{short}…`" if short.count("`") % 2 else f"{short}…"
