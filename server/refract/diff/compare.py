"""The diff of two databases: which changes, in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import compress
from operator import attrgetter, is_not

from attrs import evolve, field, frozen

from refract.diff.order import in_prismas_order
from refract.diff.rank import Rank
from refract.diff.renames import ProbableRename, probable_renames
from refract.diff.tables import Ranked, TableChanges, add_foreign_key, drop_foreign_key, table_changes
from refract.diff.traits import DifferTraits, differ_traits, traits_between
from refract.providers import provider
from refract.schema import changes as c
from refract.schema.model import Database, Enum, Extension, QualifiedName, Table

_SCHEMA = attrgetter("schema")
_NOT_OURS = re.compile(
    r"_prisma_migrations|(?i:spatial_ref_sys|geometry_columns|geography_columns|raster_columns|raster_overviews)"
)


@frozen
class _Compared:
    """Two tables of one name, and their differences."""

    before: Table
    after: Table
    changes: TableChanges


@frozen
class _Known:
    """The result of comparing two databases, which the next comparison reuses. Names are in Prisma's order."""

    before: Database
    after: Database
    compared: Mapping[QualifiedName, _Compared]
    created: tuple[QualifiedName, ...]
    dropped: tuple[QualifiedName, ...]
    changed: tuple[QualifiedName, ...]
    enum_steps: tuple[Ranked, ...] = ()


@frozen
class Diff:
    """The difference of two databases: `changes` in the order in which Prisma would make them, and the pairs of a drop
    and an addition that are probably renames.
    """

    changes: tuple[c.Change, ...]
    renames: tuple[ProbableRename, ...] = ()
    _known: _Known | None = field(default=None, eq=False, repr=False)


def diff(before: Database, after: Database, previous: Diff | None = None) -> Diff:
    """The changes from `before` to `after`, both of the provider of `after`.

    Tables that are the same objects as in `previous` cost almost nothing.
    """
    known = _compare(before, after, previous._known if previous is not None else None)
    steps = [*_database_steps(before, after), *known.enum_steps, *_table_steps(known)]
    steps.sort(key=lambda ranked: ranked[0])
    changes = in_prismas_order(steps, before, after)
    return Diff(changes, probable_renames(changes, before, after), known)


def _compare(before: Database, after: Database, known: _Known | None) -> _Known:
    if known is not None and not _is_compared_alike(known, before, after):
        known = None
    compared = _compare_tables(before, after, known)
    if known is not None and known.before.enums is before.enums and known.after.enums is after.enums:
        return evolve(compared, enum_steps=known.enum_steps)
    return evolve(compared, enum_steps=tuple(_enum_steps(before, after)))


def _is_compared_alike(known: _Known, before: Database, after: Database) -> bool:
    """Whether the same objects of two databases would have the same differences as last time."""
    if traits_between(known.before, known.after) != traits_between(before, after):
        return False
    same = ((known.before, before), (known.after, after))
    return all((old.managed, old.external) == (new.managed, new.external) for old, new in same)


def _compare_tables(before: Database, after: Database, known: _Known | None) -> _Known:
    if known is None or known.before.tables is not before.tables:
        return _compare_all(before, after, known)
    if tuple(after.tables) != tuple(known.after.tables):
        return _compare_all(before, after, known)
    touched = compress(after.tables, map(is_not, after.tables.values(), known.after.tables.values()))
    return _compare_touched(before, after, known, list(touched))


def _compare_touched(before: Database, after: Database, known: _Known, touched: list[QualifiedName]) -> _Known:
    """The same names as before: only the tables that are other objects now are compared."""
    compared = dict(known.compared)
    for name in touched:
        if name in before.tables:
            compared[name] = _compare_pair(before.tables[name], before, after)
    among = {*known.changed, *touched}
    changed = [n for n in among if n in compared and compared[n].changes.ranked]
    return _Known(before, after, compared, known.created, known.dropped, _in_order_of(changed, before))


def _compare_all(before: Database, after: Database, known: _Known | None) -> _Known:
    """Every table; equal ones are kept too, so that the next comparison can skip them."""
    seen = known.compared if known is not None else {}
    compared: dict[QualifiedName, _Compared] = {}
    for name, old in before.tables.items():
        new = after.tables.get(name)
        if new is not None and _is_managed(name, before, after):
            found = seen.get(name)
            fits = found is not None and found.after is new and found.before is old
            compared[name] = found if found is not None and fits else _compare_pair(old, before, after)
    changed = tuple(n for n, both in compared.items() if both.changes.ranked)
    return _Known(before, after, compared, _added(before, after), _added(after, before), changed)


def _compare_pair(old: Table, before: Database, after: Database) -> _Compared:
    new = after.tables[old.name]
    if old is new or _NOT_OURS.fullmatch(old.name.name) or _is_unseen(old, before, after):
        return _Compared(old, new, TableChanges())
    return _Compared(old, new, table_changes(old, new, provider(after.provider), traits_between(before, after)))


def _database_steps(before: Database, after: Database) -> Iterator[Ranked]:
    traits = differ_traits(after.provider)
    if traits.schemas:
        yield from _schema_steps(before, after)
    for extension in sorted(after.extensions.values(), key=lambda x: x.name):
        yield from _extension_steps(before.extensions.get(extension.name), extension)


def _schema_steps(before: Database, after: Database) -> Iterator[Ranked]:
    existing = {before.default_schema, *before.schemas} if _exists(before) else set()
    if not after.creates_empty_schemas and _schemas_used(after) <= existing:
        return
    for name in sorted(_wanted_schemas(before, after) - existing):
        yield Rank.CREATE_SCHEMA, c.CreateSchema(name=name)


def _wanted_schemas(before: Database, after: Database) -> set[str]:
    """The namespaces that Prisma creates, where they do not exist."""
    if after.creates_empty_schemas:
        return set(after.schemas)
    return {name.schema for name in (*after.tables, *after.enums) if _is_managed(name, before, after)}


def _schemas_used(database: Database) -> set[str]:
    """The namespaces of its tables and enums. Asked at each key of each table: no loop in Python."""
    return set(map(_SCHEMA, (*database.tables, *database.enums)))


def _exists(database: Database) -> bool:
    """Whether there is a database at all, even without tables: `empty` has nothing, not even its default schema."""
    return bool(database.default_schema or database.schemas)


def _enum_steps(before: Database, after: Database) -> Iterator[Ranked]:
    has_types = differ_traits(after.provider).enum_types
    return _enum_type_steps(before, after) if has_types else _client_enum_steps(before, after)


def _enum_type_steps(before: Database, after: Database) -> Iterator[Ranked]:
    for name, enum in after.enums.items():
        old = before.enums.get(name)
        if not _is_managed(name, before, after):
            continue
        if old is None:
            yield Rank.CREATE_ENUM, c.CreateEnum(enum=enum, origin=enum.origin)
        elif _value_names(old) != _value_names(enum):
            yield Rank.ALTER_ENUM, c.AlterEnum(before=old, after=enum, origin=enum.origin)
    for name, enum in before.enums.items():
        if name not in after.enums and _is_managed(name, before, after):
            yield Rank.DROP_ENUM, c.DropEnum(enum=enum)


def _client_enum_steps(before: Database, after: Database) -> Iterator[Ranked]:
    """Enums that only Prisma Client knows: they need no SQL, but rows may hold values that the client refuses."""
    for name, enum in after.enums.items():
        old = before.enums.get(name)
        if old is not None and _value_names(old) != _value_names(enum):
            yield Rank.ALTER_ENUM, c.AlterEnum(before=old, after=enum, origin=enum.origin)


def _value_names(enum: Enum) -> set[str]:
    """The values without their order: Prisma never changes that."""
    return {v.name for v in enum.values}


def _extension_steps(old: Extension | None, new: Extension) -> Iterator[Ranked]:
    if old is None:
        yield Rank.CREATE_EXTENSION, c.CreateExtension(extension=new, origin=new.origin)
    elif _differs(old.version, new.version) or _differs(old.schema, new.schema):
        yield Rank.ALTER_EXTENSION, c.AlterExtension(before=old, after=new, origin=new.origin)


def _differs(old: str | None, new: str | None) -> bool:
    """Whether both are set and differ: an unset value matches anything."""
    return bool(old and new and old != new)


def _table_steps(known: _Known) -> Iterator[Ranked]:
    traits, compared = differ_traits(known.after.provider), known.compared
    for name in known.created:
        yield from _create_table(known.after.tables[name], traits)
    redefined = {name for name in known.changed if compared[name].changes.redefined}
    for name in known.dropped:
        yield from _drop_table(known.before.tables[name], traits)
        if traits.inline_foreign_keys and redefined:
            # Frees the names of the indexes for the rebuilt tables, although the table itself is dropped later.
            yield from _drop_indexes(known.before.tables[name])
    for name in known.changed:
        yield from compared[name].changes.ranked
    if traits.foreign_keys_follow_redefined_table and redefined:
        yield from _keys_to_redefined(compared.values(), redefined)


def _added(before: Database, after: Database) -> tuple[QualifiedName, ...]:
    """The tables of `after` that `before` does not have, in their order."""
    unseen = {n for n, table in after.tables.items() if table.assumed or _is_unseen(table, before, after)}
    added = (n for n in after.tables if n not in before.tables and n not in unseen)
    return tuple(n for n in added if not _NOT_OURS.fullmatch(n.name) and _is_managed(n, before, after))


def _is_unseen(table: Table, before: Database, after: Database) -> bool:
    """Whether it is a partition, which follows its parent: Prisma does not look at it."""
    return table.is_partition and bool(before.managed or after.managed)


def _is_managed(name: QualifiedName, before: Database, after: Database) -> bool:
    """Whether Prisma looks at the table or enum. It leaves those alone that are external by its configuration, or in a
    namespace that the datasource does not name.
    """
    if not (before.managed or after.managed or before.external or after.external):
        return True
    managed = (*before.managed, *after.managed)
    return (not managed or name.schema in managed) and name not in before.external and name not in after.external


def _in_order_of(names: list[QualifiedName], database: Database) -> tuple[QualifiedName, ...]:
    if len(names) < 2:
        return tuple(names)
    wanted = set(names)
    return tuple(name for name in database.tables if name in wanted)


def _create_table(table: Table, traits: DifferTraits) -> Iterator[Ranked]:
    """The table with the contents of its CREATE TABLE, then what is added to it afterwards."""
    apart = [i for i in table.indexes if not traits.is_inline(i)]
    inside = tuple(i for i in table.indexes if traits.is_inline(i))
    keys = table.foreign_keys if traits.inline_foreign_keys else ()
    yield Rank.CREATE_TABLE, c.CreateTable(table=evolve(table, indexes=inside, foreign_keys=keys), origin=table.origin)
    for index in apart:
        origin = index.origin or table.origin
        yield Rank.CREATE_INDEX, c.CreateIndex(table=table.name, index=index, origin=origin)
    for key in () if traits.inline_foreign_keys else table.foreign_keys:
        yield Rank.ADD_FOREIGN_KEY, add_foreign_key(table, key)


def _drop_table(table: Table, traits: DifferTraits) -> Iterator[Ranked]:
    for key in () if traits.inline_foreign_keys else table.foreign_keys:
        yield Rank.DROP_FOREIGN_KEY, c.DropForeignKey(table=table.name, foreign_key=key)
    yield Rank.DROP_TABLE, c.DropTable(table=table)


def _drop_indexes(table: Table) -> Iterator[Ranked]:
    for index in table.indexes:
        yield Rank.DROP_INDEX, c.DropIndex(table=table.name, index=index)


def _keys_to_redefined(compared: Iterable[_Compared], redefined: set[QualifiedName]) -> Iterator[Ranked]:
    """Kept foreign keys to a table that is rebuilt: they are dropped before that and added again after it."""
    for both in compared:
        if both.before.name in redefined:
            continue
        touched = {x.foreign_key.name for _, x in both.changes.ranked if isinstance(x, c.DropForeignKey)}
        for key in both.before.foreign_keys:
            if key.referenced_table in redefined and key.name not in touched:
                new = next((k for k in both.after.foreign_keys if k.columns == key.columns), key)
                yield Rank.DROP_FOREIGN_KEY, drop_foreign_key(both.after, key)
                yield Rank.ADD_FOREIGN_KEY, add_foreign_key(both.after, new)
