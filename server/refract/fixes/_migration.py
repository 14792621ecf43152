"""New migrations, as fixes write them."""

from __future__ import annotations

from collections.abc import Iterable

from refract.diff import Diff, diff
from refract.fixes.base import FixContext
from refract.naming import suggest
from refract.schema.apply import apply
from refract.schema.changes import (
    Change,
    RenameForeignKey,
    RenameIndex,
    RenamePrimaryKey,
    RenameTable,
)
from refract.sql.writer import write_script
from refract.text import NewFile


def migration(context: FixContext, changes: Iterable[Change], name: str = "") -> NewFile:
    """A migration that makes `changes`, under `name` or the best suggestion."""
    made = tuple(changes)
    named = suggest(Diff(made), context.before, context.after)
    sql = write_script(made, context.before, context.after)
    return NewFile(context.new_migration(name or next(iter(named), "change")), sql)


def with_names(context: FixContext, rename: Change) -> tuple[Change, ...]:
    """A rename, and those of the constraints and indexes that are named after what it renames."""
    renamed, _ = apply(context.before, (rename,))
    following = diff(renamed, context.after).changes
    table = rename.after.name if isinstance(rename, RenameTable) else getattr(rename, "table", None)
    kinds = (RenamePrimaryKey, RenameIndex, RenameForeignKey)
    return (rename, *(c for c in following if isinstance(c, kinds) and c.table == table))
