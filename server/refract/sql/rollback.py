"""The changes that undo a migration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from attrs import evolve, frozen

from refract.diff import diff
from refract.providers import Provider
from refract.providers.versions import Versions
from refract.schema.apply import apply
from refract.schema.changes import (
    AddColumn,
    AlterColumn,
    AlterEnum,
    Backfill,
    Cast,
    Change,
    CreateExtension,
    CreateTable,
    CreateView,
    DropCheck,
    DropColumn,
    DropForeignKey,
    DropIndex,
    DropTable,
    DropView,
    NotFollowed,
    RecreateColumn,
    RenameColumn,
    RenameEnum,
    RenameEnumValue,
    RenameTable,
)
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.safe import MigrationPart, safe_writer
from refract.sql.unseen_parts import with_unseen_parts

_DROPS = (DropForeignKey, DropIndex, DropCheck, DropColumn, DropTable)


class NoRollback(Exception):
    """No rollback is reliable. The message gives the reason."""


def rollback_texts(
    changes: Iterable[Change],
    before: Database,
    after: Database,
    provider: Provider,
    versions: Versions,
    first: Sequence[str] = (),
    last: Sequence[str] = (),
) -> tuple[str, ...]:
    """The files of SQL, in order, that lead from `after` back to `before`: safe forms, checked by replaying them.

    `first` and `last` are statements to put before and after all others. Raises NoRollback.
    """
    before, after = _with_namespaces(_with_extensions(before, after)), _with_namespaces(after)
    back = inverse(changes, before, after)
    if not back and not first and not last:
        raise NoRollback("Refract finds nothing to undo.")
    writer = safe_writer(provider.name, versions)
    stages = _stages(back, after, before)
    parts = [part for stage in stages for part in writer.parts(*stage) if part.statements]
    if first and (not parts or parts[0].alone):
        parts.insert(0, MigrationPart((), ()))
    if last and (not parts or parts[-1].alone):
        parts.append(MigrationPart((), ()))
    ends = len(parts) - 1
    texts = tuple(
        writer.text(part, () if number else first, last if number == ends else ()) for number, part in enumerate(parts)
    )
    current = after
    for text in texts:
        current = read_migration(text, "down.sql", current, provider).database
    if not is_same(current, before):
        raise NoRollback("Refract finds no SQL that restores the earlier schema. Write down.sql by hand.")
    return texts


def _with_extensions(before: Database, after: Database) -> Database:
    """An extension stays: a history does not show who else uses it, and its columns of other tables would be dropped."""
    return evolve(before, extensions={**after.extensions, **before.extensions})


def _with_namespaces(database: Database) -> Database:
    """A history does not show how names are written. They get their namespace if any is not the database's default."""
    others = {name.schema for name in (*database.tables, *database.enums)} - {database.default_schema}
    return evolve(database, qualified=bool(others))


def is_same(one: Database, other: Database) -> bool:
    """Whether the two have no differences."""
    return not diff(one, other).changes and not diff(other, one).changes


def inverse(changes: Iterable[Change], before: Database, after: Database) -> tuple[Change, ...]:
    """The changes from `after` to `before`: the renames among `changes` reversed, then the remaining differences."""
    renames = tuple(back for change in reversed(tuple(changes)) if (back := _renamed_back(change)) is not None)
    current, misfits = apply(after, renames)
    if misfits:
        renames, current = (), after
    views = _views(current, before)
    dropped = tuple(change for change in views if isinstance(change, DropView))
    made = tuple(change for change in views if not isinstance(change, DropView))
    seen = with_unseen_parts(diff(current, before).changes, current, before)
    return (*renames, *dropped, *_newest_first(_without_parts(seen), current), *made)


def _without_parts(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes without those of constraints that go with their table: only a rebuilt table loses one (sqlite)."""
    gone = {change.table.name for change in changes if isinstance(change, DropTable)}
    return tuple(x for x in changes if not (isinstance(x, DropIndex) and x.index.constraint and x.table in gone))


def _newest_first(changes: Sequence[Change], current: Database) -> tuple[Change, ...]:
    """The changes with the newest table dropped first: something of it that was not read, such as a policy, may need an
    older one.
    """
    places = {name: place for place, name in enumerate(current.tables)}
    tables = [change for change in changes if isinstance(change, DropTable)]
    newest = iter(sorted(tables, key=lambda change: -places.get(change.table.name, 0)))
    return tuple(next(newest) if isinstance(change, DropTable) else change for change in changes)


def _stages(
    changes: Sequence[Change], after: Database, before: Database
) -> tuple[tuple[Sequence[Change], Database, Database], ...]:
    """Changes with the databases that they lead from and to. What uses an enum is dropped before the enum changes, which
    rewrites the columns that stay.
    """
    start = next((place for place, change in enumerate(changes) if isinstance(change, AlterEnum)), None)
    if start is None:
        return ((changes, after, before),)
    drops = tuple(change for change in changes[start:] if isinstance(change, _DROPS))
    first = (*changes[:start], *drops)
    between, _ = apply(after, first)
    rest = tuple(change for change in changes[start:] if not isinstance(change, _DROPS))
    return ((first, after, between), (rest, between, before))


class LossKind(StrEnum):
    """What an undo does not restore."""

    COLUMN_VALUES = "column-values"
    CONVERTED_VALUES = "converted-values"  # those that the new type could not hold
    TABLE_ROWS = "table-rows"
    ENUM_ROWS = "enum-rows"  # which rows had a value that was removed
    ROW_CHANGES = "row-changes"  # what UPDATE, DELETE or INSERT did
    NEW_VALUES = "new-values"  # written to a column since the migration
    NEW_ROWS = "new-rows"  # inserted into a table since the migration
    EMPTY_REQUIRED_COLUMN = "empty-required-column"  # it cannot be added again while the table has rows
    STATEMENT = "statement"  # not undone


@frozen
class Loss:
    """One thing that an undo does not restore; `of` names it: a column, a table, values, a statement."""

    kind: LossKind
    of: str


def losses(changes: Iterable[Change]) -> Iterator[Loss]:
    """What the inverse of changes does not restore."""
    for change in changes:
        yield from lost_for_good(change)
        yield from lost_since(change)
        match change:
            case DropColumn(column=column, table=table) if not column.nullable and column.default is None:
                yield Loss(LossKind.EMPTY_REQUIRED_COLUMN, f"{table.name}.{column.name}")
            case NotFollowed(summary=summary):
                yield Loss(LossKind.STATEMENT, summary)
            case CreateExtension(extension=extension):
                yield Loss(LossKind.STATEMENT, f"CREATE EXTENSION {extension.name}")
            case _:
                pass


def lost_by_undoing(changes: Iterable[Change], before: Database, after: Database) -> Iterator[Loss]:
    """What the way back loses itself: values of a column that it has to create again, since no cast leads to its type."""
    for change in inverse(changes, _with_extensions(before, after), after):
        if isinstance(change, RecreateColumn):
            name = f"{change.table.name}.{change.after.name}"
            yield Loss(LossKind.COLUMN_VALUES, name)
            if not change.after.nullable and change.after.default is None:
                yield Loss(LossKind.EMPTY_REQUIRED_COLUMN, name)


def lost_for_good(change: Change) -> Iterator[Loss]:
    """What existed before the change and can be restored only from a backup."""
    match change:
        case DropColumn(column=column, table=table) | RecreateColumn(before=column, table=table):
            yield Loss(LossKind.COLUMN_VALUES, f"{table.name}.{column.name}")
        case DropTable(table=dropped):
            yield Loss(LossKind.TABLE_ROWS, dropped.name.name)
        case AlterColumn(before=column, table=table, cast=Cast.RISKY):
            yield Loss(LossKind.CONVERTED_VALUES, f"{table.name}.{column.name}")
        case AlterEnum() if change.removed:
            yield Loss(LossKind.ENUM_ROWS, ", ".join(change.removed))
        case Backfill(verb=verb, tables=tables):
            yield Loss(LossKind.ROW_CHANGES, f"{verb} of {', '.join(t.name for t in tables)}")
        case _:
            return


def lost_since(change: Change) -> Iterator[Loss]:
    """What was written after the change and is lost when the change is undone."""
    match change:
        case AddColumn(column=column, table=table):
            yield Loss(LossKind.NEW_VALUES, f"{table.name}.{column.name}")
        case CreateTable(table=created):
            yield Loss(LossKind.NEW_ROWS, created.name.name)
        case _:
            return


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
    """Views are created and dropped with their definition, which no comparison of schemas covers."""
    gone = [DropView(view=view) for name, view in current.views.items() if name not in before.views]
    back = [CreateView(view=view) for name, view in before.views.items() if name not in current.views]
    return (*gone, *back)
