"""Pairs of a drop and an addition that are probably renames: how sure that is, and why.

Prisma never renames: it drops and adds. A wrong guess is worse than none, so a pair must agree in what it is
(type, attributes, relation) and in where it stands or what it is called; rivals for the same drop lower the confidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from attrs import frozen

from refract.diff.names import similarity
from refract.escaping import code_span
from refract.providers import Provider, provider
from refract.schema import changes as c
from refract.schema.changes import Cast
from refract.schema.model import Column, Database, ForeignKey, QualifiedName, Table

THRESHOLD = 0.6
_RIVAL_MARGIN = 0.2
_RIVAL_FACTOR = 0.6


@frozen
class ProbableRename:
    """A drop and an addition that are probably one thing under another name. `confidence` is from 0 to 1."""

    dropped: c.Change
    added: c.Change
    confidence: float
    reasons: tuple[str, ...]


@frozen
class ValueRename:
    """An enum value that probably took the place of another."""

    before: str
    after: str
    confidence: float
    reasons: tuple[str, ...]


@frozen
class _Evidence:
    """What speaks for a pair: a weight, and the words for it (empty where they would not help)."""

    weight: float
    reason: str = ""


def probable_renames(changes: Sequence[c.Change], before: Database, after: Database) -> tuple[ProbableRename, ...]:
    """The probable renames among changes, in the order of the drops. Each change is in one pair at most."""
    dropped = [x for x in changes if isinstance(x, c.DropColumn | c.DropTable | c.DropEnum)]
    added = [x for x in changes if isinstance(x, c.AddColumn | c.CreateTable | c.CreateEnum)]
    if not dropped or not added:
        return ()
    tables = _tables(_of(dropped, c.DropTable), _of(added, c.CreateTable), before, after)
    enums = _enums(_of(dropped, c.DropEnum), _of(added, c.CreateEnum))
    columns = _columns(_of(dropped, c.DropColumn), _of(added, c.AddColumn), before, after)
    return (*tables, *enums, *columns)


def value_renames(change: c.AlterEnum) -> tuple[ValueRename, ...]:
    """Values of one enum that probably are others renamed: those that stand in the same place, or are called alike."""
    positions = {v.name: n for n, v in enumerate(change.before.values)}
    new_positions = {v.name: n for n, v in enumerate(change.after.values)}

    def score(old: str, new: str) -> list[_Evidence]:
        found = _name_evidence(old, new, weight=0.5)
        if positions[old] == new_positions[new] and len(positions) == len(new_positions):
            found.append(_Evidence(0.5, "same place in the enum"))
        if len(change.added) == len(change.removed) == 1:
            found.append(_Evidence(0.15))
        return found

    return tuple(ValueRename(o, n, sure, why) for o, n, sure, why in _match(change.removed, change.added, score))


_T = TypeVar("_T")
_D = TypeVar("_D")
_A = TypeVar("_A")


def _of(changes: Iterable[object], kind: type[_T]) -> list[_T]:
    return [x for x in changes if isinstance(x, kind)]


def _match(
    dropped: Sequence[_D], added: Sequence[_A], score: Callable[[_D, _A], list[_Evidence]]
) -> Iterator[tuple[_D, _A, float, tuple[str, ...]]]:
    """The best pairs above the threshold. A pair that has a rival nearly as good is less sure."""
    scored = [(d, a, score(dropped[d], added[a])) for d in range(len(dropped)) for a in range(len(added))]
    totals = {(d, a): min(1.0, sum(e.weight for e in found)) for d, a, found in scored}
    reasons = {(d, a): tuple(e.reason for e in found if e.reason) for d, a, found in scored}
    used: set[tuple[str, int]] = set()
    chosen: list[tuple[int, int, float]] = []
    for d, a in sorted(totals, key=lambda pair: -totals[pair]):
        if ("d", d) in used or ("a", a) in used:
            continue
        confidence = totals[d, a] * (_RIVAL_FACTOR if _has_rival((d, a), totals) else 1.0)
        if confidence >= THRESHOLD:
            used |= {("d", d), ("a", a)}
            chosen.append((d, a, confidence))
    for d, a, confidence in sorted(chosen):
        yield dropped[d], added[a], round(confidence, 2), reasons[d, a]


def _has_rival(pair: tuple[int, int], totals: dict[tuple[int, int], float]) -> bool:
    """Whether another addition fits the drop nearly as well, or another drop the addition."""
    floor = totals[pair] - _RIVAL_MARGIN
    return any(
        total >= floor and other != pair and (other[0] == pair[0] or other[1] == pair[1])
        for other, total in totals.items()
    )


def _name_evidence(old: str, new: str, weight: float) -> list[_Evidence]:
    alike = similarity(old, new)
    if alike == 0:
        return []
    return [_Evidence(weight * alike, "the names differ only in their spelling" if alike == 1 else "similar names")]


def _columns(
    dropped: Sequence[c.DropColumn], added: Sequence[c.AddColumn], before: Database, after: Database
) -> Iterator[ProbableRename]:
    by_table = {name: list(group) for name, group in groupby(sorted(added, key=_by_table), key=_by_table)}
    for name, group in groupby(sorted(dropped, key=_by_table), key=_by_table):
        old, new = before.tables.get(name), after.tables.get(name)
        if name in by_table and old is not None and new is not None:
            compare = _ColumnComparison(old, new, provider(after.provider), list(group), by_table[name])
            for drop, add, sure, why in _match(compare.dropped, compare.added, compare.evidence):
                yield ProbableRename(drop, add, sure, why)


_by_table = attrgetter("table")


@frozen
class _ColumnComparison:
    """The columns that one table loses and gains."""

    before: Table
    after: Table
    provider: Provider
    dropped: list[c.DropColumn]
    added: list[c.AddColumn]

    def evidence(self, drop: c.DropColumn, add: c.AddColumn) -> list[_Evidence]:
        old, new = drop.column, add.column
        found = self._type_evidence(old, new)
        if not found:
            return []
        found += _mapping_evidence(old, new)
        found += _name_evidence(old.name, new.name, weight=0.45)
        found += self._attribute_evidence(old, new)
        found += self._place_evidence(old, new)
        if len(self.dropped) == len(self.added) == 1:
            found.append(_Evidence(0.1, "the only column dropped and the only one added"))
            found.append(_Evidence(0.1 if self._differ_in_name_only(old, new) else 0.0))
        return found

    def _type_evidence(self, old: Column, new: Column) -> list[_Evidence]:
        if old.type == new.type and old.auto_increment == new.auto_increment:
            return [_Evidence(0.2, "same type")]
        if old.type.enum or new.type.enum or old.type.is_list != new.type.is_list:
            return []
        castable = self.provider.cast(old, new) in (Cast.SAFE, Cast.NONE)
        return [_Evidence(0.05, "a type that the values fit")] if castable else []

    def _differ_in_name_only(self, old: Column, new: Column) -> bool:
        same = (old.type, old.nullable, old.default) == (new.type, new.nullable, new.default)
        return same and bool(self._place_evidence(old, new))

    def _attribute_evidence(self, old: Column, new: Column) -> list[_Evidence]:
        found = [_Evidence(0.05 if old.nullable == new.nullable and old.default == new.default else 0.0)]
        was, will_be = _foreign_key(self.before, old.name), _foreign_key(self.after, new.name)
        if was and will_be and was.referenced_table == will_be.referenced_table:
            found.append(_Evidence(0.3, f"both refer to {was.referenced_table.name}"))
        elif (was is None) != (will_be is None):
            found.append(_Evidence(-0.2))
        if _is_unique(self.before, old.name) != _is_unique(self.after, new.name):
            found.append(_Evidence(-0.15))
        elif _is_unique(self.before, old.name):
            found.append(_Evidence(0.1, "both unique"))
        return found

    def _place_evidence(self, old: Column, new: Column) -> list[_Evidence]:
        were = _neighbours(self.before, old.name, self.dropped)
        are = _neighbours(self.after, new.name, self.added)
        # One is enough: a table has columns in the order in which they came, a model in the order that reads well.
        same = were == are or any(w is not None and w == a for w, a in zip(were, are, strict=True))
        return [_Evidence(0.15, "same place in the table")] if same else []


def _mapping_evidence(old: Column, new: Column) -> list[_Evidence]:
    """A field that keeps its name in the schema while its column's name changes."""
    if new.field_name and new.field_name in (old.field_name, old.name) and old.name != new.name:
        return [_Evidence(0.7, f"field {code_span(new.field_name)} stays, its @map changes")]
    return []


def _foreign_key(table: Table, column: str) -> ForeignKey | None:
    return next((k for k in table.foreign_keys if k.columns == (column,)), None)


def _is_unique(table: Table, column: str) -> bool:
    keys = [i.columns for i in table.indexes if i.unique] + ([table.primary_key.columns] if table.primary_key else [])
    return any([p.name for p in key] == [column] for key in keys)


def _neighbours(
    table: Table, name: str, changed: Sequence[c.DropColumn | c.AddColumn]
) -> tuple[str | None, str | None]:
    """The columns before and after a column, of those that stay."""
    gone = {x.column.name for x in changed}
    names = [x.name for x in table.columns]
    at = names.index(name)
    previous = next((n for n in reversed(names[:at]) if n not in gone), None)
    following = next((n for n in names[at + 1 :] if n not in gone), None)
    return previous, following


def _tables(
    dropped: Sequence[c.DropTable], added: Sequence[c.CreateTable], before: Database, after: Database
) -> Iterator[ProbableRename]:
    def evidence(drop: c.DropTable, add: c.CreateTable) -> list[_Evidence]:
        old = before.tables.get(drop.table.name, drop.table)
        new = after.tables.get(add.table.name, add.table)
        if _is_join_table(old):
            return _join_table_evidence(old, new)
        found = _table_evidence(old, new)
        return [*found, *alone] if found else []

    only_one = all(sum(not _is_join_table(x.table) for x in side) == 1 for side in (dropped, added))
    alone = [_Evidence(0.15, "the only table dropped and the only one added")] if only_one else []
    for drop, add, sure, why in _match(dropped, added, evidence):
        yield ProbableRename(drop, add, sure, why)


def _table_evidence(old: Table, new: Table) -> list[_Evidence]:
    if _is_join_table(new):
        return []
    shared = _shared_columns(old, new)
    overlap = shared / max(len(old.columns) + len(new.columns) - shared, 1)
    if overlap < 0.5:
        return []
    enough = min(1.0, shared / 4)
    found = [_Evidence(0.6 * overlap * enough, f"{shared} of {len(new.columns)} columns are the same")]
    if overlap == 1 and shared > 1:
        found.append(_Evidence(0.1))
    if old.name.name == new.name.name:
        found.append(_Evidence(0.4, "same name in another schema"))
    else:
        found += _name_evidence(old.name.name, new.name.name, weight=0.3)
    if new.model_name and new.model_name in (old.model_name, old.name.name) and old.name.name != new.name.name:
        found.append(_Evidence(0.5, f"model {code_span(new.model_name)} stays, its @@map changes"))
    if _key_names(old) == _key_names(new):
        found.append(_Evidence(0.1, "same primary key"))
    return found


def _shared_columns(old: Table, new: Table) -> int:
    """How many columns are the same in name and type; enums may have moved or been renamed along."""
    return sum(_same_column(column, new.column(column.name)) for column in old.columns)


def _same_column(old: Column, new: Column | None) -> bool:
    if new is None:
        return False
    return old.type == new.type or bool(old.type.enum and new.type.enum)


def _key_names(table: Table) -> list[str]:
    return [p.name for p in table.primary_key.columns] if table.primary_key else []


def _is_join_table(table: Table) -> bool:
    return {x.name for x in table.columns} == {"A", "B"}


def _join_table_evidence(old: Table, new: Table) -> list[_Evidence]:
    """The join tables of implicit relations all look the same: only what they join tells them apart."""
    if not _is_join_table(new):
        return []
    targets, new_targets = _targets(old), _targets(new)
    if not targets or targets != new_targets:
        return []
    return [_Evidence(0.8, "joins the same tables"), *_name_evidence(old.name.name, new.name.name, weight=0.2)]


def _targets(table: Table) -> set[QualifiedName]:
    return {k.referenced_table for k in table.foreign_keys}


def _enums(dropped: Sequence[c.DropEnum], added: Sequence[c.CreateEnum]) -> Iterator[ProbableRename]:
    for drop, add, sure, why in _match(dropped, added, _enum_evidence):
        yield ProbableRename(drop, add, sure, why)


def _enum_evidence(drop: c.DropEnum, add: c.CreateEnum) -> list[_Evidence]:
    old = [v.name for v in drop.enum.values]
    new = [v.name for v in add.enum.values]
    alike = SequenceMatcher(None, old, new, autojunk=False).ratio()
    if alike < 0.5:
        return []
    enough = min(1.0, len(set(old) & set(new)) / 2)
    found = [_Evidence(0.7 * alike * enough, "same values" if old == new else "mostly the same values")]
    if drop.enum.name.name == add.enum.name.name:
        return [*found, _Evidence(0.3, "same name in another schema")]
    return [*found, *_name_evidence(drop.enum.name.name, add.enum.name.name, weight=0.3)]
