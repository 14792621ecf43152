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
    Identity,
    PartKind,
    QualifiedName,
)
from refract.sql.reader.column_words import CONSTRAINT_WORDS
from refract.sql.reader.columns import (
    numbering,
    read_column,
    with_default,
)
from refract.sql.reader.constraints import add_constraint, add_constraints, constraints_of
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.dependents import drop_dependents_of_column, drop_keys_to_column
from refract.sql.reader.index_parts import read_collation, squeezed
from refract.sql.reader.postgresql_names import Namer
from refract.sql.reader.sequences import alter_identity, drop_identity, keep_sequence, with_sequence
from refract.sql.reader.state import ReadingState
from refract.sql.reader.table_constraints import read_constraint
from refract.sql.reader.types import read_type


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
    elif item.key() == "RESTART" or (item.key() == "SET" and item.key(1) in _SEQUENCE_OPTIONS):
        alter_identity(item, table, column, session)
    elif item.key() not in ("SET", "RESET"):
        raise UnreadableStatement("unknown action on a column")


_SEQUENCE_OPTIONS = ("INCREMENT", "MINVALUE", "MAXVALUE", "NO", "START", "CACHE", "CYCLE", "RESTART")


def add_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`ADD [COLUMN] …`: one column, or several in parentheses."""
    allowed = item.if_not_exists()
    if item.key() == "(":
        for part in item.group().items():
            constraint = read_constraint(part, table, session.scope)
            add_constraint(constraint, table, session) if constraint else add_column(part, table, session)
        return
    found = read_column(item, table, session.scope)
    if allowed and session.column(table, found.column.name):
        return
    column = found.column
    if session.traits.numbers_names:
        column = with_sequence(column, found.numbers, table, Namer(table, session.draft), session)
    session.add(c.AddColumn(table=table, column=column, place=_place(item)))
    add_constraints(constraints_of(found), table, session)


def drop_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`DROP COLUMN …`"""
    allowed = item.if_exists()
    name = item.identifier()
    column = session.column(table, name)
    if column is not None:
        if item.accept("CASCADE"):
            drop_dependents_of_column(session.draft.tables[table], column, session)
            drop_keys_to_column(table, column.name, session)
        session.add(c.DropColumn(table=table, column=column))
        return
    if not allowed:
        session.missing("column", name, session.table(table))
    session.lacks(table, (PartKind.COLUMN, name))


def rename_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`RENAME COLUMN … TO …`"""
    allowed = item.if_exists()
    start = item.position
    column = _column(item, table, session, required=not allowed)
    item.expect("TO")
    if column is None:
        _note_unlisted(item, start, table, session)
        return
    session.add(c.RenameColumn(table=table, before=column, after=evolve(column, name=item.identifier())))


def _note_unlisted(item: Cursor, start: int, table: QualifiedName, session: ReadingState) -> None:
    """At the new name of a column that the table does not list; its old one is at `start`."""
    after = item.identifier()
    item.position = start
    session.has_renamed(table, (PartKind.COLUMN, item.identifier()), (PartKind.COLUMN, after))


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
    start = item.position
    column = _column(item, table, session, required=not allowed)
    if column is not None:
        _redefine(item, table, column, session)
    else:
        _note_unlisted(item, start, table, session)


def _redefine(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    found = read_column(item, table, session.scope)
    after = found.column
    if after.name != column.name:
        renamed = evolve(column, name=after.name)
        session.add(c.RenameColumn(table=table, before=column, after=renamed))
        column = renamed
    session.redefine(table, column, evolve(after, name=column.name), _place(item))
    add_constraints(constraints_of(found), table, session)


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
    collation = read_collation(item)
    using = squeezed(item.rest()) if item.accept("USING") else None
    default = _default_as_kept(column) if type_.enum is None else column.default
    if type_ != column.type:
        keep_sequence(table, column, session)
    after = numbering(evolve(column, type=type_, default=default, collation=collation), numbered, session.scope)
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
    keep_sequence(table, column, session)
    plain = evolve(column, auto_increment=False, sequence=None)
    session.alter(table, column, with_default(plain, item.rest(), session.scope))


def _drop_default_of(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    keep_sequence(table, column, session)
    session.alter(table, column, evolve(column, default=None, auto_increment=False, sequence=None))


def _add_identity(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    identity = Identity.BY_DEFAULT if item.accept("BY", "DEFAULT") else Identity.ALWAYS
    item.accept("ALWAYS")
    item.expect("AS", "IDENTITY")
    options = item.group() if item.key() == "(" else None
    after = evolve(column, auto_increment=True, default=None, sequence=None)
    if session.traits.keeps_conditions:
        after = evolve(after, identity=identity)
        after = with_sequence(after, options, table, Namer(table, session.draft), session)
    session.alter(table, column, after)


def _set_identity(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    """After SET GENERATED; options of the sequence may follow."""
    identity = Identity.BY_DEFAULT if item.accept("BY", "DEFAULT") else Identity.ALWAYS
    item.accept("ALWAYS")
    session.alter(table, column, evolve(column, identity=identity))
    if not item.done:
        alter_identity(item, table, column, session)


def _drop_identity(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    if column.identity is not None:
        drop_identity(table, column, session)
    session.alter(table, column, evolve(column, auto_increment=False, identity=None, sequence=None))


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
    (("ADD", "GENERATED"), _add_identity),
    (("SET", "GENERATED"), _set_identity),
    (("DROP", "IDENTITY"), _drop_identity),
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
