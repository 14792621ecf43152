"""The place of findings about a history, and the migration that they name."""

from __future__ import annotations

from collections.abc import Iterable

from refract.baseline.folder import Migration
from refract.text import Origin, Span


def head_of(migration: Migration) -> Origin:
    """The beginning of a migration's file."""
    return Origin(migration.path, "", Span(0, 0))


def newest(migrations: Iterable[Migration]) -> str:
    """The name that sorts last; empty if there are none."""
    return max((migration.name for migration in migrations), default="")
