"""What a table may have without listing it, if no statement shows all its columns or keys.

Such a part counts as present, exactly as the other side of a comparison has it. Known are the parts that statements have
dropped, and the keys and indexes of a column that a statement has added: it had none before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from refract.schema.model import ForeignKey, Index, Part, PartKind, PrimaryKey, Table

THE_PRIMARY_KEY: Part = (PartKind.PRIMARY_KEY, "")


def learned(before: Table, after: Table) -> Table:
    """The table after a change: what it no longer lists is absent."""
    if before.columns_known and before.keys_known:
        return after
    listed = frozenset(_parts(after))
    return evolve(after, absent=(before.absent | frozenset(_parts(before))) - listed)


def lacking(table: Table, *parts: Part) -> Table:
    """The table without parts that it may have had without listing them."""
    if table.columns_known and table.keys_known:
        return table
    return evolve(table, absent=table.absent.union(parts))


def with_renamed(table: Table, before: Part, after: Part) -> Table:
    """The table with another name for a part that it does not list."""
    found = lacking(table, before)
    return evolve(found, absent=found.absent - {after}) if after in found.absent else found


def completed(table: Table, other: Table) -> Table:
    """The table with what the other one lists and it may have unlisted."""
    if not table.columns_known:
        missing = (x for x in other.columns if table.column(x.name) is None)
        columns = tuple(x for x in missing if (PartKind.COLUMN, x.name) not in table.absent)
        full = evolve(table, columns=(*table.columns, *columns))
    else:
        full = table
    return full if table.keys_known else _with_keys(full, table, other)


def may_have_key_on(table: Table, columns: Iterable[str]) -> bool:
    """Whether a key or an index of these columns may exist without being listed."""
    known = (table.column(name) is not None or (PartKind.COLUMN, name) in table.absent for name in columns)
    return not table.keys_known and not any(known)


def _with_keys(full: Table, table: Table, other: Table) -> Table:
    key, held = other.primary_key, table.primary_key
    takes = held is None and key is not None and _may_exist(key, PartKind.PRIMARY_KEY, table)
    return evolve(
        full,
        primary_key=key if takes and THE_PRIMARY_KEY not in table.absent else held,
        indexes=(*table.indexes, *_unlisted_indexes(table, other)),
        foreign_keys=(*table.foreign_keys, *_unlisted_keys(table, other)),
    )


def _unlisted_indexes(table: Table, other: Table) -> Iterator[Index]:
    listed = {index.name for index in table.indexes}
    shapes = {(index.unique, index.columns) for index in table.indexes}
    for index in other.indexes:
        is_listed = index.name in listed or (index.unique, index.columns) in shapes
        if not is_listed and _may_exist(index, PartKind.INDEX, table):
            yield index


def _unlisted_keys(table: Table, other: Table) -> Iterator[ForeignKey]:
    listed = {key.name for key in table.foreign_keys}
    columns = {key.columns for key in table.foreign_keys}
    for key in other.foreign_keys:
        if key.name not in listed and key.columns not in columns and _may_exist(key, PartKind.FOREIGN_KEY, table):
            yield key


def _may_exist(part: Index | ForeignKey | PrimaryKey, kind: PartKind, table: Table) -> bool:
    names = part.columns if isinstance(part, ForeignKey) else [x.name for x in part.columns]
    return (kind, part.name) not in table.absent and may_have_key_on(table, names)


def _parts(table: Table) -> Iterator[Part]:
    yield from ((PartKind.COLUMN, column.name) for column in table.columns)
    yield from ((PartKind.INDEX, index.name) for index in table.indexes)
    yield from ((PartKind.FOREIGN_KEY, key.name) for key in table.foreign_keys)
    if table.primary_key is not None:
        yield THE_PRIMARY_KEY
