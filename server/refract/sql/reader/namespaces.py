"""Schemas (namespaces): made, renamed and dropped with all that is in them, and the path on which names are looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import QualifiedName
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.dependents import drop_columns_of, drop_dependent_views, drop_keys_to_table
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import NUMBER, STRING, SqlToken

ReadPart = Callable[[str, list[SqlToken], ReadingState], None]
_PARTS = ("CREATE", "GRANT")


def create_schema(cursor: Cursor, session: ReadingState, read: ReadPart) -> None:
    """After CREATE SCHEMA: a name, perhaps an owner, perhaps statements that make what is in it."""
    allowed = cursor.if_not_exists()
    name = cursor.identifier() if cursor.key() != "AUTHORIZATION" else ""
    if cursor.accept("AUTHORIZATION"):
        name = name or cursor.identifier()
    if name not in session.draft.schemas:
        session.add(c.CreateSchema(name=name))
    elif not allowed and not cursor.done:
        session.not_followed(c.Misfit(c.Reason.EXISTS, "schema", name))
    while not cursor.done and cursor.key() not in _PARTS:
        cursor.position += 1
    _read_parts(name, cursor, session, read)


def _read_parts(name: str, cursor: Cursor, session: ReadingState, read: ReadPart) -> None:
    """`CREATE TABLE ... CREATE VIEW ...` within CREATE SCHEMA, which make their objects in it."""
    before, session.path = session.path, (name, *session.path)
    try:
        for part in _parts(cursor):
            read(cursor.sql, part, session)
    finally:
        session.path = before


def _parts(cursor: Cursor) -> Iterator[list[SqlToken]]:
    depth, found = 0, list[SqlToken]()
    while not cursor.done:
        depth += (cursor.key() == "(") - (cursor.key() == ")")
        if depth == 0 and found and cursor.key() in _PARTS:
            yield found
            found = []
        found.append(cursor.token)
        cursor.position += 1
    if found:
        yield found


def drop_schema(cursor: Cursor, session: ReadingState) -> None:
    """After DROP SCHEMA. With what is in it, if CASCADE is written; without, it is empty."""
    allowed = cursor.if_exists()
    items = cursor.items()
    cascades = bool(items) and items[-1].key(1) == "CASCADE"
    for item in items:
        name = item.identifier()
        if cascades:
            _drop_contents(name, session)
        if not allowed or name in session.draft.schemas:
            session.add(c.DropSchema(name=name))


def _drop_contents(name: str, session: ReadingState) -> None:
    draft = session.draft
    for view in [view for view in draft.views.values() if view.name.schema == name]:
        if view.name in draft.views:
            drop_dependent_views(view.name, session)
            session.add(c.DropView(view=view))
    for table in [table for table in draft.tables.values() if table.name.schema == name]:
        drop_dependent_views(table.name, session)
        drop_keys_to_table(table.name, session)
        session.add(c.DropTable(table=table))
    for enum in [enum for enum in draft.enums.values() if enum.name.schema == name]:
        drop_columns_of(enum, session)
        session.add(c.DropEnum(enum=enum))
    for sequence in [held for held in draft.sequences.values() if held.name.schema == name]:
        session.add(c.DropSequence(sequence=sequence))
    for key in [key for key in draft.objects if name in (key.name.schema, key.table.schema if key.table else None)]:
        del draft.objects[key]


def alter_schema(cursor: Cursor, session: ReadingState) -> None:
    """After ALTER SCHEMA. OWNER TO changes nothing here."""
    name = cursor.identifier()
    if cursor.accept("RENAME", "TO"):
        _rename(name, cursor.identifier(), session)


def _rename(before: str, after: str, session: ReadingState) -> None:
    draft = session.draft
    session.add(c.CreateSchema(name=after))
    for enum in [enum for enum in draft.enums.values() if enum.name.schema == before]:
        session.add(c.RenameEnum(before=enum, after=evolve(enum, name=_moved(enum.name, after))))
    for table in [table for table in draft.tables.values() if table.name.schema == before]:
        held = draft.tables[table.name]
        session.add(c.RenameTable(before=held, after=evolve(held, name=_moved(table.name, after))))
    for view in [view for view in draft.views.values() if view.name.schema == before]:
        session.add(c.DropView(view=view))
        session.add(c.CreateView(view=evolve(view, name=_moved(view.name, after))))
    for sequence in [held for held in draft.sequences.values() if held.name.schema == before]:
        session.add(c.DropSequence(sequence=sequence))
        session.add(c.CreateSequence(sequence=evolve(sequence, name=_moved(sequence.name, after))))
    session.add(c.DropSchema(name=before))


def _moved(name: QualifiedName, schema: str) -> QualifiedName:
    return QualifiedName(schema, name.name)


def set_setting(cursor: Cursor, session: ReadingState) -> None:
    """After SET [LOCAL | SESSION]: the search path, and whether MySQL checks keys. Others do not touch the model."""
    if cursor.accept("FOREIGN_KEY_CHECKS", "="):
        session.checks_keys = cursor.key() != NUMBER or cursor.text() != "0"
    if not session.provider.default_schema:
        return
    is_local = cursor.key(-1) == "LOCAL"
    if cursor.accept("SCHEMA") and cursor.key() == STRING:
        session.search((cursor.string(),), is_local)
    elif cursor.accept("SEARCH_PATH") and (cursor.accept("TO") or cursor.accept("=")):
        session.search(_path([_setting(item) for item in cursor.items()], session), is_local)


def reset_search_path(cursor: Cursor, session: ReadingState) -> None:
    """After RESET."""
    if cursor.one_of("SEARCH_PATH", "ALL") is not None:
        session.search(_path(["default"], session), is_local=False)


def set_config(cursor: Cursor, session: ReadingState) -> None:
    """At a SELECT: `set_config('search_path', '..', is_local)` sets it too."""
    while not cursor.done and cursor.key() != "SET_CONFIG":
        cursor.position += 1
    if cursor.done or cursor.key(1) != "(":
        return
    cursor.position += 1
    arguments = cursor.group().items()
    texts = [item.string() if item.key() == STRING else item.text() for item in arguments]
    if len(texts) == 3 and texts[0].lower() == "search_path":
        names = [part.strip().strip('"') for part in texts[1].split(",")]
        session.search(_path(names, session), is_local=texts[2].upper() == "TRUE")


def _path(names: list[str], session: ReadingState) -> tuple[str, ...]:
    """The namespaces of a path, without those of the server and of the user. An empty path keeps the default one:
    what a statement makes has its namespace then.
    """
    if names == ["default"]:
        return (session.default_schema,)
    return tuple(name for name in names if name not in ("$user", "pg_catalog", "")) or (session.default_schema,)


def _setting(item: Cursor) -> str:
    return item.string() if item.key() == STRING else item.identifier()
