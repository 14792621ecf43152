"""A runbook as an operator reads it: the items of the printed Markdown, from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

_ITEM = re.compile(r"^(?P<indent> *)(?P<mark>- \[ \]|-|\d+\.) (?P<text>.*)$")
_FENCE = re.compile(r"^ *(?P<ticks>`{3,})(?P<language>\w*)$")


@frozen
class Item:
    """An item: the headings that it stands under, whether it has a box or a number, its text, its block of code."""

    section: str
    part: str
    mark: str
    text: str
    block: str = ""
    language: str = ""

    @property
    def is_task(self) -> bool:
        """Whether it is to be ticked."""
        return self.mark == "- [ ]"

    @property
    def command(self) -> str:
        """The code of `Run X.`, X being a shell command or SQL; empty for another item."""
        found = re.match(r"Run (`+) ?(.*?) ?\1", self.text) or re.fullmatch(r"(`+) ?(.*?) ?\1", self.text)
        return found[2] if found else ""


def items(page: str) -> Iterator[Item]:
    """The items of a page."""
    section = part = ""
    lines = iter(page.splitlines())
    item: Item | None = None
    for line in lines:
        if opened := _FENCE.match(line):
            block = "\n".join(_block(lines, opened["ticks"]))
            assert item is not None, "a block belongs to an item"
            item = Item(item.section, item.part, item.mark, item.text, block, opened["language"])
            continue
        found = _ITEM.match(line)
        if item is not None and (found or line.startswith("#")):
            yield item
            item = None
        if line.startswith("## "):
            section, part = line.lstrip("# 0123456789."), ""
        elif line.startswith("### "):
            part = line.removeprefix("### ")
        elif line and not found and line[0] != " ":
            part = line if part and not part.startswith("`") else part
        elif found:
            item = Item(section, part, found["mark"], found["text"])
    if item is not None:
        yield item


def _block(lines: Iterator[str], ticks: str) -> Iterator[str]:
    for line in lines:
        if line.strip() == ticks:
            return
        yield line.removeprefix("  ")
