"""Columns in ALTER TABLE: added, dropped, renamed, changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from refract.providers.base import quote_string
from refract.schema import changes as c
from refract.schema.model import (
    Column,
    Default,
    DefaultKind,
    QualifiedName,
)
from refract.sql.reader.column_words import CONSTRAINT_WORDS
from refract.sql.reader.columns import (
    numbering,
    read_column,
    read_type,
    squeezed,
    with_default,
)
from refract.sql.reader.constraints import add_constraint, constraints_of
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.dependents import drop_dependent_views, drop_keys_to_column
from refract.sql.reader.state import ReadingState


def alter_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`ALTER COLUMN …`: one change of a column."""
    item.accept("COLUMN")
    column = _column(item, table, session)
    if column is None:
        return
    for keys, change in _COLUMN_ACTIONS:
        if item.accept(*keys):
            change(item, table, column, session)
            return
    if session.traits.is_transact_sql:
        _retype(item, table, column, session)
    elif item.key() not in ("SET", "RESET", "RESTART"):
        raise UnreadableStatement("unknown action on a column")


def add_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`ADD [COLUMN] …`: one column, or several in parentheses."""
    allowed = item.if_not_exists()
    if item.key() == "(":
        for part in item.group().items():
            add_column(part, table, session)
        return
    found = read_column(item, table, session.scope)
    if allowed and session.column(table, found.column.name):
        return
    session.add(c.AddColumn(table=table, column=found.column, place=_place(item)))
    for constraint in constraints_of(found):
        add_constraint(constraint, table, session)


def drop_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`DROP COLUMN …`"""
    allowed = item.if_exists()
    name = item.identifier()
    column = session.column(table, name)
    if column is not None:
        if item.accept("CASCADE"):
            drop_dependent_views(table, session, column.name)
            drop_keys_to_column(table, column.name, session)
        session.add(c.DropColumn(table=table, column=column))
    elif not allowed:
        session.missing("column", name, session.table(table))


def rename_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`RENAME COLUMN … TO …`"""
    allowed = item.if_exists()
    column = _column(item, table, session, required=not allowed)
    item.expect("TO")
    if column is not None:
        session.add(c.RenameColumn(table=table, before=column, after=evolve(column, name=item.identifier())))


def modify_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """MySQL: a whole new definition."""
    item.accept("COLUMN")
    allowed = item.if_exists()
    start = item.position
    column = _column(item, table, session, required=not allowed)
    item.position = start
    if column is not None:
        _redefine(item, table, column, session)


def change_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """MySQL: another name and a whole new definition."""
    item.accept("COLUMN")
    allowed = item.if_exists()
    column = _column(item, table, session, required=not allowed)
    if column is not None:
        _redefine(item, table, column, session)


def _redefine(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    found = read_column(item, table, session.scope)
    after = found.column
    if after.name != column.name:
        renamed = evolve(column, name=after.name)
        session.add(c.RenameColumn(table=table, before=column, after=renamed))
        column = renamed
    session.redefine(table, column, evolve(after, name=column.name), _place(item))
    for constraint in constraints_of(found):
        add_constraint(constraint, table, session)


def _place(item: Cursor) -> str | None:
    """MySQL: `FIRST` or `AFTER column`."""
    if item.accept("FIRST"):
        return ""
    return item.identifier() if item.accept("AFTER") else None


def _column(item: Cursor, table: QualifiedName, session: ReadingState, *, required: bool = True) -> Column | None:
    name = item.identifier()
    column = session.column(table, name)
    if column is None and required:
        session.missing("column", name, session.table(table))
    return column


def _retype(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    """SQL Server: type and NULL or NOT NULL; the default is kept."""
    type_, _ = read_type(item, session.scope)
    nullable = not item.accept("NOT", "NULL")
    session.alter(table, column, evolve(column, type=type_, nullable=nullable))


def _set_type(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    type_, numbered = read_type(item, session.scope)
    using = squeezed(item.rest()) if item.accept("USING") else None
    default = _default_as_kept(column) if type_.enum is None else column.default
    after = numbering(evolve(column, type=type_, default=default), numbered, session.scope)
    session.alter(table, column, after, using)


def _default_as_kept(column: Column) -> Default | None:
    """PostgreSQL keeps an enum value as the default when the column's type changes to something else."""
    default, enum = column.default, column.type.enum
    if default is None or enum is None or default.kind is not DefaultKind.STRING:
        return default
    return Default(DefaultKind.EXPRESSION, enum_literal(default.text, enum))


def enum_literal(value: str, enum: QualifiedName) -> str:
    """A value of an enum as PostgreSQL writes it."""
    return f'{quote_string(value)}::"{enum.name}"'


def _set_default(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    session.alter(table, column, with_default(evolve(column, auto_increment=False), item.rest(), session.scope))


def _drop_default_of(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    session.alter(table, column, evolve(column, default=None, auto_increment=False))


def _to(**values: Any) -> Callable[[Cursor, QualifiedName, Column, ReadingState], None]:
    def change(_: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
        session.alter(table, column, evolve(column, **values))

    return change


_COLUMN_ACTIONS: tuple[tuple[tuple[str, ...], Callable[[Cursor, QualifiedName, Column, ReadingState], None]], ...] = (
    (("SET", "NOT", "NULL"), _to(nullable=False)),
    (("DROP", "NOT", "NULL"), _to(nullable=True)),
    (("SET", "DEFAULT"), _set_default),
    (("DROP", "DEFAULT"), _drop_default_of),
    (("SET", "DATA", "TYPE"), _set_type),
    (("TYPE",), _set_type),
    (("ADD", "GENERATED"), _to(auto_increment=True)),
    (("DROP", "IDENTITY"), _to(auto_increment=False)),
    (("DROP", "EXPRESSION"), _to(generated=None)),
)


def add_default(item: Cursor, table: QualifiedName, session: ReadingState) -> bool:
    """SQL Server: a default is a constraint that can be added later."""
    start = item.position
    name = item.identifier() if item.accept("CONSTRAINT") else ""
    if not item.accept("DEFAULT"):
        item.position = start
        return False
    sql = item.until(CONSTRAINT_WORDS)
    item.expect("FOR")
    column = _column(item, table, session)
    if column is not None:
        session.alter(table, column, with_default(column, sql, session.scope, name))
    return True
