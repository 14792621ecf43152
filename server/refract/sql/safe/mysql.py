"""Migrations for MySQL and MariaDB: online DDL, with the algorithm asserted.

A statement that names its algorithm fails at once where the server would have to copy the table, rather than locking it
for as long as that takes. Sources: the manuals of both ("Online DDL Operations"), and measurements on MariaDB 10.11.

DDL commits by itself on both: each statement about a table in use is a migration of its own, so that one that fails
leaves nothing half done and can simply run again. It fails where a transaction holds the table for longer than
`LOCK_WAIT`: all other queries queue behind a statement that waits, so that is how long they may have to. It then may wait
for rows of programs that wait for the table: the server sees no deadlock in that, and by default waits 50 seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import evolve

from refract.schema import changes as c
from refract.schema.apply import apply
from refract.schema.changes import Change
from refract.schema.model import Column, ColumnType, Database, QualifiedName
from refract.sql.safe.base import Part, SafeWriter, closed, tables_of, written

LOCK_WAIT = 2  # seconds that a statement waits for the table's metadata lock, and everybody else behind it
ROW_WAIT = 1  # seconds that it waits for a program that holds rows, which may wait for it in turn: nothing sees that
_WAIT = f"""\
-- Gives up after {LOCK_WAIT} s (error 1205) where a transaction holds the table that long. Nothing is done then: deploy it again.
SET SESSION lock_wait_timeout = {LOCK_WAIT};
SET SESSION innodb_lock_wait_timeout = {ROW_WAIT}"""
_INSTANT, _ONLINE = "ALGORITHM=INSTANT", "ALGORITHM=INPLACE, LOCK=NONE"
_ALTER = re.compile(r"(-- \w+\n)?ALTER TABLE\b")
_CREATE_INDEX = re.compile(r"(-- \w+\n)?CREATE (UNIQUE )?INDEX\b")
_DROP_INDEX = re.compile(r"(?P<title>-- \w+\n)?DROP INDEX (?P<index>`(?:[^`]|``)+`) ON (?P<table>.+)")
_SHORT_TEXT = 63  # characters of utf8mb4 whose length takes one byte: beyond, the table is copied


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
        in_use = any(_in_use(change, part.before) for change in part.changes) if part.before else False
        wait = (_WAIT,) if in_use or part.locks else ()
        return closed((*wait, *first, *part.statements, *last))

    def _online(self, changes: Sequence[Change], before: Database, after: Database) -> Part:
        algorithm = self._algorithm(changes, before)
        statements = tuple(_asserted(s, algorithm) for s in written(changes, before, after))
        return Part(tuple(changes), statements, before=before, after=apply(before, changes)[0])

    def _algorithm(self, changes: Sequence[Change], before: Database) -> str:
        """What the server is told to do the changes of one table with; empty where it has no choice."""
        if not all(table in before.tables for change in changes for table in tables_of(change)):
            return ""
        found = {self._algorithm_of(change) for change in changes}
        return found.pop() if len(found) == 1 else ""

    def _algorithm_of(self, change: Change) -> str:
        match change:
            case c.AddColumn(column=column) if not column.auto_increment:
                return _INSTANT
            case c.DropColumn():
                return _INSTANT if self._flavour == "mariadb" else _ONLINE
            case c.CreateIndex(index=index) if index.type == "BTREE":
                return _ONLINE
            case c.DropIndex() | c.RenameIndex() | c.RenameColumn():
                return _ONLINE
            case c.AlterColumn(before=before, after=after) if _takes_no_copy(before.type, after.type):
                return _INSTANT if _only_metadata(before, after) else _ONLINE
            case _:
                return ""


def _shares_a_file(last: Change, change: Change, before: Database) -> bool:
    """Whether two changes are one ALTER TABLE, or about tables that nobody uses yet."""
    if not _in_use(last, before) and not _in_use(change, before):
        return True
    alters = (c.AddColumn, c.DropColumn)
    return tables_of(last) == tables_of(change) and type(last) is type(change) and isinstance(change, alters)


def _in_use(change: Change, before: Database) -> bool:
    """Whether a change locks a table that programs use: its own, or the one that its foreign key points to."""
    return any(table in before.tables for table in _locked(change))


def _locked(change: Change) -> tuple[QualifiedName, ...]:
    if isinstance(change, c.AddForeignKey | c.DropForeignKey):
        return (*tables_of(change), change.foreign_key.referenced_table)
    if isinstance(change, c.RenameTable):
        return (change.before.name,)
    return tables_of(change)


def _takes_no_copy(before: ColumnType, after: ColumnType) -> bool:
    """Whether the rows of one type are good for the other as they are stored."""
    if evolve(before, args=after.args) != after:
        return False
    if after.name == "ENUM":
        return after.args[: len(before.args)] == before.args
    if after.name == "VARCHAR":
        old, new = (int(type_.args[0]) if type_.args else 0 for type_ in (before, after))
        return old <= new and (old <= _SHORT_TEXT) == (new <= _SHORT_TEXT)
    return before == after


def _only_metadata(before: Column, after: Column) -> bool:
    same = before.nullable == after.nullable and before.auto_increment == after.auto_increment
    return same and (before.type == after.type or after.type.name == "ENUM")


def _asserted(statement: str, algorithm: str) -> str:
    """A statement with its algorithm. MariaDB knows none for DROP INDEX: it has to be a clause of ALTER TABLE."""
    if not algorithm:
        return statement
    dropped = _DROP_INDEX.fullmatch(statement)
    if dropped:
        return f"{dropped['title'] or ''}ALTER TABLE {dropped['table']} DROP INDEX {dropped['index']}, {algorithm}"
    if _ALTER.match(statement):
        return f"{statement}, {algorithm}"
    if _CREATE_INDEX.match(statement):
        return f"{statement} {algorithm.replace(',', '')}"
    return statement
