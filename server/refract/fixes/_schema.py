"""Edits of the schema, as fixes make them."""

from __future__ import annotations

from collections.abc import Callable

from refract.fixes.base import FixContext
from refract.syntax import Document
from refract.text import FileChange, FileEdits, TextEdit


def in_block(context: FixContext, key: str, make: Callable[[Document], list[TextEdit]]) -> tuple[FileChange, ...]:
    """The edits that `make` makes in the file of the block that origins call `key`. Raises LookupError."""
    placed = context.tree.placed(key)
    document = context.tree.document(placed.path) if placed else None
    if document is None:
        raise LookupError(key)
    return (FileEdits(document.path, tuple(make(document))),)


def quoted(text: str) -> str:
    """`text` as a string of the schema language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
