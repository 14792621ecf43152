"""What keys, unique constraints and checks have in common, with a column or apart from it: names, actions, conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from refract.schema.model import Check, Deferral, ForeignKey, Index, PrimaryKey, QualifiedName, ReferentialAction
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.index_parts import index_columns
from refract.sql.reader.scope import DefinitionScope
from refract.sql.reader.traits import ReaderTraits

Constraint = PrimaryKey | Index | ForeignKey | Check


@frozen
class Conditions:
    """When a constraint is checked, and for which rows and tables."""

    deferral: Deferral = Deferral.NONE
    validated: bool = True
    inherited: bool = True


_CONDITIONS: tuple[tuple[tuple[str, ...], Mapping[str, Any]], ...] = (
    (("NOT", "VALID"), {"validated": False}),
    (("NO", "INHERIT"), {"inherited": False}),
    (("NOT", "DEFERRABLE"), {"deferral": Deferral.NONE}),
    (("INITIALLY", "DEFERRED"), {"deferral": Deferral.DEFERRED}),
    (("INITIALLY", "IMMEDIATE"), {}),
    (("NOT", "ENFORCED"), {}),
    (("ENFORCED",), {}),
)


def read_conditions(cursor: Cursor) -> Conditions:
    """At DEFERRABLE, INITIALLY, NOT VALID, NO INHERIT, in any order, or at none of them."""
    found = Conditions()
    while True:
        if cursor.accept("DEFERRABLE"):
            found = found if found.deferral else evolve(found, deferral=Deferral.DEFERRABLE)
            continue
        step = next((change for keys, change in _CONDITIONS if cursor.accept(*keys)), None)
        if step is None:
            return found
        found = evolve(found, **step)


def read_storage(cursor: Cursor, traits: ReaderTraits) -> tuple[str, ...]:
    """At `WITH (parameters)` and `USING INDEX TABLESPACE name`, or at neither: the parameters, if the model keeps them."""
    found: tuple[str, ...] = ()
    if cursor.at("WITH", "(") and cursor.accept("WITH"):
        found = tuple("".join(item.rest().split()) for item in cursor.group().items())
    if cursor.accept("USING", "INDEX", "TABLESPACE"):
        cursor.identifier()
    return found if traits.keeps_conditions else ()


def read_include(cursor: Cursor) -> tuple[str, ...]:
    """At `INCLUDE (columns)`, or not."""
    return cursor.names() if cursor.accept("INCLUDE") else ()


def nulls_are_distinct(cursor: Cursor) -> bool:
    """At `NULLS [NOT] DISTINCT`, or not."""
    if cursor.accept("NULLS", "NOT", "DISTINCT"):
        return False
    cursor.accept("NULLS", "DISTINCT")
    return True


def read_primary_key(cursor: Cursor, name: str, table: QualifiedName, scope: DefinitionScope) -> PrimaryKey:
    """At the columns of a primary key."""
    clustered = clustering(cursor, scope, default=True)
    cursor.accept("USING") and cursor.identifier()
    columns = index_columns(cursor.group())
    key = PrimaryKey(key_name(name, table, scope), columns, clustered, include=read_include(cursor))
    return evolve(key, storage=read_storage(cursor, scope.traits), deferral=read_conditions(cursor).deferral)


def read_foreign_key(
    cursor: Cursor, name: str, table: QualifiedName, columns: tuple[str, ...], scope: DefinitionScope
) -> ForeignKey:
    """At the table that is referenced, or at REFERENCES."""
    cursor.accept("REFERENCES")
    referenced = scope.name(cursor)
    to = cursor.names() if cursor.key() == "(" else scope.primary_key(referenced)
    actions = dict.fromkeys(("DELETE", "UPDATE"), scope.traits.no_action)
    full = False
    set_columns: tuple[str, ...] = ()
    while cursor.key() in ("ON", "MATCH"):
        if cursor.accept("MATCH"):
            full = cursor.identifier().upper() == "FULL"
            continue
        if cursor.key(1) not in actions:
            break
        event = cursor.key(1)
        cursor.position += 2
        actions[event] = _action(cursor)
        set_columns = cursor.names() if cursor.key() == "(" else set_columns
    conditions = read_conditions(cursor)
    key = ForeignKey(
        foreign_key_name(name, table, columns, scope), columns, referenced, to, actions["DELETE"], actions["UPDATE"]
    )
    return evolve(
        key,
        validated=conditions.validated,
        deferral=conditions.deferral,
        match_full=full and scope.traits.keeps_conditions,
        set_columns=set_columns,
    )


def _action(cursor: Cursor) -> ReferentialAction:
    for action in ReferentialAction:
        if cursor.accept(*action.value.split()):
            return action
    raise UnreadableStatement("referential action expected")


def clustering(cursor: Cursor, scope: DefinitionScope, *, default: bool) -> bool | None:
    """At CLUSTERED or NONCLUSTERED, or at neither."""
    word = cursor.one_of("CLUSTERED", "NONCLUSTERED")
    if not scope.provider.clusters:
        return None
    return default if word is None else word == "CLUSTERED"


def _is_named_later(scope: DefinitionScope) -> bool:
    return scope.traits.numbers_names or scope.traits.names_unique_after_column


def key_name(name: str, table: QualifiedName, scope: DefinitionScope) -> str:
    """The name of a primary key; empty if the database names it later, or never."""
    if name or scope.traits.numbers_names:
        return name if scope.provider.names_primary_keys else ""
    return scope.provider.primary_key_name(table.name) if scope.provider.names_primary_keys else ""


def foreign_key_name(name: str, table: QualifiedName, columns: Sequence[str], scope: DefinitionScope) -> str:
    """The name of a foreign key; empty if the database names it later."""
    if name or _is_named_later(scope):
        return name
    return scope.provider.foreign_key_name(table.name, columns)


def unique_name(name: str, table: QualifiedName, columns: Sequence[str], scope: DefinitionScope) -> str:
    """The name of a unique constraint; empty if the database names it later."""
    return name if name or _is_named_later(scope) else scope.provider.unique_name(table.name, columns)


def check_name(name: str, table: QualifiedName, column: str, scope: DefinitionScope) -> str:
    """The name of a check; empty if the database names it later."""
    if name or _is_named_later(scope):
        return name
    return f"{table.name}_{column}_check" if column else f"{table.name}_check"
