"""Text of the project on its way into other languages: SQL comments, Markdown, terminals, shells.

Names, paths, titles and SQL of a project may hold anything: line ends, backticks, quotes, escape sequences. Each
function here writes text for one language, and its result cannot leave the place that it is put in.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

_LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_UNSHOWN = "\N{REPLACEMENT CHARACTER}"
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_PRISMA = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_RUNS = re.compile("(`+)")
_LIVE = re.compile(r"[\\`*\[\]<]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])")
_START = re.compile(r"^(?:[#+=|>~-]|\d+[.)])")


def printable(text: str) -> str:
    """Text without control characters, which could drive a terminal. Line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else _UNSHOWN for c in text)


def one_line(text: str) -> str:
    """Text as a part of one line: without control characters and line ends."""
    return text if text.isprintable() else printable(_LINE_ENDS.sub(" ", text))


def sql_comment(text: str) -> str:
    """Text as a comment of SQL, on a separate line."""
    return f"-- {one_line(text)}\n"


def in_block_comment(text: str) -> str:
    """Text as a part of a `/* */` comment of SQL, which it can neither end nor nest."""
    return one_line(text).replace("*/", "* /").replace("/*", "/ *")


def prisma_string(text: str) -> str:
    """Text as a string of the Prisma schema language."""
    return (
        '"'
        + "".join(_PRISMA.get(c, c if c.isprintable() or ord(c) > 0xFFFF else f"\\u{ord(c):04x}") for c in text)
        + '"'
    )


def dollar_quoted(body: str, tag: str = "$$") -> str:
    """A body of several lines as a string of PostgreSQL, between tags that it does not hold: `tag`, or a longer one."""
    while tag in body:
        tag = f"${tag.strip('$')}q$"
    return f"{tag}\n{body} {tag}"


def code_span(text: object) -> str:
    """Text as code within a line of Markdown, whatever backticks it holds."""
    line = one_line(str(text))
    ticks = _longer_run(line, 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def filled(template: str, facts: Mapping[str, object]) -> str:
    """A sentence of `template` with its facts. Code that holds facts stays code, whatever these are."""
    parts = (part.format_map(facts) for part in template.split("`"))
    return "".join(code_span(part) if at % 2 else part for at, part in enumerate(parts))


def fence(text: str, language: str = "") -> str:
    """Text as a block of code of Markdown, in a fence that no line of it can close."""
    block = "\n".join(map(printable, text.splitlines()))
    ticks = _longer_run(block, 3)
    return f"{ticks}{language}\n{block}\n{ticks}"


def prose(text: str) -> str:
    """A sentence in Markdown: its code stays code, and nothing else in it becomes a link, an image, HTML or a heading."""
    line = "".join(_spans(one_line(text).strip()))
    return _START.sub(lambda start: f"{start[0][:-1]}\\{start[0][-1]}", line)


def shell(argument: str) -> str:
    """One argument of a shell command. Control characters are escaped, as bash and zsh read them."""
    if argument.isprintable():
        return shlex.quote(argument)
    return "$'" + "".join(_ESCAPES.get(c, c if c.isprintable() else _bytes(c)) for c in argument) + "'"


def _spans(line: str) -> Iterator[str]:
    """The code of a line unchanged, and what is between with a backslash before each mark of Markdown.

    Code ends at a run of backticks of the same length as the one that begins it, as CommonMark has it.
    """
    parts = _RUNS.split(line)
    at = 0
    while at < len(parts):
        ends = next((n for n in range(at + 2, len(parts), 2) if parts[n] == parts[at]), 0) if at % 2 else 0
        if ends:
            yield "".join(parts[at : ends + 1])
        else:
            yield _LIVE.sub(r"\\\g<0>", parts[at])
        at = ends + 1 if ends else at + 1


def _longer_run(text: str, least: int) -> str:
    """A run of backticks that is longer than any in the text."""
    longest = max(map(len, _RUNS.findall(text)), default=0)
    return "`" * max(least, longest + 1)


def _bytes(character: str) -> str:
    errors = "surrogateescape" if "\udc80" <= character <= "\udcff" else "replace"
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", errors))
