"""The best choice among pairs that compete: each old thing has one new thing at most, and each new one old thing.

`provider` fits `providerId`, but `providerAccountId` fits it too: all four names together leave one choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_MOST = 6
"""With more rivals than this on one side, none is chosen."""

_Fits = Mapping[int, Mapping[int, float]]


def clear_choices(fits: _Fits, threshold: float, margin: float) -> Iterator[tuple[int, int]]:
    """The pairs of the best choice whose own total reaches the threshold, and without which every choice is worse by more
    than the margin. `fits` are the totals of the pairs to choose from.
    """
    for group in _groups(fits):
        if len(group) <= _MOST and len({new for old in group for new in fits[old]}) <= _MOST:
            yield from _clear({old: fits[old] for old in group}, threshold, margin)


def _clear(fits: _Fits, threshold: float, margin: float) -> Iterator[tuple[int, int]]:
    above = {old: {new: total - (threshold - margin) for new, total in of.items()} for old, of in fits.items()}
    best, chosen = _best(above)
    for old, new in chosen:
        others = {**above, old: {other: total for other, total in above[old].items() if other != new}}
        if fits[old][new] >= threshold and _best(others)[0] < best - margin:
            yield old, new


def _best(fits: _Fits) -> tuple[float, tuple[tuple[int, int], ...]]:
    """The highest sum, and the pairs that make it."""
    states: dict[frozenset[int], tuple[float, tuple[tuple[int, int], ...]]] = {frozenset(): (0.0, ())}
    for old, of in fits.items():
        found = dict(states)
        for used, (total, pairs) in states.items():
            for new, more in of.items():
                if new not in used:
                    key = used | {new}
                    if key not in found or found[key][0] < total + more:
                        found[key] = (total + more, (*pairs, (old, new)))
        states = found
    return max(states.values(), key=lambda state: state[0])


def _groups(fits: _Fits) -> Iterator[Sequence[int]]:
    """The old things that compete with each other, directly or by others."""
    by_new: dict[int, list[int]] = {}
    for old, of in fits.items():
        for new in of:
            by_new.setdefault(new, []).append(old)
    seen = set[int]()
    for start in fits:
        if start not in seen:
            yield _reached(start, fits, by_new, seen)


def _reached(start: int, fits: _Fits, by_new: dict[int, list[int]], seen: set[int]) -> Sequence[int]:
    found, waiting = [], [start]
    while waiting:
        old = waiting.pop()
        if old in seen:
            continue
        seen.add(old)
        found.append(old)
        waiting += (other for new in fits[old] for other in by_new.pop(new, ()))
    return sorted(found)
