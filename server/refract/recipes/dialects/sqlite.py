"""SQLite and D1: no loops, so rows are filled by one statement."""

from __future__ import annotations

from refract.recipes.base import Fill
from refract.recipes.dialects.base import Dialect


class SqliteDialect(Dialect):
    """The SQL of both."""

    matches_patterns = False

    def differs(self, one: str, other: str) -> str:
        return f"{one} IS NOT {other}"

    def fill_note(self, fill: Fill) -> str:
        return (
            "One statement. All other writes wait while it runs (about 0.3 s for 100,000 rows).\n"
            "-- If that is too long, first run it for parts of the rows (AND rowid BETWEEN 1 AND 50000, ...)."
        )
