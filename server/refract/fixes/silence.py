"""For those who know better: silences a finding where it stands, with a reason, or its rule in the whole project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from refract.fixes.base import EVERY_RULE, Fix, FixContext, fixes
from refract.text import FileEdits, NewFile, Span, TextEdit

REASON = "say here why this is safe"
_TABLE = re.compile(r"^[ \t]*\[(?P<name>[^\]\n]+)\][ \t]*(?:#[^\n]*)?\r?\n?", re.MULTILINE)


@fixes(EVERY_RULE)
def here(context: FixContext) -> Iterator[Fix]:
    """A comment above the line."""
    place, rule = context.place, context.finding.rule
    if place is None or not context.file:
        return
    start = context.file.rfind("\n", 0, place.span.start) + 1
    indent = context.file[start : place.span.start]
    indent = indent[: len(indent) - len(indent.lstrip())]
    mark = "--" if context.statements else "//"
    comment = f"{indent}{mark} refract-ignore: {rule} -- {REASON}\n"
    yield Fix(
        title=f"Silence {rule} here, with a reason",
        build=lambda: (FileEdits(place.path, (TextEdit(Span(start, start), comment),)),),
    )


@fixes(EVERY_RULE)
def everywhere(context: FixContext) -> Iterator[Fix]:
    """The rule's level in the settings of the project."""
    (path, text), rule = context.settings, context.finding.rule
    prefix = "tool.refract." if PurePath(path).name == "pyproject.toml" else ""
    if text is not None and re.search(rf"^[ \t]*\"?{re.escape(rule)}\"?[ \t]*=", text, re.MULTILINE):
        return
    line = f'{rule} = "off"\n'
    yield Fix(
        title=f"Turn {rule} off in {PurePath(path).name}",
        build=lambda: (
            NewFile(path, f"[{prefix}rules]\n{line}")
            if text is None
            else FileEdits(path, (_setting(text, f"{prefix}rules", line),)),
        ),
    )


def _setting(text: str, table: str, line: str) -> TextEdit:
    """Adds a line to a table of a TOML file, which gets the table when it has none."""
    header = next((m for m in _TABLE.finditer(text) if m["name"].strip() == table), None)
    if header is not None:
        gap = "" if header[0].endswith("\n") else "\n"
        return TextEdit(Span(header.end(), header.end()), gap + line)
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return TextEdit(Span(len(text), len(text)), f"{gap}[{table}]\n{line}")
