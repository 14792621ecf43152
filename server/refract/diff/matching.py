"""Matches drops with additions: pairs that fit each other, and fit nothing else as well.

Every drop is compared with every addition, so the comparison is prepared: things that differ only in their names
have one `kind`, names are found by their words, and a drop's totals with all additions are one list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Generic, TypeVar

from attrs import define, field, frozen

from refract.diff.assignment import clear_choices
from refract.diff.names import NameIndex, similarity, spelled
from refract.escaping import code_span

THRESHOLD = 0.6
MOST_PAIRS = 4_000_000
"""With more pairs than this, only names that differ just in their spelling are compared."""

_RIVAL_MARGIN = 0.2
_RIVAL_FACTOR = 0.6
_LEAST = THRESHOLD - _RIVAL_MARGIN
_MOST_RIVALS = 200
_NEVER = -10.0
_ROUNDING = 1e-9
_NO_PAIRS: Mapping[tuple[int, int], Evidence] = MappingProxyType({})

_D = TypeVar("_D")
_A = TypeVar("_A")
_K = TypeVar("_K", bound=Hashable)


@frozen
class Evidence:
    """A reason for a pair: a weight, and the words for it (empty if they would not help)."""

    weight: float
    reason: str = ""


@frozen
class Grounds:
    """The evidence for a pair apart from its names, at least one piece."""

    evidence: tuple[Evidence, ...]
    weight: float = field(init=False)

    @weight.default
    def _sum(self) -> float:
        return sum(each.weight for each in self.evidence)


@frozen
class Thing(Generic[_D, _K]):
    """A dropped or added thing. Beyond its `kind`, pairs are compared by its `name`; by its `aliases`, one of which the
    two may share; and by its `places`, of which one in common is enough.
    """

    change: _D
    name: str
    kind: _K
    aliases: frozenset[str] = frozenset()
    places: frozenset[Hashable] = frozenset()


@frozen
class Weights:
    """The weights of similar names, a shared alias and the same place. `same_name` is for things of one name, which
    differ in something else.
    """

    names: float
    same_name: Evidence = field(default=Evidence(0))
    alias: float = 0.0
    alias_reason: str = ""
    place: Evidence = field(default=Evidence(0))


@frozen
class Match(Generic[_D, _A]):
    """A drop and an addition that fit. `confidence` is from 0 to 1. They are `named_alike` if their names, aliases or the
    names of other pairs speak for it.
    """

    dropped: _D
    added: _A
    confidence: float
    reasons: tuple[str, ...]
    named_alike: bool


def match(
    dropped: Sequence[Thing[_D, _K]],
    added: Sequence[Thing[_A, _K]],
    grounds: Callable[[_K, _K], Grounds | None],
    weights: Weights,
    also: Sequence[Evidence] = (),
    of_pairs: Mapping[tuple[int, int], Evidence] = _NO_PAIRS,
) -> list[Match[_D, _A]]:
    """The pairs that are sure enough, in the order of the drops. `grounds` gives the evidence for two kinds, None if
    they cannot be one thing; `also` is evidence for every pair, `of_pairs` for some, by the places of the two.
    """
    if len(dropped) * len(added) > MOST_PAIRS:
        of_pairs = _NO_PAIRS
        dropped, added = _spelled_alike(dropped, added), _spelled_alike(added, dropped)
        if len(dropped) * len(added) > MOST_PAIRS:
            return []
    comparison = _Comparison(dropped, added, grounds, weights, tuple(also), of_pairs)
    found = (comparison.match(d, a, has_rival) for d, a, has_rival in _chosen(comparison))
    return [pair for pair in found if pair.confidence >= THRESHOLD - _ROUNDING]


@define
class _Best:
    """The two highest totals so far, of which `place` has the higher."""

    first: float = _NEVER
    place: int = -1
    second: float = _NEVER

    def see(self, total: float, place: int) -> None:
        """Record a total."""
        if total > self.first:
            self.first, self.place, self.second = total, place, self.first
        elif total > self.second:
            self.second = total

    @property
    def is_alone(self) -> bool:
        """Whether no other total is near the highest."""
        return self.second < self.first - _RIVAL_MARGIN - _ROUNDING


def _chosen(comparison: _Comparison[_D, _A, _K]) -> Iterator[tuple[int, int, bool]]:
    """Pairs that do not compete, by their places, and whether something else fits one of them nearly as well.

    A pair of the highest total may have rivals: the first of them counts. Any other must be alone, or part of the one
    choice that fits all rivals best.
    """
    rows = [_Best() for _ in comparison.dropped]
    columns = [_Best() for _ in comparison.added]
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for d, row in enumerate(rows):
        totals = comparison.totals(d)
        for a, total in enumerate(totals):
            if total > row.second:
                row.see(total, a)
            column = columns[a]
            if total > column.second:
                column.see(total, d)
        if row.first >= 1.0 - _ROUNDING:
            first = next((a for a, total in enumerate(totals) if total >= 1.0 - _ROUNDING and a not in used), None)
            if first is not None:
                pairs[d] = first
                used.add(first)
    for d, row in enumerate(rows):
        if d not in pairs and row.place not in used and _are_for_each_other(d, row, columns):
            pairs[d] = row.place
    together = _together(comparison, pairs, rows)
    for d, a in sorted({**pairs, **together}.items()):
        yield d, a, d not in together and not (rows[d].is_alone and columns[a].is_alone)


def _are_for_each_other(d: int, row: _Best, columns: Sequence[_Best]) -> bool:
    if row.first < THRESHOLD - _ROUNDING or not row.is_alone:
        return False
    return columns[row.place].place == d and columns[row.place].is_alone


def _together(comparison: _Comparison[_D, _A, _K], pairs: Mapping[int, int], rows: Sequence[_Best]) -> dict[int, int]:
    """Pairs that compete, and of which one choice is clearly better than all others."""
    used = set(pairs.values())
    fits: dict[int, dict[int, float]] = {}
    for d, row in enumerate(rows):
        if d not in pairs and row.first >= THRESHOLD - _ROUNDING and len(fits) < _MOST_RIVALS:
            fits[d] = comparison.fits(d, _LEAST, used)
    return dict(clear_choices(fits, THRESHOLD - _ROUNDING, _RIVAL_MARGIN))


@frozen(slots=False)
class _Comparison(Generic[_D, _A, _K]):
    dropped: Sequence[Thing[_D, _K]]
    added: Sequence[Thing[_A, _K]]
    grounds: Callable[[_K, _K], Grounds | None]
    weights: Weights
    also: tuple[Evidence, ...]
    of_pairs: Mapping[tuple[int, int], Evidence]

    def match(self, d: int, a: int, has_rival: bool) -> Match[_D, _A]:
        """A pair, with how sure it is and why."""
        drop, add = self.dropped[d], self.added[a]
        found = list(self._evidence(drop, add))
        explained = self.of_pairs.get((d, a))
        found += [explained] if explained else []
        total = min(1.0, sum(evidence.weight for evidence in found))
        confidence = round(total * (_RIVAL_FACTOR if has_rival else 1.0), 2)
        reasons = tuple(evidence.reason for evidence in found if evidence.reason)
        is_explained = explained is not None and explained.weight > 0
        named_alike = is_explained or bool(drop.aliases & add.aliases or similarity(drop.name, add.name))
        return Match(drop.change, add.change, confidence, reasons, named_alike)

    def fits(self, d: int, least: float, used: Collection[int]) -> dict[int, float]:
        """The additions that fit a drop at least that well, and are free."""
        return {a: total for a, total in enumerate(self.totals(d)) if total >= least and a not in used}

    def totals(self, d: int) -> list[float]:
        """How well each addition fits a drop: the weights of `_evidence`, of all additions together."""
        drop = self.dropped[d]
        bases = self._bases(drop.kind)
        totals = [bases[kind] for kind in self._kinds_of_added]
        for a, alike in self._names.alike(drop.name).items():
            totals[a] += self.weights.names * alike
        if self.weights.same_name.weight:
            for a in self._by_name.get(drop.name, ()):
                totals[a] += self.weights.same_name.weight - self.weights.names
        for a in _all_of(self._by_alias, drop.aliases):
            totals[a] += self.weights.alias if self.added[a].name != drop.name else 0
        for a in _all_of(self._by_place, drop.places):
            totals[a] += self.weights.place.weight
        for a, evidence in self._pairs_of.get(d, ()):
            totals[a] += evidence.weight
        return [total if total < 1.0 else 1.0 for total in totals]

    def _evidence(self, drop: Thing[_D, _K], add: Thing[_A, _K]) -> Iterator[Evidence]:
        grounds = self.grounds(drop.kind, add.kind)
        first, *others = grounds.evidence if grounds else (Evidence(_NEVER),)
        yield first
        shared = sorted(drop.aliases & add.aliases) if drop.name != add.name else []
        for name in shared[:1]:
            yield Evidence(self.weights.alias, self.weights.alias_reason.format(code_span(name)))
        yield from self._evidence_of_names(drop.name, add.name)
        yield from others
        if drop.places & add.places:
            yield self.weights.place
        yield from self.also

    def _evidence_of_names(self, old: str, new: str) -> Iterator[Evidence]:
        alike = similarity(old, new)
        if old == new and self.weights.same_name.weight:
            yield self.weights.same_name
        elif alike:
            reason = "the names differ only in their spelling" if alike == 1 else "similar names"
            yield Evidence(self.weights.names * alike, reason)

    def _bases(self, kind: _K) -> list[float]:
        """The total evidence for a pair with each of the added kinds, whatever the names."""
        known = self._bases_of.get(kind)
        if known is None:
            always = sum(evidence.weight for evidence in self.also)
            found = (self.grounds(kind, other) for other in self._kinds)
            known = self._bases_of[kind] = [each.weight + always if each else _NEVER for each in found]
        return known

    @cached_property
    def _bases_of(self) -> dict[_K, list[float]]:
        return {}

    @cached_property
    def _kinds(self) -> list[_K]:
        return list(dict.fromkeys(thing.kind for thing in self.added))

    @cached_property
    def _kinds_of_added(self) -> list[int]:
        numbers = {kind: number for number, kind in enumerate(self._kinds)}
        return [numbers[thing.kind] for thing in self.added]

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex([thing.name for thing in self.added])

    @cached_property
    def _pairs_of(self) -> Mapping[int, list[tuple[int, Evidence]]]:
        found: dict[int, list[tuple[int, Evidence]]] = {}
        for (d, a), evidence in self.of_pairs.items():
            found.setdefault(d, []).append((a, evidence))
        return found

    @cached_property
    def _by_name(self) -> Mapping[Hashable, list[int]]:
        return _index([(thing.name,) for thing in self.added])

    @cached_property
    def _by_alias(self) -> Mapping[Hashable, list[int]]:
        return _index([thing.aliases for thing in self.added])

    @cached_property
    def _by_place(self) -> Mapping[Hashable, list[int]]:
        return _index([thing.places for thing in self.added])


def _index(keys: Sequence[Sequence[Hashable] | frozenset[str] | frozenset[Hashable]]) -> Mapping[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for number, each in enumerate(keys):
        for key in each:
            found.setdefault(key, []).append(number)
    return found


def _all_of(index: Mapping[Hashable, list[int]], keys: frozenset[str] | frozenset[Hashable]) -> Sequence[int]:
    found = [index[key] for key in keys if key in index]
    if len(found) < 2:
        return found[0] if found else ()
    return tuple(set().union(*found))


def _spelled_alike(things: Sequence[Thing[_D, _K]], others: Sequence[Thing[_A, _K]]) -> Sequence[Thing[_D, _K]]:
    """Those whose name one of the others has in another spelling."""
    names = {spelled(thing.name) for thing in others}
    return [thing for thing in things if spelled(thing.name) in names]
