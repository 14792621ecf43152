"""Limits how long a migration waits for a lock (PostgreSQL).

## What it does
Starts the file with `SET lock_timeout = '5s'`. All later queries on the table wait at most that long behind the migration.

## When it is offered
The finding is about a statement of a new migration.

## What it costs
The migration fails if it cannot get its lock within 5 seconds. Run it again then.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._statement import edited
from refract.fixes.base import Fix, FixContext, fixes
from refract.text import Span, TextEdit

LOCK_TIMEOUT = "SET lock_timeout = '5s';\n\n"


@fixes("missing-lock-timeout")
def lock_timeout(context: FixContext) -> Iterator[Fix]:
    """The timeout at the top of the file."""
    if context.statements and context.place is not None:
        start = 1 if context.file.startswith("\ufeff") else 0
        yield Fix(
            title="Set lock_timeout to 5 s (fails instead of blocking)",
            build=lambda: edited(context, TextEdit(Span(start, start), LOCK_TIMEOUT)),
            preferred=True,
            safe=True,
        )
