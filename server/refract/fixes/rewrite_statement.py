"""Rewrites statements of a migration in the form that lets the application run on (PostgreSQL)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve

from refract.diff import Diff
from refract.fixes._migration import migration
from refract.fixes.base import Fix, FixContext, fixes
from refract.naming import suggest
from refract.providers.behaviour import behaviour
from refract.schema.changes import AddCheck, AddForeignKey, CreateIndex, DropIndex, Statement, ValidateConstraint
from refract.text import FileChange, FileEdits, NewFile, Span, TextEdit

_INDEX = re.compile(r"\bINDEX\b", re.IGNORECASE)
_COMMENTS_ABOVE = re.compile(r"(?:[ \t]*--[^\n]*\n)*\Z")
LOCK_TIMEOUT = "SET lock_timeout = '5s';\n\n"


@fixes("create-index-blocking", "create-unique-index-blocking", "drop-index-blocking", "add-unique-on-existing-rows")
def concurrently(context: FixContext) -> Iterator[Fix]:
    """CONCURRENTLY where the statement is alone in its file, else in a migration of its own."""
    found, change = _statement(context), context.finding.change
    if found is None or not isinstance(change, CreateIndex | DropIndex) or found.verb not in _INDEX_VERBS:
        return
    if len(context.statements) == 1:
        yield Fix(
            title="Add CONCURRENTLY", build=lambda: _edits(context, _insert_after_index(context, found)), preferred=True
        )
        return
    apart = evolve(change, concurrently=True)
    yield Fix(
        title=f"Move to a migration of its own: {found.verb} CONCURRENTLY",
        build=lambda: (*_edits(context, _removal(context.file, found)), migration(context, (apart,))),
        preferred=True,
    )


@fixes(
    "add-foreign-key-on-existing-rows",
    "add-foreign-key-validating",
    "add-check-on-existing-rows",
    "add-check-validating",
)
def not_valid(context: FixContext) -> Iterator[Fix]:
    """NOT VALID here, and VALIDATE CONSTRAINT in the next migration."""
    found, change = _statement(context), context.finding.change
    if found is None or not isinstance(change, AddForeignKey | AddCheck) or len(found.changes) != 1:
        return
    name = change.foreign_key.name if isinstance(change, AddForeignKey) else change.check.name
    validated = ValidateConstraint(table=change.table, constraint=name)
    named = "validate_" + "".join(c if c.isalnum() else "_" for c in name).lower()
    end = found.origin.span.end
    yield Fix(
        title="Add NOT VALID, and validate it in the next migration",
        build=lambda: (
            *_edits(context, TextEdit(Span(end, end), " NOT VALID")),
            migration(context, (validated,), named),
        ),
        preferred=True,
    )


@fixes("missing-lock-timeout")
def lock_timeout(context: FixContext) -> Iterator[Fix]:
    """A limit on waiting for locks, at the head of the file."""
    if context.statements and context.place is not None:
        start = 1 if context.file.startswith("\ufeff") else 0
        yield Fix(
            title="Wait at most 5 seconds for locks: SET lock_timeout",
            build=lambda: _edits(context, TextEdit(Span(start, start), LOCK_TIMEOUT)),
            preferred=True,
            safe=True,
        )


@fixes("concurrently-not-alone", "concurrently-in-transaction", "validate-in-same-transaction")
def apart(context: FixContext) -> Iterator[Fix]:
    """The statement as it stands, in the next migration."""
    found = _statement(context)
    if found is None:
        return
    names = suggest(Diff(found.changes), context.before, context.after)
    name = next(iter(names), "_".join(found.verb.lower().split()))
    text = context.file[found.origin.span.start : found.origin.span.end]
    yield Fix(
        title="Move this statement to a migration of its own",
        build=lambda: (
            *_edits(context, _removal(context.file, found)),
            NewFile(context.new_migration(name), f"{text};\n"),
        ),
        preferred=True,
    )


@fixes("drop-cascade")
def without_cascade(context: FixContext) -> Iterator[Fix]:
    """DROP without CASCADE: it fails while something depends on the object, and says what."""
    found = _statement(context)
    match = _LAST_CASCADE.search(context.file, *found.origin.span) if found else None
    if match is not None:
        yield Fix(
            title="Leave CASCADE out: what depends on it then stops the migration",
            build=lambda: _edits(context, TextEdit(Span(*match.span()), "")),
            preferred=True,
        )


_LAST_CASCADE = re.compile(r"\s+CASCADE\s*\Z", re.IGNORECASE)
_INDEX_VERBS = frozenset({"CREATE INDEX", "DROP INDEX"})


def _statement(context: FixContext) -> Statement | None:
    """The statement that the finding is about, where statements can be rewritten like this."""
    if context.place is None or not behaviour(context.provider.name).concurrent_indexes:
        return None
    at = context.place.span.start
    return next((s for s in context.statements if s.origin.span.start <= at <= s.origin.span.end), None)


def _edits(context: FixContext, *made: TextEdit) -> tuple[FileChange, ...]:
    if context.place is None:
        raise LookupError("the finding stands nowhere")
    return (FileEdits(context.place.path, made),)


def _insert_after_index(context: FixContext, found: Statement) -> TextEdit:
    match = _INDEX.search(context.file, *found.origin.span)
    if match is None:
        raise LookupError("INDEX")
    return TextEdit(Span(match.end(), match.end()), " CONCURRENTLY")


def _removal(text: str, found: Statement) -> TextEdit:
    """Removes the statement with its semicolon, and the comment lines right above it."""
    start, end = found.origin.span
    line = text.rfind("\n", 0, start) + 1
    if not text[line:start].strip():
        comments = _COMMENTS_ABOVE.search(text, 0, line)
        start = comments.start() if comments else line
    semicolon = re.compile(r"\s*;").match(text, end)
    end = semicolon.end() if semicolon else end
    blank = re.compile(r"[ \t]*\r?\n(?:[ \t]*\r?\n)?").match(text, end)
    return TextEdit(Span(start, blank.end() if blank else end), "")
