"""The relational model: a database as Prisma would build it, or as the migrations have built it.

Values only. Two objects are equal when the databases they describe are equal: where an object was
written (`origin`), its name in Prisma Client and what only the client does are left out of equality.
Table and column names here are the database's names (after `@@map` and `@map`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from attrs import field, frozen

from refract.frozen_map import frozen_map
from refract.text import Origin


class QualifiedName(NamedTuple):
    """A name in a database schema (namespace). `schema` is empty on databases without namespaces (mysql, sqlite)."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


def whole_number(text: str) -> int | None:
    """The number in a text of digits; None for any other text, and for more digits than a database takes."""
    return int(text) if len(text) < _MOST_DIGITS and text.isascii() and text.isdigit() else None


_MOST_DIGITS = 20
"""Of a length or a precision."""


@frozen
class ColumnType:
    """A column's type, as the SQL that Prisma writes spells it: `VARCHAR`, `DOUBLE PRECISION`, `TIMESTAMP`.

    `args` are the arguments in parentheses: `(191,)`, `(65, 30)`, and for mysql's `ENUM` its values.
    `enum` names the enum type if enums are separate types (postgresql, cockroachdb); `name` is then empty.
    A type that the provider does not know (`Unsupported("..")`, or hand-written SQL) keeps its text in `name`.
    """

    name: str
    args: tuple[int | str, ...] = ()
    is_list: bool = False
    enum: QualifiedName | None = None

    def number(self, place: int = 0) -> int | None:
        """The argument at a place; None if there is none, or if it is not a number."""
        value = self.args[place] if len(self.args) > place else None
        return value if isinstance(value, int) else None


class DefaultKind(StrEnum):
    STRING = "string"  # text is the value, unquoted; also enum values, dates, JSON, bytes (as hex)
    NUMBER = "number"  # text is the number, canonical: no sign for zero, no trailing zeros after the point
    BOOLEAN = "boolean"  # text is `true` or `false`
    LIST = "list"  # items are the elements
    NOW = "now"  # the current time of the statement or transaction
    EXPRESSION = "expression"  # text is SQL, as written in dbgenerated("..") or in the migration


@frozen
class Default:
    """A column's default in the database. `digits` is a number with the zeros that the schema has after the point."""

    kind: DefaultKind
    text: str = ""
    items: tuple[Default, ...] = ()
    digits: str = field(default="", eq=False, repr=False)

    @property
    def plain(self) -> str:
        """The text as SQL has it without quotes."""
        return self.digits or self.text


class Identity(StrEnum):
    """How an identity column of standard SQL is numbered: whether a statement may give it a number itself."""

    ALWAYS = "ALWAYS"
    BY_DEFAULT = "BY DEFAULT"


@frozen
class Numbering:
    """How the database numbers a column (cockroachdb: `sequence(..)`). `virtual` cannot be altered later."""

    increment: int = 1
    start: int = 1
    cache: int = 1
    minimum: int = 1
    maximum: int = 2**63 - 1
    virtual: bool = field(default=False, eq=False)


@frozen
class Column:
    """A column. `field_name` is Prisma's name for it, `full_name` the one that the schema gives if the database cuts that;
    `client_default` what only Prisma Client fills in
    (`uuid()`, `cuid()`, `updatedAt`), so that the database has no default for it.

    `sequence` is the name of the sequence that numbers it, in the schema of its table; `identity` is set if the column
    owns that sequence as an identity column rather than by a default, `numbering` if a schema may say how. `collation` is as SQL writes it.
    """

    name: str
    type: ColumnType
    nullable: bool = False
    default: Default | None = None
    auto_increment: bool = False
    sequence: str | None = field(default=None, eq=False)
    identity: Identity | None = None
    collation: str | None = None
    numbering: Numbering | None = None
    default_name: str | None = field(default=None, eq=False)
    generated: str | None = None
    on_update: str | None = field(default=None, eq=False)
    field_name: str = field(default="", eq=False)
    full_name: str = field(default="", eq=False)
    client_default: str | None = field(default=None, eq=False)
    ignored: bool = field(default=False, eq=False)
    origin: Origin | None = field(default=None, eq=False, repr=False)


class Sort(StrEnum):
    ASC = "asc"
    DESC = "desc"


class Nulls(StrEnum):
    """Where an index has its null values."""

    FIRST = "FIRST"
    LAST = "LAST"


class Deferral(StrEnum):
    """When a constraint is checked, as SQL writes it."""

    NONE = ""
    DEFERRABLE = "DEFERRABLE"
    DEFERRED = "DEFERRABLE INITIALLY DEFERRED"


@frozen
class IndexColumn:
    """One part of an index or primary key. `name` is a column, or empty when `expression` is set.

    `length` is mysql's prefix length; `ops` the operator class (None: the type's default one), `ops_options` its
    parameters as SQL writes them. `nulls` is set if null values are sorted in another place than the order implies.
    `sort_written`: the order is written in the schema, even if it is the default.
    """

    name: str
    sort: Sort = Sort.ASC
    length: int | None = None
    ops: str | None = None
    expression: str | None = None
    sort_written: bool = field(default=False, eq=False)
    nulls: Nulls | None = None
    ops_options: str = ""
    collation: str | None = None


@frozen
class Index:
    """An index, unique or not. `type` is the access method in capitals (`BTREE`, `HASH`, `GIN`, `FULLTEXT`...).

    `constraint` is true if the uniqueness is a constraint rather than a bare index.
    `valid` is false for an index that a failed or unfinished concurrent build left behind.
    `include` are the columns that it only carries; `storage` its parameters as SQL writes them, such as `fillfactor=70`.
    An exclusion constraint has the type `EXCLUDE`, and the whole of its definition as the one expression.
    `of_key`: the server has made it for a foreign key (mysql).
    """

    name: str
    columns: tuple[IndexColumn, ...]
    unique: bool = False
    type: str = "BTREE"
    where: str | None = None
    clustered: bool | None = None
    constraint: bool = field(default=False, eq=False)
    valid: bool = True
    of_key: bool = field(default=False, eq=False)
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True
    storage: tuple[str, ...] = ()
    deferral: Deferral = Deferral.NONE
    origin: Origin | None = field(default=None, eq=False, repr=False)


@frozen
class PrimaryKey:
    """`name` is empty if the database does not name it (sqlite, mysql)."""

    name: str
    columns: tuple[IndexColumn, ...]
    clustered: bool | None = None
    include: tuple[str, ...] = ()
    storage: tuple[str, ...] = ()
    deferral: Deferral = Deferral.NONE
    origin: Origin | None = field(default=None, eq=False, repr=False)


class ReferentialAction(StrEnum):
    """As SQL writes it."""

    CASCADE = "CASCADE"
    RESTRICT = "RESTRICT"
    NO_ACTION = "NO ACTION"
    SET_NULL = "SET NULL"
    SET_DEFAULT = "SET DEFAULT"


@frozen
class ForeignKey:
    """`set_columns` are those that SET NULL or SET DEFAULT changes, if not all. `index_name` is the name of an index that
    the server makes for the key, if not the key's own (mysql).
    """

    name: str
    columns: tuple[str, ...]
    referenced_table: QualifiedName
    referenced_columns: tuple[str, ...]
    on_delete: ReferentialAction
    on_update: ReferentialAction
    validated: bool = field(default=True, eq=False)
    deferral: Deferral = Deferral.NONE
    match_full: bool = False
    set_columns: tuple[str, ...] = ()
    index_name: str | None = field(default=None, eq=False)
    origin: Origin | None = field(default=None, eq=False, repr=False)


@frozen
class Check:
    """A CHECK constraint: Prisma's schema cannot hold one, so only migrations know it.

    `inherited`: it holds for tables that inherit from this one too. `not_null` is set for a NOT NULL constraint that is
    not valid for all rows yet (PostgreSQL 18): the column that it is about.
    """

    name: str
    expression: str
    validated: bool = True
    inherited: bool = True
    not_null: str | None = None
    origin: Origin | None = field(default=None, eq=False, repr=False)


class PartKind(StrEnum):
    """Of a part that a table may have without listing it. A table has one primary key: its part has no name."""

    COLUMN = "column"
    INDEX = "index"
    FOREIGN_KEY = "foreign key"
    PRIMARY_KEY = "primary key"


Part = tuple[PartKind, str]
"""What a part is, and its name."""


class LinkEnd(NamedTuple):
    """One side of an implicit many-to-many relation: the table of a model, and its relation field."""

    table: QualifiedName
    field: str


@frozen
class Table:
    """A table (a collection on mongodb). `model_name` is Prisma's name, empty for implicit join tables
    and for tables read from SQL; `full_name` the one that the schema gives if the database cuts that. `ignored` marks
    `@@ignore`: Prisma Client does not see the model, the table is kept.

    `columns_known` is false if a statement made it in a way that does not show its columns: it may have more than those
    listed, with constraints of any name. A column that is not listed counts as present, with unknown properties.
    `keys_known` is false if it may have a primary key, indexes and foreign keys that are not listed, on such columns.
    `absent`: parts that it is known not to have, because a statement has dropped them.
    `assumed`: no statement makes it, but one changes it. It exists somewhere, and no difference ever drops it.
    `inherits` are the tables whose columns it shares; of a partition, its parent. `is_partitioned`: its rows are in others.
    `row_security` is set if policies decide which rows a role sees, `forces_row_security` if they bind the owner too.
    `ends` are the two sides of the relation that a join table lowered from a schema is for: of column A, and of B.
    `collation` is that of new columns (mysql; the name of a character set stands for its default collation, None for the
    database's own). `options` are STRICT and WITHOUT ROWID (sqlite).
    """

    name: QualifiedName
    columns: tuple[Column, ...]
    primary_key: PrimaryKey | None = None
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    columns_known: bool = True
    keys_known: bool = True
    absent: frozenset[Part] = field(default=frozenset(), eq=False)
    assumed: bool = field(default=False, eq=False)
    inherits: tuple[QualifiedName, ...] = field(default=(), eq=False)
    is_partition: bool = field(default=False, eq=False)
    is_partitioned: bool = field(default=False, eq=False)
    row_security: bool = field(default=False, eq=False)
    forces_row_security: bool = field(default=False, eq=False)
    collation: str | None = field(default=None, eq=False)
    options: tuple[str, ...] = field(default=(), eq=False)
    model_name: str = field(default="", eq=False)
    full_name: str = field(default="", eq=False)
    ignored: bool = field(default=False, eq=False)
    ends: tuple[LinkEnd, ...] = field(default=(), eq=False)
    origin: Origin | None = field(default=None, eq=False, repr=False)

    @cached_property
    def _columns_by_name(self) -> dict[str, Column]:
        return {c.name: c for c in self.columns}

    @cached_property
    def _columns_by_small_name(self) -> dict[str, Column]:
        return {c.name.lower(): c for c in reversed(self.columns)}

    @cached_property
    def ignored_columns(self) -> tuple[Column, ...]:
        """The columns that Prisma Client does not see."""
        return tuple(c for c in self.columns if c.ignored)

    def column(self, name: str) -> Column | None:
        return self._columns_by_name.get(name)

    def column_in_any_case(self, name: str) -> Column | None:
        """The first column of that name, whatever its capital letters."""
        return self._columns_by_small_name.get(name.lower())

    def index(self, name: str) -> Index | None:
        return next((i for i in self.indexes if i.name == name), None)

    def foreign_key(self, name: str) -> ForeignKey | None:
        return next((k for k in self.foreign_keys if k.name == name), None)


@frozen
class EnumValue:
    """A value of an enum, by its database name (after `@map`). `value_name` is Prisma's name for it."""

    name: str
    value_name: str = field(default="", eq=False)
    origin: Origin | None = field(default=None, eq=False, repr=False)


@frozen
class Enum:
    """An enum type. On databases without such types (sqlite, sqlserver, mysql, mongodb) it exists for
    Prisma Client only: it is kept so that rules can name it, and has no SQL.
    """

    name: QualifiedName
    values: tuple[EnumValue, ...]
    enum_name: str = field(default="", eq=False)
    origin: Origin | None = field(default=None, eq=False, repr=False)


@frozen
class View:
    """A view; `definition` is its SQL if known (Prisma's schema does not hold it), `uses` the tables and views in it.
    `stored`: it is materialized.
    """

    name: QualifiedName
    definition: str | None = field(default=None, eq=False)
    stored: bool = field(default=False, eq=False)
    uses: tuple[QualifiedName, ...] = field(default=(), eq=False)
    origin: Origin | None = field(default=None, eq=False, repr=False)


@frozen
class Extension:
    name: str
    schema: str | None = None
    version: str | None = None
    origin: Origin | None = field(default=None, eq=False, repr=False)


@frozen
class SequenceOptions:
    """What a sequence counts."""

    type: str = "BIGINT"
    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int = 2**63 - 1
    cache: int = 1
    cycle: bool = False


@frozen
class Sequence:
    """A sequence. It is dropped with its `owner`, a column of a table."""

    name: QualifiedName
    options: SequenceOptions = SequenceOptions()
    owner: tuple[QualifiedName, str] | None = None
    origin: Origin | None = field(default=None, eq=False, repr=False)


class ObjectKind(StrEnum):
    """Of an object that only migrations know."""

    FUNCTION = "function"
    PROCEDURE = "procedure"
    TRIGGER = "trigger"
    POLICY = "policy"
    RULE = "rule"
    DOMAIN = "domain"
    TYPE = "type"  # composite, range or base; enums are apart


class ObjectKey(NamedTuple):
    """Which object it is: triggers, policies and rules are named per table."""

    kind: ObjectKind
    name: QualifiedName
    table: QualifiedName | None = None


@frozen
class DatabaseObject:
    """An object that Prisma's schema cannot hold: its statement as `definition`, and the tables that this names."""

    key: ObjectKey
    definition: str = field(repr=False)
    uses: tuple[QualifiedName, ...] = ()
    origin: Origin | None = field(default=None, eq=False, repr=False)


@frozen
class Database:
    """Everything that one schema, or one history of migrations, builds. Never change its mappings in place.

    The order of `tables` and `enums` is the order they were written in.
    `schemas` are the namespaces named in the datasource; `creates_empty_schemas`: also those without tables and enums are
    created. `qualified`: Prisma writes the default one before names too.
    `external` are the tables and enums that Prisma leaves alone, whatever the schema says of them.
    `sees_partial_indexes`: the preview feature is on with which Prisma compares and drops them.
    `managed` are the namespaces that Prisma looks at; empty for a history, which shows all that its statements make.
    """

    provider: str
    default_schema: str = ""
    tables: Mapping[QualifiedName, Table] = field(factory=dict, converter=frozen_map)
    enums: Mapping[QualifiedName, Enum] = field(factory=dict, converter=frozen_map)
    views: Mapping[QualifiedName, View] = field(factory=dict, converter=frozen_map)
    extensions: Mapping[str, Extension] = field(factory=dict, converter=frozen_map)
    sequences: Mapping[QualifiedName, Sequence] = field(factory=dict, converter=frozen_map)
    objects: Mapping[ObjectKey, DatabaseObject] = field(factory=dict, converter=frozen_map, eq=False)
    schemas: tuple[str, ...] = ()
    managed: tuple[str, ...] = field(default=(), eq=False)
    external: frozenset[QualifiedName] = field(default=frozenset(), eq=False)
    creates_empty_schemas: bool = field(default=False, eq=False)
    sees_partial_indexes: bool = field(default=False, eq=False)
    qualified: bool = field(default=False, eq=False)
    relation_mode: str = field(default="foreignKeys", eq=False)

    def table(self, name: str, schema: str | None = None) -> Table | None:
        """The table `name` in `schema` (default: the default schema)."""
        return self.tables.get(QualifiedName(self.default_schema if schema is None else schema, name))
