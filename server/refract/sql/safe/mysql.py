"""Migrations for MySQL and MariaDB: online DDL, with the algorithm asserted.

A statement that names its algorithm fails at once where the server would have to copy the table, rather than locking it
for as long as that takes. Sources: the manuals of both ("Online DDL Operations"), and measurements on MariaDB 10.11.
DDL commits by itself on both, so each table's changes are a migration of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from refract.schema import changes as c
from refract.schema.apply import apply
from refract.schema.changes import Change
from refract.schema.model import Column, Database
from refract.sql.safe.base import Part, SafeWriter, closed, tables_of, written

LOCK_WAIT = 5  # seconds that a statement waits for the table's metadata lock
_INSTANT, _ONLINE = "ALGORITHM=INSTANT", "ALGORITHM=INPLACE, LOCK=NONE"
_ALTER = re.compile(r"(-- \w+\n)?ALTER TABLE\b")
_INDEX = re.compile(r"(-- \w+\n)?(CREATE (UNIQUE )?INDEX|DROP INDEX)\b")


class MysqlSafeWriter(SafeWriter):
    """Writes for one of the two: `flavour` is `mysql` or `mariadb`."""

    def __init__(self, flavour: str) -> None:
        self._flavour = flavour

    def parts(self, changes: Sequence[Change], before: Database, after: Database) -> Iterator[Part]:
        together: list[Change] = []
        current = before
        for change in changes:
            if together and not _shares_a_file(together[-1], change, before):
                yield self._online(together, current, after)
                current, together = apply(current, tuple(together))[0], []
            together.append(change)
        if together:
            yield self._online(together, current, after)

    def text(self, part: Part, first: Sequence[str] = (), last: Sequence[str] = ()) -> str:
        """A short wait for locks, then the statements."""
        in_use = any(t in part.before.tables for x in part.changes for t in tables_of(x)) if part.before else False
        wait = (f"SET SESSION lock_wait_timeout = {LOCK_WAIT}",) if in_use else ()
        return closed((*wait, *first, *part.statements, *last))

    def _online(self, changes: Sequence[Change], before: Database, after: Database) -> Part:
        algorithm = _algorithm(changes, before)
        statements = tuple(_asserted(s, algorithm) for s in written(changes, before, after))
        return Part(tuple(changes), statements, before=before, after=apply(before, changes)[0])


def _shares_a_file(last: Change, change: Change, before: Database) -> bool:
    """Whether two changes are one ALTER TABLE, or about tables that nobody uses yet."""
    in_use = [t for x in (last, change) for t in tables_of(x) if t in before.tables]
    alters = (c.AddColumn, c.DropColumn)
    return not in_use or (
        tables_of(last) == tables_of(change) and type(last) is type(change) and isinstance(change, alters)
    )


def _algorithm(changes: Sequence[Change], before: Database) -> str:
    """What the server is told to do the changes of one table with; empty where it has no choice."""
    if not all(table in before.tables for change in changes for table in tables_of(change)):
        return ""
    found = {_algorithm_of(change) for change in changes}
    return found.pop() if len(found) == 1 else ""


def _algorithm_of(change: Change) -> str:
    match change:
        case c.AddColumn(column=column) if not column.auto_increment:
            return _INSTANT
        case c.DropColumn():
            return _ONLINE
        case c.CreateIndex(index=index) if index.type == "BTREE":
            return _ONLINE
        case c.DropIndex() | c.RenameIndex():
            return _ONLINE
        case c.AlterColumn(before=before, after=after) if before.type == after.type:
            return _INSTANT if _only_default(before, after) else _ONLINE
        case _:
            return ""


def _only_default(before: Column, after: Column) -> bool:
    return before.nullable == after.nullable and before.auto_increment == after.auto_increment


def _asserted(statement: str, algorithm: str) -> str:
    if algorithm and _ALTER.match(statement):
        return f"{statement}, {algorithm}"
    if algorithm and _INDEX.match(statement):
        return f"{statement} {algorithm.replace(',', '')}"
    return statement
