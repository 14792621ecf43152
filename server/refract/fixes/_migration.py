"""New migrations, as fixes write them."""

from __future__ import annotations

from collections.abc import Iterable

from refract.diff import Diff, diff
from refract.fixes.base import FixContext
from refract.naming import suggest
from refract.providers.behaviour import behaviour
from refract.schema.apply import apply
from refract.schema.changes import (
    Change,
    RenameForeignKey,
    RenameIndex,
    RenamePrimaryKey,
    RenameTable,
)
from refract.schema.model import QualifiedName
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


def may_be_separate(context: FixContext) -> bool:
    """Whether a change of the edited schema can be made in separate migrations with the online forms of PostgreSQL."""
    return not context.statements and behaviour(context.provider.name).concurrent_indexes


def is_built(context: FixContext, table: QualifiedName, columns: Iterable[str]) -> bool:
    """Whether earlier migrations have built the table and its columns."""
    built = context.before.tables.get(table)
    return built is not None and all(built.column(name) is not None for name in columns if name)


def name_part(name: str) -> str:
    """A name as part of a migration's name."""
    return "".join(c if c.isalnum() else "_" for c in name).lower()
