"""A table without one of its columns, or with one under another name: with all that leans on the column."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from refract.schema.expressions import names_column, with_column_renamed
from refract.schema.model import Column, ForeignKey, Index, IndexColumn, PrimaryKey, QualifiedName, Table


def renamed_column(table: Table, before: str, after: Column, provider: str) -> Table:
    """The table with a column under its new name, in its keys, indexes, checks and expressions too."""

    def sql(text: str) -> str:
        return with_column_renamed(text, before, after.name, provider)

    def names(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(after.name if n == before else n for n in columns)

    key = table.primary_key
    return evolve(
        table,
        columns=tuple(_with_rule(after if col.name == before else col, sql) for col in table.columns),
        primary_key=evolve(key, columns=_parts(key.columns, before, after.name, sql)) if key else None,
        indexes=tuple(_renamed_in(i, before, after.name, sql) for i in table.indexes),
        checks=tuple(evolve(check, expression=sql(check.expression)) for check in table.checks),
        foreign_keys=tuple(
            evolve(
                k,
                columns=names(k.columns),
                referenced_columns=names(k.referenced_columns)
                if k.referenced_table == table.name
                else k.referenced_columns,
            )
            for k in table.foreign_keys
        ),
    )


def _with_rule(column: Column, sql: Callable[[str], str]) -> Column:
    return evolve(column, generated=sql(column.generated)) if column.generated else column


def _renamed_in(index: Index, before: str, after: str, sql: Callable[[str], str]) -> Index:
    where = sql(index.where) if index.where else index.where
    include = tuple(after if name == before else name for name in index.include)
    return evolve(index, columns=_parts(index.columns, before, after, sql), where=where, include=include)


def _parts(
    columns: tuple[IndexColumn, ...], before: str, after: str, sql: Callable[[str], str]
) -> tuple[IndexColumn, ...]:
    return tuple(_part(part, before, after, sql) for part in columns)


def _part(part: IndexColumn, before: str, after: str, sql: Callable[[str], str]) -> IndexColumn:
    if part.expression is not None:
        return evolve(part, expression=sql(part.expression))
    return evolve(part, name=after) if part.name == before else part


def without_column(table: Table, name: str, provider: str) -> Table:
    """The table without a column, and without each key, index, check and generated column that names it.

    MySQL shrinks the indexes of several columns.
    """
    kept = (_shrunk(i, name) if provider == "mysql" else i for i in table.indexes)
    key = table.primary_key
    rest = evolve(
        table,
        columns=tuple(col for col in table.columns if col.name != name),
        primary_key=None if key and name in _names_in(key) else key,
        indexes=tuple(i for i in kept if i.columns and not _leans_on(i, name, provider)),
        checks=tuple(check for check in table.checks if not names_column(check.expression, name, provider)),
        foreign_keys=tuple(
            k for k in table.foreign_keys if name not in k.columns and not refers_to(k, table.name, name)
        ),
    )
    computed = [col for col in rest.columns if col.generated and names_column(col.generated, name, provider)]
    for column in computed:
        rest = without_column(rest, column.name, provider)
    return rest


def _names_in(index: Index | PrimaryKey) -> tuple[str, ...]:
    """The columns that an index or a key has, sorted by or only carried."""
    return (*(part.name for part in index.columns), *index.include)


def _shrunk(index: Index, column: str) -> Index:
    return evolve(index, columns=tuple(p for p in index.columns if p.name != column))


def _leans_on(index: Index, name: str, provider: str) -> bool:
    """Whether the index has the column among its parts, in an expression or in its predicate."""
    texts = [text for text in (index.where, *(part.expression for part in index.columns)) if text]
    return name in _names_in(index) or any(names_column(text, name, provider) for text in texts)


def refers_to(key: ForeignKey, table: QualifiedName, column: str) -> bool:
    """Whether the foreign key references the column."""
    return key.referenced_table == table and column in key.referenced_columns
