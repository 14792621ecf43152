"""Columns, types, keys and indexes as SQL defines them."""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import evolve, frozen

from refract.schema.model import (
    Check,
    Column,
    ColumnType,
    ForeignKey,
    Identity,
    Index,
    IndexColumn,
    Numbering,
    PrimaryKey,
    QualifiedName,
    Sort,
)
from refract.sql.reader.column_words import CONSTRAINT_WORDS
from refract.sql.reader.cursor import Cursor, UnreadableStatement, unquoted
from refract.sql.reader.index_parts import read_collation, squeezed
from refract.sql.reader.keys import (
    check_name,
    clustering,
    key_name,
    nulls_are_distinct,
    read_conditions,
    read_foreign_key,
    read_storage,
    unique_name,
)
from refract.sql.reader.numbering import read_numbering
from refract.sql.reader.scope import DefinitionScope
from refract.sql.reader.tokens import STRING
from refract.sql.reader.types import read_type


@frozen
class Definition:
    """A column, and the constraints that are written with it. `numbers` are the options of an identity's sequence."""

    column: Column
    primary_key: PrimaryKey | None = None
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    numbers: Cursor | None = None


def read_column(cursor: Cursor, table: QualifiedName, scope: DefinitionScope) -> Definition:
    """`name TYPE constraints`, to the end or to what does not belong to a column."""
    name = cursor.identifier()
    untyped = cursor.done or _begins_constraint(cursor)
    if untyped and scope.traits.changes_delimiter:
        raise UnreadableStatement("type expected")
    type_, numbered = (ColumnType(""), False) if untyped else read_type(cursor, scope)
    return read_constraints(
        cursor, Definition(numbering(Column(name, type_, nullable=True), numbered, scope)), table, scope
    )


def _begins_constraint(cursor: Cursor) -> bool:
    """Whether the type or the default of a column ends here."""
    key = cursor.key()
    if key == "CHARACTER":
        return cursor.key(1) == "SET"
    return key in CONSTRAINT_WORDS and not (key == "WITH" and cursor.key(1) == "TIME")


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
    counted = _NEXT.match(sql.strip())
    if counted is not None:
        return evolve(column, auto_increment=True, default=None, sequence=_sequence_name(counted.group(1)))
    return evolve(column, default=scope.provider.default_from_sql(sql, column.type), default_name=name or None)


_NEXT = re.compile(r"""(?:pg_catalog\s*\.\s*)?nextval\s*\(\s*'((?:[^']|'')*)'\s*(?:::\s*[\w. ]+?)?\s*\)\Z""", re.I)


def _sequence_name(text: str) -> str:
    """The name of a sequence in the text that nextval() is called with."""
    last = re.findall(r'"(?:[^"]|"")*"|[^."]+', text.replace("''", "'"))[-1]
    return unquoted(last) if last.startswith('"') else last.strip().lower()


def _of_column(change: Callable[[Column], Column]) -> Callable[..., Definition]:
    return lambda cursor, found, name, table, scope: evolve(found, column=change(found.column))


def _default(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    sql = cursor.until_true(lambda: _begins_constraint(cursor))
    return evolve(found, column=with_default(found.column, sql, scope, name))


def _primary(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    clustered = clustering(cursor, scope, default=True)
    sort = Sort.DESC if cursor.one_of("ASC", "DESC") == "DESC" else Sort.ASC
    part = IndexColumn(found.column.name, sort)
    key = PrimaryKey(key_name(name, table, scope), (part,), clustered, storage=read_storage(cursor, scope.traits))
    key = evolve(key, deferral=read_conditions(cursor).deferral)
    return evolve(found, primary_key=key, column=evolve(found.column, nullable=False))


def _unique(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    cursor.accept("KEY")
    clustered = clustering(cursor, scope, default=False)
    column = found.column.name
    index = Index(
        unique_name(name, table, (column,), scope),
        (IndexColumn(column),),
        True,
        clustered=clustered,
        constraint=True,
        nulls_distinct=nulls_are_distinct(cursor),
        storage=read_storage(cursor, scope.traits),
        deferral=read_conditions(cursor).deferral,
    )
    return evolve(found, indexes=(*found.indexes, index))


def _references(
    cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope
) -> Definition:
    key = read_foreign_key(cursor, name, table, (found.column.name,), scope)
    return evolve(found, foreign_keys=(*found.foreign_keys, key))


def _check(cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope) -> Definition:
    expression = squeezed(cursor.group().rest())
    held = read_conditions(cursor)
    check = Check(check_name(name, table, found.column.name, scope), expression, held.validated, held.inherited)
    return evolve(found, checks=(*found.checks, check))


def _generated(
    cursor: Cursor, found: Definition, name: str, table: QualifiedName, scope: DefinitionScope
) -> Definition:
    identity = Identity.BY_DEFAULT if cursor.accept("BY", "DEFAULT") else Identity.ALWAYS
    cursor.accept("ALWAYS")
    cursor.expect("AS")
    if not cursor.accept("IDENTITY"):
        return _computed(cursor, found, name, table, scope)
    column = evolve(found.column, auto_increment=True, nullable=False)
    column = evolve(column, identity=identity if scope.traits.keeps_conditions else None)
    numbers = cursor.group() if cursor.key() == "(" else None
    if scope.traits.keeps_numbering:
        column = evolve(column, numbering=read_numbering(numbers) if numbers is not None else Numbering())
    return evolve(found, column=column, numbers=numbers)


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
    if scope.traits.keeps_conditions:
        cursor.position -= 1
        return evolve(found, column=evolve(found.column, collation=read_collation(cursor)))
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
    sql = _NOW.sub("CURRENT_TIMESTAMP", squeezed(cursor.until(CONSTRAINT_WORDS)))
    return evolve(found, column=evolve(found.column, on_update=sql))


_NOW = re.compile(r"^(?:now|localtime|localtimestamp)\b(?:\(\))?", re.I)


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
    (("KEY",), _primary),
    (("INVISIBLE",), _nothing),
    (("VISIBLE",), _nothing),
    (("REFERENCES",), _references),
    (("CHECK",), _check),
    (("AUTO_INCREMENT",), _of_column(lambda column: evolve(column, auto_increment=True, nullable=False))),
    (("BINARY",), _of_column(lambda column: evolve(column, collation=f"{column.collation or 'utf8mb4'}_bin"))),
    (("AUTOINCREMENT",), _of_column(lambda column: evolve(column, auto_increment=True))),
    (("IDENTITY",), _identity),
    (("GENERATED",), _generated),
    (("AS",), _computed),
    (("COLLATE",), _collate),
    (("STORAGE",), _one_more),
    (("COMPRESSION",), _one_more),
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
