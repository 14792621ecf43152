"""Migrations for MySQL and MariaDB: online DDL, with the algorithm asserted.

If the server would have to copy the table, a statement that names its algorithm fails immediately instead of locking
the table for the whole copy. Which algorithms are available depends on the version and on the table: a table with a
FULLTEXT index accepts none of them when columns are added or dropped. Sources: the manuals of both ("Online DDL
Operations"), and measurements on MariaDB 10.11.

DDL commits implicitly on both. Each statement about a table in use is therefore in a separate migration: if it fails,
nothing is half done and it can simply run again. It fails if a transaction holds the table for longer than
`LOCK_WAIT`, which is also how long all other queries may queue behind it. After that it may wait for row locks of
transactions that wait for the table: the server does not detect this as a deadlock, and by default waits 50 seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from refract.providers.behaviour import behaviour
from refract.providers.versions import Version, Versions, is_since
from refract.schema import changes as c
from refract.schema.apply import apply
from refract.schema.changes import Change, tables_of
from refract.schema.model import Column, ColumnType, Database, QualifiedName, Table
from refract.sql.safe.base import MigrationPart, SafeWriter, closed, written
from refract.sql.writer.mysql import renamed_by_definition

LOCK_WAIT = 2  # seconds that a statement waits for the table's metadata lock, and all other queries behind it
ROW_WAIT = 1  # seconds that it waits for row locks, whose holder may wait for it in turn: an undetected deadlock
_WAIT = f"""\
-- Gives up after {LOCK_WAIT} s (error 1205) if a transaction holds the table that long. Nothing has changed then. Deploy again.
SET SESSION lock_wait_timeout = {LOCK_WAIT};
SET SESSION innodb_lock_wait_timeout = {ROW_WAIT}"""
_INSTANT, _ONLINE = "ALGORITHM=INSTANT", "ALGORITHM=INPLACE, LOCK=NONE"
_ALTER = re.compile(r"(-- \w+\n)?ALTER TABLE\b")
_CREATE_INDEX = re.compile(r"(-- \w+\n)?CREATE (UNIQUE )?INDEX\b")
_DROP_INDEX = re.compile(r"(?P<title>-- \w+\n)?DROP INDEX (?P<index>`(?:[^`]|``)+`) ON (?P<table>.+)")
_RENAME_COLUMN = re.compile(r"\bRENAME COLUMN `(?:[^`]|``)+` TO `(?:[^`]|``)+`")
_VOLATILE = behaviour("mysql").volatile
_SHORT_TEXT = 63  # characters of utf8mb4 whose length takes one byte: beyond, the table is copied


@frozen
class _Instant:
    """The versions from which a server can be made to write only its catalog: for `any` such change (a new last column,
    a default, a value at the end of an enum), and for a change that `drops` a column.
    """

    any: Version
    drops: Version


_MYSQL, _MARIADB = _Instant((8, 0, 12), (8, 0, 29)), _Instant((10, 3), (10, 4))


class MysqlSafeWriter(SafeWriter):
    """Writes for one of the two, as its version can."""

    def __init__(self, versions: Versions) -> None:
        instant = _MARIADB if versions.flavour == "mariadb" else _MYSQL
        self._catalog = _INSTANT if versions.server >= instant.any else _ONLINE
        self._drop = _INSTANT if versions.server >= instant.drops else _ONLINE
        self._renames = is_since(versions.server, behaviour("mysql").renames_columns_since.get(versions.flavour, ()))

    def parts(self, changes: Sequence[Change], before: Database, after: Database) -> Iterator[MigrationPart]:
        together: list[Change] = []
        current = before
        for change in changes:
            if together and not (_shares_a_file(together[-1], change, before) or _lacks_key(together, change)):
                yield self._online(together, current, after)
                current, together = apply(current, tuple(together))[0], []
            together.append(change)
        if together:
            yield self._online(together, current, after)

    def text(self, part: MigrationPart, first: Sequence[str] = (), last: Sequence[str] = ()) -> str:
        """A short wait for locks, then the statements."""
        in_use = any(_in_use(change, part.before) for change in part.changes) if part.before else False
        wait = (_WAIT,) if in_use or part.locks else ()
        return closed((*wait, *first, *part.statements, *last))

    def _online(self, changes: Sequence[Change], before: Database, after: Database) -> MigrationPart:
        algorithm = self._algorithm(changes, before)
        plain = written(changes, before, after)
        plain = plain if self._renames else tuple(_with_change(s, changes, before, after) for s in plain)
        statements = tuple(_asserted(s, algorithm) for s in plain)
        return MigrationPart(tuple(changes), statements, before=before, after=apply(before, changes)[0])

    def _algorithm(self, changes: Sequence[Change], before: Database) -> str:
        """The algorithm that the statement names for the changes of one table; empty if the server has no choice."""
        if not all(table in before.tables for change in changes for table in tables_of(change)):
            return ""
        found = {self._algorithm_of(change, before) for change in changes}
        return found.pop() if len(found) == 1 else ""

    def _algorithm_of(self, change: Change, before: Database) -> str:
        tables = [before.tables[name] for name in tables_of(change)]
        match change:
            case c.AddColumn() | c.DropColumn() if any(map(_has_fulltext, tables)):
                return ""  # with such an index neither algorithm is available
            case c.AddColumn(column=column):
                return self._catalog if _is_constant(column) else ""
            case c.DropColumn(column=column):
                return _ONLINE if any(_indexes(table, column) for table in tables) else self._drop
            case c.CreateIndex(index=index) if index.type == "BTREE":
                return _ONLINE
            case c.DropIndex() | c.RenameIndex() | c.RenameColumn():
                return _ONLINE
            case c.AlterColumn(before=old, after=new) if _takes_no_copy(old.type, new.type):
                if _only_metadata(old, new):
                    return self._catalog
                return "" if old.nullable != new.nullable and any(map(_has_fulltext, tables)) else _ONLINE
            case _:
                return ""


def _shares_a_file(last: Change, change: Change, before: Database) -> bool:
    """Whether two changes are one ALTER TABLE, or about tables that are not in use yet."""
    if not _in_use(last, before) and not _in_use(change, before):
        return True
    alters = (c.AddColumn, c.DropColumn)
    return tables_of(last) == tables_of(change) and type(last) is type(change) and isinstance(change, alters)


def _lacks_key(together: Sequence[Change], change: Change) -> bool:
    """Whether the table of a change has lost its primary key and not got another one. A column that counts must be a key
    at the end of every statement (1075), so it loses the key, changes and gets another in one ALTER TABLE.
    """
    keys = [x for x in together if isinstance(x, c.DropPrimaryKey | c.AddPrimaryKey)]
    return bool(keys) and isinstance(keys[-1], c.DropPrimaryKey) and tables_of(keys[-1]) == tables_of(change)


def _in_use(change: Change, before: Database) -> bool:
    """Whether a change locks a table in use: the changed table, or the one that its foreign key references."""
    return any(table in before.tables for table in _locked(change))


def _locked(change: Change) -> tuple[QualifiedName, ...]:
    if isinstance(change, c.AddForeignKey | c.DropForeignKey):
        return (*tables_of(change), change.foreign_key.referenced_table)
    if isinstance(change, c.RenameTable):
        return (change.before.name,)
    return tables_of(change)


def _is_constant(column: Column) -> bool:
    """Whether a new column has the same value in all existing rows."""
    computed = column.auto_increment or column.generated is not None
    return not computed and (column.default is None or not _VOLATILE.search(column.default.text))


def _has_fulltext(table: Table) -> bool:
    return any(index.type == "FULLTEXT" for index in table.indexes)


def _indexes(table: Table, column: Column) -> bool:
    return any(part.name == column.name for index in table.indexes for part in index.columns)


def _takes_no_copy(before: ColumnType, after: ColumnType) -> bool:
    """Whether stored values of one type are valid for the other."""
    if evolve(before, args=after.args) != after:
        return False
    if after.name == "ENUM":
        return after.args[: len(before.args)] == before.args
    if after.name == "VARCHAR":
        old, new = (type_.number() or 0 for type_ in (before, after))
        return old <= new and (old <= _SHORT_TEXT) == (new <= _SHORT_TEXT)
    return before == after


def _only_metadata(before: Column, after: Column) -> bool:
    same = before.nullable == after.nullable and before.auto_increment == after.auto_increment
    return same and (before.type == after.type or after.type.name == "ENUM")


def _with_change(statement: str, changes: Sequence[Change], before: Database, after: Database) -> str:
    """The statement with CHANGE and the whole definition in place of RENAME COLUMN."""
    for change in changes:
        if isinstance(change, c.RenameColumn):
            old, definition = renamed_by_definition(change, before, after)
            statement = f"CHANGE {old} {definition}".join(_RENAME_COLUMN.split(statement))
    return statement


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
