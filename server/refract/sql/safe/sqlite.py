"""Migrations for SQLite and D1: a table that is made anew is made anew in one transaction.

Measured on SQLite 3.40: Prisma's statements one by one let readers see no table at all, and leave `new_..` behind when
one of them fails. `PRAGMA foreign_keys` has no effect inside a transaction, so it stands outside; with the checks on,
DROP TABLE would delete the rows that depend on the table's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refract.schema.apply import apply
from refract.schema.changes import Change, RenameColumn, RenameTable
from refract.schema.model import Database
from refract.sql.safe.base import Part, SafeWriter, closed

_OFF, _ON = "PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"
_DEFER = ("PRAGMA defer_foreign_keys=ON", "PRAGMA defer_foreign_keys=OFF")


class SqliteSafeWriter(SafeWriter):
    """Writes for one of the two: `flavour` is `sqlite` or `d1`. D1 has each migration in a transaction of its own."""

    def __init__(self, flavour: str) -> None:
        self._flavour = flavour

    def parts(self, changes: Sequence[Change], before: Database, after: Database) -> Iterator[Part]:
        renames = [c for c in changes if isinstance(c, RenameColumn | RenameTable)]
        if renames:
            yield self.part(renames, before, after)
            before = apply(before, renames)[0]
        rest = [c for c in changes if c not in renames]
        if rest:
            yield self.part(rest, before, after)

    def text(self, part: Part, first: Sequence[str] = (), last: Sequence[str] = ()) -> str:
        statements = (*first, *part.statements, *last)
        if self._flavour == "d1":
            return closed(statements)
        bare = [s for s in statements if s.rsplit("\n", 1)[-1] not in (_OFF, _ON, *_DEFER)]
        inside = ("BEGIN", *bare, "COMMIT") if len(bare) > 1 else tuple(bare)
        return closed((_OFF, *inside, _ON) if len(bare) < len(statements) else inside)
