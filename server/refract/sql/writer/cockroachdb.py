"""The SQL that Prisma writes for CockroachDB: as for PostgreSQL, but one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refract.schema import changes as c
from refract.schema.model import Column, QualifiedName, Table
from refract.sql.writer.base import Context, Step, TableAlteration
from refract.sql.writer.postgresql import PostgresqlWriter, default_uses


class CockroachdbWriter(PostgresqlWriter):
    """Writes for CockroachDB."""

    def default(self, column: Column, context: Context) -> str:
        return "unique_rowid()" if column.auto_increment else super().default(column, context)

    def alter_table_step(self, alteration: TableAlteration, context: Context) -> Step:
        match alteration.changes:
            case (c.DropPrimaryKey(), c.AddPrimaryKey(primary_key=key)):
                columns = self.quoted_list(p.name for p in key.columns)
                table = self.name(alteration.table, context)
                return Step("AlterPrimaryKey", (f"ALTER TABLE {table} ALTER PRIMARY KEY USING COLUMNS ({columns})",))
        return super().alter_table_step(alteration, context)

    def altered(self, table: str, clauses: Sequence[str]) -> Sequence[str]:
        return tuple(f"ALTER TABLE {table} {clause}" for clause in clauses)

    def alter_enum(self, change: c.AlterEnum, context: Context) -> Sequence[str]:
        name = self.name(change.before.name, context)
        gone = set(change.removed)
        defaults = [(t, x) for t, x, _ in default_uses(change, context) if x.default and x.default.text in gone]
        return (
            *(f"{self._alter(table, column, context)} DROP DEFAULT" for table, column in defaults),
            *(f"ALTER TYPE {name} ADD VALUE {self.string(v)}" for v in change.added),
            *(f"ALTER TYPE {name}DROP VALUE {self.string(v)}" for v in change.removed),
        )

    def redefine_tables(self, changes: Sequence[c.TableChange], context: Context) -> Sequence[str]:
        return tuple(
            statement
            for name in self.redefined_tables(changes, context)
            for statement in self._redefine(context.before.tables[name], context.after.tables[name], context)
        )

    def _redefine(self, before: Table, after: Table, context: Context) -> Iterator[str]:
        temporary = QualifiedName(after.name.schema, f"_prisma_new_{after.name.name}")
        yield self.create_table_as(after, temporary, context)
        yield from (self.drop_index(before.name, index, context) for index in before.indexes)
        kept = sorted(x.name for x in after.columns if before.column(x.name))
        if kept:
            names = ",".join(self.quote(n) for n in kept)
            old = self.quote(before.name.name)
            yield f"INSERT INTO {self.name(temporary, context)} ({names}) SELECT {names} FROM {old}"
        yield f"DROP TABLE {self.name(before.name, context)} CASCADE"
        yield f"ALTER TABLE {self.name(temporary, context)} RENAME TO {self.quote(after.name.name)}"
        yield from (self.create_index(after.name, index, context) for index in after.indexes)
        for key in after.foreign_keys:
            yield from self.add_foreign_key(c.AddForeignKey(table=after.name, foreign_key=key), context)
