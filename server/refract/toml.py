"""Reads TOML whatever is in it: the result is a table or an error, in bounded time."""

from __future__ import annotations

import re
import tomllib
from typing import Any

MAX_PARTS = 32
"""Parts of a dotted key: the time that tomllib takes grows faster than their number."""

_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:{_PART}){{{MAX_PARTS},}}+")


class TomlError(Exception):
    """The text is not TOML, or more than is read. The message has the reason."""


def parse_toml(text: str) -> dict[str, Any]:
    """The table in `text`. Raises TomlError."""
    long_key = _LONG_KEY.search(text)
    if long_key is not None:
        line = text.count("\n", 0, long_key.start()) + 1
        raise TomlError(f"a key has more than {MAX_PARTS} parts (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise TomlError("too many nested brackets") from error
    except ValueError as error:  # a TOMLDecodeError, or a number of thousands of digits
        raise TomlError(str(error)) from error
