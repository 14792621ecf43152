"""Moves a statement to a separate migration, because it cannot share a transaction (PostgreSQL).

## What it does
Cuts the statement from its file and writes it unchanged into the next migration.

## When it is offered
The finding is about one statement of a new migration.

## What it costs
One more migration. Check that no later statement in the file needs the moved one.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff import Diff
from refract.fixes._statement import edited, removal, statement_at
from refract.fixes.base import Fix, FixContext, fixes
from refract.naming import suggest
from refract.text import NewFile


@fixes("concurrently-not-alone", "concurrently-in-transaction", "validate-in-same-transaction")
def move(context: FixContext) -> Iterator[Fix]:
    """The statement unchanged, in the next migration."""
    found = statement_at(context)
    if found is None:
        return
    names = suggest(Diff(found.changes), context.before, context.after)
    name = next(iter(names), "_".join(found.verb.lower().split()))
    text = context.file[found.origin.span.start : found.origin.span.end]
    yield Fix(
        title="Move this statement to a separate migration",
        build=lambda: (
            *edited(context, removal(context.file, found)),
            NewFile(context.new_migration(name), f"{text};\n"),
        ),
        preferred=True,
    )
