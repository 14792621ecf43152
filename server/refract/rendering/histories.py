"""Sentences about the history of migrations: what to do on databases in use when its beginning changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refract.escaping import code_span


def first_migration_lines(migration: str, commands: Sequence[str], place: str = "") -> Iterator[str]:
    """What to do about a first migration that only new databases run; then the `commands` that record it as applied,
    with the `place` of running them.
    """
    name = code_span(migration)
    if not commands:
        yield f"{name} creates what existing databases already have. Run it on new databases only."
        return
    yield (
        f"{name} creates what existing databases already have. "
        f"Before you deploy, mark it as applied on each of them{place}:"
    )
    yield from commands
