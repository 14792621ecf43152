"""What to keep an eye on after a deploy, and for how long: only what these migrations can disturb."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refract.actions.runbook.release import Release
from refract.analysis.runbook import AppError, Period, WatchDisk, Watched, WatchErrors, WatchQueries
from refract.providers.behaviour import behaviour
from refract.providers.costs import Cost
from refract.providers.operation import Duration
from refract.schema.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AlterColumn,
    AlterEnum,
    Cast,
    Change,
    CreateIndex,
    DropColumn,
    DropIndex,
    DropTable,
    RecreateColumn,
    RenameColumn,
    RenameTable,
)


def watched(release: Release) -> Iterator[WatchErrors | WatchQueries | WatchDisk]:
    """What to watch, the most urgent first."""
    changes = [change for change in release.changes if getattr(change, "table", None) not in release.unused]
    yield from _errors((e for change in changes for e in _of_old_clients(change)), Period.OLD_INSTANCES)
    yield from _errors((e for change in changes for e in _of_all_clients(change)), Period.A_DAY)
    indexed = tuple(dict.fromkeys(c.table for c in changes if isinstance(c, CreateIndex | DropIndex)))
    if indexed:
        yield WatchQueries(indexed)
    written = tuple(dict.fromkeys(t for cost in release.costs if _writes_rows(cost) for t in cost.tables))
    if written:
        yield WatchDisk(written, has_replicas=not behaviour(release.analysis.lowered.provider.name).is_file)


def _errors(found: Iterable[Watched], period: Period) -> Iterator[WatchErrors]:
    errors = tuple(dict.fromkeys(found))
    if errors:
        yield WatchErrors(errors, period)


def _writes_rows(cost: Cost) -> bool:
    return cost.operation.duration in (Duration.REWRITE, Duration.ROWS)


def _of_old_clients(change: Change) -> Iterator[Watched]:
    """What instances of the version before get."""
    match change:
        case DropColumn() | RenameColumn() | RecreateColumn():
            yield Watched(AppError.COLUMN_MISSING)
        case DropTable() | RenameTable():
            yield Watched(AppError.TABLE_MISSING)
        case AddColumn(column=column) if not column.nullable and column.default is None and not column.auto_increment:
            yield Watched(AppError.VALUE_LEFT_OUT)
        case AlterColumn(cast=Cast.RISKY | Cast.NOT_CASTABLE):
            yield Watched(AppError.UNKNOWN_TYPE)
        case AlterEnum() if change.added or change.removed:
            yield Watched(AppError.UNKNOWN_ENUM_VALUE)
        case _:
            return


def _of_all_clients(change: Change) -> Iterator[Watched]:
    """What the database refuses after the change."""
    match change:
        case CreateIndex(index=index) if index.unique:
            yield Watched(AppError.DUPLICATE)
        case AddForeignKey():
            yield Watched(AppError.BAD_REFERENCE)
        case AlterColumn(before=old, after=new) if old.nullable and not new.nullable:
            yield Watched(AppError.NULL_VALUE)
        case AddCheck(check=check):
            yield Watched(AppError.CHECK_VIOLATED, check.name)
        case _:
            return
