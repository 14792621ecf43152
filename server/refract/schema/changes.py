"""Changes: the values that every part of Refract exchanges.

The schema diff and the SQL reader make them; rules, recipes, naming and the SQL writer read them.
Each holds the state before and after, so that it can be described, applied and undone.
`origin` is the source of the change: a place in the schema, or a statement in a migration.
For a removal from the schema it is the place that remains (the model, or nothing).
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from attrs import field, frozen

from refract.schema.model import (
    Check,
    Column,
    DatabaseObject,
    Enum,
    Extension,
    ForeignKey,
    Index,
    PrimaryKey,
    QualifiedName,
    Sequence,
    Table,
    View,
)
from refract.text import Origin


class Cast(StrEnum):
    """How Prisma rates a change from one column type to another."""

    NONE = "none"  # the type does not change
    SAFE = "safe"  # altered in place, every value survives
    RISKY = "risky"  # altered in place, values may be lost or the statement may fail
    NOT_CASTABLE = "not-castable"  # Prisma drops the column and adds it again


@frozen(kw_only=True)
class _Change:
    kind: ClassVar[str]
    origin: Origin | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class TableChange(_Change):
    """A change inside a table that is kept. `table` is the table's name when the change runs."""

    table: QualifiedName


@frozen(kw_only=True)
class CreateSchema(_Change):
    kind = "create-schema"
    name: str


@frozen(kw_only=True)
class DropSchema(_Change):
    kind = "drop-schema"
    name: str


@frozen(kw_only=True)
class CreateExtension(_Change):
    kind = "create-extension"
    extension: Extension


@frozen(kw_only=True)
class DropExtension(_Change):
    kind = "drop-extension"
    extension: Extension


@frozen(kw_only=True)
class AlterExtension(_Change):
    kind = "alter-extension"
    before: Extension
    after: Extension


@frozen(kw_only=True)
class CreateSequence(_Change):
    kind = "create-sequence"
    sequence: Sequence


@frozen(kw_only=True)
class DropSequence(_Change):
    kind = "drop-sequence"
    sequence: Sequence


@frozen(kw_only=True)
class CreateEnum(_Change):
    kind = "create-enum"
    enum: Enum


@frozen(kw_only=True)
class DropEnum(_Change):
    kind = "drop-enum"
    enum: Enum


@frozen(kw_only=True)
class RenameEnum(_Change):
    kind = "rename-enum"
    before: Enum
    after: Enum


@frozen(kw_only=True)
class AlterEnum(_Change):
    """Values added to or removed from an enum by Prisma: its SQL depends on whether any is removed."""

    kind = "alter-enum"
    before: Enum
    after: Enum

    @property
    def added(self) -> tuple[str, ...]:
        """Names of added values, in the order they are written."""
        known = {v.name for v in self.before.values}
        return tuple(v.name for v in self.after.values if v.name not in known)

    @property
    def removed(self) -> tuple[str, ...]:
        """Names of removed values, in the order they were written."""
        kept = {v.name for v in self.after.values}
        return tuple(v.name for v in self.before.values if v.name not in kept)


@frozen(kw_only=True)
class RenameEnumValue(_Change):
    kind = "rename-enum-value"
    enum: QualifiedName
    before: str
    after: str


@frozen(kw_only=True)
class CreateTable(_Change):
    kind = "create-table"
    table: Table


@frozen(kw_only=True)
class DropTable(_Change):
    kind = "drop-table"
    table: Table


@frozen(kw_only=True)
class RenameTable(_Change):
    kind = "rename-table"
    before: Table
    after: Table


@frozen(kw_only=True)
class AddColumn(TableChange):
    """`place` is the column that it follows, empty if it is the first; None if it is the last."""

    kind = "add-column"
    column: Column
    place: str | None = field(default=None, eq=False)


@frozen(kw_only=True)
class DropColumn(TableChange):
    kind = "drop-column"
    column: Column


@frozen(kw_only=True)
class RenameColumn(TableChange):
    kind = "rename-column"
    before: Column
    after: Column


@frozen(kw_only=True)
class AlterColumn(TableChange):
    """A column changed in place: type, nullability, default. `cast` is Prisma's rating of the change of type;
    `using` is the expression of a hand-written conversion. `place` is as in AddColumn; None if it stays where it is.
    """

    kind = "alter-column"
    before: Column
    after: Column
    cast: Cast = Cast.NONE
    using: str | None = None
    place: str | None = field(default=None, eq=False)


@frozen(kw_only=True)
class RecreateColumn(TableChange):
    """A column dropped and added again under the same name: its values are lost."""

    kind = "recreate-column"
    before: Column
    after: Column


@frozen(kw_only=True)
class AddPrimaryKey(TableChange):
    """`index` is the unique index that becomes the key, if one does (PostgreSQL)."""

    kind = "add-primary-key"
    primary_key: PrimaryKey
    index: Index | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class DropPrimaryKey(TableChange):
    kind = "drop-primary-key"
    primary_key: PrimaryKey


@frozen(kw_only=True)
class RenamePrimaryKey(TableChange):
    kind = "rename-primary-key"
    before: PrimaryKey
    after: PrimaryKey


@frozen(kw_only=True)
class CreateIndex(TableChange):
    """`concurrently` as PostgreSQL means it: built without blocking writes."""

    kind = "create-index"
    index: Index
    concurrently: bool = False


@frozen(kw_only=True)
class DropIndex(TableChange):
    kind = "drop-index"
    index: Index
    concurrently: bool = False


@frozen(kw_only=True)
class RenameIndex(TableChange):
    kind = "rename-index"
    before: Index
    after: Index


@frozen(kw_only=True)
class RecreateIndex(TableChange):
    """An index dropped and recreated under the same name, since its definition changed."""

    kind = "recreate-index"
    before: Index
    after: Index


@frozen(kw_only=True)
class AddForeignKey(TableChange):
    kind = "add-foreign-key"
    foreign_key: ForeignKey


@frozen(kw_only=True)
class DropForeignKey(TableChange):
    kind = "drop-foreign-key"
    foreign_key: ForeignKey


@frozen(kw_only=True)
class RenameForeignKey(TableChange):
    kind = "rename-foreign-key"
    before: ForeignKey
    after: ForeignKey


@frozen(kw_only=True)
class AddCheck(TableChange):
    kind = "add-check"
    check: Check


@frozen(kw_only=True)
class DropCheck(TableChange):
    kind = "drop-check"
    check: Check


@frozen(kw_only=True)
class ValidateConstraint(TableChange):
    kind = "validate-constraint"
    constraint: str


@frozen(kw_only=True)
class CreateView(_Change):
    kind = "create-view"
    view: View


@frozen(kw_only=True)
class DropView(_Change):
    kind = "drop-view"
    view: View


@frozen(kw_only=True)
class Backfill(_Change):
    """A statement that changes rows. `verb` is INSERT, UPDATE, DELETE, MERGE, TRUNCATE or COPY;
    `tables` those it writes to.

    Known only if a migration is read statement by statement: `reads` are the other tables that it names, `columns`
    those that INSERT or UPDATE names, `filtered` whether an UPDATE or DELETE is for some rows only (None: not known).
    """

    kind = "backfill"
    verb: str
    tables: tuple[QualifiedName, ...]
    sql: str
    reads: tuple[QualifiedName, ...] = ()
    columns: tuple[str, ...] = ()
    filtered: bool | None = None


class Reason(StrEnum):
    """Why a statement was not followed."""

    UNREADABLE = "unreadable"  # what it does is not known
    UNKNOWN = "unknown"  # no statement before it has made the object that it is about
    MISSING = "missing"  # the object is not part of a table that is known
    EXISTS = "exists"  # what it makes exists already
    NEEDED = "needed"  # what it drops is needed by a foreign key
    REFUSED = "refused"  # the database has no such statement
    TOO_LARGE = "too-large"  # the file is too large to be read


@frozen
class Misfit:
    """How a statement contradicts what the statements before it have built: `what` is the kind of the object (table,
    column, index, constraint, enum, ...), `name` its name.
    """

    reason: Reason
    what: str
    name: str


@frozen(kw_only=True)
class NotFollowed(_Change):
    """A statement whose effect on the model is not known, or not all of it. `summary` is its first words.

    `touches` are the tables and enums that it names: each of them may differ from the model. `misfit` is set if it
    contradicts the model.
    """

    kind = "not-followed"
    summary: str
    sql: str
    reason: Reason
    misfit: Misfit | None = None
    touches: tuple[QualifiedName, ...] = ()


Change = (
    CreateSchema
    | DropSchema
    | CreateExtension
    | DropExtension
    | AlterExtension
    | CreateSequence
    | DropSequence
    | CreateEnum
    | DropEnum
    | RenameEnum
    | AlterEnum
    | RenameEnumValue
    | CreateTable
    | DropTable
    | RenameTable
    | AddColumn
    | DropColumn
    | RenameColumn
    | AlterColumn
    | RecreateColumn
    | AddPrimaryKey
    | DropPrimaryKey
    | RenamePrimaryKey
    | CreateIndex
    | DropIndex
    | RenameIndex
    | RecreateIndex
    | AddForeignKey
    | DropForeignKey
    | RenameForeignKey
    | AddCheck
    | DropCheck
    | ValidateConstraint
    | CreateView
    | DropView
    | Backfill
    | NotFollowed
)


def objects(change: Change) -> tuple[QualifiedName, ...]:
    """The tables and enums that a change is about, under their names before and after it."""
    match change:
        case CreateTable(table=table) | DropTable(table=table):
            return (table.name,)
        case CreateEnum(enum=enum) | DropEnum(enum=enum):
            return (enum.name,)
        case RenameTable() | RenameEnum() | AlterEnum():
            return tuple(dict.fromkeys((change.before.name, change.after.name)))
        case RenameEnumValue(enum=name):
            return (name,)
    return (change.table,) if isinstance(change, TableChange) else ()


@frozen
class Statement:
    """One statement of a migration, for rules about how it is written.

    `verb` are its first words, in capitals: `CREATE INDEX`, `ALTER TABLE`, `BEGIN`, `SET`, `UPDATE`, `DO` ...
    `words` are all its words in capitals, without quoted names and texts: `CONCURRENTLY`, `NOT`, `VALID`.
    `names` are its quoted names.
    `changes` is what it does to the model, one by one, before several statements are seen as one change.
    `setting` is the name (lower case) and value that a SET gives, such as `("lock_timeout", "5s")`.
    `views` and `objects` are those that exist before it.
    """

    verb: str
    words: tuple[str, ...]
    changes: tuple[Change, ...]
    origin: Origin
    setting: tuple[str, str] | None = None
    views: tuple[View, ...] = field(default=(), repr=False)
    objects: tuple[DatabaseObject, ...] = field(default=(), repr=False)
    names: tuple[str, ...] = ()

    def mentions(self, name: str) -> bool:
        """Whether the name stands in the statement, quoted or not."""
        return name in self.names or name.upper() in self.words

    def says(self, *words: str) -> bool:
        """Whether the statement has `words`, one after another."""
        width = len(words)
        return any(self.words[at : at + width] == words for at in range(len(self.words) - width + 1))


def tables_of(change: Change) -> tuple[QualifiedName, ...]:
    """The table that a change is made in."""
    table = getattr(change, "table", None)
    name = getattr(table, "name", None)
    if isinstance(table, QualifiedName):
        return (table,)
    return (name,) if isinstance(name, QualifiedName) else ()
