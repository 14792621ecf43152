"""The SQL that Prisma writes for SQLite, which can alter little: most changes rebuild the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from refract.diff.columns import ColumnArity, arity
from refract.schema import changes as c
from refract.schema.model import Check, Column, DefaultKind, ForeignKey, Index, QualifiedName, Table
from refract.sql.writer.base import INDENT, Context, TableAlteration, Writer

_WHOLE_NUMBER = "INTEGER"


class SqliteWriter(Writer):
    """Writes for SQLite."""

    def name(self, name: QualifiedName, context: Context) -> str:
        return self.quote(name.name)

    def create_table(self, change: c.CreateTable, context: Context) -> Sequence[str]:
        return (self._create_table_as(change.table, change.table.name.name, context),)

    def _create_table_as(self, table: Table, name: str, context: Context) -> str:
        key = _single_key(table)
        lines = [self._key(x, table, context) if x.name == key else self._column(x, context) for x in table.columns]
        body = self.indented(lines)
        if table.primary_key and key is None:
            body += f",\n\n{INDENT}PRIMARY KEY ({self.quoted_list(p.name for p in table.primary_key.columns)})"
        if table.foreign_keys:
            body += ",\n" + self.indented(self.foreign_key(k, context) for k in table.foreign_keys)
        if table.checks:
            body += ",\n" + self.indented(map(self._check, table.checks))
        return f"CREATE TABLE {self.quote(name)} (\n{body}\n)"

    def _check(self, check: Check) -> str:
        named = f"CONSTRAINT {self.quote(check.name)} " if check.name else ""
        return f"{named}CHECK ({check.expression})"

    def column(self, column: Column, table: QualifiedName, context: Context) -> str:
        return self._column(column, context)

    def counts(self, column: Column, table: Table) -> bool:
        """Whether a primary key is written with AUTOINCREMENT: Prisma does that for every whole number."""
        return column.type.name == _WHOLE_NUMBER

    def _key(self, column: Column, table: Table, context: Context) -> str:
        counts = " AUTOINCREMENT" if self.counts(column, table) else ""
        return self._column(column, context, f" PRIMARY KEY{counts}")

    def _column(self, column: Column, context: Context, key: str = "") -> str:
        required = "" if arity(column) is ColumnArity.NULLABLE else " NOT NULL"
        default = self._default(column, context)
        text = f" DEFAULT {default}" if default else ""
        text += f" COLLATE {column.collation}" if column.collation else ""
        return f"{self.quote(column.name)} {context.provider.render_type(column.type)}{required}{key}{text}"

    def _default(self, column: Column, context: Context) -> str:
        if column.default is None or (column.default.kind is DefaultKind.EXPRESSION and not column.default.text):
            return ""
        return context.provider.render_default(column) or ""

    def foreign_key(self, key: ForeignKey, context: Context) -> str:
        return (
            f"CONSTRAINT {self.quote(key.name)} FOREIGN KEY ({self.quoted_list(key.columns)}) "
            f"REFERENCES {self.name(key.referenced_table, context)} ({self.quoted_list(key.referenced_columns)}) "
            f"{self.referential_actions(key)}"
        )

    def alter_table(self, alteration: TableAlteration, context: Context) -> Sequence[str]:
        table = self.name(alteration.table, context)
        return tuple(
            f"ALTER TABLE {table} ADD COLUMN {self.column(change.column, alteration.table, context)}"
            for change in alteration.changes
            if isinstance(change, c.AddColumn)
        )

    def drop_table(self, change: c.DropTable, context: Context) -> Sequence[str]:
        # Tables may refer to each other: SQLite drops them in any order only while foreign keys are off.
        return ("PRAGMA foreign_keys=off", *super().drop_table(change, context), "PRAGMA foreign_keys=on")

    def redefine_tables(self, changes: Sequence[c.TableChange], context: Context) -> Sequence[str]:
        names = self.redefined_tables(changes, context)
        return (
            "PRAGMA defer_foreign_keys=ON",
            "PRAGMA foreign_keys=OFF",
            *(
                statement
                for name in names
                for statement in self.redefine(context.before.tables[name], context.after.tables[name], context)
            ),
            "PRAGMA foreign_keys=ON",
            "PRAGMA defer_foreign_keys=OFF",
        )

    def redefine(self, before: Table, after: Table, context: Context) -> Iterator[str]:
        """The statements that rebuild one table, with its rows."""
        old, new = before.name.name, f"new_{after.name.name}"
        yield self._create_table_as(after, new, context)
        yield from self.copy(before, after, (old, new), context)
        yield f"DROP TABLE {self.quote(old)}"
        yield f"ALTER TABLE {self.quote(new)} RENAME TO {self.quote(after.name.name)}"
        yield from (self.create_index(after.name, index, context) for index in after.indexes)

    def copy(self, before: Table, after: Table, names: tuple[str, str], context: Context) -> Iterator[str]:
        """The statement that copies the rows of the table `before` to the table `after`; `names` are their names."""
        kept = sorted((x for x in after.columns if before.column(x.name)), key=lambda x: x.name)
        if kept:
            values = ", ".join(self._copied(before, x, context) for x in kept)
            columns = self.quoted_list(x.name for x in kept)
            yield f"INSERT INTO {self.quote(names[1])} ({columns}) SELECT {values} FROM {self.quote(names[0])}"

    def _copied(self, before: Table, column: Column, context: Context) -> str:
        """The old column; if it becomes required, with its default in place of NULL."""
        old, name = before.column(column.name), self.quote(column.name)
        default = self._default(column, context)
        if old is not None and old.nullable and not column.nullable and default:
            return f"coalesce({name}, {default}) AS {name}"
        return name

    def create_index(self, table: QualifiedName, index: Index, context: Context) -> str:
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        where = f" WHERE {index.where}" if index.where else ""
        parts = self._parts(index)
        return f"CREATE {kind} {self.quote(index.name)} ON {self.name(table, context)}({', '.join(parts)}){where}"

    def _parts(self, index: Index) -> Iterable[str]:
        for part in index.columns:
            name = f"({part.expression})" if part.expression else self.quote(part.name)
            yield f"{name}{self.sort(part)}"

    def drop_index(self, table: QualifiedName, index: Index, context: Context) -> str:
        return f"DROP INDEX {self.quote(index.name)}"

    def rename_index(self, change: c.RenameIndex, context: Context) -> Sequence[str]:
        return (
            self.drop_index(change.table, change.before, context),
            self.create_index(change.table, change.after, context),
        )

    @property
    def rename_index_title(self) -> str:
        return "RedefineIndex"


def _single_key(table: Table) -> str | None:
    key = table.primary_key
    return key.columns[0].name if key is not None and len(key.columns) == 1 else None
