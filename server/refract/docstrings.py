"""Docstrings with `##` headings and fenced examples: their parts, and the pages of documentation made from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)


class Fence(NamedTuple):
    """A fenced block: what follows its opening backticks, and the text inside."""

    info: str
    text: str


def summary(doc: str) -> str:
    """The first line."""
    return doc.partition("\n")[0]


def body(doc: str) -> str:
    """Everything below the first line."""
    return doc.partition("\n")[2].strip()


def headings(doc: str) -> list[str]:
    """The headings, in order."""
    return _HEADING.findall(doc)


def section(doc: str, heading: str) -> str:
    """The text below a heading."""
    _, *parts = _HEADING.split(doc)
    return dict(zip(parts[::2], parts[1::2], strict=True))[heading].strip()


def fences(markdown: str) -> tuple[Fence, ...]:
    """Every fenced block, in order."""
    return tuple(Fence(m["info"].strip(), m["text"]) for m in FENCE.finditer(markdown))


def shown(markdown: str) -> str:
    """The text as a page shows it: a fence names its language alone, so that it is highlighted."""
    return re.sub(r"^(```prisma) (?:before|after)$", r"\1", markdown, flags=re.MULTILINE)


def index(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A page with one table, in which the first cell of a row is the name of its page."""
    lines = [_row(columns), _row("---" for _ in columns), *(_row((f"[{n}]({n}.md)", *rest)) for n, *rest in rows)]
    return f"# {title}\n\n{''.join(lines)}"


def write_pages(directory: Path, pages: Mapping[str, str]) -> None:
    """Write pages, by file name, into a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (directory / name).write_text(text, encoding="utf-8")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
