"""Schemas in the middle of an edit: every state that typing it key by key leads through."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from random import Random

from attrs import frozen

_SIGNS = '{}()[]@"/*,:?x1 \n_-='


@frozen
class Edit:
    """`old`, which is in the schema once, becomes `new`."""

    old: str
    new: str


def typed(text: str, edits: tuple[Edit, ...]) -> Iterator[str]:
    """The states of `text` while the edits are made one after the other: first keys that delete, then keys that add."""
    for edit in edits:
        assert text.count(edit.old) == 1, f"{edit.old!r} is in the schema {text.count(edit.old)} times"
        before, _, after = text.partition(edit.old)
        kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(edit.old, edit.new, strict=False)))
        yield from (before + edit.old[:length] + after for length in range(len(edit.old) - 1, kept - 1, -1))
        yield from (before + edit.new[:length] + after for length in range(kept + 1, len(edit.new) + 1))
        text = before + edit.new + after


def erased(text: str, keys: int = 1) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each line, with the states of `text` while that line is deleted from its end, so many `keys` at a time."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        before, after = "".join(lines[:number]), "".join(lines[number + 1 :])
        written = line.rstrip("\n")
        if written:
            lengths = (*range(len(written) - 1, 0, -keys), 0)
            yield written, tuple(f"{before}{written[:length]}\n{after}" for length in lengths)


def garbled(text: str, random: Random) -> str:
    """`text` with one slip: a few characters lost, one too many, the end cut off, or two lines swapped."""
    at, kind = random.randrange(len(text)), random.random()
    if kind < 0.4:
        return text[:at] + text[at + random.choice((1, 1, 2, 5, 20)) :]
    if kind < 0.7:
        return text[:at] + random.choice(_SIGNS) + text[at:]
    if kind < 0.85:
        return text[:at]
    lines = text.splitlines(keepends=True)
    first = random.randrange(len(lines) - 1)
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    return "".join(lines)
