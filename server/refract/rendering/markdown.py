"""Text from the project in Markdown and in shell commands: names that hold backticks, line ends or quotes stay harmless."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from refract.wording import joined

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def code(text: str) -> str:
    """Text as code within a line, whatever backticks it holds."""
    line = _printable(" ".join(re.split(r"[\r\n]+", text)))
    ticks = _ticks(line, 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def code_list(names: Iterable[str]) -> str:
    """Names in a row, as code."""
    return joined(map(code, names))


def fence(text: str, language: str = "") -> str:
    """Text as a block of code, inside a fence that no line of it can close."""
    block = "\n".join(map(_printable, text.splitlines()))
    ticks = _ticks(block, 3)
    return f"{ticks}{language}\n{block}\n{ticks}"


def shell(argument: str) -> str:
    """One argument of a shell command. Control characters are escaped, as bash and zsh read them."""
    if argument.isprintable():
        return shlex.quote(argument)
    return "$'" + "".join(_ESCAPES.get(c, c if c.isprintable() else _escaped(c)) for c in argument) + "'"


def _escaped(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


def _ticks(text: str, least: int) -> str:
    """A run of backticks that is longer than any in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _printable(line: str) -> str:
    """A line without control characters, which could drive a terminal."""
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in line)
