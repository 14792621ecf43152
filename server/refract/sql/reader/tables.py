"""CREATE TABLE, DROP TABLE and RENAME TABLE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import (
    Check,
    Column,
    Default,
    DefaultKind,
    ForeignKey,
    Index,
    PrimaryKey,
    QualifiedName,
    Table,
)
from refract.sql.reader.columns import Definition, read_column
from refract.sql.reader.constraints import constraints_of
from refract.sql.reader.copies import (
    constraints_of_table,
    inheriting,
    like,
    partition,
    query_follows,
    table_of_query,
    table_of_select,
    target_of_select,
)
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.default_names import all_named, renamed_with_table
from refract.sql.reader.dependents import drop_dependents_of_table, drop_keys_to_table
from refract.sql.reader.keys import Constraint
from refract.sql.reader.postgresql_names import Namer
from refract.sql.reader.sequences import with_sequence
from refract.sql.reader.state import TEMPORARY, ReadingState
from refract.sql.reader.table_constraints import read_constraint
from refract.sql.reader.table_options import with_options


def create_table(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE [TEMP] TABLE."""
    is_temporary = cursor.key(-2) in ("TEMP", "TEMPORARY")
    allowed = cursor.if_not_exists()
    name = session.table_name(cursor) if session.traits.is_sqlite else session.name(cursor)
    if is_temporary:
        name = QualifiedName(TEMPORARY, name.name)
    if allowed and session.table(name):
        return
    if is_temporary and _drops_on_commit(cursor):
        session.dropped_on_commit.add(name)
    _add_table(_made(cursor, name, session), session)


def replace_table(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE OR REPLACE TABLE (MariaDB)."""
    start = cursor.position
    held = session.table(session.name(cursor))
    if held is not None:
        session.add(c.DropTable(table=held))
    cursor.position = start
    create_table(cursor, session)


def _drops_on_commit(cursor: Cursor) -> bool:
    start, found = cursor.position, False
    while not (cursor.done or found):
        found = cursor.at("ON", "COMMIT", "DROP")
        cursor.position += 1
    cursor.position = start
    return found


def _made(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    if session.traits.names_unique_after_column and _accept_like(cursor):
        return _like(cursor, name, session)
    if session.traits.names_unique_after_column and cursor.key() in ("AS", "SELECT"):
        return _of_mysql_query(cursor, name, session)
    if cursor.accept("PARTITION", "OF"):
        return partition(cursor, name, session)
    if cursor.accept("OF"):
        return Table(name, (), columns_known=False)
    if query_follows(cursor) and not session.traits.names_unique_after_column:
        return table_of_query(cursor, name, session)
    if cursor.key() != "(":
        return _copied_from(cursor, name, session)
    table = _defined(name, cursor.group().items(), session)
    if session.traits.names_unique_after_column and "SELECT" in (cursor.key(), cursor.key(1)):
        return evolve(table, columns_known=False)
    return inheriting(table, cursor, session) if cursor.accept("INHERITS") else with_options(table, cursor, session)


def _of_mysql_query(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    try:
        return _copied_from(cursor, name, session)
    except UnreadableStatement:
        return Table(name, (), columns_known=False)


def _accept_like(cursor: Cursor) -> bool:
    return cursor.accept("LIKE") or cursor.accept("(", "LIKE")


def _like(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    """At the table that the new one is like (mysql): all but its foreign keys."""
    source = session.table(session.table_name(cursor))
    if source is None:
        raise UnreadableStatement("a known table expected")
    indexes = tuple(evolve(index, of_key=False) for index in source.indexes)
    return evolve(source, name=name, foreign_keys=(), indexes=indexes, assumed=False)


def select_into(cursor: Cursor, session: ReadingState) -> bool:
    """At a SELECT: whether it makes a table, which is then read."""
    if not session.traits.selects_into_tables or not target_of_select(cursor):
        return False
    cursor.position += 1
    is_temporary = cursor.one_of("TEMP", "TEMPORARY") is not None
    while cursor.one_of("TABLE", "UNLOGGED") is not None:
        pass
    if cursor.key() in ("#", "@"):  # a temporary table or a variable of SQL Server
        return True
    name = session.name(cursor)
    name = QualifiedName(TEMPORARY, name.name) if is_temporary else name
    cursor.position = 0
    _add_table(table_of_select(cursor, name, session), session)
    return True


def _add_table(table: Table, session: ReadingState) -> None:
    """Create the table. One whose columns are not known is counted, unless it does not outlive the migration."""
    session.add(c.CreateTable(table=_with_keys_to_itself(table)))
    if not table.columns_known and table.name.schema != TEMPORARY:
        session.not_followed(text=f'TABLE "{table.name.name}"')


def _with_keys_to_itself(table: Table) -> Table:
    """A foreign key that names no columns references the primary key, here of the table that it is written in."""
    if table.primary_key is None:
        return table
    columns = tuple(part.name for part in table.primary_key.columns)
    keys = (
        evolve(key, referenced_columns=key.referenced_columns or columns) if key.referenced_table == table.name else key
        for key in table.foreign_keys
    )
    return evolve(table, foreign_keys=tuple(keys))


def drop_table(cursor: Cursor, session: ReadingState) -> None:
    """After DROP TABLE."""
    allowed = cursor.if_exists()
    items = cursor.items()
    for item in items:
        name = session.table_name(item)
        table = session.table(name) or (None if allowed else session.assume(name))
        if table is not None:
            if items[-1].ends_with("CASCADE"):
                drop_dependents_of_table(table, session)
                drop_keys_to_table(name, session)
            _drop_children(name, session, cascades=items[-1].ends_with("CASCADE"))
            session.add(c.DropTable(table=table))


def _drop_children(name: QualifiedName, session: ReadingState, *, cascades: bool) -> None:
    """Drop the partitions of a table, and with CASCADE the tables that inherit from it."""
    for child in list(session.draft.tables.values()):
        if name in child.inherits and (cascades or child.is_partition):
            _drop_children(child.name, session, cascades=cascades)
            session.add(c.DropTable(table=child))


def rename_tables(cursor: Cursor, session: ReadingState) -> None:
    """After RENAME TABLE (mysql)."""
    allowed = cursor.if_exists()
    for item in cursor.items():
        before = session.table_name(item)
        item.expect("TO")
        if session.table(before) or not allowed:
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
    return Table(name, tuple(_copied(column, session) for column in source.columns))


def _copied(column: Column, session: ReadingState) -> Column:
    if not session.traits.names_unique_after_column:
        return evolve(column, nullable=True, default=None, auto_increment=False)
    zero = Default(DefaultKind.NUMBER, "0")  # MySQL keeps all but keys, and numbers no more
    return evolve(column, auto_increment=False, default=zero if column.auto_increment else column.default)


def _with_columns(key: ForeignKey, table: QualifiedName, keys: Sequence[PrimaryKey]) -> ForeignKey:
    """A foreign key to the table itself that names no columns references its primary key."""
    if key.referenced_columns or key.referenced_table != table or not keys:
        return key
    return evolve(key, referenced_columns=tuple(part.name for part in keys[-1].columns))


def _without_repetitions(constraints: Sequence[Constraint]) -> Iterator[Constraint]:
    """PostgreSQL and SQLite make one index of two equal unique constraints, and none of one that the primary key implies."""
    keys = [x for x in constraints if isinstance(x, PrimaryKey)]
    seen = [(x.columns, x.include, True, x.storage, x.deferral) for x in keys]
    for constraint in constraints:
        if isinstance(constraint, Index) and constraint.type != "EXCLUDE":
            x = constraint
            what = (x.columns, x.include, x.nulls_distinct, x.storage, x.deferral)
            if what in seen:
                continue
            seen.append(what)
        yield constraint


def _numbers_rows(columns: Sequence[Column], constraints: Sequence[Constraint]) -> bool:
    """Whether the primary key is an INTEGER column of SQLite, which is the number of a row and has no index."""
    parts = [part.name for x in constraints if isinstance(x, PrimaryKey) for part in x.columns]
    return len(parts) == 1 and any(x.name == parts[0] and x.type.name == "INTEGER" for x in columns)


def _numbered(found: Definition, table: QualifiedName, namer: Namer, session: ReadingState) -> Column:
    """The column, with the name of its sequence if it counts with one."""
    if not session.traits.numbers_names:
        return found.column
    return with_sequence(found.column, found.numbers, table, namer, session)


def _defined(name: QualifiedName, items: Iterable[Cursor], session: ReadingState) -> Table:
    """The table with these columns and constraints."""
    columns: list[Column] = []
    constraints: list[Constraint] = []
    namer = Namer(name, session.draft)
    for item in items:
        constraint = read_constraint(item, name, session.scope)
        if constraint is not None:
            constraints.append(constraint)
        elif not session.traits.is_sqlite and item.accept("LIKE"):
            source = like(item, name, session)
            columns += source.columns
            constraints += constraints_of_table(source)
        elif not item.accept("PERIOD", "FOR"):
            found = read_column(item, name, session.scope)
            columns.append(_numbered(found, name, namer, session))
            constraints += constraints_of(found)
    if session.traits.names_unique_after_column:
        constraints = all_named(constraints, name)
    if session.traits.is_sqlite and not _numbers_rows(columns, constraints):
        constraints = list(_without_repetitions(constraints))
    if session.traits.numbers_names:
        constraints = list(namer.constraints(_without_repetitions(constraints), columns))
    return _table(name, columns, constraints)


def _table(name: QualifiedName, columns: Iterable[Column], constraints: Sequence[Constraint]) -> Table:
    keys = [x for x in constraints if isinstance(x, PrimaryKey)]
    if len(keys) > 1:
        raise UnreadableStatement("one primary key expected")
    checks = [x for x in constraints if isinstance(x, Check)]
    required = {part.name for key in keys for part in key.columns} | {check.not_null for check in checks}
    return Table(
        name,
        tuple(evolve(x, nullable=False) if x.nullable and x.name in required else x for x in columns),
        primary_key=keys[-1] if keys else None,
        indexes=tuple(x for x in constraints if isinstance(x, Index)),
        foreign_keys=tuple(_with_columns(x, name, keys) for x in constraints if isinstance(x, ForeignKey)),
        checks=tuple(check for check in checks if check.not_null is None),
    )
