"""Why Prisma refuses a block, and which blocks count as unchanged until it is mended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from attrs import frozen

from refract.syntax import PlacedBlock
from refract.text import Origin, Problem, Span


@frozen
class Fault:
    """Something at `span` of a block that Prisma refuses. `doubtful` names other blocks that it may be about."""

    message: str
    span: Span
    doubtful: tuple[str, ...] = ()


def did_you_mean(word: str, known: Collection[str], prefix: str = "") -> str:
    """A hint at the known word that is most like `word`, with a space before it; empty if none is like it."""
    lower = {k.lower(): k for k in known}
    near = get_close_matches(word.lower(), lower, n=1, cutoff=0.5) if len(word) < 40 else []
    return f" Did you mean {prefix}{lower[near[0]]}?" if near else ""


def problems_of(faults: Iterable[Fault], placed: PlacedBlock) -> tuple[Problem, ...]:
    """The faults of a block as problems at their places."""
    name = placed.block.name.text
    return tuple(Problem(fault.message, Origin(placed.path, name, fault.span)) for fault in faults)


def doubts_of(faults: Collection[Fault], placed: PlacedBlock) -> frozenset[str]:
    """The blocks that count as unchanged because of the faults of one: itself and those that they are about."""
    if not faults:
        return frozenset()
    return frozenset({placed.block.name.text}.union(*(fault.doubtful for fault in faults)))
