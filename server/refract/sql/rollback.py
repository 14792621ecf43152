"""The changes that lead back from what a migration has built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from refract.diff import diff
from refract.schema.apply import apply
from refract.schema.changes import (
    AddCheck,
    Change,
    CreateView,
    DropCheck,
    DropView,
    RenameColumn,
    RenameEnum,
    RenameEnumValue,
    RenameTable,
)
from refract.schema.model import Database


def inverse(changes: Iterable[Change], before: Database, after: Database) -> tuple[Change, ...]:
    """What leads from `after` to `before`: the renames among `changes` the other way round, then what differs still."""
    renames = tuple(back for change in reversed(tuple(changes)) if (back := _renamed_back(change)) is not None)
    current, misfits = apply(after, renames)
    if misfits:
        renames, current = (), after
    views = _views(current, before)
    checks = tuple(_checks(current, before))
    dropped = tuple(c for c in (*views, *checks) if isinstance(c, DropView | DropCheck))
    made = tuple(c for c in (*checks, *views) if not isinstance(c, DropView | DropCheck))
    return (*renames, *dropped, *diff(current, before).changes, *made)


def _renamed_back(change: Change) -> Change | None:
    match change:
        case RenameColumn(before=old, after=new):
            return evolve(change, before=new, after=old)
        case RenameTable(before=old_table, after=new_table):
            return RenameTable(before=new_table, after=old_table)
        case RenameEnum(before=old_enum, after=new_enum):
            return RenameEnum(before=new_enum, after=old_enum)
        case RenameEnumValue(enum=enum, before=old_name, after=new_name):
            return RenameEnumValue(enum=enum, before=new_name, after=old_name)
        case _:
            return None


def _views(current: Database, before: Database) -> tuple[Change, ...]:
    """Views come and go with their definition, which no comparison of schemas looks at."""
    gone = [DropView(view=view) for name, view in current.views.items() if name not in before.views]
    back = [CreateView(view=view) for name, view in before.views.items() if name not in current.views]
    return (*gone, *back)


def _checks(current: Database, before: Database) -> Iterator[Change]:
    """CHECK constraints, which Prisma's schema cannot hold."""
    for name, table in current.tables.items():
        former = before.tables.get(name)
        if former is None:
            continue
        held, wanted = {c.name: c for c in table.checks}, {c.name: c for c in former.checks}
        yield from (DropCheck(table=name, check=check) for key, check in held.items() if key not in wanted)
        yield from (AddCheck(table=name, check=check) for key, check in wanted.items() if key not in held)
