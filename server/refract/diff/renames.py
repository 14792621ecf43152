"""Pairs of a drop and an addition that are probably renames: how sure that is, and why.

Prisma never renames: it drops and adds. A wrong guess is worse than none, so a pair must agree in its kind
(type, attributes, relation) and in its place or its name; rivals for the same drop lower the confidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from attrs import frozen

from refract.diff.column_renames import Former, matched_columns
from refract.diff.exchanges import Exchange, exchanged, pairs_with_words_in_common
from refract.diff.matching import Evidence, Grounds, Match, Thing, Weights, match
from refract.schema import changes as c
from refract.schema.model import ColumnType, Database, QualifiedName, Table


@frozen
class ProbableRename:
    """A drop and an addition that are probably one thing under another name. `confidence` is from 0 to 1."""

    dropped: c.Change
    added: c.Change
    confidence: float
    reasons: tuple[str, ...]
    named_alike: bool = True


@frozen
class ValueRename:
    """An enum value that probably replaced another."""

    before: str
    after: str
    confidence: float
    reasons: tuple[str, ...]


def probable_renames(changes: Sequence[c.Change], before: Database, after: Database) -> tuple[ProbableRename, ...]:
    """The probable renames among changes, in the order of the drops. Each change is in one pair at most."""
    dropped = [x for x in changes if isinstance(x, c.DropColumn | c.DropTable | c.DropEnum)]
    added = [x for x in changes if isinstance(x, c.AddColumn | c.CreateTable | c.CreateEnum)]
    if not dropped or not added:
        return ()
    tables = _tables(_of(dropped, c.DropTable), _of(added, c.CreateTable), before, after)
    enums = _enums(_of(dropped, c.DropEnum), _of(added, c.CreateEnum))
    former = Former(
        {pair.added.table.name: pair.dropped.table.name for pair in tables},
        {pair.added.enum.name: pair.dropped.enum.name for pair in enums},
    )
    columns = matched_columns(_of(dropped, c.DropColumn), _of(added, c.AddColumn), before, after, former)
    return (*_probable(tables), *_probable(enums), *_probable(columns))


def named_alike(renames: Iterable[ProbableRename]) -> tuple[ProbableRename, ...]:
    """The renames whose columns have names that are alike: where both statements were written by hand, a common type and
    place mean nothing.
    """
    return tuple(x for x in renames if x.named_alike or not isinstance(x.dropped, c.DropColumn))


_Dropped = TypeVar("_Dropped", bound=c.Change)
_Added = TypeVar("_Added", bound=c.Change)


def _probable(matches: Iterable[Match[_Dropped, _Added]]) -> Iterator[ProbableRename]:
    for pair in matches:
        yield ProbableRename(pair.dropped, pair.added, pair.confidence, pair.reasons, pair.named_alike)


def value_renames(change: c.AlterEnum) -> tuple[ValueRename, ...]:
    """Values of one enum that are probably others renamed: those with similar names. The same place alone means nothing."""
    same_length = len(change.before.values) == len(change.after.values)
    dropped = _values(change.removed, [v.name for v in change.before.values], same_length)
    added = _values(change.added, [v.name for v in change.after.values], same_length)
    only_one = [Evidence(0.15)] if len(dropped) == len(added) == 1 else []
    found = match(dropped, added, lambda *_: _ANYTHING, _OF_VALUES, only_one)
    return tuple(ValueRename(x.dropped, x.added, x.confidence, x.reasons) for x in found if x.named_alike)


_T = TypeVar("_T")
_ANYTHING = Grounds((Evidence(0),))
_OF_VALUES = Weights(names=0.5, place=Evidence(0.5, "same place in the enum"))


def _of(changes: Iterable[object], kind: type[_T]) -> list[_T]:
    return [x for x in changes if isinstance(x, kind)]


def _values(names: Iterable[str], order: Sequence[str], placed: bool) -> list[Thing[str, None]]:
    positions = {name: number for number, name in enumerate(order)}
    return [Thing(x, x, None, places=frozenset({positions[x]} if placed else ())) for x in names]


# Tables.


_TableChange = TypeVar("_TableChange", c.DropTable, c.CreateTable)
_NOTHING = Exchange((), ())
_EVERYWHERE = frozenset({"id", "createdat", "updatedat", "deletedat"})
"""Columns that tables have in common by chance."""


class _TableKind(NamedTuple):
    """The traits by which pairs of tables are compared, beyond their names: numbers of columns, those of them that few
    tables have, and the primary key.
    """

    columns: frozenset[int]
    telling: frozenset[int]
    length: int
    key: tuple[str, ...]


def _tables(
    dropped: Sequence[c.DropTable], added: Sequence[c.CreateTable], before: Database, after: Database
) -> list[Match[c.DropTable, c.CreateTable]]:
    olds = [(x, before.tables.get(x.table.name, x.table)) for x in dropped]
    news = [(x, after.tables.get(x.table.name, x.table)) for x in added]
    numbers = _Numbers()
    drops = [
        _table_thing(x, table, {table.model_name, table.name.name}, numbers) for x, table in olds if not _joins(table)
    ]
    adds = [_table_thing(x, table, {table.model_name}, numbers) for x, table in news if not _joins(table)]
    alone = [Evidence(0.15, "the only table dropped and the only one added")] if len(drops) == len(adds) == 1 else []
    plain = match(drops, adds, _table_grounds, _OF_TABLES, alone)
    others = _with_columns_renamed(
        _left(olds, {id(x.dropped) for x in plain}), _left(news, {id(x.added) for x in plain})
    )
    joins = match(_joining(olds), _joining(news), _join_grounds, _OF_JOIN_TABLES)
    order = {id(change): number for number, change in enumerate(dropped)}
    return sorted((*plain, *others, *joins), key=lambda pair: order[id(pair.dropped)])


_Numbers = dict[tuple[str, ColumnType | None], int]


def _left(tables: Iterable[tuple[_TableChange, Table]], matched: Collection[int]) -> list[tuple[_TableChange, Table]]:
    return [(change, table) for change, table in tables if id(change) not in matched and not _joins(table)]


def _with_columns_renamed(
    olds: Sequence[tuple[c.DropTable, Table]], news: Sequence[tuple[c.CreateTable, Table]]
) -> Iterator[Match[c.DropTable, c.CreateTable]]:
    """Tables whose columns changed like their own names: `ProductTeam.productId` is `ProjectTeam.projectId` now."""
    names = [table.name.name for _, table in olds], [table.name.name for _, table in news]
    found: dict[int, list[tuple[int, Match[c.DropTable, c.CreateTable]]]] = {}
    for old, new, change in pairs_with_words_in_common(*names):
        numbers = _Numbers()
        drop = _table_thing(*olds[old], set(), numbers, change)
        add = _table_thing(*news[new], set(), numbers)
        for pair in match([drop], [add], _table_grounds, _OF_TABLES):
            found.setdefault(old, []).append((new, pair))
    often = Counter(new for pairs in found.values() for new, _ in pairs)
    yield from (pairs[0][1] for pairs in found.values() if len(pairs) == 1 and often[pairs[0][0]] == 1)


_OF_TABLES = Weights(
    names=0.3,
    same_name=Evidence(0.4, "same name in another schema"),
    alias=0.5,
    alias_reason="model {} stays, its @@map changes",
)
_OF_JOIN_TABLES = Weights(names=0.2)


def _table_thing(
    change: _TableChange, table: Table, aliases: set[str], numbers: _Numbers, renamed: Exchange = _NOTHING
) -> Thing[_TableChange, _TableKind]:
    """Columns are the same in name, however it is spelled, and in type; enums may have been moved or renamed with them.
    `renamed` is what changes in the columns' names.
    """
    columns = ((exchanged(x.name, renamed), None if x.type.enum else x.type) for x in table.columns)
    key = tuple(exchanged(p.name, renamed) for p in table.primary_key.columns) if table.primary_key else ()
    numbered = {numbers.setdefault(x, len(numbers)): x[0] for x in columns}
    telling = frozenset(number for number, name in numbered.items() if name not in _EVERYWHERE)
    kind = _TableKind(frozenset(numbered), telling, len(table.columns), key)
    return Thing(change, table.name.name, kind, frozenset(aliases - {""}))


def _table_grounds(old: _TableKind, new: _TableKind) -> Grounds | None:
    shared, telling = len(old.columns & new.columns), len(old.telling & new.telling)
    return _shared_grounds(shared, telling, old.length, new.length, old.key == new.key)


@lru_cache(maxsize=4096)
def _shared_grounds(shared: int, telling: int, old: int, new: int, same_key: bool) -> Grounds | None:
    """The evidence for two tables with these numbers of shared columns, of telling ones among them, and of columns."""
    overlap = shared / max(old + new - shared, 1)
    if overlap < 0.5:
        return None
    found = [Evidence(0.6 * overlap * min(1.0, telling / 3), f"{shared} of {new} columns are the same")]
    if overlap == 1 and shared > 1:
        found.append(Evidence(0.2 if telling else 0.1))
    if same_key:
        found.append(Evidence(0.1, "same primary key"))
    return Grounds(tuple(found))


def _joins(table: Table) -> bool:
    """Whether it is the join table of an implicit relation."""
    return {x.name for x in table.columns} == {"A", "B"}


def _joining(
    changes: Iterable[tuple[_TableChange, Table]],
) -> list[Thing[_TableChange, frozenset[QualifiedName]]]:
    """The join tables, which differ only in the tables that they join."""
    return [
        Thing(change, table.name.name, frozenset(k.referenced_table for k in table.foreign_keys))
        for change, table in changes
        if _joins(table)
    ]


def _join_grounds(old: frozenset[QualifiedName], new: frozenset[QualifiedName]) -> Grounds | None:
    return Grounds((Evidence(0.8, "joins the same tables"),)) if old and old == new else None


# Enums.


def _enums(dropped: Sequence[c.DropEnum], added: Sequence[c.CreateEnum]) -> list[Match[c.DropEnum, c.CreateEnum]]:
    return match([_enum_thing(x) for x in dropped], [_enum_thing(x) for x in added], _enum_grounds, _OF_ENUMS)


_OF_ENUMS = Weights(names=0.3, same_name=Evidence(0.3, "same name in another schema"))
_EnumChange = TypeVar("_EnumChange", c.DropEnum, c.CreateEnum)


def _enum_thing(change: _EnumChange) -> Thing[_EnumChange, tuple[str, ...]]:
    return Thing(change, change.enum.name.name, tuple(value.name for value in change.enum.values))


def _enum_grounds(old: tuple[str, ...], new: tuple[str, ...]) -> Grounds | None:
    shared = len(set(old).intersection(new))
    alike = 2 * shared / max(len(old) + len(new), 1)
    if alike < 0.5:
        return None
    reason = "same values" if old == new else "mostly the same values"
    return Grounds((Evidence(0.7 * alike * min(1.0, shared / 2), reason),))
