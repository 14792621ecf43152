"""Columns that take the place of others, by their names."""

from __future__ import annotations

from refract.diff.names import words
from refract.schema.model import Column

_FILLERS = frozenset({"id", "is", "has", "at", "on", "by", "the", "of", "to"})


def is_named_after(new: Column, old: Column) -> bool:
    """Whether all words of the shorter name are in the longer one: `name` and `firstName`."""
    old_words, new_words = (set(words(column.name)) - _FILLERS for column in (old, new))
    return bool(old_words and new_words) and (old_words <= new_words or new_words <= old_words)
