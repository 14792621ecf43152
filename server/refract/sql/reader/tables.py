"""CREATE TABLE, ALTER TABLE, DROP TABLE and RENAME TABLE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from refract.providers.base import quote_string
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
from refract.sql.reader.columns import (
    CONSTRAINT_WORDS,
    Constraint,
    Definition,
    index_columns,
    numbering,
    read_column,
    read_constraint,
    read_type,
    squeezed,
    with_default,
)
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
    for constraint in _constraints(found):
        table = _with_constraint(table, constraint)
    return table


def _constraints(found: Definition) -> tuple[Constraint, ...]:
    key = (found.primary_key,) if found.primary_key else ()
    return (*key, *found.indexes, *found.foreign_keys, *found.checks)


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
        _rename(before, session.name(item), session)


def _rename(before: QualifiedName, after: QualifiedName, session: ReadingState) -> None:
    table = session.table(before)
    if table is None:
        session.missing("table", before)
    elif before != after:
        session.add(c.RenameTable(before=table, after=evolve(table, name=after)))


def alter_table(cursor: Cursor, session: ReadingState) -> None:
    """After ALTER TABLE."""
    allowed = cursor.if_exists()
    cursor.accept("ONLY")
    name = session.table_name(cursor)
    cursor.accept("*")
    if session.traits.is_transact_sql and cursor.accept("WITH"):
        cursor.one_of("CHECK", "NOCHECK")
    if session.table(name) is None:
        if not allowed and name not in session.draft.views:
            session.missing("table", name)
        return
    previous, statement = "", session.origin
    for item in cursor.items():
        session.origin = session.part(item, statement)
        previous = _action(item, name, session, previous)
    session.origin = statement


def _action(item: Cursor, table: QualifiedName, session: ReadingState, previous: str) -> str:
    """One action of ALTER TABLE. SQL Server says its verb once for several: `previous` is that of the action before."""
    if previous and session.traits.is_transact_sql:
        verb = _verb_of_part(item, previous)
        {" ".join(keys): act for keys, act in _ACTIONS}[verb](item, table, session)
        return verb
    for keys, act in _ACTIONS:
        if item.accept(*keys):
            act(item, table, session)
            return " ".join(keys)
    raise UnreadableStatement("unknown action")


def _verb_of_part(item: Cursor, previous: str) -> str:
    """`ADD CONSTRAINT a ..., CONSTRAINT b ..., c INT` and `DROP CONSTRAINT a, COLUMN b` say their verb once."""
    if previous.startswith("ADD"):
        return "ADD"
    kind = item.one_of("COLUMN", "CONSTRAINT") if previous.startswith("DROP") else ""
    return f"DROP {kind}" if kind else previous


def _add(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    if session.traits.is_transact_sql:
        if _add_default(item, table, session):
            return
    elif item.accept("COLUMN"):
        _add_column(item, table, session)
        return
    constraint = read_constraint(item, table, session.scope)
    if constraint is None:
        _add_column(item, table, session)
    else:
        _add_constraint(constraint, table, session)


def _add_default(item: Cursor, table: QualifiedName, session: ReadingState) -> bool:
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


def _add_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    allowed = item.if_not_exists()
    if item.key() == "(":
        for part in item.group().items():
            _add_column(part, table, session)
        return
    found = read_column(item, table, session.scope)
    if allowed and session.column(table, found.column.name):
        return
    session.add(c.AddColumn(table=table, column=found.column))
    for constraint in _constraints(found):
        _add_constraint(constraint, table, session)


def _add_constraint(constraint: Constraint, table: QualifiedName, session: ReadingState) -> None:
    match constraint:
        case PrimaryKey(columns=()):
            _use_index(constraint.name, table, session)
        case PrimaryKey():
            session.add(c.AddPrimaryKey(table=table, primary_key=constraint))
        case Index(columns=()):
            pass
        case Index():
            session.add(c.CreateIndex(table=table, index=constraint))
        case ForeignKey():
            session.add(c.AddForeignKey(table=table, foreign_key=constraint))
        case Check():
            session.add(c.AddCheck(table=table, check=constraint))


def _use_index(name: str, table: QualifiedName, session: ReadingState) -> None:
    """A primary key made of an index that is there; the index is then the key's."""
    held = session.table(table)
    index = held.index(name) if held else None
    if index is not None:
        session.add(c.DropIndex(table=table, index=index))
        session.add(c.AddPrimaryKey(table=table, primary_key=PrimaryKey(name, index.columns)))


def _add_using_index(item: Cursor, table: QualifiedName, session: ReadingState) -> bool:
    """PostgreSQL: `ADD CONSTRAINT name UNIQUE|PRIMARY KEY USING INDEX index`, which renames the index."""
    start = item.position
    name = item.identifier()
    primary = item.accept("PRIMARY", "KEY", "USING", "INDEX")
    if not primary and not item.accept("UNIQUE", "USING", "INDEX"):
        item.position = start
        return False
    held = session.table(table)
    wanted = item.identifier()
    index = held.index(wanted) if held else None
    if index is None:
        session.missing("index", wanted)
    elif primary:
        session.add(c.DropIndex(table=table, index=index))
        session.add(c.AddPrimaryKey(table=table, primary_key=PrimaryKey(name, index.columns)))
    elif index.name != name:
        session.add(c.RenameIndex(table=table, before=index, after=evolve(index, name=name, constraint=True)))
    return True


def _add_named_constraint(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """After ADD CONSTRAINT. MySQL may leave the name out."""
    start = item.position
    allowed = item.if_not_exists()
    if _add_using_index(item, table, session):
        return
    held = session.table(table)
    name = item.identifier()
    if allowed and held is not None and (held.foreign_key(name) or held.index(name)):
        return
    item.position = start - 1
    _add(item, table, session)


def _column(item: Cursor, table: QualifiedName, session: ReadingState) -> Column | None:
    name = item.identifier()
    column = session.column(table, name)
    if column is None:
        session.missing("column", f"{table}.{name}")
    return column


def _drop_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    allowed = item.if_exists()
    name = item.identifier()
    column = session.column(table, name)
    if column is not None:
        session.add(c.DropColumn(table=table, column=column))
    elif not allowed:
        session.missing("column", f"{table}.{name}")


def _drop_constraint(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    allowed = item.if_exists()
    name = item.identifier()
    held = session.table(table)
    if held is None:
        return
    key, check = held.foreign_key(name), next((x for x in held.checks if x.name == name), None)
    index = held.index(name)
    if key is not None:
        session.add(c.DropForeignKey(table=table, foreign_key=key))
    elif index is not None:
        session.add(c.DropIndex(table=table, index=index))
    elif check is not None:
        session.add(c.DropCheck(table=table, check=check))
    elif held.primary_key is not None and held.primary_key.name == name:
        session.add(c.DropPrimaryKey(table=table, primary_key=held.primary_key))
    elif not _drop_default(name, held, session) and not allowed:
        session.missing("constraint", name)


def _drop_default(name: str, table: Table, session: ReadingState) -> bool:
    column = next((x for x in table.columns if x.default is not None and x.default_name == name), None)
    if column is not None:
        session.alter(table.name, column, evolve(column, default=None, default_name=None))
    return column is not None


def _drop_primary_key(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    held = session.table(table)
    if held is not None and held.primary_key is not None:
        session.add(c.DropPrimaryKey(table=table, primary_key=held.primary_key))


def _drop_index(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    name = item.identifier()
    held = session.table(table)
    index = held.index(name) if held else None
    if index is None:
        session.missing("index", name)
    else:
        session.add(c.DropIndex(table=table, index=index))


def _drop(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    _drop_constraint(item, table, session) if session.traits.is_transact_sql else _drop_column(item, table, session)


def _rename_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    column = _column(item, table, session)
    item.expect("TO")
    if column is not None:
        session.add(c.RenameColumn(table=table, before=column, after=evolve(column, name=item.identifier())))


def _rename_constraint(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    before = item.identifier()
    item.expect("TO")
    rename_constraint(table, before, item.identifier(), session)


def rename_constraint(table: QualifiedName, before: str, after: str, session: ReadingState) -> None:
    """Give a key, an index or a check of a table another name."""
    held = session.table(table)
    if held is None:
        return
    key, index = held.foreign_key(before), held.index(before)
    if key is not None:
        session.add(c.RenameForeignKey(table=table, before=key, after=evolve(key, name=after)))
    elif index is not None:
        session.add(c.RenameIndex(table=table, before=index, after=evolve(index, name=after)))
    elif held.primary_key is not None and held.primary_key.name == before:
        renamed = evolve(held.primary_key, name=after)
        session.add(c.RenamePrimaryKey(table=table, before=held.primary_key, after=renamed))
    else:
        check = next((x for x in held.checks if x.name == before), None)
        if check is None:
            session.missing("constraint", before)
            return
        session.add(c.DropCheck(table=table, check=check))
        session.add(c.AddCheck(table=table, check=evolve(check, name=after)))


def _rename_to(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    _rename(table, QualifiedName(table.schema, item.dotted()[-1]), session)


def _set_schema(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    _rename(table, QualifiedName(item.identifier(), table.name), session)


def _alter_column(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
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


def _retype(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    """SQL Server: type and NULL or NOT NULL; the default stays."""
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
    """PostgreSQL keeps a value of an enum as what it was when the column becomes something else."""
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


def _modify(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """MySQL: the whole definition anew."""
    item.accept("COLUMN")
    item.if_exists()
    start = item.position
    column = _column(item, table, session)
    item.position = start
    if column is not None:
        _redefine(item, table, column, session)


def _change(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """MySQL: another name and the whole definition anew."""
    item.accept("COLUMN")
    column = _column(item, table, session)
    if column is not None:
        _redefine(item, table, column, session)


def _redefine(item: Cursor, table: QualifiedName, column: Column, session: ReadingState) -> None:
    found = read_column(item, table, session.scope)
    after = found.column
    if after.name.lower() != column.name.lower():
        renamed = evolve(column, name=after.name)
        session.add(c.RenameColumn(table=table, before=column, after=renamed))
        column = renamed
    session.alter(table, column, evolve(after, name=column.name))
    for constraint in _constraints(found):
        _add_constraint(constraint, table, session)


def _rename_index(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    before = item.identifier()
    item.expect("TO")
    rename_constraint(table, before, item.identifier(), session)


def _alter_primary_key(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """CockroachDB."""
    held = session.table(table)
    key = held.primary_key if held else None
    if key is not None:
        session.add(c.DropPrimaryKey(table=table, primary_key=key))
    name = key.name if key else session.provider.primary_key_name(table.name)
    session.add(c.AddPrimaryKey(table=table, primary_key=PrimaryKey(name, index_columns(item.group()))))


def _validate(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    session.add(c.ValidateConstraint(table=table, constraint=item.identifier()))


def _nothing(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """An action that the model does not know of."""


Act = Callable[[Cursor, QualifiedName, ReadingState], None]
_ACTIONS: tuple[tuple[tuple[str, ...], Act], ...] = (
    (("ADD", "CONSTRAINT"), _add_named_constraint),
    (("ADD",), _add),
    (("DROP", "CONSTRAINT"), _drop_constraint),
    (("DROP", "COLUMN"), _drop_column),
    (("DROP", "PRIMARY", "KEY"), _drop_primary_key),
    (("DROP", "FOREIGN", "KEY"), _drop_constraint),
    (("DROP", "CHECK"), _drop_constraint),
    (("DROP", "INDEX"), _drop_index),
    (("DROP", "KEY"), _drop_index),
    (("DROP",), _drop),
    (("ALTER", "INDEX"), _nothing),
    (("ALTER", "CONSTRAINT"), _nothing),
    (("ALTER", "PRIMARY", "KEY", "USING", "COLUMNS"), _alter_primary_key),
    (("ALTER",), _alter_column),
    (("MODIFY",), _modify),
    (("CHANGE",), _change),
    (("RENAME", "CONSTRAINT"), _rename_constraint),
    (("RENAME", "INDEX"), _rename_index),
    (("RENAME", "KEY"), _rename_index),
    (("RENAME", "TO"), _rename_to),
    (("RENAME", "AS"), _rename_to),
    (("RENAME", "COLUMN"), _rename_column),
    (("RENAME",), _rename_column),
    (("SET", "SCHEMA"), _set_schema),
    (("VALIDATE", "CONSTRAINT"), _validate),
    *(
        ((word,), _nothing)
        for word in (
            "ENABLE", "DISABLE", "FORCE", "NO", "REPLICA", "OWNER", "SET", "RESET", "CLUSTER", "CHECK", "NOCHECK",
            "ENGINE", "COLLATE", "CONVERT", "AUTO_INCREMENT", "COMMENT", "DEFAULT", "CHARACTER", "ORDER", "ROW_FORMAT",
            "ALGORITHM", "LOCK", "CHARSET",
        )
    ),
)  # fmt: skip
