"""What Refract knows of a database: its types, names, literals. One value per database, each in its own module."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from attrs import field, frozen

from refract.providers.defaults import parse_sql_default
from refract.providers.native_forms import NativeForm
from refract.providers.versions import Version
from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType, Default, DefaultKind, QualifiedName

Literal = Callable[[Default, ColumnType], str]


@frozen
class SqlSpelling:
    """The meaning of a type's name in SQL. `args` are used if the SQL gives none; `keeps_args`: whether arguments in
    the SQL mean anything (in mysql's `INT(11)` they do not). `scale` is the second argument if the SQL gives only the first.
    """

    name: str
    args: tuple[int | str, ...] = ()
    keeps_args: bool = True
    scale: int | None = None


@frozen
class Provider:
    """A database that Prisma supports.

    `scalars` are the column types of Prisma's scalars, `natives` the type names of `@db.*` attributes, `native_forms`
    how Prisma lets them be written.
    `spellings` maps a type's name in SQL (lower case, with its arguments if these make it another type) to the
    name that Prisma writes. `argument_separator` is what Prisma writes between a type's arguments.
    `identifier_limit` is in bytes, None if names are never cut; `cuts_names`: the server silently cuts longer ones (others
    refuse them). `unique_is_constraint`, `clusters` and
    `names_defaults` are about the parts of a table; `maps_foreign_keys`: a relation may name its key;
    `always_qualified`: names have their schema even if the datasource lists none. A single key of the type
    `row_id_type` is numbered by the database whatever its default.
    `refuses_cycles`: a table has no two keys that cascade to one table.
    `autoincrement_default` is the default for `autoincrement()` if it is a default like any other.
    `join_table_primary_key_since` is the version of Prisma that gives implicit join tables a primary key in place of a
    unique index, None if none does (the notes on the upgrade to Prisma 6, "Implicit m-n relations").
    """

    name: str
    default_schema: str
    identifier_limit: int | None
    scalars: Mapping[str, ColumnType]
    natives: Mapping[str, str]
    spellings: Mapping[str, SqlSpelling]
    native_forms: Mapping[str, NativeForm] = field(factory=dict)
    quotes: tuple[str, str] = ('"', '"')
    enum_types: bool = False
    scalar_lists: bool = False
    inline_enums: bool = False
    argument_separator: str = ","
    names_primary_keys: bool = True
    maps_foreign_keys: bool = True
    names_defaults: bool = False
    unique_is_constraint: bool = False
    clusters: bool = False
    always_qualified: bool = False
    row_id_type: str = ""
    autoincrement_default: Default | None = None
    join_table_primary_key_since: Version | None = None
    cuts_names: bool = False
    schemaless: bool = False
    restrict_is_no_action: bool = False
    refuses_cycles: bool = False
    backslash_escapes: bool = False
    now: Callable[[ColumnType], str] = field(default=lambda _: "CURRENT_TIMESTAMP")
    literal: Literal | None = None

    def scalar_type(self, scalar: str) -> ColumnType | None:
        """The column type of a Prisma scalar (`String`, `Int`, ...), None if this database does not have it."""
        return self.scalars.get(scalar)

    def native_type(self, scalar: str, native: str, args: Sequence[int | str]) -> ColumnType | None:
        """The column type of `@db.<native>(args)`, None if this database has no such type."""
        name = self.natives.get(native)
        return None if name is None else ColumnType(name, _canonical_args(name, args))

    def native_name(self, type_: ColumnType) -> str:
        """A type as `@db.` names it, without that prefix: `VarChar(191)`. Other types keep their name in SQL."""
        name = next((native for native, sql in self.natives.items() if sql == type_.name), type_.name)
        args = ",".join(str(a).capitalize() for a in type_.args)
        return f"{name}({args})" if args else name

    def type_from_sql(self, name: str, args: Sequence[int | str] = (), is_list: bool = False) -> ColumnType:
        """The canonical type for any spelling of it in SQL. Unknown names are kept unchanged."""
        plain = " ".join(name.lower().split())
        spelling = self.spellings.get(f"{plain}({','.join(map(str, args))})") or self.spellings.get(plain)
        if spelling is None:
            return ColumnType(name, tuple(args), is_list)
        kept = _canonical_args(spelling.name, args) if args and spelling.keeps_args else spelling.args
        if len(kept) == 1 and spelling.scale is not None:
            kept = (*kept, spelling.scale)
        return ColumnType(spelling.name, kept, is_list)

    def primary_key_name(self, table: str) -> str:
        """The name of a table's primary key, empty if it has none."""
        return self._cut(table, "_pkey") if self.names_primary_keys else ""

    def unique_name(self, table: str, columns: Sequence[str]) -> str:
        """The name that Prisma gives a unique index or constraint."""
        return self._cut("_".join((table, *columns)), "_key")

    def index_name(self, table: str, columns: Sequence[str]) -> str:
        """The name that Prisma gives an index."""
        return self._cut("_".join((table, *columns)), "_idx")

    def foreign_key_name(self, table: str, columns: Sequence[str]) -> str:
        """The name that Prisma gives a foreign key."""
        return self._cut("_".join((table, *columns)), "_fkey")

    def join_table_name(self, relation: str) -> str:
        """The table of an implicit many-to-many relation."""
        return self._cut_of_join_table(f"_{relation}", "")

    def join_table_index_name(self, relation: str, ending: str) -> str:
        """The primary key, unique index or index of such a table."""
        return self._cut_of_join_table(f"_{relation}", ending)

    def join_table_key_name(self, relation: str, column: str) -> str:
        """The foreign key of such a table's column, `A` or `B`."""
        return self._cut(f"_{relation}", f"_{column}_fkey")

    def sequence_name(self, table: str, column: str) -> str:
        """The sequence that the database makes for a column that counts. PostgreSQL cuts the longer of both names."""
        first, second = (self.kept_name(name).encode(errors="replace") for name in (table, column))
        room = self.identifier_limit - len("__seq") if self.identifier_limit and self.cuts_names else None
        while room is not None and len(first) + len(second) > room:
            first, second = (first[:-1], second) if len(first) > len(second) else (first, second[:-1])
        return f"{first.decode(errors='ignore')}_{second.decode(errors='ignore')}_seq"

    def kept_name(self, name: str) -> str:
        """An identifier of any length as the server keeps it."""
        return self._cut(name, "") if self.cuts_names else name

    def default_constraint_name(self, table: str, column: str) -> str:
        """The name that Prisma gives a default where defaults are constraints (sqlserver)."""
        return self._cut("_".join((table, column)), "_df")

    def not_null_name(self, table: str, column: str) -> str:
        """The name of a CHECK that a column is not NULL."""
        return self._cut("_".join((table, column)), "_not_null")

    def sync_name(self, table: str, column: str) -> str:
        """The name of a trigger, function or procedure that keeps a new column in sync with an old one."""
        return self._cut("_".join((table, column)), "_sync")

    def quote(self, identifier: str) -> str:
        """An identifier as SQL writes it here."""
        opening, closing = self.quotes
        return opening + identifier.replace(closing, closing * 2) + closing

    def quote_name(self, name: QualifiedName) -> str:
        """A table or type as SQL writes it here, with its schema unless that is the default."""
        is_default = name.schema in ("", self.default_schema)
        return self.quote(name.name) if is_default else f"{self.quote(name.schema)}.{self.quote(name.name)}"

    def cast(self, before: Column, after: Column) -> Cast:
        """What Prisma does when the type of `before` changes to that of `after`."""
        decide: Callable[[Column, Column], Cast] = import_module(f"refract.providers.{self.name}_casts").cast
        return decide(before, after)

    def render_type(self, type_: ColumnType) -> str:
        """A type as a column definition has it. Enum types are written by the SQL writer, which knows schemas."""
        args = f"({self.argument_separator.join(map(_render_argument(type_), type_.args))})" if type_.args else ""
        name, _, rest = type_.name.partition(" ") if type_.name.endswith(" UNSIGNED") else (type_.name, "", "")
        suffix = f" {rest}" if rest else ""
        return f"{name}{args}{suffix}{'[]' if type_.is_list else ''}"

    def default_from_sql(self, sql: str, type_: ColumnType) -> Default | None:
        """The default written after DEFAULT in SQL, for a column of `type_`; None for NULL."""
        text = sql.strip()
        return parse_sql_default("E" + text if self.backslash_escapes and text.startswith("'") else text, type_)

    def render_default(self, column: Column) -> str | None:
        """The text after DEFAULT; None if the column has no default."""
        default = column.default
        if default is None:
            return None
        if self.literal is not None:
            return self.literal(default, column.type)
        return self.plain_default(default, column.type)

    def plain_default(self, default: Default, type_: ColumnType) -> str:
        """A default as standard SQL writes it."""
        match default.kind:
            case DefaultKind.NOW:
                return self.now(type_)
            case DefaultKind.STRING:
                return quote_string(default.text)
            case _:
                return default.plain

    def _cut(self, stem: str, suffix: str) -> str:
        """`stem` + `suffix` within the limit; only the stem is cut, never inside a character."""
        if self.identifier_limit is None:
            return stem + suffix
        room = self.identifier_limit - len(suffix.encode())
        if stem.isascii() and len(stem) <= room:
            return stem + suffix
        return stem.encode(errors="replace")[:room].decode(errors="ignore") + suffix

    def _cut_of_join_table(self, stem: str, suffix: str) -> str:
        """Prisma counts these in characters. If the server then keeps one name for several, bytes are counted here."""
        if self.identifier_limit is None:
            return stem + suffix
        written = stem[: self.identifier_limit - len(suffix)] + suffix
        clashes = suffix and self.cuts_names and len(stem.encode(errors="replace")) > self.identifier_limit - len("_A")
        return self._cut(stem, suffix) if clashes else self.kept_name(written)


def _canonical_args(name: str, args: Sequence[int | str]) -> tuple[int | str, ...]:
    """The arguments of a type, with words (sqlserver's `max`) in lower case; an enum's values are unchanged."""
    return tuple(a.lower() if isinstance(a, str) and name != "ENUM" else a for a in args)


def _render_argument(type_: ColumnType) -> Callable[[int | str], str]:
    return (lambda value: quote_string(str(value))) if type_.name == "ENUM" else str


def quote_string(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def spellings(table: Mapping[str, str | SqlSpelling]) -> dict[str, SqlSpelling]:
    """A table of spellings in short form: `canonical: "spelling, spelling"` inverted."""
    found: dict[str, SqlSpelling] = {}
    for names, target in table.items():
        spelling = SqlSpelling(target) if isinstance(target, str) else target
        found |= {name.strip(): spelling for name in names.split(",")}
    return found
