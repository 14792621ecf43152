"""Constraints and indexes in the definition of a table, as CREATE TABLE and ADD CONSTRAINT write them."""

from __future__ import annotations

from refract.schema.model import Check, Index, IndexColumn, PrimaryKey, QualifiedName
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.index_parts import index_columns, squeezed
from refract.sql.reader.keys import (
    Constraint,
    check_name,
    clustering,
    nulls_are_distinct,
    read_conditions,
    read_foreign_key,
    read_include,
    read_primary_key,
    read_storage,
    unique_name,
)
from refract.sql.reader.scope import DefinitionScope

_NAMED = ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE", "NOT")
_INDEXES = ("UNIQUE", "INDEX", "KEY", "FULLTEXT", "SPATIAL")


def read_constraint(cursor: Cursor, table: QualifiedName, scope: DefinitionScope) -> Constraint | None:
    """A table's constraint or (mysql) inline index; None at a column."""
    start = cursor.position
    name = ""
    if cursor.accept("CONSTRAINT"):
        cursor.if_not_exists()
    if cursor.position > start and cursor.key() not in _NAMED:
        name = cursor.identifier()
    if cursor.accept("PRIMARY", "KEY"):
        if cursor.accept("USING", "INDEX"):
            return PrimaryKey(name or cursor.identifier(), ())
        return read_primary_key(cursor, name, table, scope)
    if cursor.accept("FOREIGN", "KEY"):
        if cursor.key() != "(":
            name = name or cursor.identifier()
        return read_foreign_key(cursor, name, table, cursor.names(), scope)
    if cursor.accept("CHECK"):
        return _check(cursor, name, table, scope)
    if cursor.at("NOT", "NULL") and cursor.accept("NOT", "NULL"):
        return _not_null(cursor, name, table)
    if cursor.accept("EXCLUDE"):
        return _exclusion(cursor, name, table, scope)
    if cursor.key() in _INDEXES and _begins_index(cursor):
        return _inline_index(cursor, name, table, scope)
    cursor.position = start
    return None


def _check(cursor: Cursor, name: str, table: QualifiedName, scope: DefinitionScope) -> Check:
    expression = squeezed(cursor.group().rest())
    found = read_conditions(cursor)
    return Check(check_name(name, table, "", scope), expression, found.validated, found.inherited)


def _not_null(cursor: Cursor, name: str, table: QualifiedName) -> Check:
    """PostgreSQL 18: `NOT NULL column [NOT VALID]`, as a constraint of the table."""
    column = cursor.identifier()
    found = read_conditions(cursor)
    quoted = column.replace('"', '""')
    named = name or f"{table.name}_{column}_not_null"
    return Check(named, f'"{quoted}" IS NOT NULL', found.validated, found.inherited, column)


def _exclusion(cursor: Cursor, name: str, table: QualifiedName, scope: DefinitionScope) -> Index:
    """An exclusion constraint, whose whole definition is one expression."""
    named = name or ("" if scope.traits.numbers_names else f"{table.name}_excl")
    what = IndexColumn("", expression=squeezed(cursor.rest()))
    return Index(named, (what,), type="EXCLUDE", constraint=True)


def _begins_index(cursor: Cursor) -> bool:
    """Whether UNIQUE, KEY, ... begins an index here, and is not the name of a column."""
    return cursor.key() == "UNIQUE" or "(" in (cursor.key(1), cursor.key(2), cursor.key(3), cursor.key(4))


def _inline_index(cursor: Cursor, name: str, table: QualifiedName, scope: DefinitionScope) -> Index:
    first = cursor.one_of(*_INDEXES)
    unique = first == "UNIQUE"
    cursor.one_of("INDEX", "KEY")
    clustered = clustering(cursor, scope, default=False)
    if cursor.accept("USING", "INDEX"):
        return Index(name or cursor.identifier(), (), unique, constraint=True)
    distinct = nulls_are_distinct(cursor)
    if cursor.key() not in ("(", "USING"):
        name = name or cursor.identifier()
    kind = cursor.identifier().upper() if cursor.accept("USING") else "BTREE"
    columns = index_columns(cursor.group())
    include = read_include(cursor)
    storage = read_storage(cursor, scope.traits)
    return Index(
        unique_name(name, table, [c.name for c in columns], scope),
        columns,
        unique,
        first if first in ("FULLTEXT", "SPATIAL") else kind,
        squeezed(cursor.rest()) if cursor.accept("WHERE") else None,
        clustered,
        constraint=unique,
        include=include,
        storage=storage,
        nulls_distinct=distinct,
        deferral=read_conditions(cursor).deferral,
    )
