"""What one change costs a database in use: its lock, the queries that wait, and the duration as the tables grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from refract.providers.behaviour import Behaviour, EnumHome, behaviour
from refract.providers.operation import Blocks, Duration, Operation, Work
from refract.providers.remade import build_again, built_again, check_again, checked_again
from refract.providers.type_changes import leaves_rows
from refract.providers.versions import Versions
from refract.schema.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddPrimaryKey,
    AlterColumn,
    AlterEnum,
    Backfill,
    Change,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropForeignKey,
    DropIndex,
    DropPrimaryKey,
    DropTable,
    RecreateColumn,
    RecreateIndex,
    RenameIndex,
    RenameTable,
    TableChange,
    ValidateConstraint,
)
from refract.schema.model import Check, Column, Database, QualifiedName, Table

_SKIPS_PROVEN_SCAN = (12,)
"""The version of PostgreSQL from which a validated CHECK makes SET NOT NULL skip the scan."""

_CREATE_TRIGGER = Operation(Blocks.WRITES, "SHARE ROW EXCLUSIVE", Work.TRIGGER_CREATION)
_CARE = {
    "ANALYZE": Operation(Blocks.NOTHING, "SHARE UPDATE EXCLUSIVE", Work.SAMPLE),
    "VACUUM": Operation(Blocks.NOTHING, "SHARE UPDATE EXCLUSIVE", Work.TABLE_SCAN, duration=Duration.SCAN),
    "REFRESH VIEW": Operation(Blocks.EVERYTHING, "ACCESS EXCLUSIVE", Work.VIEW_QUERY, duration=Duration.SCAN),
    "REINDEX INDEX": Operation(Blocks.WRITES, "SHARE", Work.INDEX_REBUILD, duration=Duration.SCAN),
    "REINDEX TABLE": Operation(Blocks.WRITES, "SHARE", Work.INDEX_REBUILD, duration=Duration.SCAN),
    "CLUSTER": Operation(Blocks.EVERYTHING, "ACCESS EXCLUSIVE", Work.REWRITE, duration=Duration.REWRITE),
}


@frozen
class Cost:
    """The operation that a change runs on the `tables` in use."""

    operation: Operation
    tables: tuple[QualifiedName, ...]


def costs(change: Change, before: Database, versions: Versions, new: frozenset[QualifiedName]) -> Iterator[Cost]:
    """The costs of a change for tables in use; none if it touches none. `new` are tables that are not in use yet,
    `before` is the database before the change.
    """
    known = behaviour(before.provider)
    for cost in _costs(change, before, versions, known):
        if isinstance(change, Backfill) and cost.operation.blocks is Blocks.DATABASE:
            yield _copying(change, cost, known, new)
            continue
        in_use = tuple(dict.fromkeys(table for table in cost.tables if table not in new))
        if in_use and in_use == tuple(dict.fromkeys(cost.tables)):
            yield evolve(cost, tables=in_use)
        elif in_use and known.locks_referenced_table:  # the other table of a foreign key: it is locked, not read
            yield Cost(evolve(cost.operation, work=Work.CATALOG_UPDATE, duration=Duration.INSTANT), in_use)


def cost_of_verb(verb: str, provider: str) -> Cost | None:
    """The cost for its table of a statement that does not change the model: triggers, and table maintenance."""
    known = behaviour(provider)
    if verb == "CREATE TRIGGER" and known.concurrent_indexes:
        return Cost(_CREATE_TRIGGER, ())
    if verb in ("CREATE TRIGGER", "DROP TRIGGER") and known.catalog.blocks is not Blocks.NOTHING:
        return Cost(known.catalog, ())
    if known.concurrent_indexes and verb in _CARE:
        return Cost(_CARE[verb], ())
    return None


def proves_not_null(checks: Iterable[Check], column: str) -> bool:
    """Whether a validated CHECK requires that the column is not NULL."""
    wanted = _plain(f"{column} IS NOT NULL")
    return any(c.validated and _plain(c.expression) == wanted for c in checks)


def _costs(change: Change, before: Database, versions: Versions, known: Behaviour) -> Iterator[Cost]:
    match change:
        case CreateTable(table=table):
            yield from (Cost(known.add_foreign_key, (table.name, p)) for p in _parents(table, before, known))
        case DropTable(table=table):
            yield Cost(known.catalog, (table.name, *_parents(table, before, known)))
        case RenameTable(before=table):
            yield Cost(known.catalog, (table.name,))
        case Backfill(verb="TRUNCATE", tables=tables):
            yield Cost(known.catalog, tables)
        case Backfill(tables=tables):
            yield Cost(known.change_rows, tables)
        case AddForeignKey() | DropForeignKey():
            yield _of_foreign_key(change, known)
        case TableChange(table=name):
            extra = _parents_of_column(change, before, known) if isinstance(change, DropColumn) else ()
            yield Cost(_of_table(change, before, versions, known), (name, *extra))
        case AlterEnum() if change.removed and known.enum_home is EnumHome.TYPE:
            yield Cost(known.remove_enum_value, tuple(_users(change, before)))
        case _:
            return


def _copying(data: Backfill, cost: Cost, known: Behaviour, new: frozenset[QualifiedName]) -> Cost:
    """SQLite: the whole file is locked, whichever table is written. Rows inserted into a new table are most
    likely those of the old table, which is being rebuilt.
    """
    if data.reads and all(table in new for table in data.tables):
        return Cost(known.rewrite, data.reads)
    return cost


def _of_table(change: TableChange, before: Database, versions: Versions, known: Behaviour) -> Operation:
    table = before.tables.get(change.table)
    match change:
        case AddColumn(column=column):
            return _of_new_column(column, versions, known)
        case RecreateColumn(after=column):
            return _of_new_column(column, versions, known)
        case DropColumn():
            return _of_columns(versions, known)
        case AlterColumn():
            return _of_altered_column(change, table, versions, known, before.provider)
        case AddPrimaryKey() | DropPrimaryKey():
            return known.change_primary_key
        case CreateIndex() | DropIndex() | RecreateIndex() | RenameIndex():
            return _of_index(change, known)
        case AddCheck(check=check):
            return known.add_check if check.validated else _noted(known.add_check)
        case ValidateConstraint():
            return known.validate if known.concurrent_indexes else known.add_check
        case _:
            return known.catalog


def _of_index(change: CreateIndex | DropIndex | RecreateIndex | RenameIndex, known: Behaviour) -> Operation:
    if isinstance(change, RenameIndex):
        return known.rename_index
    if isinstance(change, DropIndex):
        return known.drop_index_concurrently if change.concurrently else _or_catalog(known.drop_index, known)
    index = change.after if isinstance(change, RecreateIndex) else change.index
    if isinstance(change, CreateIndex) and change.concurrently and known.concurrent_indexes:
        return known.concurrent_index
    if index.type in known.special_indexes:
        return known.special_indexes[index.type]
    if index.unique:
        return (known.add_unique_constraint if index.constraint else None) or known.create_unique
    return known.create_index


def _of_foreign_key(change: AddForeignKey | DropForeignKey, known: Behaviour) -> Cost:
    key = change.foreign_key
    tables = (change.table, key.referenced_table) if known.locks_referenced_table else (change.table,)
    if isinstance(change, DropForeignKey):
        return Cost(_or_catalog(known.drop_foreign_key, known), tables)
    return Cost(known.add_foreign_key if key.validated else _noted(known.add_foreign_key), tables)


def _of_new_column(column: Column, versions: Versions, known: Behaviour) -> Operation:
    if column.auto_increment:
        return known.add_auto_increment
    if column.generated is not None:
        return known.rewrite
    default = column.default
    if default is not None and (known.volatile.search(default.text) or versions.server < known.adds_defaults_since):
        return known.volatile_default
    return _of_columns(versions, known)


def _of_columns(versions: Versions, known: Behaviour) -> Operation:
    """Adding and dropping columns writes the catalog, or rewrites the table if the server is too old."""
    if versions.flavour or versions.server >= known.instant_columns_since:
        return known.catalog
    return known.set_not_null  # in place, too: the table is rewritten without blocking reads and writes


def _of_altered_column(
    change: AlterColumn, table: Table | None, versions: Versions, known: Behaviour, provider: str
) -> Operation:
    old, new = change.before, change.after
    if old.type != new.type:
        return _of_type(change, table, known, provider)
    if old.nullable and not new.nullable:
        is_proven = table is not None and proves_not_null(table.checks, old.name)
        believes = known.concurrent_indexes and versions.server >= _SKIPS_PROVEN_SCAN
        return known.catalog if is_proven and believes else known.set_not_null
    if new.nullable and not old.nullable and known.enum_home is EnumHome.COLUMN:  # MySQL writes the table either way
        return known.set_not_null
    return known.catalog


def _of_type(change: AlterColumn, table: Table | None, known: Behaviour, provider: str) -> Operation:
    old, new = change.before.type, change.after.type
    if leaves_rows(provider, old, new):
        remakes = table if known.remakes_on_type_change else None
        if remakes and built_again(remakes, change.before.name, provider):
            return build_again(known)
        return check_again(known) if remakes and checked_again(remakes, change.before.name, provider) else known.catalog
    if old.name == new.name == "ENUM":
        return known.catalog if new.args[: len(old.args)] == old.args else known.remove_enum_value
    return known.rewrite


def _noted(operation: Operation) -> Operation:
    """The same without its work on rows, for a constraint that is not validated yet."""
    return evolve(operation, work=Work.CATALOG_UPDATE, duration=Duration.INSTANT)


def _or_catalog(operation: Operation, known: Behaviour) -> Operation:
    """The operation; that of the catalog if nothing particular is known of it."""
    return operation if operation.lock or operation.blocks is not Blocks.NOTHING else known.catalog


def _parents(table: Table, before: Database, known: Behaviour) -> tuple[QualifiedName, ...]:
    """The tables that are locked together with a table that references them."""
    if not known.locks_referenced_table:
        return ()
    return tuple(key.referenced_table for key in table.foreign_keys if key.referenced_table in before.tables)


def _parents_of_column(change: DropColumn, before: Database, known: Behaviour) -> tuple[QualifiedName, ...]:
    table = before.tables.get(change.table)
    if table is None or not known.locks_referenced_table:
        return ()
    return tuple(key.referenced_table for key in table.foreign_keys if change.column.name in key.columns)


def _users(change: AlterEnum, before: Database) -> Iterator[QualifiedName]:
    """The tables with a column of the enum."""
    for table in before.tables.values():
        if any(column.type.enum == change.before.name for column in table.columns):
            yield table.name


def _plain(expression: str) -> str:
    return "".join(c for c in expression if c not in ' \t\n"`[]()').lower()
