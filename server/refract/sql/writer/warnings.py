"""The warnings that Prisma puts at the head of a migration: in its own words, for tables whose rows are not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from refract.diff.columns import ColumnArity, arity
from refract.escaping import in_block_comment
from refract.schema import changes as c
from refract.schema.changes import Cast
from refract.schema.model import Column, ColumnType, Index, QualifiedName
from refract.sql.writer.base import Context, Writer


@frozen
class Warnings:
    """What may lose data, and what cannot run when there is data."""

    warnings: tuple[str, ...] = ()
    unexecutable: tuple[str, ...] = ()

    def header(self) -> str:
        """The comment that begins a migration; empty when there is nothing to warn of."""
        lines = "".join(f"  - {in_block_comment(text)}\n" for text in (*self.warnings, *self.unexecutable))
        return f"/*\n  Warnings:\n\n{lines}\n*/\n" if lines else ""


@frozen
class _Warning:
    text: str


@frozen
class _Unexecutable:
    text: str


_Notice = _Warning | _Unexecutable


def find_warnings(changes: Sequence[c.Change], context: Context, writer: Writer) -> Warnings:
    """All notices, in the order of the steps."""
    redefined = writer.redefined_tables(changes, context)
    found: list[_Notice] = []
    ready: set[QualifiedName] = set()
    for change in changes:
        if isinstance(change, c.TableChange) and change.table in redefined:
            if not ready:
                ready = set(redefined)
                found += (n for table in redefined for n in _of_redefined(table, changes, context))
        else:
            found += _of_change(change, context, writer)
    return Warnings(
        tuple(n.text for n in found if isinstance(n, _Warning)),
        tuple(n.text for n in found if isinstance(n, _Unexecutable)),
    )


def _of_change(change: c.Change, context: Context, writer: Writer) -> Iterator[_Notice]:
    match change:
        case c.DropTable(table=table):
            name = table.name.name
            yield _Warning(
                f"You are about to drop the `{name}` table. "
                "If the table is not empty, all the data it contains will be lost."
            )
        case c.DropColumn(column=column):
            yield _column_dropped(change.table, column)
        case c.AddColumn(column=column):
            yield from _column_added(change.table, column)
        case c.DropPrimaryKey():
            if not writer.alters_primary_key(change.table, context):
                yield _key_changed(change.table)
        case c.RecreateColumn():
            yield _column_recreated(change)
        case c.AlterColumn():
            yield from _column_altered(change, writer)
        case c.CreateIndex(index=index) if index.unique and _is_addition(change.table, index, context):
            columns = ",".join(p.name for p in index.columns)
            yield _Warning(
                f"A unique constraint covering the columns `[{columns}]` on the table `{change.table.name}` "
                "will be added. If there are existing duplicate values, this will fail."
            )
        case c.AlterEnum() if change.removed and writer.has_enum_types(context):
            yield _values_removed(change.after.name.name, change.removed)


def _of_redefined(table: QualifiedName, changes: Sequence[c.Change], context: Context) -> Iterator[_Notice]:
    """A rebuilt table: the primary key, then the added, the dropped and the kept columns (each by name)."""
    inside = [x for x in changes if isinstance(x, c.TableChange) and x.table == table]
    yield from (_key_changed(table) for x in inside if isinstance(x, c.DropPrimaryKey))
    for added in (x for x in inside if isinstance(x, c.AddColumn)):
        yield from _column_added(table, added.column)
    yield from (_column_dropped(table, x.column) for x in inside if isinstance(x, c.DropColumn))
    kept = [x for x in inside if isinstance(x, c.AlterColumn | c.RecreateColumn)]
    for altered in sorted(kept, key=lambda x: x.after.name):
        yield from _column_copied(altered)


def _column_copied(change: c.AlterColumn | c.RecreateColumn) -> Iterator[_Notice]:
    before, after = change.before, change.after
    if arity(before) is not arity(after) and arity(after) is ColumnArity.REQUIRED and not _has_default(after):
        yield _made_required(change.table, before)
    if isinstance(change, c.AlterColumn) and change.cast is Cast.RISKY:
        yield _risky(change.table, before, family(before.type), family(after.type))
    elif isinstance(change, c.RecreateColumn):
        yield _Warning(
            f"You are about to alter the column `{before.name}` on the `{change.table.name}` table. The data in that "
            f"column will be cast from `{family(before.type)}` to `{family(after.type)}`. This cast may fail. "
            "Please make sure the data in the column can be cast."
        )


def _has_default(column: Column) -> bool:
    return column.default is not None or column.auto_increment


def _column_dropped(table: QualifiedName, column: Column) -> _Notice:
    return _Warning(
        f"You are about to drop the column `{column.name}` on the `{table.name}` table. "
        "All the data in the column will be lost."
    )


def _column_added(table: QualifiedName, column: Column) -> Iterator[_Notice]:
    if arity(column) is not ColumnArity.REQUIRED or _has_default(column):
        return
    if column.client_default is not None and column.client_default != "updatedAt":
        yield _Unexecutable(
            f"The required column `{column.name}` was added to the `{table.name}` table with a prisma-level default "
            "value. This is not possible if the table is not empty. "
            "Please add this column as optional, then populate it before making it required."
        )
    else:
        yield _required_added(table, column)


def _required_added(table: QualifiedName, column: Column) -> _Notice:
    return _Unexecutable(
        f"Added the required column `{column.name}` to the `{table.name}` table without a default value. "
        "This is not possible if the table is not empty."
    )


def _key_changed(table: QualifiedName) -> _Notice:
    return _Warning(
        f"The primary key for the `{table.name}` table will be changed. "
        "If it partially fails, the table could be left without primary key constraint."
    )


def _column_recreated(change: c.RecreateColumn) -> _Notice:
    name, table = change.before.name, change.table.name
    if arity(change.after) is not ColumnArity.REQUIRED or _has_default(change.after):
        return _Warning(
            f"The `{name}` column on the `{table}` table would be dropped and recreated. "
            "This will lead to data loss if there is data in the column."
        )
    if arity(change.before) is ColumnArity.NULLABLE:
        return _required_added(change.table, change.before)
    return _Unexecutable(
        f"Changed the type of `{name}` on the `{table}` table. No cast exists, the column would be dropped and "
        "recreated, which cannot be done if there is data, since the column is required."
    )


def _column_altered(change: c.AlterColumn, writer: Writer) -> Iterator[_Notice]:
    before, after = change.before, change.after
    if arity(before) is ColumnArity.NULLABLE and arity(after) is ColumnArity.REQUIRED:
        yield _made_required(change.table, before)
        if writer.made_required_says_all:
            return
    if arity(before) is not ColumnArity.LIST and arity(after) is ColumnArity.LIST:
        yield _Unexecutable(
            f"Changed the column `{before.name}` on the `{change.table.name}` table from a scalar field to a list "
            "field. If there are non-null values in that column, this step will fail."
        )
    removed = writer.removed_enum_values(change)
    if removed is not None:
        if removed[1]:
            yield _values_removed(*removed)
    elif change.cast is Cast.RISKY:
        yield _risky(change.table, before, writer.type_in_words(before.type), writer.type_in_words(after.type))


def _values_removed(enum: str, values: Sequence[str]) -> _Notice:
    return _Warning(
        f"The values [{','.join(values)}] on the enum `{enum}` will be removed. "
        "If these variants are still used in the database, this will fail."
    )


def _made_required(table: QualifiedName, column: Column) -> _Notice:
    return _Unexecutable(
        f"Made the column `{column.name}` on table `{table.name}` required. "
        "This step will fail if there are existing NULL values in that column."
    )


def _risky(table: QualifiedName, column: Column, old: str, new: str) -> _Notice:
    return _Warning(
        f"You are about to alter the column `{column.name}` on the `{table.name}` table. The data in that column "
        f"could be lost. The data in that column will be cast from `{old}` to `{new}`."
    )


def _is_addition(table: QualifiedName, index: Index, context: Context) -> bool:
    """Whether a unique index on an existing table is new, rather than the same one recreated."""
    before = context.before.tables.get(table)
    if before is None:
        return False
    return not any(i.unique and i.columns == index.columns for i in before.indexes)


_FAMILIES = {
    "TEXT": "String",
    "BOOLEAN": "Boolean",
    "INTEGER": "Int",
    "BIGINT": "BigInt",
    "REAL": "Float",
    "DECIMAL": "Decimal",
    "DATETIME": "DateTime",
    "JSONB": "Json",
    "BLOB": "Binary",
}


def family(type_: ColumnType) -> str:
    """The kind of a type, as Prisma's warnings about rebuilt tables name it."""
    return _FAMILIES.get(type_.name, f'Unsupported("{type_.name}")')
