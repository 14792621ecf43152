"""Indexes, enums, views, extensions and schemas; and SQL Server's procedure that renames anything."""

from __future__ import annotations

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import (
    Enum,
    EnumValue,
    Extension,
    Index,
    ObjectKey,
    ObjectKind,
    PartKind,
    QualifiedName,
    Table,
    View,
)
from refract.sql.reader.alter_column import enum_literal
from refract.sql.reader.constraints import rename_constraint
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.dependents import (
    drop_columns_of,
    drop_columns_of_type,
    drop_dependent_views,
    drop_keys_to,
    drop_uses_of_extension,
    drop_uses_of_function,
)
from refract.sql.reader.index_parts import index_columns, squeezed
from refract.sql.reader.keys import nulls_are_distinct, read_include, read_storage
from refract.sql.reader.postgresql_names import Namer
from refract.sql.reader.state import TEMPORARY, ReadingState
from refract.sql.reader.traits import ReaderTraits


def create_index(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE, at UNIQUE, FULLTEXT, ... INDEX."""
    modifiers = set()
    while (word := cursor.one_of("UNIQUE", "FULLTEXT", "SPATIAL", "CLUSTERED", "NONCLUSTERED")) is not None:
        modifiers.add(word)
    cursor.expect("INDEX")
    concurrently = cursor.accept("CONCURRENTLY")
    allowed = cursor.if_not_exists()
    name = "" if cursor.key() == "ON" else cursor.dotted()[-1]
    kind = cursor.identifier().upper() if cursor.accept("USING") else None
    cursor.expect("ON")
    cursor.accept("ONLY")
    table = session.table_name(cursor)
    kind = cursor.identifier().upper() if cursor.accept("USING") else kind
    index = _index(name, kind, modifiers, table, cursor, session)
    if table in session.draft.views:
        return
    held = session.table(table) or session.assume(table)
    if allowed and held.index(index.name):
        return
    session.add(c.CreateIndex(table=table, index=index, concurrently=concurrently))
    if any(table in other.inherits and other.is_partition for other in session.draft.tables.values()):
        session.not_followed()  # each partition gets an index too, under a name of its own


def _index(
    name: str, kind: str | None, modifiers: set[str], table: QualifiedName, cursor: Cursor, session: ReadingState
) -> Index:
    columns = index_columns(cursor.group())
    clustered = "CLUSTERED" in modifiers if session.provider.clusters else None
    special = next(iter(modifiers & {"FULLTEXT", "SPATIAL"}), None)
    index = Index(name, columns, "UNIQUE" in modifiers, kind or "BTREE", clustered=clustered)
    index = _with_clauses(index, cursor, session.traits)
    index = evolve(index, type=special) if special else index
    if name:
        return index
    if session.traits.numbers_names:
        return Namer(table, session.draft).index(index)
    return evolve(index, name=session.provider.index_name(table.name, [x.name for x in columns]))


def _with_clauses(index: Index, cursor: Cursor, traits: ReaderTraits) -> Index:
    """The index with what follows its columns."""
    while not cursor.done:
        before = cursor.position
        if cursor.accept("WHERE"):
            index = evolve(index, where=squeezed(cursor.rest()))
        elif cursor.accept("USING"):
            index = evolve(index, type=cursor.identifier().upper())
        elif cursor.at("INCLUDE"):
            index = evolve(index, include=read_include(cursor))
        elif cursor.at("NULLS"):
            index = evolve(index, nulls_distinct=nulls_are_distinct(cursor))
        elif cursor.at("WITH", "("):
            index = evolve(index, storage=read_storage(cursor, traits))
        if cursor.position == before:  # nothing that is read, or a clause without its end
            cursor.position += 1
    return index


def drop_index(cursor: Cursor, session: ReadingState) -> None:
    """After DROP INDEX."""
    concurrently = cursor.accept("CONCURRENTLY")
    allowed = cursor.if_exists()
    for item in cursor.items():
        name = session.name(item)
        on = _named_table(item, session)
        found = _index_of(on, name, session)
        if found is not None:
            table, index = found
            if item.ends_with("CASCADE") and index.unique:
                drop_keys_to(table, tuple(part.name for part in index.columns), session)
            session.add(c.DropIndex(table=table.name, index=index, concurrently=concurrently))
        else:
            if not allowed:
                session.unknown("index", name)
            for holder in session.unlisting(name.schema) if on is None else (on,):
                session.lacks(holder, (PartKind.INDEX, name.name))


def _named_table(item: Cursor, session: ReadingState) -> QualifiedName | None:
    """The table whose index it is, where the statement names it."""
    if not item.accept("ON") and not item.accept("@"):
        return None
    name = session.table_name(item)
    return name if session.table(name) is not None else session.assume(name).name


def _index_of(on: QualifiedName | None, name: QualifiedName, session: ReadingState) -> tuple[Table, Index] | None:
    if on is None:
        return session.index(name.name, name.schema)
    table = session.table(on)
    index = table.index(name.name) if table else None
    return (table, index) if table is not None and index is not None else None


def alter_index(cursor: Cursor, session: ReadingState) -> None:
    """After ALTER INDEX."""
    allowed = cursor.if_exists()
    name = session.name(cursor)
    if cursor.at("SET", "(") or cursor.at("RESET", "("):
        _alter_storage(cursor, name, session)
        return
    if not cursor.accept("RENAME", "TO"):
        return
    found = session.index(name.name, name.schema)
    key = next((t for t in session.draft.tables.values() if t.primary_key and t.primary_key.name == name.name), None)
    if found is not None or key is not None:
        table = found[0] if found else key
        if table is not None:
            rename_constraint(table.name, name.name, cursor.identifier(), session)
        return
    if not allowed:
        session.unknown("index", name)
    after = cursor.identifier()
    for holder in session.unlisting(name.schema):
        session.has_renamed(holder, (PartKind.INDEX, name.name), (PartKind.INDEX, after))


def _alter_storage(cursor: Cursor, name: QualifiedName, session: ReadingState) -> None:
    """At SET or RESET of parameters. Where the rows of an index are is no change that Refract writes."""
    found = session.index(name.name, name.schema)
    sets = cursor.one_of("SET", "RESET") == "SET"
    given = {x.partition("=")[0]: x for x in ("".join(item.rest().split()) for item in cursor.group().items())}
    if found is None:
        return
    table, index = found
    kept = {x.partition("=")[0]: x for x in index.storage}
    storage = {**kept, **given} if sets else {key: x for key, x in kept.items() if key not in given}
    after = evolve(index, storage=tuple(storage.values()))
    indexes = tuple(after if x.name == index.name else x for x in table.indexes)
    session.draft.tables[table.name] = evolve(table, indexes=indexes)


def create_type(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE TYPE. Types other than enums are kept as names only."""
    allowed = cursor.if_not_exists()
    name = session.name(cursor)
    if not cursor.accept("AS", "ENUM"):
        session.keep_object(ObjectKind.TYPE, name, cursor.whole())
        return
    if allowed and session.enum(name):
        return
    values = tuple(EnumValue(item.string()) for item in cursor.group().items())
    session.add(c.CreateEnum(enum=Enum(name, values)))


def drop_type(cursor: Cursor, session: ReadingState) -> None:
    """After DROP TYPE. Types other than enums are objects that only migrations know."""
    allowed = cursor.if_exists()
    items = cursor.items()
    cascades = bool(items) and items[-1].ends_with("CASCADE")
    for item in items:
        name = session.name(item)
        enum = session.enum(name)
        if enum is not None:
            if cascades:
                drop_columns_of(enum, session)
            session.add(c.DropEnum(enum=enum))
            _drop_defaults(enum, session)
        elif not (_drop_kept(ObjectKind.TYPE, name, session, cascades=cascades) or allowed):
            session.unknown("type", name)


def alter_domain(cursor: Cursor, session: ReadingState) -> None:
    """After ALTER DOMAIN. One that gets another name or schema is not followed if columns have it as their type."""
    name = session.name(cursor)
    if not (cursor.at("RENAME", "TO") or cursor.at("SET", "SCHEMA")):
        return
    types = {column.type.name for table in session.draft.tables.values() for column in table.columns}
    if name.name in types or str(name) in types:
        session.not_followed()


def drop_domain(cursor: Cursor, session: ReadingState) -> None:
    """After DROP DOMAIN."""
    cursor.if_exists()
    items = cursor.items()
    for item in items:
        _drop_kept(ObjectKind.DOMAIN, session.name(item), session, cascades=items[-1].ends_with("CASCADE"))


def _drop_kept(kind: ObjectKind, name: QualifiedName, session: ReadingState, *, cascades: bool) -> bool:
    """Whether there was such a type, which is dropped, with its columns if the statement cascades."""
    found = session.draft.objects.pop(ObjectKey(kind, name), None)
    if cascades:
        drop_columns_of_type(frozenset({name.name}), session)
    return found is not None


def create_domain(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE DOMAIN."""
    session.keep_object(ObjectKind.DOMAIN, session.name(cursor), cursor.whole())


def drop_routine(cursor: Cursor, session: ReadingState) -> None:
    """After DROP FUNCTION, PROCEDURE or ROUTINE."""
    cursor.if_exists()
    items = cursor.items()
    for item in items:
        name = session.name(item)
        for kind in (ObjectKind.FUNCTION, ObjectKind.PROCEDURE):
            session.draft.objects.pop(ObjectKey(kind, name), None)
        if items[-1].ends_with("CASCADE"):
            drop_uses_of_function(name.name, session)


def _drop_defaults(enum: Enum, session: ReadingState) -> None:
    """CASCADE also drops the defaults that are still values of the enum."""
    literals = {enum_literal(value.name, enum.name) for value in enum.values}
    for table in list(session.draft.tables.values()):
        for column in table.columns:
            if column.default is not None and column.default.text in literals:
                session.alter(table.name, column, evolve(column, default=None))


def alter_type(cursor: Cursor, session: ReadingState) -> None:
    """After ALTER TYPE."""
    name = session.name(cursor)
    enum = session.enum(name)
    if enum is None:
        if not _alter_kept_type(name, cursor, session):
            session.unknown("enum", name)
    elif cursor.accept("ADD", "VALUE"):
        _add_value(cursor, enum, session)
    elif cursor.accept("RENAME", "VALUE"):
        before = cursor.string()
        cursor.expect("TO")
        session.add(c.RenameEnumValue(enum=name, before=before, after=cursor.string()))
    elif cursor.accept("RENAME", "TO"):
        renamed = QualifiedName(name.schema, cursor.dotted()[-1])
        session.add(c.RenameEnum(before=enum, after=evolve(enum, name=renamed)))
    elif cursor.accept("SET", "SCHEMA"):
        renamed = QualifiedName(cursor.identifier(), name.name)
        session.add(c.RenameEnum(before=enum, after=evolve(enum, name=renamed)))
    elif cursor.accept("DROP", "VALUE"):
        gone = cursor.string()
        kept = tuple(v for v in enum.values if v.name != gone)
        session.add(c.AlterEnum(before=enum, after=evolve(enum, values=kept)))
    elif not cursor.accept("OWNER"):
        raise UnreadableStatement("unknown action on a type")


def _alter_kept_type(name: QualifiedName, cursor: Cursor, session: ReadingState) -> bool:
    """Whether it is a type that is kept by its name only. Columns of a type that is renamed are not followed."""
    held = session.draft.objects.get(ObjectKey(ObjectKind.TYPE, name))
    if held is not None and cursor.key() in ("RENAME", "SET") and cursor.key(1) in ("TO", "SCHEMA"):
        session.not_followed(text=cursor.whole())
    return held is not None


def _add_value(cursor: Cursor, enum: Enum, session: ReadingState) -> None:
    cursor.if_not_exists()
    value = cursor.string()
    names = [v.name for v in enum.values]
    if value in names:
        return
    place = len(names)
    side = cursor.one_of("BEFORE", "AFTER")
    if side is not None:
        neighbour = cursor.string()
        if neighbour in names:
            place = names.index(neighbour) + (side == "AFTER")
    values = (*enum.values[:place], EnumValue(value), *enum.values[place:])
    session.add(c.AlterEnum(before=enum, after=evolve(enum, values=values)))


def create_view(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE [OR REPLACE] [TEMP] [RECURSIVE | MATERIALIZED] VIEW."""
    before = {cursor.key(-back) for back in range(1, cursor.position + 1)}
    allowed = cursor.if_not_exists()
    name = session.name(cursor)
    if before & {"TEMP", "TEMPORARY"}:
        name = QualifiedName(TEMPORARY, name.name)
    if allowed and name in session.draft.views:
        return
    if before & {"REPLACE", "ALTER"}:
        session.draft.views.pop(name, None)
    session.add(c.CreateView(view=_view(name, cursor, session, stored="MATERIALIZED" in before)))


def _view(name: QualifiedName, cursor: Cursor, session: ReadingState, *, stored: bool) -> View:
    definition = squeezed(cursor.rest())
    return View(name, definition, stored, session.relations_in(definition))


def drop_view(cursor: Cursor, session: ReadingState) -> None:
    """After DROP [MATERIALIZED] VIEW."""
    allowed = cursor.if_exists()
    for item in cursor.items():
        name = session.table_name(item)
        view = session.draft.views.get(name)
        if view is None:
            if not allowed:
                session.unknown("view", name)
            continue
        if item.accept("CASCADE"):
            drop_dependent_views(name, session)
        session.add(c.DropView(view=view))


def alter_view(cursor: Cursor, session: ReadingState) -> None:
    """After ALTER [MATERIALIZED] VIEW: RENAME TO and SET SCHEMA; its columns and options are no part of the model."""
    allowed = cursor.if_exists()
    name = session.table_name(cursor)
    view = session.draft.views.get(name)
    if view is None:
        if not allowed:
            session.unknown("view", name)
    else:
        move_view(view, cursor, session)


def move_view(view: View, cursor: Cursor, session: ReadingState) -> None:
    """At RENAME TO or SET SCHEMA, or at what the model does not hold of a view."""
    if cursor.accept("RENAME", "TO"):
        name = QualifiedName(view.name.schema, cursor.dotted()[-1])
    elif cursor.accept("SET", "SCHEMA"):
        name = QualifiedName(cursor.identifier(), view.name.name)
    else:
        return
    session.add(c.DropView(view=view))
    session.add(c.CreateView(view=evolve(view, name=name)))


def create_extension(cursor: Cursor, session: ReadingState) -> None:
    """After CREATE EXTENSION."""
    cursor.if_not_exists()
    name, schema, version = cursor.identifier(), None, None
    while not cursor.done:
        if cursor.accept("SCHEMA"):
            schema = cursor.identifier()
        elif cursor.accept("VERSION"):
            version = cursor.string() if cursor.key() == "'" else cursor.identifier()
        else:
            cursor.position += 1
    if name not in session.draft.extensions:
        session.add(c.CreateExtension(extension=Extension(name, schema, version)))


def drop_extension(cursor: Cursor, session: ReadingState) -> None:
    """After DROP EXTENSION."""
    cursor.if_exists()
    items = cursor.items()
    for item in items:
        name = item.identifier()
        if items[-1].ends_with("CASCADE"):
            drop_uses_of_extension(name, session)
        extension = session.draft.extensions.get(name)
        if extension is not None:
            session.add(c.DropExtension(extension=extension))


def rename_anything(cursor: Cursor, session: ReadingState) -> None:
    """SQL Server, after EXEC sp_rename: `'schema.table.column', 'new name' [, 'COLUMN' | 'INDEX' | 'OBJECT']`."""
    arguments = [_argument(item) for item in cursor.items()]
    if len(arguments) < 2:
        raise UnreadableStatement("sp_rename needs two arguments")
    path = _path(arguments[0])
    kind = arguments[2].upper() if len(arguments) > 2 else "OBJECT"
    if kind in ("COLUMN", "INDEX"):
        _rename_part(path, arguments[1], kind, session)
    else:
        _rename_object(path, arguments[1], session)


def _argument(item: Cursor) -> str:
    if item.key(1) == "=":
        item.position += 2
    return item.string() if item.key() == "'" else item.identifier()


def _path(text: str) -> list[str]:
    return [part.strip('[]"') for part in text.split(".")]


def _rename_part(path: list[str], after: str, kind: str, session: ReadingState) -> None:
    if len(path) < 2:
        raise UnreadableStatement("table and name expected")
    table = QualifiedName(path[-3] if len(path) > 2 else session.schema, path[-2])
    column = session.column(table, path[-1])
    if kind == "INDEX":
        rename_constraint(table, path[-1], after, session)
    elif column is None:
        session.unknown("column", ".".join(path))
    else:
        session.add(c.RenameColumn(table=table, before=column, after=evolve(column, name=after)))


def _rename_object(path: list[str], after: str, session: ReadingState) -> None:
    name = QualifiedName(path[-2] if len(path) > 1 else session.schema, path[-1])
    table = session.table(name)
    if table is not None:
        session.add(c.RenameTable(before=table, after=evolve(table, name=QualifiedName(name.schema, after))))
        return
    for held in session.draft.tables.values():
        key = held.primary_key
        if held.foreign_key(path[-1]) or held.index(path[-1]) or (key and key.name == path[-1]):
            rename_constraint(held.name, path[-1], after, session)
            return
    session.unknown("object", ".".join(path))
