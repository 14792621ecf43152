"""Migrations for PostgreSQL (12 and newer) under load.

Measured on 12 to 18: nearly every ALTER TABLE takes ACCESS EXCLUSIVE, and while it waits behind one open transaction,
all other queries wait behind it. A wait that is given up before `deadlock_timeout` (1 s) and then retried stalls no
query for longer than that, and does not deadlock with an application that uses two tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from refract.escaping import dollar_quoted, sql_comment
from refract.providers import provider
from refract.schema import changes as c
from refract.schema.apply import apply
from refract.schema.changes import Change, tables_of
from refract.schema.model import Check, Database, QualifiedName
from refract.sql.atomic_block import atomic_block
from refract.sql.safe.base import MigrationPart, SafeWriter, closed, written

LOCK_WAIT = 400  # milliseconds
LOCK_TRIES = 50
EXCLUSIVE = "ACCESS EXCLUSIVE"
_SHARED = "SHARE ROW EXCLUSIVE"


class PostgresqlSafeWriter(SafeWriter):
    """Writes for PostgreSQL."""

    def parts(self, changes: Sequence[Change], before: Database, after: Database) -> Iterator[MigrationPart]:
        together: list[Change] = []
        current = before
        for change in _with_heirs(changes, before):
            apart = tuple(_apart(change, before))
            if not apart and _shares_locks(together, change, before, _applied(current, together)):
                together.append(change)
                continue
            if together:
                part = _plain(together, current, after)
                current, together = _applied(current, together), []
                yield part
            if not apart:
                together.append(change)
            for part in apart:
                following = _applied(current, part.changes)
                yield evolve(part, statements=written(part.changes, current, after), before=current, after=following)
                current = following
        if together:
            yield _plain(together, current, after)

    def text(self, part: MigrationPart, first: Sequence[str] = (), last: Sequence[str] = ()) -> str:
        """All or nothing, after it has locked; a single statement is that by itself, and some must be alone."""
        if part.alone and not first and not last:
            return closed(part.statements)
        lock = (polite_lock(part.locks, part.mode or EXCLUSIVE),) if part.locks else ()
        together = (*lock, *first, *_in_one_transaction(part.statements), *last)
        return closed(together if len(together) == 1 else (atomic_block(closed(together)),))


def polite_lock(tables: Sequence[QualifiedName], mode: str) -> str:
    """Locks `tables` for the transaction in short attempts, so that no query queues behind it for long."""
    names = ", ".join(map(provider("postgresql").quote_name, tables))
    about = f"Waits for the lock {LOCK_WAIT} ms at a time, so that no query queues behind this migration for longer."
    block = f"""\
BEGIN
  FOR attempt IN 1..{LOCK_TRIES} LOOP
    BEGIN
      SET LOCAL lock_timeout = '{LOCK_WAIT}ms';
      LOCK TABLE {names} IN {mode} MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(random());
    END;
  END LOOP;
  RAISE lock_not_available USING MESSAGE = 'long transactions kept the table in use. Deploy again after they end';
END"""
    return f"{sql_comment(about)}DO {dollar_quoted(block)}"


def _in_one_transaction(statements: Sequence[str]) -> Iterator[str]:
    """The statements without the BEGIN and COMMIT that Prisma writes around a new enum type."""
    title = ""
    for statement in statements:
        head, _, last = statement.rpartition("\n")
        if last == "BEGIN":
            title = head
        elif last != "COMMIT":
            yield f"{title}\n{statement}" if title else statement
            title = ""


def _plain(changes: Sequence[Change], before: Database, after: Database) -> MigrationPart:
    locks = tuple(dict.fromkeys(t for change in changes for t in _locked(change, before)))
    following = _applied(before, changes)
    return MigrationPart(tuple(changes), written(changes, before, after), locks=locks, before=before, after=following)


def _applied(database: Database, changes: Sequence[Change]) -> Database:
    return apply(database, tuple(changes))[0]


def _shares_locks(together: Sequence[Change], change: Change, before: Database, current: Database) -> bool:
    """Whether a change locks no other tables than those before it: two tables in one transaction invite deadlocks.

    The changes of a new table stay together: its foreign keys lock only the tables that they reference.
    """
    if together and not any(table in before.tables for table in tables_of(change)):
        return True
    held = {t for known in together for t in _locked(known, before, current)}
    wanted = set(_locked(change, before, current))
    return not held or not wanted or wanted == held


def _locked(change: Change, before: Database, current: Database | None = None) -> tuple[QualifiedName, ...]:
    """The tables in use that a change locks. `current` is the database when the change runs."""
    found = list(tables_of(change))
    if isinstance(change, c.AddForeignKey | c.DropForeignKey):
        found.append(change.foreign_key.referenced_table)
    if isinstance(change, c.DropColumn) and change.table in before.tables:
        keys = (current or before).tables[change.table].foreign_keys
        found += [k.referenced_table for k in keys if change.column.name in k.columns]
    if isinstance(change, c.RenameTable):
        found.append(change.before.name)
    return tuple(dict.fromkeys(t for t in found if t in before.tables))


def _with_heirs(changes: Sequence[Change], before: Database) -> Iterator[Change]:
    """The changes, with successors of what is dropped: a unique index becomes the primary key of its columns, and a
    column continues the numbers of the one that counted before it.
    """
    heirs = {id(old): new for new in changes if isinstance(new, c.AddPrimaryKey) for old in _becomes(new, changes)}
    for change in changes:
        match change:
            case c.DropIndex() if id(change) in heirs:
                continue
            case c.AddPrimaryKey():
                index = next((x.index for x in _becomes(change, changes)), None)
                yield evolve(change, index=index)
            case c.AlterColumn(after=column) if column.auto_increment and not change.before.auto_increment:
                sequence = next(_sequences_left(change.table, changes), column.sequence)
                yield evolve(change, after=evolve(column, sequence=sequence))
            case _:
                yield change


def _becomes(key: c.AddPrimaryKey, changes: Sequence[Change]) -> Iterator[c.DropIndex]:
    """The unique index on the columns of a new key, which would be dropped."""
    dropped = (x for x in changes if isinstance(x, c.DropIndex) and x.table == key.table)
    for change in dropped:
        index = change.index
        if index.unique and index.where is None and index.columns == key.primary_key.columns:
            yield change


def _sequences_left(table: QualifiedName, changes: Sequence[Change]) -> Iterator[str]:
    """The sequences of the dropped columns of a table."""
    for change in changes:
        if isinstance(change, c.DropColumn) and change.table == table and change.column.auto_increment:
            yield change.column.sequence or f"{table.name}_{change.column.name}_seq"


def _apart(change: Change, before: Database) -> Iterator[MigrationPart]:
    """The migrations of a change that must not share one; nothing for a change that may."""
    in_use = any(table in before.tables for table in tables_of(change))
    if in_use and any(before.tables[table].is_partitioned for table in tables_of(change)):
        yield from _on_partitions(change, before)
        return
    match change:
        case c.CreateIndex() if in_use:
            yield MigrationPart((evolve(change, concurrently=True),), (), alone=True)
        case c.DropIndex() if in_use:
            yield MigrationPart((evolve(change, concurrently=True),), (), alone=True)
        case c.RecreateIndex() if in_use:
            yield MigrationPart(
                (c.DropIndex(table=change.table, index=change.before, concurrently=True),), (), alone=True
            )
            yield MigrationPart(
                (c.CreateIndex(table=change.table, index=change.after, concurrently=True),), (), alone=True
            )
        case c.AddForeignKey(foreign_key=key) if in_use and key.validated:
            added = evolve(change, foreign_key=evolve(key, validated=False))
            yield MigrationPart((added,), (), locks=_locked(change, before), mode=_SHARED)
            yield _validated(change.table, key.name)
        case c.AddCheck(check=check) if in_use and check.validated:
            yield from _checked_later(change, check, before)
        case c.AlterColumn() if in_use and _becomes_required(change):
            yield from _required(change, before)
        case c.AlterEnum() if not change.removed:
            yield from _values_added(change)
        case _:
            return


def _on_partitions(change: Change, before: Database) -> Iterator[MigrationPart]:
    """A partitioned table has neither indexes that are built concurrently nor foreign keys that are validated later."""
    match change:
        case c.CreateIndex():
            yield MigrationPart((change,), (), locks=tables_of(change), mode="SHARE")
        case c.AlterColumn() if _becomes_required(change):
            yield from _required(change, before)
        case c.AddCheck(check=check) if check.validated:
            yield from _checked_later(change, check, before)
        case _:
            return


def _checked_later(change: c.AddCheck, check: Check, before: Database) -> Iterator[MigrationPart]:
    added = evolve(change, check=evolve(check, validated=False))
    yield MigrationPart((added,), (), locks=_locked(change, before))
    yield _validated(change.table, check.name)


def _validated(table: QualifiedName, constraint: str) -> MigrationPart:
    change = c.ValidateConstraint(table=table, constraint=constraint)
    return MigrationPart((change,), (), name=f"validate_{plain_name(constraint)}", alone=True)


def _becomes_required(change: c.AlterColumn) -> bool:
    return change.before.nullable and not change.after.nullable and not change.after.type.is_list


def _required(change: c.AlterColumn, before: Database) -> Iterator[MigrationPart]:
    """A CHECK that new rows obey, validated for existing rows while the table is in use: SET NOT NULL then skips the scan."""
    still = evolve(change.after, nullable=True)
    if still != change.before:
        loosened = evolve(change, after=still)
        yield MigrationPart((loosened,), (), locks=_locked(change, before))
    column = change.after.name
    name = provider("postgresql").not_null_name(change.table.name, column)
    check = Check(name, f"{provider('postgresql').quote(column)} IS NOT NULL", validated=False)
    subject = f"{plain_name(change.table.name)}_{plain_name(column)}"
    adds = c.AddCheck(table=change.table, check=check)
    yield MigrationPart((adds,), (), name=f"check_{subject}_not_null", locks=_locked(change, before))
    yield evolve(_validated(change.table, name), name=f"validate_{subject}_not_null")
    requires = evolve(change, before=still, cast=c.Cast.NONE, using=None)
    drops = c.DropCheck(table=change.table, check=evolve(check, validated=True))
    yield MigrationPart((requires, drops), (), name=f"require_{subject}", locks=_locked(change, before))


def _values_added(change: c.AlterEnum) -> Iterator[MigrationPart]:
    """One value a migration: before PostgreSQL 12 no two may share one, and none may be used in the one that adds it."""
    before = change.before
    for value in change.after.values:
        if value.name in change.added:
            after = evolve(before, values=(*before.values, value))
            yield MigrationPart((evolve(change, before=before, after=after),), (), alone=True)
            before = after


def plain_name(name: str) -> str:
    """A database name as part of a migration's name."""
    return "".join(ch if ch.isalnum() else "_" for ch in name).lower()
