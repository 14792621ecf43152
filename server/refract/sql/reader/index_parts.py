"""The parts of an index: columns and expressions, their order and operator classes."""

from __future__ import annotations

from refract.schema.model import IndexColumn, Nulls, Sort, whole_number
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.tokens import NUMBER

_COLUMN_ORDER = {"ASC": Sort.ASC, "DESC": Sort.DESC}
_AFTER_PART = ("ASC", "DESC", "NULLS")
_OPERATORS = ("::", "-", "+", "|", "||")


def index_columns(group: Cursor) -> tuple[IndexColumn, ...]:
    """The parts of an index."""
    return tuple(_index_column(item) for item in group.items())


def _index_column(item: Cursor) -> IndexColumn:
    name, length, expression = _subject(item)
    collation = read_collation(item)
    ops, options = None, ""
    if not item.done and item.key() not in _AFTER_PART:
        ops = item.dotted()[-1]
        options = squeezed(item.group().rest()) if item.key() == "(" else ""
    sort = _COLUMN_ORDER.get(item.one_of("ASC", "DESC") or "", Sort.ASC)
    return IndexColumn(
        name, sort, length, ops, expression, nulls=_nulls(item, sort), ops_options=options, collation=collation
    )


def _subject(item: Cursor) -> tuple[str, int | None, str | None]:
    """A column, with the length of its prefix on MySQL, or an expression."""
    start = item.position
    if item.key() == "(":
        return "", None, squeezed(item.group().rest())
    name = item.identifier()
    if item.key() in ("(", "."):
        while item.accept("."):
            item.identifier()
        inner = item.group()
        if inner.key() == NUMBER and inner.key(1) == "":
            return name, whole_number(inner.text()), None
        return "", None, squeezed(item.sql[item.start_of(start) : item.start_of(item.position - 1) + 1])
    if item.key() in _OPERATORS:
        item.position = start
        return "", None, squeezed(item.rest())
    return name, None, None


def read_collation(item: Cursor) -> str | None:
    """At COLLATE, or not: the collation as SQL writes it, its names in quotes."""
    if not item.accept("COLLATE"):
        return None
    return ".".join('"' + part.replace('"', '""') + '"' for part in item.dotted())


def _nulls(item: Cursor, sort: Sort) -> Nulls | None:
    """Where null values are, if not where the order puts them."""
    if not item.accept("NULLS"):
        return None
    place = Nulls.FIRST if item.one_of("FIRST", "LAST") == "FIRST" else Nulls.LAST
    return place if (place is Nulls.FIRST) == (sort is Sort.ASC) else None


def squeezed(text: str) -> str:
    """SQL on one line. Text in quotes keeps its spaces."""
    parts = text.split("'")
    return "'".join(part if number % 2 else _one_line(part) for number, part in enumerate(parts)).strip()


def _one_line(text: str) -> str:
    inner = " ".join(text.split())
    before = " " if text[:1].isspace() and inner else ""
    after = " " if text[-1:].isspace() else ""
    return before + inner + after
