"""CREATE TABLE, DROP TABLE and RENAME TABLE."""

from __future__ import annotations

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import (
    Check,
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
    table = Table(name, ())
    for item in cursor.group().items():
        table = _with_item(table, item, session)
    session.add(c.CreateTable(table=table))


def drop_table(cursor: Cursor, session: ReadingState) -> None:
    """After DROP TABLE."""
    allowed = cursor.if_exists()
    for item in cursor.items():
        name = session.table_name(item)
        table = session.table(name)
        if table is not None:
            session.add(c.DropTable(table=table))
        elif not allowed:
            session.missing("table", name)


def rename_tables(cursor: Cursor, session: ReadingState) -> None:
    """After RENAME TABLE (mysql)."""
    for item in cursor.items():
        before = session.table_name(item)
        item.expect("TO")
        rename_table(before, session.name(item), session)


def rename_table(before: QualifiedName, after: QualifiedName, session: ReadingState) -> None:
    """Give a table another name or schema."""
    table = session.table(before)
    if table is None:
        session.missing("table", before)
    elif before != after:
        session.add(c.RenameTable(before=table, after=evolve(table, name=after)))


def _copied_from(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    """At `[AS] SELECT * FROM table [WHERE ...]`: its columns, without what is said about them."""
    cursor.accept("AS")
    if not cursor.accept("SELECT", "*", "FROM"):
        raise UnreadableStatement("columns expected")
    source = session.table(session.table_name(cursor))
    if source is None or not (cursor.done or cursor.key() in ("WHERE", "ORDER", "LIMIT")):
        raise UnreadableStatement("the columns of one table expected")
    plain = (evolve(x, nullable=True, default=None, auto_increment=False) for x in source.columns)
    return Table(name, tuple(plain))


def _with_item(table: Table, item: Cursor, session: ReadingState) -> Table:
    constraint = read_constraint(item, table.name, session.scope)
    if constraint is not None:
        return _with_constraint(table, constraint)
    if item.accept("LIKE") or item.accept("PERIOD"):
        return table
    found = read_column(item, table.name, session.scope)
    table = evolve(table, columns=(*table.columns, found.column))
    for constraint in constraints_of(found):
        table = _with_constraint(table, constraint)
    return table


def _with_constraint(table: Table, constraint: Constraint) -> Table:
    match constraint:
        case PrimaryKey():
            names = {p.name for p in constraint.columns}
            columns = tuple(evolve(x, nullable=False) if x.nullable and x.name in names else x for x in table.columns)
            return evolve(table, primary_key=constraint, columns=columns)
        case Index():
            return evolve(table, indexes=(*table.indexes, constraint))
        case ForeignKey():
            return evolve(table, foreign_keys=(*table.foreign_keys, constraint))
        case Check():
            return evolve(table, checks=(*table.checks, constraint))
