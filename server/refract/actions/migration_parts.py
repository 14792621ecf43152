"""The migrations that a difference takes, and what they are called: the same in every command and editor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from refract.diff import Diff
from refract.naming import suggest
from refract.providers.behaviour import behaviour
from refract.schema.changes import AddColumn, AlterColumn, AlterEnum, Change, CreateTable, RecreateColumn
from refract.schema.model import Column, Database


def parts_of(diff: Diff, before: Database, after: Database) -> tuple[Diff, ...]:
    """The changes, with those separated that must be committed before the others can run. None when nothing changes."""
    apart = behaviour(after.provider).commits_enum_values_first
    first = tuple(_values_used_at_once(diff.changes)) if apart else ()
    rest = tuple(change for change in diff.changes if change not in first)
    return tuple(_part(changes, diff) for changes in (first, rest) if changes)


def names_of(diff: Diff, before: Database, after: Database, history: Sequence[str]) -> tuple[str, ...]:
    """Names for the migration of a difference, best first, in the style of `history`; of several, for the last."""
    parts = parts_of(diff, before, after)
    return suggest(parts[-1], before, after, history) if parts else ()


def _part(changes: tuple[Change, ...], diff: Diff) -> Diff:
    ids = frozenset(map(id, changes))
    return Diff(changes, tuple(r for r in diff.renames if id(r.dropped) in ids and id(r.added) in ids))


def _values_used_at_once(changes: tuple[Change, ...]) -> Iterator[AlterEnum]:
    """Enums that get a value which another change uses as a default."""
    used = {(column.type.enum, text) for column in _columns(changes) for text in _default_texts(column)}
    grown = (change for change in changes if isinstance(change, AlterEnum) and not change.removed)
    yield from (c for c in grown if any((c.after.name, value) in used for value in c.added))


def _default_texts(column: Column) -> tuple[str, ...]:
    default = column.default
    return () if default is None else (default.text, *(item.text for item in default.items))


def _columns(changes: Iterable[Change]) -> Iterator[Column]:
    for change in changes:
        if isinstance(change, AddColumn):
            yield change.column
        elif isinstance(change, AlterColumn | RecreateColumn):
            yield change.after
        elif isinstance(change, CreateTable):
            yield from change.table.columns
