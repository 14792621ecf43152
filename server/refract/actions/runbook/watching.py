"""What to keep an eye on after a deploy, and for how long: only what these migrations can disturb."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.actions.runbook.release import Release
from refract.providers.behaviour import Duration
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
from refract.schema.model import QualifiedName
from refract.wording import joined, listed

_OLD_VERSION = "until no instance of the version before this release runs"
_A_DAY = "for a day with all its jobs, the nightly ones too"


@frozen
class Watch:
    """`what` to look at, and `until` when."""

    what: str
    until: str


def watched(release: Release) -> Iterator[Watch]:
    """What to watch, the most urgent first."""
    unused = release.unused
    changes = [change for change in release.changes if getattr(change, "table", None) not in unused]
    codes = dict.fromkeys(code for change in changes for code in _old_clients(change))
    if codes:
        yield Watch(f"the log of the application for {joined(codes)}", _OLD_VERSION)
    refusals = dict.fromkeys(code for change in changes for code in _refusals(change))
    if refusals:
        yield Watch(f"the log of the application for {joined(refusals)}", _A_DAY)
    indexed = dict.fromkeys(t for change in changes for t in _plans_change(change))
    if indexed:
        yield Watch(f"the slowest queries on {listed(t.name for t in indexed)}: an index has come or gone", _A_DAY)
    written = dict.fromkeys(
        t for c in release.costs if c.operation.duration in (Duration.REWRITE, Duration.ROWS) for t in c.tables
    )
    if written:
        tables = listed(t.name for t in written)
        if release.analysis.lowered.provider.name == "sqlite":
            yield Watch(f"the free disk space: rows of {tables} are written", "until it is done")
        else:
            yield Watch(
                f"the free disk space and how far replicas lag: rows of {tables} are written",
                "until it is done and the replicas have caught up",
            )


def _old_clients(change: Change) -> Iterator[str]:
    """What programs of the version before meet."""
    match change:
        case DropColumn() | RenameColumn() | RecreateColumn():
            yield "`P2022` (a column that is not there)"
        case DropTable() | RenameTable():
            yield "`P2021` (a table that is not there)"
        case AddColumn(column=column) if not column.nullable and column.default is None and not column.auto_increment:
            yield "`P2011` (a required column that is left out)"
        case AlterColumn(cast=Cast.RISKY | Cast.NOT_CASTABLE):
            yield "`P2023` (a value of another type than the field's)"
        case AlterEnum() if change.added or change.removed:
            yield "`P2023` (a value that the enum does not know)"
        case _:
            return


def _refusals(change: Change) -> Iterator[str]:
    """What the database refuses from now on, to any program."""
    match change:
        case CreateIndex(index=index) if index.unique:
            yield "`P2002` (a value that is there already)"
        case AddForeignKey():
            yield "`P2003` (a row that is not there, or is still referred to)"
        case AlterColumn(before=old, after=new) if old.nullable and not new.nullable:
            yield "`P2011` (a value that is missing)"
        case AddCheck(check=check):
            yield f"errors that name `{check.name}`"
        case _:
            return


def _plans_change(change: Change) -> Iterator[QualifiedName]:
    if isinstance(change, CreateIndex | DropIndex):
        yield change.table
