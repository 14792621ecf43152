"""A new migration rewritten as a whole, as fixes do that undo what it makes of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refract.fixes.base import FixContext
from refract.text import FileChange, FileEdits, NewFile, Span, TextEdit

RESET = "If `prisma migrate dev` has applied this migration to your database, reset that database afterwards."


def rewritten(context: FixContext, sql: str) -> FileEdits:
    """The file of the finding with other SQL. Raises LookupError."""
    if context.place is None:
        raise LookupError("the finding has no place")
    whole = TextEdit(Span(0, len(context.file)), sql)
    return FileEdits(context.place.path, (whole,), context.file)


def over_existing(context: FixContext, changes: Iterable[FileChange]) -> Iterator[FileChange]:
    """The changes, of which one writes into the file of the finding instead of a new one."""
    path = context.place.path if context.place else ""
    for change in changes:
        yield rewritten(context, change.text) if isinstance(change, NewFile) and change.path == path else change
