"""Shared by the writers of all providers: changes in, Prisma's steps out.

A step is a comment (`-- AlterTable`) and its statements. A writer for a database fills in the statements of
each kind of change; the order of the steps is the order of the changes, which the diff makes as Prisma does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from attrs import frozen

from refract.diff.traits import differ_traits
from refract.providers.base import Provider
from refract.schema import changes as c
from refract.schema.model import (
    Check,
    Column,
    ColumnType,
    Database,
    ForeignKey,
    Index,
    IndexColumn,
    PrimaryKey,
    QualifiedName,
    Sort,
)

EMPTY = "-- This is an empty migration."
INDENT = "    "


@frozen
class WrittenStep:
    """One step of a migration. `title` is Prisma's name for it; `statements` have no closing semicolon."""

    title: str
    statements: tuple[str, ...]


@frozen
class Context:
    """The databases that the changes lead from and to, and the provider of both."""

    before: Database
    after: Database
    provider: Provider


@frozen
class TableAlteration:
    """The changes that one `AlterTable` step makes to a table."""

    table: QualifiedName
    changes: tuple[c.TableChange, ...]


ALTERS_TABLE = (
    c.DropPrimaryKey,
    c.RenamePrimaryKey,
    c.DropColumn,
    c.AddColumn,
    c.AlterColumn,
    c.RecreateColumn,
    c.AddPrimaryKey,
)


class Writer(ABC):
    """Writes changes in one database's SQL. Stateless: all a statement depends on is its change and the context."""

    def steps(self, changes: Sequence[c.Change], context: Context) -> Iterator[WrittenStep]:
        """The steps, in order. Those that need no statement are left out."""
        redefined = self.redefined_tables(changes, context)
        inside = tuple(x for x in changes if isinstance(x, c.TableChange) and x.table in redefined)
        first = inside[0] if inside else None
        others = (x for x in changes if x is first or not (isinstance(x, c.TableChange) and x.table in redefined))
        for _, group in groupby(others, key=lambda change: self.step_key(change, context)):
            together = tuple(group)
            if together[0] is first:
                yield WrittenStep("RedefineTables", tuple(self.redefine_tables(inside, context)))
                together = together[1:]
            step = self.step(together, context) if together else None
            if step and step.statements:
                yield step

    def step_key(self, change: c.Change, context: Context) -> object:
        """Neighbours with equal keys belong to one step."""
        return ("alter", change.table) if isinstance(change, ALTERS_TABLE) else id(change)

    def redefined_tables(
        self, changes: Sequence[c.Change | c.TableChange], context: Context
    ) -> Mapping[QualifiedName, None]:
        """The tables that must be rebuilt, in the order of the database. Changes inside them are one step together."""
        altered: dict[QualifiedName, list[c.TableChange]] = {}
        for change in changes:
            if isinstance(change, c.TableChange) and change.table in context.before.tables:
                altered.setdefault(change.table, []).append(change)
        redefines = differ_traits(context.provider.name).redefines
        names = {n for n, inside in altered.items() if redefines(context.before.tables[n], inside)}
        return {n: None for n in context.before.tables if n in names} if names else {}

    def redefine_tables(self, changes: Sequence[c.TableChange], context: Context) -> Sequence[str]:
        """The statements that rebuild tables; `changes` are all changes inside them."""
        raise NotImplementedError(f"no table is redefined on {context.provider.name}")

    def step(self, together: Sequence[c.Change], context: Context) -> WrittenStep:
        """The step for the changes of one table alteration, or for a single other change."""
        first = together[0]
        if isinstance(first, ALTERS_TABLE):
            alteration = TableAlteration(first.table, tuple(t for t in together if isinstance(t, c.TableChange)))
            return self.alter_table_step(alteration, context)
        title, write = _SINGLE_STEPS[type(first)]
        title = self.rename_index_title if isinstance(first, c.RenameIndex) else title
        return WrittenStep(title, tuple(write(self, first, context)))

    def script(self, steps: Iterable[WrittenStep]) -> str:
        """The text of a migration: steps separated by a blank line, each statement closed."""
        texts = ["".join((f"-- {s.title}\n", *(f"{statement};\n" for statement in s.statements))) for s in steps]
        return "\n".join(texts) if texts else EMPTY

    @property
    def rename_index_title(self) -> str:
        """Prisma's name for the renaming of an index: another one if that is a drop and a create."""
        return "RenameIndex"

    def type_in_words(self, type_: ColumnType) -> str:
        """A type as Prisma's warnings name it."""
        return type_.name

    @property
    def made_required_says_all(self) -> bool:
        """Whether Prisma gives no warning about the type of a column that also becomes required."""
        return False

    def removed_enum_values(self, change: c.AlterColumn) -> tuple[str, tuple[str, ...]] | None:
        """If a column holds its enum itself: Prisma's name for the enum and the removed values.

        None if more than the values changes.
        """
        return None

    def alters_primary_key(self, table: QualifiedName, context: Context) -> bool:
        """Whether the primary key is changed in place rather than dropped."""
        before, after = context.before.tables.get(table), context.after.tables.get(table)
        in_place = differ_traits(context.provider.name).alters_primary_keys
        return bool(in_place and before and after and before.primary_key and after.primary_key)

    def has_enum_types(self, context: Context) -> bool:
        """Whether enums are types of the database."""
        return differ_traits(context.provider.name).enum_types

    def alter_table_step(self, alteration: TableAlteration, context: Context) -> WrittenStep:
        """The step for the changes inside one table."""
        return WrittenStep("AlterTable", tuple(self.alter_table(alteration, context)))

    def quote(self, name: str) -> str:
        """An identifier as statements write it."""
        return '"' + name.replace('"', '""') + '"'

    def string(self, text: str) -> str:
        """A text as a literal."""
        return "'" + text.replace("'", "''") + "'"

    def name(self, name: QualifiedName, context: Context) -> str:
        """A table or type, with its schema if Prisma writes that, or if it is not the default one."""
        qualified = context.after.qualified or context.before.qualified
        if name.schema and (
            qualified or name.schema not in (context.before.default_schema, context.after.default_schema)
        ):
            return f"{self.quote(name.schema)}.{self.quote(name.name)}"
        return self.quote(name.name)

    def sort(self, part: IndexColumn) -> str:
        """The order of an index's column, if the schema sets one."""
        if part.sort is Sort.DESC:
            return " DESC"
        return " ASC" if part.sort_written else ""

    def quoted_list(self, names: Iterable[str]) -> str:
        """Identifiers, separated by a comma and a space."""
        return ", ".join(self.quote(n) for n in names)

    @abstractmethod
    def column(self, column: Column, table: QualifiedName, context: Context) -> str:
        """A column's full definition, as CREATE TABLE and ADD COLUMN have it, without indentation."""

    @abstractmethod
    def create_table(self, change: c.CreateTable, context: Context) -> Sequence[str]: ...

    @abstractmethod
    def alter_table(self, alteration: TableAlteration, context: Context) -> Sequence[str]: ...

    @abstractmethod
    def create_index(self, table: QualifiedName, index: Index, context: Context) -> str: ...

    @abstractmethod
    def drop_index(self, table: QualifiedName, index: Index, context: Context) -> str: ...

    @abstractmethod
    def rename_index(self, change: c.RenameIndex, context: Context) -> Sequence[str]: ...

    def create_index_step(self, change: c.CreateIndex, context: Context) -> Sequence[str]:
        return (self.create_index(change.table, change.index, context),)

    def drop_index_step(self, change: c.DropIndex, context: Context) -> Sequence[str]:
        return (self.drop_index(change.table, change.index, context),)

    def recreate_index(self, change: c.RecreateIndex, context: Context) -> Sequence[str]:
        return (
            self.drop_index(change.table, change.before, context),
            self.create_index(change.table, change.after, context),
        )

    def drop_table(self, change: c.DropTable, context: Context) -> Sequence[str]:
        return (f"DROP TABLE {self.name(change.table.name, context)}",)

    def rename_table(self, change: c.RenameTable, context: Context) -> Sequence[str]:
        new = self.quote(change.after.name.name)
        return (f"ALTER TABLE {self.name(change.before.name, context)} RENAME TO {new}",)

    def rename_column(self, change: c.RenameColumn, context: Context) -> Sequence[str]:
        old, new = self.quote(change.before.name), self.quote(change.after.name)
        return (f"ALTER TABLE {self.name(change.table, context)} RENAME COLUMN {old} TO {new}",)

    def add_foreign_key(self, change: c.AddForeignKey, context: Context) -> Sequence[str]:
        key = self.foreign_key(change.foreign_key, context)
        return (f"ALTER TABLE {self.name(change.table, context)} ADD {key}",)

    def drop_foreign_key(self, change: c.DropForeignKey, context: Context) -> Sequence[str]:
        return (self.drop_constraint(change.table, change.foreign_key.name, context),)

    def rename_foreign_key(self, change: c.RenameForeignKey, context: Context) -> Sequence[str]:
        old, new = self.quote(change.before.name), self.quote(change.after.name)
        return (f"ALTER TABLE {self.name(change.table, context)} RENAME CONSTRAINT {old} TO {new}",)

    def foreign_key(self, key: ForeignKey, context: Context) -> str:
        """The clause of a foreign key, as ADD has it."""
        return (
            f"CONSTRAINT {self.quote(key.name)} FOREIGN KEY ({self.quoted_list(key.columns)}) "
            f"REFERENCES {self.name(key.referenced_table, context)}({self.quoted_list(key.referenced_columns)}) "
            f"{self.referential_actions(key)}"
        )

    def referential_actions(self, key: ForeignKey) -> str:
        return f"ON DELETE {key.on_delete.value} ON UPDATE {key.on_update.value}"

    def drop_constraint(self, table: QualifiedName, name: str, context: Context) -> str:
        return f"ALTER TABLE {self.name(table, context)} DROP CONSTRAINT {self.quote(name)}"

    def add_check(self, change: c.AddCheck, context: Context) -> Sequence[str]:
        return (f"ALTER TABLE {self.name(change.table, context)} ADD {self.check(change.check)}",)

    def check(self, check: Check) -> str:
        """The clause of a CHECK constraint, as ADD has it."""
        what = f"CHECK ({check.expression})" if check.not_null is None else f"NOT NULL {self.quote(check.not_null)}"
        return f"CONSTRAINT {self.quote(check.name)} {what}"

    def drop_check(self, change: c.DropCheck, context: Context) -> Sequence[str]:
        return (self.drop_constraint(change.table, change.check.name, context),)

    def validate_constraint(self, change: c.ValidateConstraint, context: Context) -> Sequence[str]:
        return (f"ALTER TABLE {self.name(change.table, context)} VALIDATE CONSTRAINT {self.quote(change.constraint)}",)

    def create_schema(self, change: c.CreateSchema, context: Context) -> Sequence[str]:
        return (f"CREATE SCHEMA IF NOT EXISTS {self.quote(change.name)}",)

    def drop_schema(self, change: c.DropSchema, context: Context) -> Sequence[str]:
        return (f"DROP SCHEMA {self.quote(change.name)}",)

    def create_enum(self, change: c.CreateEnum, context: Context) -> Sequence[str]:
        return ()

    def alter_enum(self, change: c.AlterEnum, context: Context) -> Sequence[str]:
        return ()

    def drop_enum(self, change: c.DropEnum, context: Context) -> Sequence[str]:
        return ()

    def rename_enum(self, change: c.RenameEnum, context: Context) -> Sequence[str]:
        return ()

    def rename_enum_value(self, change: c.RenameEnumValue, context: Context) -> Sequence[str]:
        return ()

    def create_extension(self, change: c.CreateExtension, context: Context) -> Sequence[str]:
        return ()

    def alter_extension(self, change: c.AlterExtension, context: Context) -> Sequence[str]:
        return ()

    def drop_extension(self, change: c.DropExtension, context: Context) -> Sequence[str]:
        return ()

    def create_sequence(self, change: c.CreateSequence, context: Context) -> Sequence[str]:
        return (f"CREATE SEQUENCE {self.name(change.sequence.name, context)}",)

    def drop_sequence(self, change: c.DropSequence, context: Context) -> Sequence[str]:
        return (f"DROP SEQUENCE {self.name(change.sequence.name, context)}",)

    def create_view(self, change: c.CreateView, context: Context) -> Sequence[str]:
        if change.view.definition is None:
            return ()
        kind = "MATERIALIZED VIEW" if change.view.stored else "VIEW"
        return (f"CREATE {kind} {self.name(change.view.name, context)} {change.view.definition}",)

    def drop_view(self, change: c.DropView, context: Context) -> Sequence[str]:
        kind = "MATERIALIZED VIEW" if change.view.stored else "VIEW"
        return (f"DROP {kind} {self.name(change.view.name, context)}",)

    def indented(self, lines: Iterable[str]) -> str:
        """The lines of a table's definition, separated by commas."""
        return ",\n".join(f"{INDENT}{line}" for line in lines)

    def primary_key(self, key: PrimaryKey) -> str:
        """The clause of a named primary key."""
        return f"CONSTRAINT {self.quote(key.name)} PRIMARY KEY ({self.quoted_list(p.name for p in key.columns)})"


def _verbatim(_: Writer, change: Any, __: Context) -> Sequence[str]:
    return (change.sql.strip().rstrip(";"),)


_Write = Callable[[Writer, Any, Context], Sequence[str]]

_SINGLE_STEPS: Mapping[type[Any], tuple[str, _Write]] = {
    c.CreateSchema: ("CreateSchema", lambda w, x, k: w.create_schema(x, k)),
    c.DropSchema: ("DropSchema", lambda w, x, k: w.drop_schema(x, k)),
    c.DropExtension: ("DropExtension", lambda w, x, k: w.drop_extension(x, k)),
    c.CreateExtension: ("CreateExtension", lambda w, x, k: w.create_extension(x, k)),
    c.AlterExtension: ("AlterExtension", lambda w, x, k: w.alter_extension(x, k)),
    c.CreateSequence: ("CreateSequence", lambda w, x, k: w.create_sequence(x, k)),
    c.DropSequence: ("DropSequence", lambda w, x, k: w.drop_sequence(x, k)),
    c.CreateEnum: ("CreateEnum", lambda w, x, k: w.create_enum(x, k)),
    c.AlterEnum: ("AlterEnum", lambda w, x, k: w.alter_enum(x, k)),
    c.RenameEnum: ("AlterEnum", lambda w, x, k: w.rename_enum(x, k)),
    c.RenameEnumValue: ("AlterEnum", lambda w, x, k: w.rename_enum_value(x, k)),
    c.DropEnum: ("DropEnum", lambda w, x, k: w.drop_enum(x, k)),
    c.CreateTable: ("CreateTable", lambda w, x, k: w.create_table(x, k)),
    c.DropTable: ("DropTable", lambda w, x, k: w.drop_table(x, k)),
    c.RenameTable: ("AlterTable", lambda w, x, k: w.rename_table(x, k)),
    c.RenameColumn: ("AlterTable", lambda w, x, k: w.rename_column(x, k)),
    c.CreateIndex: ("CreateIndex", lambda w, x, k: w.create_index_step(x, k)),
    c.DropIndex: ("DropIndex", lambda w, x, k: w.drop_index_step(x, k)),
    c.RenameIndex: ("RenameIndex", lambda w, x, k: w.rename_index(x, k)),
    c.RecreateIndex: ("RedefineIndex", lambda w, x, k: w.recreate_index(x, k)),
    c.AddForeignKey: ("AddForeignKey", lambda w, x, k: w.add_foreign_key(x, k)),
    c.DropForeignKey: ("DropForeignKey", lambda w, x, k: w.drop_foreign_key(x, k)),
    c.RenameForeignKey: ("RenameForeignKey", lambda w, x, k: w.rename_foreign_key(x, k)),
    c.AddCheck: ("AlterTable", lambda w, x, k: w.add_check(x, k)),
    c.DropCheck: ("AlterTable", lambda w, x, k: w.drop_check(x, k)),
    c.ValidateConstraint: ("AlterTable", lambda w, x, k: w.validate_constraint(x, k)),
    c.CreateView: ("CreateView", lambda w, x, k: w.create_view(x, k)),
    c.DropView: ("DropView", lambda w, x, k: w.drop_view(x, k)),
    c.Backfill: ("Backfill", _verbatim),
    c.NotFollowed: ("Statement", _verbatim),
}
