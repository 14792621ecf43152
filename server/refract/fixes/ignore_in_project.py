"""Ignores a rule in the whole project.

## What it does
Sets the rule to `off` in the settings of the project, and creates `refract.toml` if there are no settings yet.

## When it is offered
The settings do not set a level for the rule.

## What it costs
No change in the project is checked by this rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from refract.fixes.base import EVERY_RULE, Fix, FixContext, fixes
from refract.text import FileEdits, NewFile, Span, TextEdit

_TABLE = re.compile(r"^[ \t]*\[(?P<name>[^\]\n]+)\][ \t]*(?:#[^\n]*)?\r?\n?", re.MULTILINE)


@fixes(EVERY_RULE)
def ignore_in_project(context: FixContext) -> Iterator[Fix]:
    """The level `off` in the settings."""
    (path, text), rule = context.settings, context.finding.rule
    prefix = "tool.refract." if PurePath(path).name == "pyproject.toml" else ""
    if text is not None and re.search(rf"^[ \t]*\"?{re.escape(rule)}\"?[ \t]*=", text, re.MULTILINE):
        return
    line = f'{rule} = "off"\n'
    yield Fix(
        title=f"Ignore {rule} in the project",
        build=lambda: (
            NewFile(path, f"[{prefix}rules]\n{line}")
            if text is None
            else FileEdits(path, (_setting(text, f"{prefix}rules", line),), text),
        ),
    )


def _setting(text: str, table: str, line: str) -> TextEdit:
    """Adds a line to a table of a TOML file, and the table if it is missing."""
    header = next((m for m in _TABLE.finditer(text) if m["name"].strip() == table), None)
    if header is not None:
        gap = "" if header[0].endswith("\n") else "\n"
        return TextEdit(Span(header.end(), header.end()), gap + line)
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return TextEdit(Span(len(text), len(text)), f"{gap}[{table}]\n{line}")
