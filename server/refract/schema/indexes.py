"""Indexes that a schema cannot hold, and indexes in which one column takes the place of another."""

from __future__ import annotations

from attrs import evolve

from refract.schema.expressions import names_column, with_column_renamed
from refract.schema.model import Index


def is_beyond_schema(index: Index) -> bool:
    """Whether a schema cannot hold the index: it is partial, on an expression, or an exclusion constraint."""
    return index.where is not None or any(part.expression is not None for part in index.columns)


def index_names(index: Index, column: str, provider: str) -> bool:
    """Whether an index is about a column, in its parts or its condition."""
    texts = (index.where or "", *(part.expression or "" for part in index.columns))
    named = any(part.name == column for part in index.columns) or column in index.include
    return named or any(names_column(text, column, provider) for text in texts)


def index_for(index: Index, column: str, other: str, provider: str) -> Index:
    """The index with another column in place of one."""
    parts = tuple(
        evolve(
            part,
            name=other if part.name == column else part.name,
            expression=part.expression and with_column_renamed(part.expression, column, other, provider),
        )
        for part in index.columns
    )
    where = index.where and with_column_renamed(index.where, column, other, provider)
    include = tuple(other if name == column else name for name in index.include)
    return evolve(index, columns=parts, where=where, include=include)
