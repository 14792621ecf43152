"""The newest migration taken as if it were not written: its changes are pending again, and have the fixes of those.

That is possible only if the migration is as `prisma migrate dev` writes it. What a person wrote would be lost.
"""

from __future__ import annotations

import re

from attrs import evolve

from refract.analysis.branch import NewMigration
from refract.analysis.result import Analysis
from refract.diff import Diff, ProbableRename, diff
from refract.fixes import FixContext
from refract.rules.kit.finding import Finding
from refract.schema import changes as c
from refract.schema.model import Database
from refract.sql.writer import write_script

_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RENAMED = {
    c.DropColumn: "field-rename-as-drop-add",
    c.DropTable: "model-rename-as-drop-create",
    c.DropEnum: "enum-rename-as-column-recreate",
}
"""By what a rename drops: the rule that reports it while the migration is not written."""


def undone_context(analysis: Analysis, context: FixContext, new: NewMigration) -> FixContext | None:
    """The context of a finding about a new migration as it would be without that migration; None if it cannot be undone:
    it is not the newest, more is pending, or it is not as Prisma writes it.
    """
    branch = analysis.snapshot.branch
    if branch is None or branch.here[-1].path != new.judged.path or analysis.diff.changes:
        return None
    before = evolve(new.before, external=analysis.snapshot.baseline.database.external)
    pending = diff(before, analysis.database)
    finding = _finding_again(context.finding, pending)
    if finding is None or not _is_as_written(new.text, pending, before, analysis.database):
        return None
    return evolve(
        context, finding=finding, before=before, after=analysis.database, diff=pending, statements=(), undone=_nothing
    )


def _nothing() -> None:
    return None


def _finding_again(finding: Finding, pending: Diff) -> Finding | None:
    """The finding about the same change while it is pending; about a rename if the change is probably half of one."""
    change = _counterpart(finding, pending)
    if change is None:
        return None
    rename = next((r for r in pending.renames if change is r.dropped or change is r.added), None)
    if rename is None:
        return evolve(finding, change=change, origin=change.origin, rename=None)
    return evolve(finding, rule=_rule(rename), change=rename.added, origin=rename.added.origin, rename=rename)


def _rule(rename: ProbableRename) -> str:
    return _RENAMED[type(rename.dropped)]


def _counterpart(finding: Finding, pending: Diff) -> c.Change | None:
    wanted = _identity(finding.change) if finding.change else None
    return next((change for change in pending.changes if wanted and _identity(change) == wanted), None)


def _identity(change: c.Change) -> tuple[object, ...] | None:
    """What a change is about, whether it is read from SQL or found by a comparison."""
    match change:
        case c.AddColumn(table=table, column=column) | c.DropColumn(table=table, column=column):
            return (change.kind, table, column.name)
        case c.AlterColumn(table=table, after=column) | c.RecreateColumn(table=table, after=column):
            return ("alter", table, column.name)
        case c.CreateTable(table=made) | c.DropTable(table=made):
            return (change.kind, made.name)
        case c.CreateEnum(enum=enum) | c.DropEnum(enum=enum) | c.AlterEnum(after=enum):
            return (change.kind, enum.name)
        case c.CreateIndex(table=table, index=index):
            return (change.kind, table, index.unique, tuple(part.name for part in index.columns))
        case c.AddForeignKey(table=table, foreign_key=key):
            return (change.kind, table, key.columns)
        case _:
            return None


def _is_as_written(text: str, pending: Diff, before: Database, after: Database) -> bool:
    """Whether a migration is what Prisma writes for the changes, but for spaces and the warnings at its head."""
    written = write_script(pending, before, after)
    return _essence(text) == _essence(written)


def _essence(sql: str) -> str:
    return " ".join(_BLOCK_COMMENT.sub(" ", sql).split())
