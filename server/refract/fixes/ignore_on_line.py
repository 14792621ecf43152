"""Ignores a rule on one line, with a reason.

## What it does
Adds a `refract-ignore` comment above the line. Replace its placeholder with the reason.

## When it is offered
The finding has a line in a schema or migration file.

## What it costs
The finding is no longer shown on this line.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes.base import EVERY_RULE, Fix, FixContext, fixes
from refract.text import FileEdits, Span, TextEdit

REASON = "explain here why this is safe"


@fixes(EVERY_RULE)
def ignore_on_line(context: FixContext) -> Iterator[Fix]:
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
        title=f"Ignore {rule} on this line",
        build=lambda: (FileEdits(place.path, (TextEdit(Span(start, start), comment),), context.file),),
    )
