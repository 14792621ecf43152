"""Columns, types, keys and indexes as SQL defines them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from refract.providers import Provider
from refract.schema.model import (
    Check,
    Column,
    ColumnType,
    Enum,
    ForeignKey,
    Index,
    IndexColumn,
    Numbering,
    PrimaryKey,
    QualifiedName,
    ReferentialAction,
    Sort,
    whole_number,
)
from refract.sql.reader.column_words import CONSTRAINT_WORDS
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.numbering import read_numbering
from refract.sql.reader.sqlite_grammar import more_words
from refract.sql.reader.tokens import NUMBER, QUOTED, STRING
from refract.sql.reader.traits import ReaderTraits

_SERIALS = {"SERIAL", "SERIAL4", "BIGSERIAL", "SERIAL8", "SMALLSERIAL", "SERIAL2"}
_LONGER_TYPES = {
    "DOUBLE": ("PRECISION",),
    "CHARACTER": ("VARYING",),
    "CHAR": ("VARYING",),
    "BIT": ("VARYING",),
    "NATIONAL": ("CHARACTER", "CHAR", "VARCHAR", "VARYING"),
    "LONG": ("VARCHAR", "VARBINARY"),
}


@frozen
class DefinitionScope:
    """What a definition is read against: the database's traits and its enums."""

    provider: Provider
    traits: ReaderTraits
    schema: str
    enum: Callable[[QualifiedName], Enum | None]
    primary_key: Callable[[QualifiedName], tuple[str, ...]]

    def name(self, cursor: Cursor) -> QualifiedName:
        """A name at the cursor, in the schema that is current."""
        return cursor.name(self.schema)


@frozen
class Definition:
    """A column, and the constraints that are written with it."""

    column: Column
    primary_key: PrimaryKey | None = None
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()


Constraint = PrimaryKey | Index | ForeignKey | Check


def read_type(cursor: Cursor, scope: DefinitionScope) -> tuple[ColumnType, bool]:
    """A type, and whether it is one that numbers the rows (SERIAL)."""
    quoted = cursor.key() == QUOTED
    if quoted or cursor.key(1) == ".":
        start = cursor.position
        enum = scope.enum(scope.name(cursor))
        if enum is not None:
            return ColumnType("", is_list=_is_list(cursor), enum=enum.name), False
        cursor.position = start
        name = cursor.dotted()[-1]
        if f'"{name}"' in scope.provider.spellings:  # the type that PostgreSQL calls "char", in quotes
            name = f'"{name}"'
    else:
        known = scope.enum(QualifiedName(scope.schema, cursor.text().lower())) if scope.provider.enum_types else None
        if known is not None:
            cursor.position += 1
            return ColumnType("", is_list=_is_list(cursor), enum=known.name), False
        name = _plain_type_name(cursor, scope)
    args = _type_arguments(cursor)
    name += _suffix(cursor)
    is_list = _is_list(cursor)
    if name.upper() == "ENUM":
        return ColumnType("ENUM", args), False
    return scope.provider.type_from_sql(name, args, is_list), name.upper() in _SERIALS


def _plain_type_name(cursor: Cursor, scope: DefinitionScope) -> str:
    words = [cursor.text()]
    longer = _LONGER_TYPES.get(cursor.key(), ())
    if not words[0].isidentifier():
        raise UnreadableStatement("type expected")
    cursor.position += 1
    if scope.traits.is_sqlite:
        return " ".join((*words, *more_words(cursor)))
    while cursor.key() in longer or (words[0].upper() == "NATIONAL" and cursor.key() == "VARYING"):
        words.append(cursor.text())
        cursor.position += 1
    return " ".join(words)


def _type_arguments(cursor: Cursor) -> tuple[int | str, ...]:
    if cursor.key() != "(":
        return ()
    arguments: list[int | str] = []
    for item in cursor.group().items():
        if item.key() == STRING:
            arguments.append(item.string())
        elif item.key(1) == "" and (number := whole_number(item.text())) is not None:
            arguments.append(number)
        else:
            text = item.rest()
            arguments.append(text.upper() if text.lower() == "max" else text)
    return tuple(arguments)


def _suffix(cursor: Cursor) -> str:
    """Words after the arguments that belong to the type."""
    words = ""
    for zone in ("WITHOUT", "WITH"):
        if cursor.accept(zone, "TIME", "ZONE"):
            words = f" {zone.lower()} time zone"
    while (word := cursor.one_of("UNSIGNED", "SIGNED", "ZEROFILL")) is not None:
        words = "" if word == "SIGNED" else " unsigned"
    return words


def _is_list(cursor: Cursor) -> bool:
    if cursor.accept("ARRAY"):
        return True
    found = False
    while cursor.key() == "[":
        while not cursor.done and not cursor.accept("]"):
            cursor.position += 1
        found = True
    return found


def read_column(cursor: Cursor, table: QualifiedName, scope: DefinitionScope) -> Definition:
    """`name TYPE constraints`, to the end or to what does not belong to a column."""
    name = cursor.identifier()
    untyped = cursor.done or (
        cursor.key() in CONSTRAINT_WORDS and not (cursor.key() == "CHARACTER" and cursor.key(1) != "SET")
    )
    type_, numbered = (ColumnType(""), False) if untyped else read_type(cursor, scope)
    return read_constraints(
        cursor, Definition(numbering(Column(name, type_, nullable=True), numbered, scope)), table, scope
    )


def numbering(column: Column, numbered: bool, scope: DefinitionScope) -> Column:
    """A SERIAL column numbers itself: CockroachDB does it with a default."""
    if not numbered:
        return column
    if scope.provider.autoincrement_default is not None:
        return evolve(column, nullable=False, default=scope.provider.autoincrement_default)
    return evolve(column, nullable=False, auto_increment=True)


def read_constraints(cursor: Cursor, found: Definition, table: QualifiedName, scope: DefinitionScope) -> Definition:
    """The constraints after a column's type, up to the end of the definition."""
    while not cursor.done:
        name = cursor.identifier() if cursor.accept("CONSTRAINT") else ""
        step = next((read for keys, read in _COLUMN_CONSTRAINTS if cursor.accept(*keys)), None)
        if step is None:
            break
        found = step(cursor, found, name, table, scope)
    return found


def with_default(column: Column, sql: str, scope: DefinitionScope, name: str = "") -> Column:
    """The column with the default in `sql`. A default that takes the next value of a sequence numbers the column."""
    if sql.lstrip().lower().startswith("nextval"):
        return evolve(column, auto_increment=True, default=None)
    return evolve(column, default=scope.provider.default_from_sql(sql, column.type), default_name=name or None)


def _of_column(change: Callable[[Column], Column]) -> Callable[..., Definition]:
    return lambda cursor, found, name, table, scope: evolve(found, column=change(found.column))


def _default(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    return evolve(found, column=with_default(found.column, cursor.until(CONSTRAINT_WORDS), scope, name))


def _primary(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    clustered = _clustered(cursor, scope, default=True)
    sort = Sort.DESC if cursor.one_of("ASC", "DESC") == "DESC" else Sort.ASC
    part = IndexColumn(found.column.name, sort)
    key = PrimaryKey(_key_name(name, table, scope), (part,), clustered)
    return evolve(found, primary_key=key, column=evolve(found.column, nullable=False))


def _key_name(name: str, table: QualifiedName, scope: DefinitionScope) -> str:
    return (name or scope.provider.primary_key_name(table.name)) if scope.provider.names_primary_keys else ""


def _unique(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    cursor.accept("KEY")
    clustered = _clustered(cursor, scope, default=False)
    column = found.column.name
    index = Index(
        name or _unique_name(table, (column,), scope),
        (IndexColumn(column),),
        True,
        clustered=clustered,
        constraint=True,
    )
    return evolve(found, indexes=(*found.indexes, index))


def _unique_name(table: QualifiedName, columns: Sequence[str], scope: DefinitionScope) -> str:
    return "" if scope.traits.names_unique_after_column else scope.provider.unique_name(table.name, columns)


def _references(
    cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope
) -> Definition:
    key = _foreign_key(cursor, name, table, (found.column.name,), scope)
    return evolve(found, foreign_keys=(*found.foreign_keys, key))


def _check(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    derived = "" if scope.traits.names_unique_after_column else f"{table.name}_{found.column.name}_check"
    check = Check(name or derived, squeezed(cursor.group().rest()))
    return evolve(found, checks=(*found.checks, check))


def _generated(
    cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope
) -> Definition:
    cursor.accept("ALWAYS") or cursor.accept("BY", "DEFAULT")
    cursor.expect("AS")
    if cursor.accept("IDENTITY"):
        options = read_numbering(cursor.group()) if cursor.key() == "(" else Numbering()
        numbering = options if scope.traits.keeps_numbering else None
        return evolve(found, column=evolve(found.column, auto_increment=True, nullable=False, numbering=numbering))
    return _computed(cursor, found, name, table, scope)


def _computed(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    expression = squeezed(cursor.group().rest())
    cursor.one_of("STORED", "VIRTUAL", "PERSISTED")
    return evolve(found, column=evolve(found.column, generated=expression))


def _identity(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    if cursor.key() == "(":
        cursor.group()
    return evolve(found, column=evolve(found.column, auto_increment=True))


def _collate(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    """COLLATE, and a character set of MySQL if no collation is written: its default one is meant."""
    is_collation = cursor.key(-1) == "COLLATE"
    cursor.accept("=")
    written = cursor.string() if cursor.key() == STRING else cursor.dotted()[-1]
    if not scope.traits.keeps_collations or (found.column.collation and not is_collation):
        return found
    return evolve(found, column=evolve(found.column, collation=written))


def _one_more(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    cursor.accept("=")
    cursor.dotted() if cursor.key() != STRING else cursor.string()
    return found


def _update_default(
    cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope
) -> Definition:
    return evolve(found, column=evolve(found.column, on_update=squeezed(cursor.until(CONSTRAINT_WORDS))))


def _conflict(cursor: Cursor, found: Definition, *_: object) -> Definition:
    cursor.identifier()
    return found


_nothing = _of_column(lambda column: column)
_COLUMN_CONSTRAINTS: tuple[tuple[tuple[str, ...], Callable[..., Definition]], ...] = (
    (("NOT", "NULL"), _of_column(lambda column: evolve(column, nullable=False))),
    (("NULL",), _of_column(lambda column: evolve(column, nullable=True))),
    (("DEFAULT",), _default),
    (("PRIMARY", "KEY"), _primary),
    (("UNIQUE",), _unique),
    (("REFERENCES",), _references),
    (("CHECK",), _check),
    (("AUTO_INCREMENT",), _of_column(lambda column: evolve(column, auto_increment=True))),
    (("AUTOINCREMENT",), _of_column(lambda column: evolve(column, auto_increment=True))),
    (("IDENTITY",), _identity),
    (("GENERATED",), _generated),
    (("AS",), _computed),
    (("COLLATE",), _collate),
    (("CHARACTER", "SET"), _collate),
    (("CHARSET",), _collate),
    (("COMMENT",), _one_more),
    (("ON", "UPDATE"), _update_default),
    (("ON", "CONFLICT"), _conflict),
    (("NOT", "FOR", "REPLICATION"), _nothing),
    (("NOT", "DEFERRABLE"), _nothing),
    (("DEFERRABLE",), _nothing),
    (("INITIALLY",), _conflict),
)


def read_constraint(cursor: Cursor, table: QualifiedName, scope: DefinitionScope) -> Constraint | None:
    """A table's constraint or (mysql) inline index; None at a column."""
    start = cursor.position
    name = ""
    if cursor.accept("CONSTRAINT"):
        cursor.if_not_exists()
    if cursor.position > start and cursor.key() not in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"):
        name = cursor.identifier()
    if cursor.accept("PRIMARY", "KEY"):
        clustered = _clustered(cursor, scope, default=True)
        if cursor.accept("USING", "INDEX"):
            return PrimaryKey(name or cursor.identifier(), ())
        cursor.accept("USING") and cursor.identifier()
        return PrimaryKey(_key_name(name, table, scope), index_columns(cursor.group()), clustered)
    if cursor.accept("FOREIGN", "KEY"):
        if cursor.key() != "(":
            name = name or cursor.identifier()
        return _foreign_key(cursor, name, table, cursor.names(), scope)
    if cursor.accept("CHECK"):
        derived = "" if scope.traits.names_unique_after_column else f"{table.name}_check"
        return Check(name or derived, squeezed(cursor.group().rest()), validated=_validated(cursor))
    if cursor.accept("EXCLUDE"):
        what = (IndexColumn("", expression=cursor.rest()),)
        return Index(name or f"{table.name}_excl", what, type="EXCLUDE", constraint=True)
    if cursor.key() in ("UNIQUE", "INDEX", "KEY", "FULLTEXT", "SPATIAL") and _begins_index(cursor, scope):
        return _inline_index(cursor, name, table, scope)
    cursor.position = start
    return None


def _begins_index(cursor: Cursor, scope: DefinitionScope) -> bool:
    """Whether UNIQUE, KEY, ... begins an index here, and is not the name of a column."""
    return cursor.key() == "UNIQUE" or "(" in (cursor.key(1), cursor.key(2), cursor.key(3), cursor.key(4))


def _inline_index(cursor: Cursor, name: str, table: QualifiedName, scope: DefinitionScope) -> Index:
    first = cursor.one_of("UNIQUE", "INDEX", "KEY", "FULLTEXT", "SPATIAL")
    unique = first == "UNIQUE"
    cursor.one_of("INDEX", "KEY")
    clustered = _clustered(cursor, scope, default=False)
    if cursor.accept("USING", "INDEX"):
        return Index(name or cursor.identifier(), (), unique, constraint=True)
    cursor.accept("NULLS", "NOT", "DISTINCT")
    if cursor.key() not in ("(", "USING"):
        name = name or cursor.identifier()
    kind = cursor.identifier().upper() if cursor.accept("USING") else "BTREE"
    columns = index_columns(cursor.group())
    kind = first if first in ("FULLTEXT", "SPATIAL") else kind
    derived = name or _unique_name(table, [c.name for c in columns], scope)
    where = squeezed(cursor.rest()) if cursor.accept("WHERE") else None
    return Index(derived, columns, unique, kind, where, clustered, constraint=unique)


def _clustered(cursor: Cursor, scope: DefinitionScope, *, default: bool) -> bool | None:
    word = cursor.one_of("CLUSTERED", "NONCLUSTERED")
    if not scope.provider.clusters:
        return None
    return default if word is None else word == "CLUSTERED"


def _foreign_key(
    cursor: Cursor, name: str, table: QualifiedName, columns: tuple[str, ...], scope: DefinitionScope
) -> ForeignKey:
    cursor.accept("REFERENCES")
    referenced = scope.name(cursor)
    to = cursor.names() if cursor.key() == "(" else scope.primary_key(referenced)
    actions = dict.fromkeys(("DELETE", "UPDATE"), scope.traits.no_action)
    while cursor.key() in ("ON", "MATCH"):
        if cursor.accept("MATCH"):
            cursor.identifier()
            continue
        if cursor.key(1) not in actions:
            break
        event = cursor.key(1)
        cursor.position += 2
        actions[event] = _action(cursor)
    numbered = scope.traits.names_unique_after_column
    derived = name or ("" if numbered else scope.provider.foreign_key_name(table.name, columns))
    return ForeignKey(derived, columns, referenced, to, actions["DELETE"], actions["UPDATE"], _validated(cursor))


def _action(cursor: Cursor) -> ReferentialAction:
    for action in ReferentialAction:
        if cursor.accept(*action.value.split()):
            return action
    raise UnreadableStatement("referential action expected")


def _validated(cursor: Cursor) -> bool:
    while cursor.key() in ("DEFERRABLE", "INITIALLY", "NOT"):
        if cursor.accept("NOT", "VALID"):
            return False
        cursor.position += 1
        cursor.one_of("DEFERRED", "IMMEDIATE", "DEFERRABLE")
    return True


_COLUMN_ORDER = {"ASC": Sort.ASC, "DESC": Sort.DESC}


def index_columns(group: Cursor) -> tuple[IndexColumn, ...]:
    """The parts of an index."""
    return tuple(_index_column(item) for item in group.items())


def _index_column(item: Cursor) -> IndexColumn:
    start = item.position
    name, length, expression = "", None, None
    if item.key() == "(":
        expression = squeezed(item.group().rest())
    else:
        name = item.identifier()
        if item.key() == "(":
            inner = item.group()
            if inner.key() == NUMBER and inner.key(1) == "":
                length = whole_number(inner.text())
            else:
                item.position = start
                name, expression = "", squeezed(item.until(frozenset({"ASC", "DESC", "NULLS"})))
        elif item.key() not in ("", "ASC", "DESC", "NULLS", "COLLATE") and item.key() in ("::", "-", "+", "|", "||"):
            item.position = start
            name, expression = "", squeezed(item.rest())
    if item.accept("COLLATE"):
        item.dotted()
    ops = None
    if not item.done and item.key() not in ("ASC", "DESC", "NULLS"):
        ops = item.dotted()[-1]
        if item.key() == "(":
            item.group()
    return IndexColumn(name, _COLUMN_ORDER.get(item.key(), Sort.ASC), length, ops, expression)


def squeezed(text: str) -> str:
    """SQL on one line."""
    return " ".join(text.split())


__all__ = [
    "Constraint",
    "Definition",
    "DefinitionScope",
    "index_columns",
    "read_column",
    "read_constraint",
    "read_constraints",
    "read_type",
    "squeezed",
    "with_default",
]
