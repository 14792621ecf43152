"""The SQL that Prisma writes for SQL Server.

A script is one transaction that is rolled back at the first error. Uniques and defaults are constraints with names.
A table whose IDENTITY changes, or all of whose columns would be dropped, is rebuilt under another name.

If SQL Server would refuse Prisma's SQL, this writes SQL that runs: a default constraint is dropped before its column is
dropped or changes its type, and a primary key on a new column is added after the column. A rebuilt table gets its
foreign keys back, which Prisma forgets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from refract.providers.sqlserver import SQLSERVER
from refract.schema import changes as c
from refract.schema.model import (
    Column,
    ColumnType,
    ForeignKey,
    Index,
    IndexColumn,
    PrimaryKey,
    QualifiedName,
    Table,
)
from refract.sql.writer.base import EMPTY, Context, TableAlteration, Writer, WrittenStep

_BEGIN = """\
BEGIN TRY

BEGIN TRAN;
"""

_COMMIT = """\
COMMIT TRAN;

END TRY
BEGIN CATCH

IF @@TRANCOUNT > 0
BEGIN
    ROLLBACK TRAN;
END;
THROW

END CATCH
"""

_DROP_ALL_CONSTRAINTS = """\
DECLARE @SQL NVARCHAR(MAX) = N''
SELECT @SQL += N'ALTER TABLE '
    + QUOTENAME(OBJECT_SCHEMA_NAME(PARENT_OBJECT_ID))
    + '.'
    + QUOTENAME(OBJECT_NAME(PARENT_OBJECT_ID))
    + ' DROP CONSTRAINT '
    + OBJECT_NAME(OBJECT_ID) + ';'
FROM SYS.OBJECTS
WHERE TYPE_DESC LIKE '%CONSTRAINT'
    AND OBJECT_NAME(PARENT_OBJECT_ID) = '{table}'
    AND SCHEMA_NAME(SCHEMA_ID) = '{schema}'
EXEC sp_executesql @SQL
"""


class SqlserverWriter(Writer):
    """Writes for SQL Server."""

    def steps(self, changes: Sequence[c.Change], context: Context) -> Iterator[WrittenStep]:
        anew = self.redefined_tables(changes, context)
        yield from super().steps(tuple(_keys_in_the_way(changes, anew, context)), context)
        yield from super().steps(changes, context)
        yield from super().steps(tuple(_keys_to_restore(anew, context)), context)

    def script(self, steps: Iterable[WrittenStep]) -> str:
        text = super().script(steps)
        return text if text == EMPTY else f"{_BEGIN}\n{text}\n{_COMMIT}"

    @property
    def made_required_says_all(self) -> bool:
        return True

    def type_in_words(self, type_: ColumnType) -> str:
        return SQLSERVER.native_name(type_)

    def quote(self, name: str) -> str:
        return "[" + name.replace("]", "]]") + "]"

    def name(self, name: QualifiedName, context: Context) -> str:
        return f"{self.quote(name.schema)}.{self.quote(name.name)}"

    def create_schema(self, change: c.CreateSchema, context: Context) -> Sequence[str]:
        return (f"EXEC sp_executesql N'CREATE SCHEMA {self.quote(change.name)};'",)

    def create_table(self, change: c.CreateTable, context: Context) -> Sequence[str]:
        return (self._create_table_as(change.table, change.table.name, context),)

    def _create_table_as(self, table: Table, name: QualifiedName, context: Context) -> str:
        lines = [self.column(column, table.name, context) for column in table.columns]
        if table.primary_key:
            lines.append(self.primary_key(table.primary_key))
        lines += (
            f"CONSTRAINT {self.quote(i.name)} UNIQUE {_clustering(i.clustered)} ({self._parts(i.columns, ',')})"
            for i in table.indexes
            if i.unique
        )
        return f"CREATE TABLE {self.name(name, context)} (\n{self.indented(lines)}\n)"

    def column(self, column: Column, table: QualifiedName, context: Context) -> str:
        text = f"{self.quote(column.name)} {context.provider.render_type(column.type)}"
        text += "" if column.nullable else " NOT NULL"
        if column.auto_increment:
            return f"{text} IDENTITY(1,1)"
        return f"{text} {self._default(column, table, context)}" if column.default else text

    def _default(self, column: Column, table: QualifiedName, context: Context) -> str:
        return f"CONSTRAINT {self._default_name(column, table)} DEFAULT {context.provider.render_default(column)}"

    def _default_name(self, column: Column, table: QualifiedName) -> str:
        return self.quote(column.default_name or f"DF__{table.name}__{column.name}")

    def primary_key(self, key: PrimaryKey) -> str:
        kind = _clustering(key.clustered is not False)
        return f"CONSTRAINT {self.quote(key.name)} PRIMARY KEY {kind} ({self._parts(key.columns, ',')})"

    def alter_table(self, alteration: TableAlteration, context: Context) -> Sequence[str]:
        """Up to seven statements; the order is what SQL Server can follow."""
        table, changes = alteration.table, alteration.changes
        key = _key_of_new_columns(changes)
        added = [self.column(column, table, context) for column in _added_columns(changes)]
        constraints = sorted(self._added_constraints([x for x in changes if x is not key], context))
        dropped = [self.quote(column.name) for column in _dropped_columns(changes)]
        target = f"ALTER TABLE {self.name(table, context)}"
        return (
            *_joined(f"{target} DROP CONSTRAINT ", sorted(set(self._dropped_constraints(changes))), ",\n"),
            *(_rename(table, x.before.name, x.after.name) for x in changes if isinstance(x, c.RenamePrimaryKey)),
            *(f"{target} ALTER COLUMN {self._altered(x, context)}" for x in changes if _is_modified(x)),
            *_joined(f"{target} DROP COLUMN ", dropped, ",\n"),
            *_joined(f"{target} ADD ", constraints, ", "),
            *_joined(f"{target} ADD ", added, ",\n"),
            *((f"{target} ADD {self.primary_key(key.primary_key)}",) if key else ()),
        )

    def _dropped_constraints(self, changes: Iterable[c.TableChange]) -> Iterator[str]:
        for change in changes:
            match change:
                case c.DropPrimaryKey(primary_key=key):
                    yield self.quote(key.name)
                case c.DropColumn(column=column) | c.RecreateColumn(before=column) if column.default:
                    yield self._default_name(column, change.table)
                case c.AlterColumn(before=column) if column.default and _default_is_rebuilt(change):
                    yield self._default_name(column, change.table)

    def _added_constraints(self, changes: Iterable[c.TableChange], context: Context) -> Iterator[str]:
        for change in changes:
            match change:
                case c.AddPrimaryKey(primary_key=key):
                    yield self.primary_key(key)
                case c.AlterColumn(after=column) if column.default and _default_is_rebuilt(change):
                    yield f"{self._default(column, change.table, context)} FOR {self.quote(column.name)}"

    def _altered(self, change: c.TableChange, context: Context) -> str:
        assert isinstance(change, c.AlterColumn)
        column = change.after
        nullability = "NULL" if column.nullable else "NOT NULL"
        return f"{self.quote(column.name)} {context.provider.render_type(column.type)} {nullability}"

    def redefine_tables(self, changes: Sequence[c.TableChange], context: Context) -> Sequence[str]:
        pairs = [(context.before.tables[n], context.after.tables[n]) for n in self.redefined_tables(changes, context)]
        statements = [s for before, after in pairs for s in self._redefine_table(before, after, context)]
        return ("BEGIN TRANSACTION", *statements, "COMMIT")

    def _redefine_table(self, before: Table, after: Table, context: Context) -> Iterator[str]:
        temporary = QualifiedName(after.name.schema, f"_prisma_new_{after.name.name}")
        yield from (self.drop_index(before.name, i, context) for i in before.indexes)
        yield _DROP_ALL_CONSTRAINTS.format(table=before.name.name, schema=before.name.schema)
        yield self._create_table_as(after, temporary, context)
        yield from self._copy_rows(before, after, temporary, context)
        yield f"DROP TABLE {self.name(before.name, context)}"
        yield _rename(after.name, temporary.name, after.name.name)
        yield from (self.create_index(after.name, i, context) for i in after.indexes if not i.unique)

    def _copy_rows(self, before: Table, after: Table, to: QualifiedName, context: Context) -> Iterator[str]:
        kept = sorted(column.name for column in after.columns if before.column(column.name))
        if not kept:
            return
        old, new, columns = self.name(before.name, context), self.name(to, context), ",".join(map(self.quote, kept))
        numbered = any(column.auto_increment and column.name in kept for column in after.columns)
        if numbered:
            yield f"SET IDENTITY_INSERT {new} ON"
        yield (
            f"IF EXISTS(SELECT * FROM {old})\n"
            f"    EXEC('INSERT INTO {new} ({columns}) SELECT {columns} FROM {old} WITH (holdlock tablockx)')"
        )
        if numbered:
            yield f"SET IDENTITY_INSERT {new} OFF"

    def create_index(self, table: QualifiedName, index: Index, context: Context) -> str:
        kind, columns = _clustering(index.clustered), self._parts(index.columns, ", ")
        if index.unique:
            constraint = f"CONSTRAINT {self.quote(index.name)} UNIQUE {kind} ({columns})"
            return f"ALTER TABLE {self.name(table, context)} ADD {constraint}"
        return f"CREATE {kind} INDEX {self.quote(index.name)} ON {self.name(table, context)}({columns})"

    def drop_index(self, table: QualifiedName, index: Index, context: Context) -> str:
        if index.constraint:
            return self.drop_constraint(table, index.name, context)
        return f"DROP INDEX {self.quote(index.name)} ON {self.name(table, context)}"

    def rename_index(self, change: c.RenameIndex, context: Context) -> Sequence[str]:
        old = f"{change.table.schema}.{change.table.name}.{change.before.name}"
        return (f"EXEC SP_RENAME N{self.string(old)}, N{self.string(change.after.name)}, N'INDEX'",)

    def rename_table(self, change: c.RenameTable, context: Context) -> Sequence[str]:
        return (_rename(change.before.name, change.before.name.name, change.after.name.name),)

    def rename_column(self, change: c.RenameColumn, context: Context) -> Sequence[str]:
        old = f"{change.table.schema}.{change.table.name}.{change.before.name}"
        return (f"EXEC SP_RENAME N{self.string(old)}, N{self.string(change.after.name)}, N'COLUMN'",)

    def foreign_key(self, key: ForeignKey, context: Context) -> str:
        referenced = ",".join(map(self.quote, key.referenced_columns))
        return (
            f"CONSTRAINT {self.quote(key.name)} FOREIGN KEY ({self.quoted_list(key.columns)}) "
            f"REFERENCES {self.name(key.referenced_table, context)}({referenced}) {self.referential_actions(key)}"
        )

    def rename_foreign_key(self, change: c.RenameForeignKey, context: Context) -> Sequence[str]:
        old = self.string(f"{change.table.schema}.{change.before.name}")
        return (f"EXEC sp_rename {old}, {self.string(change.after.name)}, 'OBJECT'",)

    def _parts(self, columns: Iterable[IndexColumn], separator: str) -> str:
        return separator.join(f"{self.quote(p.name)}{self.sort(p)}" for p in columns)


def _keys_in_the_way(
    changes: Iterable[c.Change], anew: Collection[QualifiedName], context: Context
) -> Iterator[c.DropForeignKey]:
    """Foreign keys of redefined tables to drop first: those that are dropped anyway, and those to one another."""
    going = {(x.table, x.foreign_key.name) for x in changes if isinstance(x, c.DropForeignKey)}
    for table in (context.before.tables[name] for name in context.before.tables if name in anew):
        for key in table.foreign_keys:
            between = key.referenced_table in anew and key.referenced_table != table.name
            if between or (table.name, key.name) in going:
                yield c.DropForeignKey(table=table.name, foreign_key=key)


def _keys_to_restore(anew: Collection[QualifiedName], context: Context) -> Iterator[c.AddForeignKey]:
    """The foreign keys of redefined tables, whose old ones were dropped with the other constraints."""
    for name, table in context.after.tables.items():
        for key in table.foreign_keys if name in anew else ():
            yield c.AddForeignKey(table=name, foreign_key=key)


def _key_of_new_columns(changes: Sequence[c.TableChange]) -> c.AddPrimaryKey | None:
    added = {column.name for column in _added_columns(changes)}
    keys = (x for x in changes if isinstance(x, c.AddPrimaryKey))
    return next((k for k in keys if any(part.name in added for part in k.primary_key.columns)), None)


def _dropped_columns(changes: Iterable[c.TableChange]) -> Iterator[Column]:
    for change in changes:
        match change:
            case c.DropColumn(column=column) | c.RecreateColumn(before=column):
                yield column


def _added_columns(changes: Iterable[c.TableChange]) -> Iterator[Column]:
    for change in changes:
        match change:
            case c.AddColumn(column=column) | c.RecreateColumn(after=column):
                yield column


def _default_is_rebuilt(change: c.AlterColumn) -> bool:
    """SQL Server keeps a default through a change of length or nullability, not through one of the type."""
    return change.before.default != change.after.default or change.before.type.name != change.after.type.name


def _is_modified(change: c.TableChange) -> bool:
    if not isinstance(change, c.AlterColumn):
        return False
    return change.before.type != change.after.type or change.before.nullable != change.after.nullable


def _joined(start: str, parts: Sequence[str], separator: str) -> Sequence[str]:
    return (start + separator.join(parts),) if parts else ()


def _clustering(clustered: bool | None) -> str:
    return "CLUSTERED" if clustered else "NONCLUSTERED"


def _rename(table: QualifiedName, before: str, after: str) -> str:
    return f"EXEC SP_RENAME N'{table.schema}.{before}', N'{after}'"
