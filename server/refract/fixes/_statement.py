"""Statements of a migration, as fixes find and rewrite them."""

from __future__ import annotations

import re

from refract.fixes.base import FixContext
from refract.providers.behaviour import behaviour
from refract.schema.changes import Statement
from refract.text import FileChange, FileEdits, Span, TextEdit

_COMMENTS_ABOVE = re.compile(r"(?:[ \t]*--[^\n]*\n)*\Z")


def statement_at(context: FixContext) -> Statement | None:
    """The statement that the finding is about; None if the database has no online form of it."""
    if context.place is None or not behaviour(context.provider.name).concurrent_indexes:
        return None
    at = context.place.span.start
    return next((s for s in context.statements if s.origin.span.start <= at <= s.origin.span.end), None)


def edited(context: FixContext, *edits: TextEdit) -> tuple[FileChange, ...]:
    """The edits of the file that the finding is shown in. Raises LookupError."""
    if context.place is None:
        raise LookupError("the finding has no place")
    return (FileEdits(context.place.path, edits, context.file),)


def removal(text: str, statement: Statement) -> TextEdit:
    """Removes the statement with its semicolon, and the comment lines right above it."""
    start, end = statement.origin.span
    line = text.rfind("\n", 0, start) + 1
    if not text[line:start].strip():
        comments = _COMMENTS_ABOVE.search(text, 0, line)
        start = comments.start() if comments else line
    semicolon = re.compile(r"\s*;").match(text, end)
    end = semicolon.end() if semicolon else end
    blank = re.compile(r"[ \t]*\r?\n(?:[ \t]*\r?\n)?").match(text, end)
    return TextEdit(Span(start, blank.end() if blank else end), "")
