"""What changes between two names, and which change explains several pairs of a diff at once: `smtp` before each of five
fields, or `mfa` that becomes `singleUse`. One such pair may be chance, several are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from attrs import frozen

from refract.diff.matching import Evidence
from refract.diff.names import FILLERS, words

_MOST_IN_BUCKET = 400
_MOST_PAIRS = 50_000
_MOST_WORDS = 8
_OTHER_VALUES = frozenset({"id", "ids", "hash", "slug", "name", "count"})
"""Words that say what sort of value a column holds: with another of them it holds other values."""

_OPAQUE = frozenset({"id", "ids", "hash"})
_OTHER = Evidence(-0.25)


class Exchange(NamedTuple):
    """Words of an old name that others replace in the new one. One of the two may be empty."""

    removed: tuple[str, ...]
    inserted: tuple[str, ...]


class Pair(NamedTuple):
    """An old and a new name by their numbers, and what changes from one to the other."""

    old: int
    new: int
    exchange: Exchange


@frozen
class Names:
    """The names of the columns that one table loses, and the pairs with those it gains that can be one column."""

    olds: Sequence[str]
    pairs: tuple[Pair, ...]


def exchange(old: str, new: str) -> Exchange:
    """The words that change between two names: those between what they begin and end with in common."""
    before, after = words(old), words(new)
    most = min(len(before), len(after))
    start = next((n for n in range(most) if before[n] != after[n]), most)
    end = next((n for n in range(most - start) if before[-1 - n] != after[-1 - n]), most - start)
    return Exchange(tuple(before[start : len(before) - end]), tuple(after[start : len(after) - end]))


def exchanged(name: str, change: Exchange) -> str:
    """The name in canonical spelling, after the change if it has the words."""
    parts, removed = tuple(words(name)), change.removed
    for start in range(len(parts) - len(removed) + 1 if removed else 0):
        if parts[start : start + len(removed)] == removed:
            return "".join((*parts[:start], *change.inserted, *parts[start + len(removed) :]))
    return "".join(parts)


def same_values(change: Exchange) -> bool:
    """Whether a column may hold the same values after it: an id is no name, and a key is not its hash."""
    removed, inserted = (_OTHER_VALUES.intersection(part) for part in change)
    return removed == inserted or not ((removed and inserted) or "hash" in removed | inserted)


def name_the_same_sort(old: str, new: str) -> bool:
    """Whether both are names of ids, or neither is; and the like for hashes."""
    return _OPAQUE.intersection(words(old)) == _OPAQUE.intersection(words(new))


def pairs_with_words_in_common(olds: Sequence[str], news: Sequence[str]) -> Iterator[Pair]:
    """The pairs of names that differ in one place, and have the words around it in common."""
    around = _around(olds)
    seen = set[tuple[int, int]]()
    for rest, new_numbers in _around(news).items():
        old_numbers = around.get(rest, ())
        if len(old_numbers) * len(new_numbers) > _MOST_IN_BUCKET or len(seen) > _MOST_PAIRS:
            continue
        for old in old_numbers:
            for new in new_numbers:
                if (old, new) not in seen:
                    seen.add((old, new))
                    yield Pair(old, new, exchange(olds[old], news[new]))


def _around(names: Sequence[str]) -> Mapping[tuple[tuple[str, ...], tuple[str, ...]], Sequence[int]]:
    """The numbers of the names by what stays of each if some words in a row are left out."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[int, None]] = {}
    for number, parts in enumerate(tuple(words(name)) for name in names):
        for rest in _rests(parts) if len(parts) <= _MOST_WORDS else ():
            found.setdefault(rest, {})[number] = None
    return {rest: tuple(numbers) for rest, numbers in found.items()}


def _rests(parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for start in range(len(parts) + 1):
        for end in range(start, len(parts) + 1):
            if start or end < len(parts):
                yield parts[:start], parts[end:]


def explained(tables: Iterable[Names], known: Collection[Exchange] = ()) -> list[Mapping[tuple[int, int], Evidence]]:
    """For each table the evidence for those pairs whose change explains others too, or against them. `known` are changes of the names of
    tables and enums, which their columns often follow.
    """
    listed = list(tables)
    sizes = _sizes(listed, known)
    return [dict(_of_groups(names, sizes, known)) for names in listed]


def _sizes(tables: Sequence[Names], known: Collection[Exchange]) -> Mapping[Exchange, int]:
    """How many pairs each change can explain together: no name is in two of them."""
    olds: dict[Exchange, set[tuple[int, int]]] = {}
    news: dict[Exchange, set[tuple[int, int]]] = {}
    for number, names in enumerate(tables):
        for pair in names.pairs:
            olds.setdefault(pair.exchange, set()).add((number, pair.old))
            news.setdefault(pair.exchange, set()).add((number, pair.new))
    return {each: min(len(olds[each]), len(news[each])) + (each in known) for each in olds}


def _of_groups(
    names: Names, sizes: Mapping[Exchange, int], known: Collection[Exchange]
) -> Iterator[tuple[tuple[int, int], Evidence]]:
    for old, new, change in names.pairs:
        size = sizes[change]
        if not same_values(change):
            yield (old, new), _OTHER
        elif size > 1 and any(change) and (change in known or _is_telling(names, old, change)):
            yield (old, new), Evidence(0.25 if size == 2 else 0.35, f"{size} names change in the same way")


def _is_telling(names: Names, old: int, change: Exchange) -> bool:
    """Whether the words that stay are more than fillers: `id` alone says nothing."""
    kept = Counter(words(names.olds[old]))
    kept.subtract(change.removed)
    return any(word not in FILLERS for word in kept.elements())
