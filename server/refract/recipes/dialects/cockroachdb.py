"""CockroachDB: versions in use differ in what they know of loops, so rows are filled by one statement."""

from __future__ import annotations

from collections.abc import Sequence

from refract.recipes.base import Fill
from refract.recipes.dialects.base import Dialect, concatenated, in_utc, parted


class CockroachdbDialect(Dialect):
    """The SQL of CockroachDB."""

    has_zones = True

    def fill_note(self, fill: Fill) -> str:
        return (
            "One statement and one transaction. If the table has more than about 10,000 rows,\n"
            "-- first run it with LIMIT 1000 from a script until no row changes."
        )

    def between_zones(self, value: str) -> str:
        return in_utc(value)

    def split_at_space(self, text: str) -> tuple[str, str]:
        return parted(text)

    def joined_with_space(self, parts: Sequence[str]) -> str:
        return concatenated(parts)
