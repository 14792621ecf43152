"""Creates or drops an index without blocking writes (PostgreSQL).

## What it does
For a change of the schema, writes a separate migration with `CONCURRENTLY`.
In a migration, adds `CONCURRENTLY` to the statement.
If the migration has other statements, moves the statement to the next migration.

## When it is offered
The database can build indexes concurrently, and the table and its columns exist.

## What it costs
The build takes longer. If the build fails, drop the invalid index and retry.
The statement must stay alone in its file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve

from refract.fixes._migration import is_built, may_be_separate, migration
from refract.fixes._statement import edited, removal, statement_at
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import CreateIndex, DropIndex, Statement
from refract.text import Span, TextEdit

_ALONE = "It must stay the only statement in its file."
_INDEX = re.compile(r"\bINDEX\b", re.IGNORECASE)
_INDEX_VERBS = frozenset({"CREATE INDEX", "DROP INDEX"})


@fixes("create-index-blocking", "add-unique-on-existing-rows")
def create_separately(context: FixContext) -> Iterator[Fix]:
    """A separate migration that builds the index."""
    change = context.finding.change
    if not isinstance(change, CreateIndex) or change.concurrently or not may_be_separate(context):
        return
    if is_built(context, change.table, (part.name for part in change.index.columns)):
        yield _separate(context, change, preferred=context.finding.rule == "create-index-blocking")


@fixes("drop-index-blocking")
def drop_separately(context: FixContext) -> Iterator[Fix]:
    """A separate migration that drops the index."""
    change = context.finding.change
    if isinstance(change, DropIndex) and may_be_separate(context) and not change.concurrently:
        yield _separate(context, change, preferred=True)


@fixes("create-index-blocking", "drop-index-blocking", "add-unique-on-existing-rows")
def rewrite_statement(context: FixContext) -> Iterator[Fix]:
    """CONCURRENTLY in the file if the statement is alone there, else in a separate migration."""
    found, change = statement_at(context), context.finding.change
    if found is None or not isinstance(change, CreateIndex | DropIndex) or found.verb not in _INDEX_VERBS:
        return
    if len(context.statements) == 1:
        yield Fix(
            title="Add CONCURRENTLY (does not block writes)",
            build=lambda: edited(context, _insert_after_index(context, found)),
            preferred=True,
        )
        return
    concurrent = evolve(change, concurrently=True)
    yield Fix(
        title=f"Move to a separate migration: {found.verb} CONCURRENTLY",
        build=lambda: (*edited(context, removal(context.file, found)), migration(context, (concurrent,))),
        preferred=True,
        note=_ALONE,
    )


def _separate(context: FixContext, change: CreateIndex | DropIndex, *, preferred: bool) -> Fix:
    concurrent = evolve(change, concurrently=True)
    verb = "CREATE INDEX" if isinstance(change, CreateIndex) else "DROP INDEX"
    return Fix(
        title=f"Write a separate migration: {verb} CONCURRENTLY",
        build=lambda: (migration(context, (concurrent,)),),
        preferred=preferred,
        note=_ALONE,
    )


def _insert_after_index(context: FixContext, found: Statement) -> TextEdit:
    match = _INDEX.search(context.file, *found.origin.span)
    if match is None:
        raise LookupError("INDEX")
    return TextEdit(Span(match.end(), match.end()), " CONCURRENTLY")
