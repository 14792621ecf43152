"""The SQL that Prisma writes for MySQL and MariaDB.

A column changes by one `MODIFY` with its whole definition, and so do the values of its enum: MySQL has no
separate enum types. Indexes are inside CREATE TABLE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from refract.providers.mysql import DEFAULT_COLLATION, MYSQL
from refract.schema import changes as c
from refract.schema.model import Column, ColumnType, Database, DefaultKind, Index, IndexColumn, QualifiedName
from refract.sql.writer.base import Context, TableAlteration, Writer

_ENUM = "ENUM"
_BYTES = frozenset({"BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"})
_TABLE_OPTIONS = f"DEFAULT CHARACTER SET utf8mb4 COLLATE {DEFAULT_COLLATION}"


def renamed_by_definition(change: c.RenameColumn, before: Database, after: Database) -> tuple[str, str]:
    """What CHANGE takes to rename a column: its old name, and its new one with the whole definition."""
    writer = MysqlWriter()
    definition = writer.column(change.after, change.table, Context(before, after, MYSQL))
    return writer.quote(change.before.name), definition


class MysqlWriter(Writer):
    """Writes for MySQL and MariaDB."""

    def quote(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def name(self, name: QualifiedName, context: Context) -> str:
        return self.quote(name.name)

    def create_table(self, change: c.CreateTable, context: Context) -> Sequence[str]:
        table = change.table
        columns = [self.column(column, table.name, context) for column in table.columns]
        keys = [f"{_kind(i)}INDEX {self.quote(i.name)}({self._parts(i.columns)})" for i in table.indexes]
        if table.primary_key:
            keys.append(f"PRIMARY KEY ({self._parts(table.primary_key.columns)})")
        body = ",\n\n".join(self.indented(lines) for lines in (columns, keys) if lines)
        return (f"CREATE TABLE {self.name(table.name, context)} (\n{body}\n) {_TABLE_OPTIONS}",)

    def column(self, column: Column, table: QualifiedName, context: Context) -> str:
        default = context.provider.render_default(column) if _holds_default(column) else None
        return "".join(
            (
                f"{self.quote(column.name)} {context.provider.render_type(column.type)}",
                _collation(column),
                " NULL" if column.nullable else " NOT NULL",
                f" DEFAULT {default}" if default else "",
                f" ON UPDATE {column.on_update}" if column.on_update else "",
                " AUTO_INCREMENT" if column.auto_increment else "",
            )
        )

    def alter_table(self, alteration: TableAlteration, context: Context) -> Sequence[str]:
        clauses = [clause for change in alteration.changes for clause in self._clauses(change, context)]
        return (f"ALTER TABLE {self.name(alteration.table, context)} " + ",\n    ".join(clauses),)

    def _clauses(self, change: c.TableChange, context: Context) -> Iterator[str]:
        match change:
            case c.DropPrimaryKey():
                yield "DROP PRIMARY KEY"
            case c.AddPrimaryKey(primary_key=key):
                yield f"ADD PRIMARY KEY ({self._parts(key.columns)})"
            case c.DropColumn(column=column):
                yield f"DROP COLUMN {self.quote(column.name)}"
            case c.AddColumn(column=column):
                yield f"ADD COLUMN {self.column(column, change.table, context)}"
            case c.RecreateColumn(before=before, after=after):
                yield f"DROP COLUMN {self.quote(before.name)}"
                yield f"ADD COLUMN {self.column(after, change.table, context)}"
            case c.AlterColumn(before=before, after=after) if _only_loses_default(before, after):
                yield f"ALTER COLUMN {self.quote(before.name)} DROP DEFAULT"
            case c.AlterColumn(after=after):
                yield f"MODIFY {self.column(after, change.table, context)}"

    def create_index(self, table: QualifiedName, index: Index, context: Context) -> str:
        columns = self._parts(index.columns)
        return f"CREATE {_kind(index)}INDEX {self.quote(index.name)} ON {self.name(table, context)}({columns})"

    def drop_index(self, table: QualifiedName, index: Index, context: Context) -> str:
        return f"DROP INDEX {self.quote(index.name)} ON {self.name(table, context)}"

    def rename_index(self, change: c.RenameIndex, context: Context) -> Sequence[str]:
        old, new = self.quote(change.before.name), self.quote(change.after.name)
        return (f"ALTER TABLE {self.name(change.table, context)} RENAME INDEX {old} TO {new}",)

    @property
    def made_required_says_all(self) -> bool:
        return True

    def removed_enum_values(self, change: c.AlterColumn) -> tuple[str, tuple[str, ...]] | None:
        before, after = change.before, change.after
        if evolve(before, type=after.type) != after or {before.type.name, after.type.name} != {_ENUM}:
            return None
        gone = tuple(str(value) for value in before.type.args if value not in after.type.args)
        return f"{change.table.name}_{after.name}", gone

    def type_in_words(self, type_: ColumnType) -> str:
        if type_.name == _ENUM:
            return "Enum"
        return MYSQL.native_name(evolve(type_, name="TINYINT") if type_.name == "BOOLEAN" else type_)

    def recreate_index(self, change: c.RecreateIndex, context: Context) -> Sequence[str]:
        # A foreign key may need the old index, which can be dropped only when the new one exists.
        return tuple(reversed(super().recreate_index(change, context)))

    def drop_foreign_key(self, change: c.DropForeignKey, context: Context) -> Sequence[str]:
        name = self.quote(change.foreign_key.name)
        return (f"ALTER TABLE {self.name(change.table, context)} DROP FOREIGN KEY {name}",)

    def rename_foreign_key(self, change: c.RenameForeignKey, context: Context) -> Sequence[str]:
        return (
            *self.drop_foreign_key(c.DropForeignKey(table=change.table, foreign_key=change.before), context),
            *self.add_foreign_key(c.AddForeignKey(table=change.table, foreign_key=change.after), context),
        )

    def _parts(self, columns: Iterable[IndexColumn]) -> str:
        return ", ".join(map(self._part, columns))

    def _part(self, column: IndexColumn) -> str:
        name = f"({column.expression})" if column.expression else self.quote(column.name)
        length = f"({column.length})" if column.length is not None else ""
        return f"{name}{length}{self.sort(column)}"


def _collation(column: Column) -> str:
    """The collation that a migration has given the column; the name of a character set has no underscore."""
    if column.collation is None:
        return ""
    return f" {'COLLATE' if '_' in column.collation else 'CHARACTER SET'} {column.collation}"


def _kind(index: Index) -> str:
    if index.unique:
        return "UNIQUE "
    return f"{index.type} " if index.type in {"FULLTEXT", "SPATIAL"} else ""


def _holds_default(column: Column) -> bool:
    """MySQL refuses a default for JSON and for bytes, unless it is an expression; Prisma Client fills it in."""
    if column.default is None or column.type.name == "JSON":
        return False
    if column.type.name == "BIT":
        return column.default.kind is not DefaultKind.STRING  # bytes; a boolean has a default
    return column.type.name not in _BYTES or column.default.kind is DefaultKind.EXPRESSION


def _only_loses_default(before: Column, after: Column) -> bool:
    return before.default is not None and evolve(before, default=None) == after
