"""CockroachDB: versions in use differ in what they know of loops, so rows are filled by one statement."""

from __future__ import annotations

from collections.abc import Sequence

from refract.recipes.base import Fill
from refract.recipes.dialects.base import Dialect, concatenated, parted


class CockroachdbDialect(Dialect):
    """The SQL of CockroachDB."""

    def fill_note(self, fill: Fill) -> str:
        return (
            "One statement, which is one transaction. For more than some ten thousand rows, run it with LIMIT 1000\n"
            "-- from a script first, until it changes nothing."
        )

    def split_at_space(self, text: str) -> tuple[str, str]:
        return parted(text)

    def joined_with_space(self, parts: Sequence[str]) -> str:
        return concatenated(parts)
