"""The changes in a kept table: its columns, primary key, indexes and foreign keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from refract.diff.columns import ColumnArity, arity, column_changes
from refract.diff.index_equality import indexes_match, seen_columns
from refract.diff.rank import Rank
from refract.diff.traits import DifferTraits
from refract.providers import Provider
from refract.schema import changes as c
from refract.schema.changes import Cast
from refract.schema.model import Column, ForeignKey, Index, QualifiedName, Table
from refract.schema.unlisted import completed

Ranked = tuple[Rank, c.Change]


@frozen
class TableChanges:
    """The changes inside one table, each with its rank. `redefined`: the database must rebuild the table for them."""

    ranked: tuple[Ranked, ...] = ()
    redefined: bool = False


def table_changes(before: Table, after: Table, provider: Provider, traits: DifferTraits) -> TableChanges:
    """The changes from `before` to `after`, which have the same name. The order within a rank is Prisma's."""
    if before == after:
        return TableChanges()
    before, after = completed(before, after), completed(after, before)
    pair = _Pair(before, after, provider, traits)
    columns = tuple(_column_pairs(pair))
    ranked = (*_alterations(pair, columns), *_indexes(pair, columns), *_foreign_keys(pair, columns))
    if traits.redefines(before, [x for _, x in ranked if isinstance(x, c.TableChange)]):
        together = sorted(ranked, key=lambda r: r[0])
        kept = Rank.ALTER_SEQUENCE
        return TableChanges(tuple((r if r is kept else Rank.REDEFINE_TABLE, x) for r, x in together), redefined=True)
    return TableChanges(ranked)


@frozen
class _Pair:
    before: Table
    after: Table
    provider: Provider
    traits: DifferTraits

    @property
    def name(self) -> QualifiedName:
        return self.before.name


@frozen
class _ColumnPair:
    """A kept column; `changed`: it differs in more than its place, and in more than how it counts."""

    before: Column
    after: Column
    cast: Cast
    changed: bool
    counts_otherwise: bool


def _column_pairs(pair: _Pair) -> Iterator[_ColumnPair]:
    for before in pair.before.columns:
        after = pair.after.column(before.name)
        if after is not None:
            cast = _cast(pair, before, after)
            what = column_changes(before, after, cast, pair.traits)
            yield _ColumnPair(before, after, cast, bool(evolve(what, numbering=False)), what.numbering)


def _cast(pair: _Pair, before: Column, after: Column) -> Cast:
    if before.type == after.type:
        return Cast.NONE
    cast = pair.provider.cast(before, after)
    in_place = cast in (Cast.SAFE, Cast.RISKY) and before.type.is_list == after.type.is_list
    known = after.type.enum is not None or after.type.name in pair.provider.natives.values()
    if in_place and known and not pair.traits.casts_indexed_columns and _is_indexed(before, pair.before):
        return Cast.NOT_CASTABLE if _is_indexed(after, pair.after) else cast
    return cast


def _is_indexed(column: Column, table: Table) -> bool:
    keys = [i.columns for i in table.indexes]
    if table.primary_key:
        keys.append(table.primary_key.columns)
    return any(part.name == column.name for key in keys for part in key)


def _alterations(pair: _Pair, columns: Sequence[_ColumnPair]) -> Iterator[Ranked]:
    """The changes of columns and primary key, in the order of their clauses."""
    drop, rename, add = _primary_key(pair, columns)
    alters_key = pair.traits.alters_primary_keys and drop is not None and add is not None
    if drop and not alters_key:
        yield Rank.ALTER_TABLE, drop
    if rename:
        yield Rank.ALTER_TABLE, rename
    for column in sorted(pair.before.columns, key=lambda x: x.name):
        if pair.after.column(column.name) is None:
            yield Rank.ALTER_TABLE, c.DropColumn(table=pair.name, column=column, origin=pair.after.origin)
    for column in sorted(pair.after.columns, key=lambda x: x.name):
        if pair.before.column(column.name) is None:
            yield Rank.ALTER_TABLE, c.AddColumn(table=pair.name, column=column, origin=column.origin)
    for kept in columns:
        if kept.counts_otherwise:
            yield Rank.ALTER_SEQUENCE, _alter_numbers(pair.name, kept)
        if kept.changed:
            yield Rank.ALTER_TABLE, _alter_column(pair.name, kept)
    if add and not alters_key:
        yield Rank.ALTER_TABLE, add
    if drop and add and alters_key and _key_columns(pair.before) != _key_columns(pair.after):
        yield Rank.ALTER_PRIMARY_KEY, drop
        yield Rank.ALTER_PRIMARY_KEY, add


def _alter_column(table: QualifiedName, pair: _ColumnPair) -> c.Change:
    before, after = pair.before, pair.after
    if pair.cast is Cast.NOT_CASTABLE:
        return c.RecreateColumn(table=table, before=before, after=after, origin=after.origin)
    return c.AlterColumn(table=table, before=before, after=after, cast=pair.cast, origin=after.origin)


def _alter_numbers(table: QualifiedName, pair: _ColumnPair) -> c.AlterColumn:
    after = evolve(pair.before, numbering=pair.after.numbering)
    return c.AlterColumn(table=table, before=pair.before, after=after, origin=pair.after.origin)


_KeyChanges = tuple[c.DropPrimaryKey | None, c.RenamePrimaryKey | None, c.AddPrimaryKey | None]


def _primary_key(pair: _Pair, columns: Sequence[_ColumnPair]) -> _KeyChanges:
    before, after = pair.before.primary_key, pair.after.primary_key
    origin = (after and after.origin) or pair.after.origin
    rename = None
    if before is not None and after is not None:
        changed = _key_changed(pair, columns)
        if before.name != after.name and (not changed or pair.traits.alters_primary_keys):
            rename = c.RenamePrimaryKey(table=pair.name, before=before, after=after, origin=origin)
        if not changed:
            return None, rename, None
    return (
        c.DropPrimaryKey(table=pair.name, primary_key=before, origin=origin) if before else None,
        rename,
        c.AddPrimaryKey(table=pair.name, primary_key=after, origin=origin) if after else None,
    )


def _key_changed(pair: _Pair, columns: Sequence[_ColumnPair]) -> bool:
    """Whether a kept primary key must be recreated: its columns differ, or the type of one of them."""
    before, after = pair.before.primary_key, pair.after.primary_key
    assert before is not None and after is not None
    if [(p.name, p.sort, p.length) for p in before.columns] != [(p.name, p.sort, p.length) for p in after.columns]:
        return True
    if pair.traits.compares_clustering and before.clustered != after.clustered:
        return True
    names = _key_columns(pair.before)
    return any(x.before.name in names and x.cast is not Cast.NONE for x in columns)


def _key_columns(table: Table) -> list[str]:
    return [p.name for p in table.primary_key.columns] if table.primary_key else []


def _indexes(pair: _Pair, columns: Sequence[_ColumnPair]) -> Iterator[Ranked]:
    traits, name = pair.traits, pair.name
    old, new = _visible(pair.before.indexes, traits), _visible(pair.after.indexes, traits)
    for index in _dropped_indexes(pair, columns):
        rank = Rank.ALTER_TABLE if _becomes_primary_key(index, pair, columns) else Rank.DROP_INDEX
        yield rank, c.DropIndex(table=name, index=index, origin=pair.after.origin)
    partial = [evolve(index, where=None) for index in pair.before.indexes if _is_hidden(index, traits)]
    for index in new:
        if not any(indexes_match(other, index, traits) for other in (*old, *partial)):
            yield Rank.CREATE_INDEX, c.CreateIndex(table=name, index=index, origin=index.origin or pair.after.origin)
    for before, after in _index_pairs([*old, *partial] if traits.pairs_partial_indexes else old, new, traits):
        yield from _kept_index(pair, before, after, columns)


def _kept_index(pair: _Pair, before: Index, after: Index, columns: Sequence[_ColumnPair]) -> Iterator[Ranked]:
    origin = after.origin or pair.after.origin
    casts = _casts(before, columns)
    if _is_rebuilt(before, pair, columns):
        yield Rank.DROP_INDEX, c.DropIndex(table=pair.name, index=before, origin=origin)
        yield Rank.CREATE_INDEX, c.CreateIndex(table=pair.name, index=after, origin=origin)
    elif pair.traits.column_drop_drops_indexes and Cast.NOT_CASTABLE in casts:
        yield Rank.CREATE_INDEX, c.CreateIndex(table=pair.name, index=after, origin=origin)
    elif before.name != after.name and not _is_named_by_server(before, after, pair.traits):
        rank = Rank.FREE_INDEX_NAME if _is_created(pair.after.index(before.name), pair) else Rank.RENAME_INDEX
        yield rank, c.RenameIndex(table=pair.name, before=before, after=after, origin=origin)


def _is_named_by_server(before: Index, after: Index, traits: DifferTraits) -> bool:
    """Whether the schema has the name that the server has given to the index of a constraint, as `db pull` writes it."""
    return before.constraint and bool(traits.index_of_constraint) and after.name.startswith(traits.index_of_constraint)


def _is_created(index: Index | None, pair: _Pair) -> bool:
    return index is not None and not any(indexes_match(other, index, pair.traits) for other in pair.before.indexes)


def _is_rebuilt(index: Index, pair: _Pair, columns: Sequence[_ColumnPair]) -> bool:
    """Whether a kept index must be dropped while its columns change."""
    casts = _casts(index, columns)
    if pair.traits.type_change_rebuilds_indexes and any(x is not Cast.NONE for x in casts):
        return True
    return pair.traits.recreated_column_spoils_indexes and Cast.NOT_CASTABLE in casts


def _casts(index: Index, columns: Sequence[_ColumnPair]) -> list[Cast]:
    names = {p.name for p in index.columns}
    return [x.cast for x in columns if x.after.name in names]


def _visible(indexes: Sequence[Index], traits: DifferTraits) -> list[Index]:
    """Indexes that Prisma knows: not those on expressions, nor partial ones that are not in a schema."""
    return [i for i in indexes if not any(p.expression for p in i.columns) and not _is_hidden(i, traits)]


def _is_hidden(index: Index, traits: DifferTraits) -> bool:
    """Whether an index is a partial one that only migrations have (an origin in a schema names a block).
    Without its preview feature Prisma never drops it, but treats it as the schema's index without a condition.
    """
    return index.where is not None and not traits.sees_partial_indexes and not (index.origin and index.origin.block)


def _index_pairs(old: Sequence[Index], new: Sequence[Index], traits: DifferTraits) -> Iterator[tuple[Index, Index]]:
    """Kept indexes. Prisma does not change those with a twin, since it cannot tell them apart."""
    for index in old:
        if sum(_are_twins(index, other, traits) for other in old) == 1:
            match = next((other for other in new if indexes_match(index, other, traits)), None)
            if match is not None:
                yield index, match


def _are_twins(one: Index, other: Index, traits: DifferTraits) -> bool:
    return one.unique == other.unique and seen_columns(one, traits) == seen_columns(other, traits)


def _dropped_indexes(pair: _Pair, columns: Sequence[_ColumnPair]) -> list[Index]:
    new = _visible(pair.after.indexes, pair.traits)
    gone = [
        i for i in _visible(pair.before.indexes, pair.traits) if not any(indexes_match(i, x, pair.traits) for x in new)
    ]
    return [i for i in gone if not _may_be_of_key(i, pair, columns)]


def _may_be_of_key(index: Index, pair: _Pair, columns: Sequence[_ColumnPair]) -> bool:
    """Whether the database has made the index for a kept foreign key: then it is kept too."""
    names = tuple(p.name for p in index.columns)
    return index.of_key and any(k.columns == names for k in _leaning_keys(index, pair, columns))


def _leaning_keys(index: Index, pair: _Pair, columns: Sequence[_ColumnPair]) -> list[ForeignKey]:
    """The kept foreign keys that use the index, which begins with their columns."""
    if not pair.traits.foreign_keys_make_indexes or index.type == "FULLTEXT":
        return []
    names = tuple(p.name for p in index.columns)
    kept = {x.before.name: x for x in columns}
    return [key for key, _ in _key_pairs(pair, kept) if names[: len(key.columns)] == key.columns]


def _becomes_primary_key(index: Index, pair: _Pair, columns: Sequence[_ColumnPair]) -> bool:
    """A unique index that guards the rows of a table without a primary key is kept until the new key exists."""
    key = pair.after.primary_key
    if pair.before.primary_key is not None or key is None or not index.unique:
        return False
    names = [p.name for p in index.columns]
    recreated = any(x.before.name in names and x.cast is Cast.NOT_CASTABLE for x in columns)
    return not recreated and names == _key_columns(pair.after)


def _foreign_keys(pair: _Pair, columns: Sequence[_ColumnPair]) -> Iterator[Ranked]:
    old, new = pair.before.foreign_keys, pair.after.foreign_keys
    kept = {x.before.name: x for x in columns}
    for key in old:
        if not any(_keys_match(key, other, kept, pair.traits) for other in new):
            yield Rank.DROP_FOREIGN_KEY, drop_foreign_key(pair.after, key)
    for key in new:
        if not any(_keys_match(other, key, kept, pair.traits) for other in old):
            yield Rank.ADD_FOREIGN_KEY, add_foreign_key(pair.after, key)
    if pair.traits.inline_foreign_keys:
        return
    rebuilt = (i for i in pair.before.indexes if _is_rebuilt(i, pair, columns))
    going = (*_dropped_indexes(pair, columns), *rebuilt)
    leaning = [key for index in going for key in _leaning_keys(index, pair, columns)]
    for before, after in _key_pairs(pair, kept):
        if before in leaning:  # the database does not drop the index while they exist
            yield Rank.DROP_FOREIGN_KEY, drop_foreign_key(pair.after, before)
            yield Rank.ADD_FOREIGN_KEY, add_foreign_key(pair.after, after)
        elif before.name != after.name and not _is_join_table(pair.before, pair.after):
            yield from _rename_key(pair, before, after)


def drop_foreign_key(table: Table, key: ForeignKey) -> c.DropForeignKey:
    """The drop of a key; `table` is what remains of the table."""
    return c.DropForeignKey(table=table.name, foreign_key=key, origin=table.origin)


def add_foreign_key(table: Table, key: ForeignKey) -> c.AddForeignKey:
    """The addition of a key to a table, with the key's origin."""
    return c.AddForeignKey(table=table.name, foreign_key=key, origin=key.origin or table.origin)


def _rename_key(pair: _Pair, before: ForeignKey, after: ForeignKey) -> Iterator[Ranked]:
    if pair.traits.renames_foreign_keys:
        origin = after.origin or pair.after.origin
        change = c.RenameForeignKey(table=pair.name, before=before, after=after, origin=origin)
        yield Rank.RENAME_FOREIGN_KEY, change
    else:
        yield Rank.DROP_FOREIGN_KEY, drop_foreign_key(pair.after, before)
        yield Rank.ADD_FOREIGN_KEY, add_foreign_key(pair.after, after)


def _key_pairs(pair: _Pair, kept: dict[str, _ColumnPair]) -> Iterator[tuple[ForeignKey, ForeignKey]]:
    seen: set[str] = set()
    for key in pair.before.foreign_keys:
        candidates = (k for k in pair.after.foreign_keys if k.name not in seen)
        match = next((k for k in candidates if _keys_match(key, k, kept, pair.traits)), None)
        if match is not None:
            seen.add(match.name)
            yield key, match


def _keys_match(before: ForeignKey, after: ForeignKey, kept: dict[str, _ColumnPair], traits: DifferTraits) -> bool:
    """Whether two foreign keys do the same to columns that keep their type."""
    return (
        before.columns == after.columns
        and before.referenced_table == after.referenced_table
        and before.referenced_columns == after.referenced_columns
        and before.on_delete == after.on_delete
        and before.on_update == after.on_update
        and all(_column_allows(kept.get(name), traits) for name in before.columns)
    )


def _column_allows(column: _ColumnPair | None, traits: DifferTraits) -> bool:
    if column is None or column.cast is not Cast.NONE:
        return False
    if traits.foreign_key_column_can_become_required:
        return True
    return arity(column.before) is arity(column.after) or arity(column.after) is ColumnArity.NULLABLE


def _is_join_table(before: Table, after: Table) -> bool:
    """The foreign keys of implicit join tables once had other names; Prisma never renames them."""
    return all({x.name for x in t.columns} == {"A", "B"} for t in (before, after))
