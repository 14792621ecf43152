"""Blocks that unreadable text hides: a header without its brace, a comment without its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from refract.syntax import Chunk


def hides_blocks(chunk: Chunk) -> bool:
    """Whether other blocks may be part of what cannot be read in `chunk`."""
    if not chunk.problems:
        return False
    if has_stray_text(chunk) or not chunk.closed or chunk.dangling:
        return True
    return any("{" in chunk.text[problem.span.start : problem.span.end] for problem in chunk.problems)


def has_stray_text(chunk: Chunk) -> bool:
    """Whether something that cannot be read stands before the block of `chunk`: it may be the end of the one before."""
    return len(chunk.problems) > (len(chunk.block.problems) if chunk.block else 0)


def with_lost(chunks: Sequence[Chunk], before: Sequence[Chunk], wanted: Collection[str]) -> tuple[Chunk, ...]:
    """`chunks` with those of `before` called `wanted` that are missing: each after the one it followed, since a new order
    would make all of the schema new.
    """
    present = {chunk.key for chunk in chunks}
    missing = [n for n, chunk in enumerate(before) if chunk.key in wanted and chunk.key not in present]
    found = list(chunks)
    for number in missing:
        earlier = {chunk.key for chunk in before[:number] if chunk.key}
        place = max((at + 1 for at, chunk in enumerate(found) if chunk.key in earlier), default=0)
        found.insert(place, before[number])
    return tuple(found)
