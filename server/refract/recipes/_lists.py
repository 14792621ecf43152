"""The lines of a model that list a field, such as `@@index([name])`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.recipes.base import ModelField, Situation
from refract.syntax.tree import Attribute

_LISTS = ("index", "unique", "fulltext")


def lists_with(s: Situation, field: ModelField) -> Iterator[Attribute]:
    """The indexes of several fields that have this one."""
    for attribute in s.block(field.model).attributes:
        if attribute.name.text in _LISTS and names_field(s, field.model, attribute, field.name):
            yield attribute


def names_field(s: Situation, model: str, attribute: Attribute, field: str) -> bool:
    """Whether an attribute of a model names a field of it."""
    return re.search(rf"(?<![\w\".]){re.escape(field)}(?![\w\"])", s.text(model, *attribute.span)) is not None


def renamed_in(text: str, old: str, new: str) -> str:
    """The text of an attribute with another field in the place of one."""
    return re.sub(rf"(?<![\w\".]){re.escape(old)}(?![\w\":])", new, text)


def without_map(text: str) -> str:
    """An attribute without a name for the database: no two indexes can have the same."""
    return re.sub(r",\s*(map|name):\s*\"[^\"]*\"", "", text)
