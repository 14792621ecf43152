"""What CASCADE drops with an object: what leans on it, as PostgreSQL does."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import evolve

from refract.schema import changes as c
from refract.schema.columns import refers_to
from refract.schema.dependents import Surroundings
from refract.schema.expressions import calls
from refract.schema.model import Column, DatabaseObject, DefaultKind, Enum, ObjectKind, QualifiedName, Table
from refract.sql.reader.state import ReadingState


def drop_dependent_views(name: QualifiedName, session: ReadingState) -> None:
    """Drop the views of a table or view, and those of these views."""
    for view in list(session.draft.views.values()):
        if name in view.uses and view.name in session.draft.views:
            drop_dependent_views(view.name, session)
            session.add(c.DropView(view=view))


def drop_dependents_of_table(table: Table, session: ReadingState) -> None:
    """Drop the views of a table, and the policies and rules of other tables that name it."""
    _forget(_surroundings(session).objects_on(table), session)
    drop_dependent_views(table.name, session)


def drop_dependents_of_column(table: Table, column: Column, session: ReadingState) -> None:
    """Drop the views of a column with those of these views, and the policies, rules and triggers that name it."""
    known = _surroundings(session)
    _forget(known.objects_with(table, column), session)
    for view in known.views_with(table, column):
        if view.name in session.draft.views:
            drop_dependent_views(view.name, session)
            session.add(c.DropView(view=view))


def _surroundings(session: ReadingState) -> Surroundings:
    draft = session.draft
    return Surroundings(session.provider.name, draft.tables, tuple(draft.views.values()), tuple(draft.objects.values()))


def _forget(found: Iterable[DatabaseObject], session: ReadingState) -> None:
    for held in list(found):
        session.draft.objects.pop(held.key, None)


def drop_keys_to(table: Table, columns: tuple[str, ...], session: ReadingState) -> None:
    """Drop the foreign keys of any table that reference exactly these columns."""
    for other in list(session.draft.tables.values()):
        for key in other.foreign_keys:
            if key.referenced_table == table.name and set(key.referenced_columns) == set(columns):
                session.add(c.DropForeignKey(table=other.name, foreign_key=key))


def drop_keys_to_table(table: QualifiedName, session: ReadingState) -> None:
    """Drop the foreign keys of other tables that reference the table."""
    for other in list(session.draft.tables.values()):
        for key in other.foreign_keys:
            if other.name != table and key.referenced_table == table:
                session.add(c.DropForeignKey(table=other.name, foreign_key=key))


def drop_keys_to_column(table: QualifiedName, column: str, session: ReadingState) -> None:
    """Drop the foreign keys of other tables that reference the column."""
    for other in list(session.draft.tables.values()):
        for key in other.foreign_keys:
            if other.name != table and refers_to(key, table, column):
                session.add(c.DropForeignKey(table=other.name, foreign_key=key))


def drop_columns_of(enum: Enum, session: ReadingState) -> None:
    """Drop the columns of an enum type."""
    _drop_columns(lambda column: column.type.enum == enum.name, session)


def drop_columns_of_type(names: frozenset[str], session: ReadingState) -> None:
    """Drop the columns of types that are kept by their name only: domains, and types of extensions."""
    _drop_columns(lambda column: column.type.enum is None and column.type.name.lower().strip('"') in names, session)


def _drop_columns(fits: Callable[[Column], bool], session: ReadingState) -> None:
    for table in list(session.draft.tables.values()):
        for column in table.columns:
            if fits(column):
                drop_dependents_of_column(table, column, session)
                session.add(c.DropColumn(table=table.name, column=column))


def drop_uses_of_function(name: str, session: ReadingState) -> None:
    """Drop the defaults, checks, indexes, generated columns, triggers and views that call a function."""
    for table in list(session.draft.tables.values()):
        _drop_uses_in(table, name, session)
    for view in list(session.draft.views.values()):
        if calls(view.definition or "", name) and view.name in session.draft.views:
            drop_dependent_views(view.name, session)
            session.add(c.DropView(view=view))
    for key, held in list(session.draft.objects.items()):
        if key.kind in (ObjectKind.TRIGGER, ObjectKind.POLICY) and calls(held.definition, name):
            del session.draft.objects[key]


def _drop_uses_in(table: Table, name: str, session: ReadingState) -> None:
    for check in table.checks:
        if calls(check.expression, name):
            session.add(c.DropCheck(table=table.name, check=check))
    for index in table.indexes:
        texts = [text for text in (index.where, *(part.expression for part in index.columns)) if text]
        if any(calls(text, name) for text in texts):
            session.add(c.DropIndex(table=table.name, index=index))
    for column in table.columns:
        default = column.default
        if column.generated and calls(column.generated, name):
            session.add(c.DropColumn(table=table.name, column=column))
        elif default is not None and default.kind is DefaultKind.EXPRESSION and calls(default.text, name):
            session.alter(table.name, column, evolve(column, default=None))


_TYPES_OF_EXTENSIONS = {
    "citext": {"citext"},
    "hstore": {"hstore"},
    "ltree": {"ltree", "lquery", "ltxtquery"},
    "vector": {"vector", "halfvec", "sparsevec"},
    "postgis": {"geometry", "geography", "box2d", "box3d"},
    "cube": {"cube"},
    "seg": {"seg"},
    "isn": {"isbn", "isbn13", "issn", "issn13", "ismn", "ismn13", "ean13", "upc"},
}
_OPERATORS_OF_EXTENSIONS = {"pg_trgm": "_trgm_ops", "btree_gin": "", "btree_gist": "", "intarray": "__int_ops"}
_FUNCTIONS_OF_EXTENSIONS = {
    "uuid-ossp": ("uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v3", "uuid_generate_v4", "uuid_generate_v5"),
    "pgcrypto": ("gen_random_bytes", "crypt", "digest", "hmac"),
    "unaccent": ("unaccent",),
    "pg_trgm": ("similarity", "word_similarity", "show_trgm"),
}


def drop_uses_of_extension(name: str, session: ReadingState) -> None:
    """Drop the columns, indexes and defaults that lean on an extension. What another one has made is not known."""
    known = (_TYPES_OF_EXTENSIONS, _OPERATORS_OF_EXTENSIONS, _FUNCTIONS_OF_EXTENSIONS)
    operators = _OPERATORS_OF_EXTENSIONS.get(name)
    if operators == "" or not any(name in kind for kind in known):
        session.not_followed()
        return
    drop_columns_of_type(frozenset(_TYPES_OF_EXTENSIONS.get(name, ())), session)
    for function in _FUNCTIONS_OF_EXTENSIONS.get(name, ()):
        drop_uses_of_function(function, session)
    if operators is not None:
        _drop_indexes_with(operators, session)


def _drop_indexes_with(operators: str, session: ReadingState) -> None:
    for table in list(session.draft.tables.values()):
        for index in table.indexes:
            if any((part.ops or "").endswith(operators) for part in index.columns):
                session.add(c.DropIndex(table=table.name, index=index))
