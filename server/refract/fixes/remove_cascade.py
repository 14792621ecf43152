"""Removes `CASCADE` from a `DROP`, so that it cannot drop more than the named object (PostgreSQL).

## What it does
Removes `CASCADE` at the end of the statement.

## When it is offered
The statement of a new migration ends in `CASCADE`.

## What it costs
The migration fails if another object depends on the dropped one. The error names that object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.fixes._statement import edited, statement_at
from refract.fixes.base import Fix, FixContext, fixes
from refract.text import Span, TextEdit

_LAST_CASCADE = re.compile(r"\s+CASCADE\s*\Z", re.IGNORECASE)


@fixes("drop-cascade")
def without_cascade(context: FixContext) -> Iterator[Fix]:
    """DROP without CASCADE."""
    found = statement_at(context)
    match = _LAST_CASCADE.search(context.file, *found.origin.span) if found else None
    if match is not None:
        yield Fix(
            title="Remove CASCADE (fails if anything depends on it)",
            build=lambda: edited(context, TextEdit(Span(*match.span()), "")),
            preferred=True,
        )
