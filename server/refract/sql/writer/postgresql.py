"""The SQL that Prisma writes for PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from refract.diff.columns import ColumnArity, ColumnChanges, arity, column_changes
from refract.diff.traits import differ_traits
from refract.providers import provider
from refract.schema import changes as c
from refract.schema.changes import Cast
from refract.schema.model import (
    Check,
    Column,
    ColumnType,
    Default,
    DefaultKind,
    Deferral,
    ForeignKey,
    Index,
    IndexColumn,
    PrimaryKey,
    QualifiedName,
    Table,
)
from refract.sql.writer.base import INDENT, Context, TableAlteration, Writer

_SERIALS = {"SMALLINT": "SMALLSERIAL", "INTEGER": "SERIAL", "BIGINT": "BIGSERIAL"}
_NOT_VALID = " NOT VALID"

# Prisma's own wording, at the beginning of a migration that adds several values.
_SEVERAL_VALUES = """\
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


"""


class PostgresqlWriter(Writer):
    """Writes for PostgreSQL."""

    provider_name = "postgresql"

    def type_in_words(self, type_: ColumnType) -> str:
        names = {sql: prisma for prisma, sql in provider(self.provider_name).natives.items()}
        args = f"({','.join(map(str, type_.args))})" if type_.args else ""
        return names[type_.name] + args if type_.name in names else f'Unsupported("{type_.name}")'

    def create_table(self, change: c.CreateTable, context: Context) -> Sequence[str]:
        return (self.create_table_as(change.table, change.table.name, context),)

    def create_table_as(self, table: Table, name: QualifiedName, context: Context) -> str:
        """CREATE TABLE with a table's columns and primary key, under another name if necessary."""
        columns = self.indented(self.column(column, table.name, context) for column in table.columns)
        key = ""
        if table.primary_key:
            names = ",".join(self.quote(p.name) for p in table.primary_key.columns)
            tail = self._constraint_tail(table.primary_key)
            key = f",\n\n{INDENT}CONSTRAINT {self.quote(table.primary_key.name)} PRIMARY KEY ({names}){tail}"
        return f"CREATE TABLE {self.name(name, context)} (\n{columns}{key}\n)"

    def column(self, column: Column, table: QualifiedName, context: Context) -> str:
        type_ = self.type(column.type, context)
        if column.auto_increment and column.identity is None:
            type_ = _SERIALS.get(type_, type_)
        required = "" if arity(column) is not ColumnArity.REQUIRED else " NOT NULL"
        collation = f" COLLATE {column.collation}" if column.collation else ""
        return f"{self.quote(column.name)} {type_}{collation}{required}{self._value(column, context)}"

    def _value(self, column: Column, context: Context) -> str:
        """What a row has in the column if a statement gives it nothing."""
        if column.identity is not None:
            return f" GENERATED {column.identity.value} AS IDENTITY"
        if column.generated is not None:
            return f" GENERATED ALWAYS AS ({column.generated}) STORED"
        default = self.default(column, context)
        return f" DEFAULT {default}" if default else ""

    def type(self, type_: ColumnType, context: Context) -> str:
        """A type as columns have it; enums by their name."""
        if type_.enum is None:
            return context.provider.render_type(type_)
        return self.name(type_.enum, context) + ("[]" if type_.is_list else "")

    def default(self, column: Column, context: Context) -> str:
        """The expression after DEFAULT; empty for none, or for the sequence of a serial type."""
        if column.default is None or column.auto_increment:
            return ""
        if column.default.kind is DefaultKind.LIST:
            return self._list(column.default, column.type, context)
        return context.provider.render_default(column) or ""

    def _list(self, default: Default, type_: ColumnType, context: Context) -> str:
        element = evolve(type_, is_list=False)
        items = (context.provider.render_default(Column("", element, default=item)) or "" for item in default.items)
        return f"ARRAY[{', '.join(items)}]::{self.type(type_, context)}"

    def alter_table(self, alteration: TableAlteration, context: Context) -> Sequence[str]:
        clauses = [clause for change in alteration.changes for clause in self.clauses(change, context)]
        table = self.name(alteration.table, context)
        altered = [x for x in alteration.changes if isinstance(x, c.AlterColumn)]
        return (
            *(statement for x in altered for statement in self._before(x, context)),
            *self.altered(table, clauses),
            *(self._rename_key(table, x) for x in alteration.changes if isinstance(x, c.RenamePrimaryKey)),
            *(statement for x in altered for statement in self._after(x, context)),
        )

    def altered(self, table: str, clauses: Sequence[str]) -> Sequence[str]:
        """The clauses as statements: PostgreSQL accepts them all in one."""
        return (f"ALTER TABLE {table} " + ",\n".join(clauses),) if clauses else ()

    def _rename_key(self, table: str, change: c.RenamePrimaryKey) -> str:
        return (
            f"ALTER TABLE {table} RENAME CONSTRAINT {self.quote(change.before.name)} TO {self.quote(change.after.name)}"
        )

    def clauses(self, change: c.TableChange, context: Context) -> Iterator[str]:
        """What one change adds to ALTER TABLE."""
        match change:
            case c.DropPrimaryKey(primary_key=key):
                yield f"DROP CONSTRAINT {self.quote(key.name)}"
            case c.AddPrimaryKey(primary_key=key, index=index) if index is not None:
                yield f"ADD CONSTRAINT {self.quote(key.name)} PRIMARY KEY USING INDEX {self.quote(index.name)}"
            case c.AddPrimaryKey(primary_key=key):
                yield f"ADD {self.primary_key(key)}"
            case c.DropColumn(column=column):
                yield f"DROP COLUMN {self.quote(column.name)}"
            case c.AddColumn(column=column):
                yield self._add_column(column, change.table, context)
            case c.RecreateColumn(before=before, after=after):
                yield f"DROP COLUMN {self.quote(before.name)}"
                yield self._add_column(after, change.table, context)
            case c.AlterColumn():
                start = f"ALTER COLUMN {self.quote(change.before.name)}"
                yield from (f"{start} {action}" for action in self.actions(change, context))

    def _add_column(self, column: Column, table: QualifiedName, context: Context) -> str:
        # Prisma indents the column as in CREATE TABLE, after the space, hence five.
        return f"ADD COLUMN {INDENT}{self.column(column, table, context)}"

    def actions(self, change: c.AlterColumn, context: Context) -> Iterator[str]:
        """What is done to a column, in Prisma's order."""
        what = self.what_changes(change, context)
        yield from self._nullability(change, what)
        yield from self._default_actions(change, what, context)
        if what.cast is not Cast.NONE or (
            what.arity and ColumnArity.LIST in (arity(change.before), arity(change.after))
        ):
            using = f" USING {change.using}" if change.using else ""
            yield f"SET DATA TYPE {self.type(change.after.type, context)}{using}"

    def what_changes(self, change: c.AlterColumn, context: Context) -> ColumnChanges:
        """The parts of the column that differ."""
        return column_changes(change.before, change.after, change.cast, differ_traits(context.provider.name))

    def _nullability(self, change: c.AlterColumn, what: ColumnChanges) -> Iterator[str]:
        if not what.arity:
            return
        if arity(change.after) is ColumnArity.REQUIRED:
            yield "SET NOT NULL"
        elif arity(change.after) is ColumnArity.NULLABLE:
            yield "DROP NOT NULL"

    def _default_actions(self, change: c.AlterColumn, what: ColumnChanges, context: Context) -> Iterator[str]:
        if what.auto_increment and change.before.identity is not None:
            yield "DROP IDENTITY"
            default = self.default(change.after, context)
            yield from (f"SET DEFAULT {default}" for _ in range(bool(default)))
            return
        if what.auto_increment and change.after.auto_increment:
            yield f"SET DEFAULT nextval({self.string(self._sequence(change, context))})"
            return
        default = self.default(change.after, context)
        if what.default and default:
            yield f"SET DEFAULT {default}"
        elif what.default or what.auto_increment:
            yield "DROP DEFAULT"

    def _sequence(self, change: c.AlterColumn, context: Context) -> str:
        """The sequence of a column that starts to count, named as a serial column's would be."""
        if _is_handed_over(change, context):
            return self.name(QualifiedName(change.table.schema, change.after.sequence or ""), context)
        table = self.name(change.table, context)
        schema = f"{self.quote(change.table.schema)}." if table != self.quote(change.table.name) else ""
        return f"{schema}{change.table.name}_{change.after.name}_seq".lower()

    def _before(self, change: c.AlterColumn, context: Context) -> Iterator[str]:
        if _is_handed_over(change, context):
            column = f"{self.name(change.table, context)}.{self.quote(change.after.name)}"
            type_ = self.type(change.after.type, context)
            yield f"ALTER SEQUENCE {self._sequence(change, context)} AS {type_} OWNED BY {column}"
        elif self.what_changes(change, context).auto_increment and change.after.auto_increment:
            yield f"CREATE SEQUENCE {self._sequence(change, context)}"

    def _after(self, change: c.AlterColumn, context: Context) -> Iterator[str]:
        if not self.what_changes(change, context).auto_increment or _is_handed_over(change, context):
            return
        table = self.name(change.table, context)
        if change.after.auto_increment:
            column = f"{table}.{self.quote(change.after.name)}"
            yield f"ALTER SEQUENCE {self._sequence(change, context)} OWNED BY {column}"
        elif change.before.identity is None:
            sequence = change.before.sequence or context.provider.sequence_name(change.table.name, change.before.name)
            yield f"DROP SEQUENCE {self.name(QualifiedName(change.table.schema, sequence), context)}"

    def foreign_key(self, key: ForeignKey, context: Context) -> str:
        return super().foreign_key(key, context) + _deferral(key.deferral) + ("" if key.validated else _NOT_VALID)

    def referential_actions(self, key: ForeignKey) -> str:
        full = "MATCH FULL " if key.match_full else ""
        columns = f" ({self.quoted_list(key.set_columns)})" if key.set_columns else ""
        return f"{full}ON DELETE {key.on_delete.value}{columns} ON UPDATE {key.on_update.value}"

    def check(self, check: Check) -> str:
        alone = "" if check.inherited else " NO INHERIT"
        return super().check(check) + alone + ("" if check.validated else _NOT_VALID)

    def primary_key(self, key: PrimaryKey) -> str:
        return super().primary_key(key) + self._constraint_tail(key)

    def _constraint_tail(self, key: PrimaryKey | Index) -> str:
        """What follows the columns of a key or a unique constraint."""
        return self._carried(key) + _deferral(key.deferral)

    def _carried(self, index: PrimaryKey | Index) -> str:
        include = f" INCLUDE ({self.quoted_list(index.include)})" if index.include else ""
        distinct = " NULLS NOT DISTINCT" if isinstance(index, Index) and not index.nulls_distinct else ""
        storage = f" WITH ({', '.join(index.storage)})" if index.storage else ""
        return f"{include}{distinct if not _is_constraint(index) else ''}{storage}"

    def _constraint(self, table: QualifiedName, index: Index, context: Context) -> str:
        """A unique or exclusion constraint, which is no index of its own."""
        start = f"ALTER TABLE {self.name(table, context)} ADD CONSTRAINT {self.quote(index.name)}"
        if index.type == "EXCLUDE":
            return f"{start} EXCLUDE {index.columns[0].expression}"
        nulls = "" if index.nulls_distinct else " NULLS NOT DISTINCT"
        columns = self.quoted_list(part.name for part in index.columns)
        return f"{start} UNIQUE{nulls} ({columns}){self._constraint_tail(index)}"

    def create_index(self, table: QualifiedName, index: Index, context: Context) -> str:
        return self._create_index(table, index, "", context)

    def _create_index(self, table: QualifiedName, index: Index, how: str, context: Context) -> str:
        if _is_constraint(index):
            return self._constraint(table, index, context)
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        using = "" if index.type == "BTREE" else f" USING {index.type} "
        parts = ", ".join(self._index_part(part) for part in index.columns)
        where = f" WHERE {_in_parentheses(index.where)}" if index.where else ""
        tail = f"{self._carried(index)}{where}"
        return f"CREATE {kind} {how}{self.quote(index.name)} ON {self.name(table, context)}{using}({parts}){tail}"

    def _index_part(self, part: IndexColumn) -> str:
        name = f"({part.expression})" if part.expression else self.quote(part.name)
        collation = f" COLLATE {part.collation}" if part.collation else ""
        ops = f" {part.ops}" if part.ops else ""
        options = f"({part.ops_options})" if part.ops_options else ""
        nulls = f" NULLS {part.nulls.value}" if part.nulls else ""
        return f"{name}{collation}{ops}{options}{self.sort(part)}{nulls}"

    def create_index_step(self, change: c.CreateIndex, context: Context) -> Sequence[str]:
        how = "CONCURRENTLY " if change.concurrently else ""
        return (self._create_index(change.table, change.index, how, context),)

    def drop_index_step(self, change: c.DropIndex, context: Context) -> Sequence[str]:
        statement = self.drop_index(change.table, change.index, context)
        if _is_constraint(change.index):
            return (statement,)
        return (statement.replace("DROP INDEX", "DROP INDEX CONCURRENTLY", 1) if change.concurrently else statement,)

    def drop_index(self, table: QualifiedName, index: Index, context: Context) -> str:
        if _is_constraint(index):
            return self.drop_constraint(table, index.name, context)
        return f"DROP INDEX {self.name(QualifiedName(table.schema, index.name), context)}"

    def rename_index(self, change: c.RenameIndex, context: Context) -> Sequence[str]:
        old = self.name(QualifiedName(change.table.schema, change.before.name), context)
        return (f"ALTER INDEX {old} RENAME TO {self.quote(change.after.name)}",)

    def create_enum(self, change: c.CreateEnum, context: Context) -> Sequence[str]:
        values = ", ".join(self.string(v.name) for v in change.enum.values)
        return (f"CREATE TYPE {self.name(change.enum.name, context)} AS ENUM ({values})",)

    def drop_enum(self, change: c.DropEnum, context: Context) -> Sequence[str]:
        return (f"DROP TYPE {self.name(change.enum.name, context)}",)

    def rename_enum(self, change: c.RenameEnum, context: Context) -> Sequence[str]:
        new = self.quote(change.after.name.name)
        return (f"ALTER TYPE {self.name(change.before.name, context)} RENAME TO {new}",)

    def rename_enum_value(self, change: c.RenameEnumValue, context: Context) -> Sequence[str]:
        old, new = self.string(change.before), self.string(change.after)
        return (f"ALTER TYPE {self.name(change.enum, context)} RENAME VALUE {old} TO {new}",)

    def alter_enum(self, change: c.AlterEnum, context: Context) -> Sequence[str]:
        if change.removed:
            return self._swap_enum(change, context)
        name = self.name(change.before.name, context)
        added = [f"ALTER TYPE {name} ADD VALUE {self.string(v)}" for v in change.added]
        if len(added) > 1:
            added[0] = _SEVERAL_VALUES + added[0]
        return added

    def _swap_enum(self, change: c.AlterEnum, context: Context) -> Sequence[str]:
        """PostgreSQL cannot remove a value: a new type replaces the old one."""
        old = change.before.name
        temporary = self.name(QualifiedName(old.schema, f"{old.name}_new"), context)
        values = ", ".join(self.string(v.name) for v in change.after.values)
        retired = QualifiedName(old.schema, f"{old.name}_old")
        return (
            "BEGIN",
            f"CREATE TYPE {temporary} AS ENUM ({values})",
            *(f"{self._alter(t, x, context)} DROP DEFAULT" for t, x, _ in default_uses(change, context)),
            *self._moved_columns(change, temporary, context),
            f"ALTER TYPE {self.name(old, context)} RENAME TO {self.quote(retired.name)}",
            f"ALTER TYPE {temporary} RENAME TO {self.quote(old.name)}",
            f"DROP TYPE {self.name(retired, context)}",
            *(
                f"{self._alter(t, x, context)} SET DEFAULT {self.default(x, context)}"
                for t, _, x in default_uses(change, context)
                if x is not None and x.default is not None
            ),
            "COMMIT",
        )

    def _moved_columns(self, change: c.AlterEnum, temporary: str, context: Context) -> Iterator[str]:
        for table in context.after.tables.values():
            for column in table.columns:
                old = _existing(table, column, context)
                if column.type.enum == change.after.name and old is not None and old.type.enum == change.before.name:
                    name, type_ = self.quote(column.name), temporary + ("[]" if column.type.is_list else "")
                    yield f"{self._alter(table, column, context)} TYPE {type_} USING ({name}::text::{type_})"

    def _alter(self, table: Table, column: Column, context: Context) -> str:
        return f"ALTER TABLE {self.name(table.name, context)} ALTER COLUMN {self.quote(column.name)}"

    def create_extension(self, change: c.CreateExtension, context: Context) -> Sequence[str]:
        extension = change.extension
        options = [f"SCHEMA {self.quote(extension.schema)}"] if extension.schema else []
        options += [f"VERSION {self.quote(extension.version)}"] if extension.version else []
        tail = f" WITH {' '.join(options)}" if options else ""
        return (f"CREATE EXTENSION IF NOT EXISTS {self.quote(extension.name)}{tail}",)

    def alter_extension(self, change: c.AlterExtension, context: Context) -> Sequence[str]:
        old, new = change.before, change.after
        start = f"ALTER EXTENSION {self.quote(old.name)}"
        version = new.version and old.version and new.version != old.version
        schema = new.schema and old.schema and new.schema != old.schema
        return (
            *((f"{start} UPDATE TO {self.quote(new.version)}",) if version and new.version else ()),
            *((f"{start} SET SCHEMA {self.quote(new.schema)}",) if schema and new.schema else ()),
        )

    def drop_extension(self, change: c.DropExtension, context: Context) -> Sequence[str]:
        return (f"DROP EXTENSION {self.quote(change.extension.name)}",)


def _in_parentheses(predicate: str) -> str:
    """As Prisma has it: in one pair, unless it begins and ends with one."""
    return predicate if predicate.startswith("(") and predicate.endswith(")") else f"({predicate})"


def _is_constraint(index: PrimaryKey | Index) -> bool:
    """Whether an index exists for a constraint: it is made and dropped with that."""
    return isinstance(index, Index) and index.constraint


def _deferral(deferral: Deferral) -> str:
    return f" {deferral.value}" if deferral is not Deferral.NONE else ""


def _is_handed_over(change: c.AlterColumn, context: Context) -> bool:
    """Whether a column continues counting where another column of its table stopped."""
    table = context.before.tables.get(change.table)
    if table is None or not change.after.auto_increment or change.before.auto_increment:
        return False
    return any(x.auto_increment and x.sequence == change.after.sequence for x in table.columns)


def default_uses(change: c.AlterEnum, context: Context) -> Iterator[tuple[Table, Column, Column | None]]:
    """The columns of an enum that have a default: their table and the column before, and the column after if it
    still has the enum and a default. Dropped tables are first, then in each table the dropped columns.
    """
    tables = context.before.tables.values()
    yield from (
        (table, column, None)
        for table in tables
        if table.name not in context.after.tables
        for column in _with_default(table, change)
    )
    for table in tables:
        after = context.after.tables.get(table.name)
        if after is None:
            continue
        columns = sorted(_with_default(table, change), key=lambda x: (after.column(x.name) is not None, x.name))
        for column in columns:
            new = after.column(column.name)
            keeps = new is not None and new.type.enum == change.after.name and new.default is not None
            yield table, column, new if keeps else None


def _with_default(table: Table, change: c.AlterEnum) -> list[Column]:
    return [x for x in table.columns if x.type.enum == change.before.name and x.default is not None]


def _existing(table: Table, column: Column, context: Context) -> Column | None:
    before = context.before.tables.get(table.name)
    return before.column(column.name) if before else None
