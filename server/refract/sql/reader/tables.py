"""CREATE TABLE, DROP TABLE and RENAME TABLE."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import (
    Check,
    Column,
    ForeignKey,
    Index,
    PrimaryKey,
    QualifiedName,
    Table,
)
from refract.sql.reader.columns import (
    Constraint,
    read_column,
    read_constraint,
)
from refract.sql.reader.constraints import constraints_of
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.default_names import all_named, renamed_with_table
from refract.sql.reader.dependents import drop_dependent_views, drop_keys_to_table
from refract.sql.reader.state import ReadingState


def create_table(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE TABLE."""
    exists_allowed = cursor.if_not_exists()
    name = session.name(cursor)
    if exists_allowed and session.table(name):
        return
    if cursor.key() != "(":
        session.add(c.CreateTable(table=_copied_from(cursor, name, session)))
        return
    session.add(c.CreateTable(table=_defined(name, cursor.group().items(), session)))


def drop_table(cursor: Cursor, session: ReadingState) -> None:
    """After DROP TABLE."""
    allowed = cursor.if_exists()
    items = cursor.items()
    for item in items:
        name = session.table_name(item)
        table = session.table(name) or (None if allowed else session.assume(name))
        if table is not None:
            if items[-1].ends_with("CASCADE"):
                drop_dependent_views(name, session)
                drop_keys_to_table(name, session)
            session.add(c.DropTable(table=table))


def rename_tables(cursor: Cursor, session: ReadingState) -> None:
    """After RENAME TABLE (mysql)."""
    for item in cursor.items():
        before = session.table_name(item)
        item.expect("TO")
        rename_table(before, session.name(item), session)


def rename_table(before: QualifiedName, after: QualifiedName, session: ReadingState) -> None:
    """Move a table to another name or schema."""
    table = session.table(before) or session.assume(before)
    if before != after:
        session.add(c.RenameTable(before=table, after=evolve(table, name=after)))
        if session.traits.foreign_keys_make_indexes:
            _rename_keys(before, after, session)


def _rename_keys(before: QualifiedName, after: QualifiedName, session: ReadingState) -> None:
    for key in table.foreign_keys if (table := session.table(after)) else ():
        renamed = renamed_with_table(key, before, after)
        if renamed != key:
            session.add(c.RenameForeignKey(table=after, before=key, after=renamed))


def _copied_from(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    """At `[AS] SELECT * FROM table [WHERE ...]`: its columns, without their constraints and defaults."""
    cursor.accept("AS")
    if not cursor.accept("SELECT", "*", "FROM"):
        raise UnreadableStatement("columns expected")
    source = session.table(session.table_name(cursor))
    if source is None or not (cursor.done or cursor.key() in ("WHERE", "ORDER", "LIMIT")):
        raise UnreadableStatement("the columns of one table expected")
    plain = (evolve(x, nullable=True, default=None, auto_increment=False) for x in source.columns)
    return Table(name, tuple(plain))


def _defined(name: QualifiedName, items: Iterable[Cursor], session: ReadingState) -> Table:
    """The table with these columns and constraints."""
    columns: list[Column] = []
    constraints: list[Constraint] = []
    for item in items:
        constraint = read_constraint(item, name, session.scope)
        if constraint is not None:
            constraints.append(constraint)
        elif not (item.accept("LIKE") or item.accept("PERIOD")):
            found = read_column(item, name, session.scope)
            columns.append(found.column)
            constraints += constraints_of(found)
    if session.traits.names_unique_after_column:
        constraints = all_named(constraints, name)
    keys = [x for x in constraints if isinstance(x, PrimaryKey)]
    required = {part.name for key in keys for part in key.columns}
    return Table(
        name,
        tuple(evolve(x, nullable=False) if x.nullable and x.name in required else x for x in columns),
        primary_key=keys[-1] if keys else None,
        indexes=tuple(x for x in constraints if isinstance(x, Index)),
        foreign_keys=tuple(x for x in constraints if isinstance(x, ForeignKey)),
        checks=tuple(x for x in constraints if isinstance(x, Check)),
    )
