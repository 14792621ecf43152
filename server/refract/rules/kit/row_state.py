"""What a migration's statements have made of the rows when a change runs: one answer for all rules.

A careful migration empties, fills, copies or checks rows before the statement that could lose them or fail on them.
Each method asks about the statements above the change; if a schema is judged, there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import permutations, takewhile

from attrs import evolve, frozen

from refract.providers.costs import proves_not_null
from refract.rules.kit.context import RuleContext
from refract.schema.changes import (
    AddCheck,
    AlterColumn,
    Backfill,
    Change,
    DropCheck,
    Statement,
    ValidateConstraint,
)
from refract.schema.model import Check, QualifiedName


class Filled(IntEnum):
    """How far the statements above have replaced NULL in a column."""

    NOTHING = 0
    SOME = 1  # by a join or with a condition: rows that do not match keep NULL
    ALL = 2


@frozen(eq=False)
class RowState:
    """The rows after the statements `above` a change. `own` are the changes of its own statement."""

    context: RuleContext
    above: tuple[Statement, ...]
    own: tuple[Change, ...] = ()

    def is_empty(self, table: QualifiedName) -> bool:
        """Whether the table has lost all rows, and got none since."""
        empty = False
        for data in self._written(table):
            empty = data.verb == "TRUNCATE" or (data.verb == "DELETE" and (data.filtered is False or empty))
        return empty

    def has_rows(self, table: QualifiedName) -> bool:
        """Whether a statement above has written rows to a table, and none has emptied it since."""
        return any(data.verb in _COPIES for data in self._written(table)) and not self.is_empty(table)

    def has_check(self, table: QualifiedName) -> bool:
        """Whether a CHECK of the table holds for every row."""
        return any(check.validated for check in self._checks(table).values())

    def filled(self, table: QualifiedName, column: str) -> Filled:
        """How far NULL has been replaced in the column."""
        by_rows = (_fills(data, column) for data in self._written(table))
        by_type = (Filled.ALL for c in self._altered(table, column) if c.using and _NEVER_NULL.search(c.using))
        return max((*by_rows, *by_type), default=Filled.NOTHING)

    def has_copied(self, table: QualifiedName, column: str) -> bool:
        """Whether a statement has read the column and written something: most likely its values to another place."""
        named = _named(column)
        return any(
            data.verb in _COPIES
            and table in (*data.tables, *data.reads)
            and (column not in data.columns or table not in data.tables)
            and (named.search(data.sql) is not None or (table in data.reads and _EVERY_COLUMN.search(data.sql)))
            for data in self._data()
        )

    def has_copied_rows(self, table: QualifiedName) -> bool:
        """Whether a statement has read the table to write rows of another one."""
        return any(data.verb in _COPIES and table in data.reads and table not in data.tables for data in self._data())

    def has_settled(self, table: QualifiedName, columns: Sequence[str]) -> bool:
        """Whether rows were deleted by what they hold in one of the columns, or got other values there."""
        return any(
            (data.verb == "DELETE" and data.filtered is not False and _name_any(data.sql, columns))
            or (data.verb == "UPDATE" and not set(columns).isdisjoint(data.columns))
            for data in self._written(table)
        )

    def has_deduplicated(self, table: QualifiedName, columns: Sequence[str]) -> bool:
        """Whether a DELETE compares rows by these columns, and so leaves one of each that are equal."""
        return any(data.verb == "DELETE" and _compares(data.sql, columns) for data in self._written(table))

    def is_filled_by_statement(self, table: QualifiedName, column: str) -> bool:
        """Whether an UPDATE or DELETE above has left no NULL in a column that existed before the migration."""
        if self.context.added_column(table, column) is not None:
            return False
        return any(_fills(data, column) is Filled.ALL for data in self._written(table))

    def is_null_everywhere(self, table: QualifiedName, column: str) -> bool:
        """Whether the column is so new that every row still holds NULL in it."""
        added = self.context.added_column(table, column)
        plain = added is not None and added.nullable and not (added.default or added.auto_increment or added.generated)
        return plain and not any(column in data.columns or not data.columns for data in self._written(table))

    def has_removed(self, table: QualifiedName, column: str, value: str) -> bool:
        """Whether no row holds the value any more: such rows were deleted, changed, or are converted."""
        converted = _converted(value)
        return (
            self.is_empty(table)
            or any(_removes(data, column, value) for data in self._written(table))
            or any(c.using and converted.search(c.using) for c in self._altered(table, column))
        )

    def requires_value(self, table: QualifiedName, column: str) -> bool:
        """Whether a CHECK that holds for every row refuses NULL in the column."""
        return proves_not_null(self._checks(table).values(), column)

    def _checks(self, table: QualifiedName) -> dict[str, Check]:
        known = self.context.before.tables.get(table)
        checks = {check.name: check for check in known.checks} if known else {}
        for change in self._changes():
            match change:
                case AddCheck(table=name, check=check) if name == table:
                    checks[check.name] = check
                case DropCheck(table=name, check=check) if name == table:
                    checks.pop(check.name, None)
                case ValidateConstraint(table=name, constraint=of) if name == table and of in checks:
                    checks[of] = evolve(checks[of], validated=True)
        return checks

    def _changes(self) -> Iterator[Change]:
        return (change for statement in self.above for change in statement.changes)

    def _data(self) -> Iterator[Backfill]:
        return (change for change in self._changes() if isinstance(change, Backfill))

    def _written(self, table: QualifiedName) -> Iterator[Backfill]:
        return (data for data in self._data() if table in data.tables)

    def _altered(self, table: QualifiedName, column: str) -> Iterator[AlterColumn]:
        altered = (change for change in (*self._changes(), *self.own) if isinstance(change, AlterColumn))
        return (change for change in altered if change.table == table and change.after.name == column)


def rows_before(context: RuleContext, change: Change) -> RowState:
    """The rows when a change runs."""
    own = context.statement_of(change)
    above = tuple(takewhile(lambda statement: statement is not own, context.statements))
    return RowState(context, above, own.changes if own else ())


def rows_above(context: RuleContext, statement: Statement) -> RowState:
    """The rows when a statement runs."""
    return RowState(context, tuple(takewhile(lambda other: other is not statement, context.statements)))


def rows_at_the_end(context: RuleContext) -> RowState:
    """The rows after the whole migration."""
    return RowState(context, context.statements)


_COPIES = frozenset({"UPDATE", "INSERT", "MERGE"})
_NEVER_NULL = re.compile(r"^\W*(?:COALESCE|CONCAT)\s*\(|\bIS\s+(?:NOT\s+)?NULL\W*$", re.IGNORECASE)
"""A conversion whose result is no NULL. COALESCE can give one, but is written to give none."""

_ASKS_FOR_NULL = re.compile(r"\A\W*\w+\W+IS\s+(?:NOT\s+)?NULL\W*\Z", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_AND = re.compile(r"\bAND\b", re.IGNORECASE)
_HAVING = re.compile(r"\bHAVING\b", re.IGNORECASE)
_NOT_IN = re.compile(r"\bNOT\s+IN\b", re.IGNORECASE)
_SECOND_AND_LATER = re.compile(r">\s*1\b|>=\s*2\b|<>\s*1\b|!=\s*1\b")
_OTHER_ROWS = re.compile(r"<>|!=|\bNOT\b", re.IGNORECASE)
_EVERY_COLUMN = re.compile(r"\bSELECT\s+(?:\w+\.)?\*", re.IGNORECASE)


def never_fails(using: str) -> bool:
    """Whether a conversion only asks whether there is a value, which is possible for each."""
    return _ASKS_FOR_NULL.search(using) is not None


def names_column(sql: str, column: str) -> bool:
    """Whether a piece of SQL has the column's name in it."""
    return _named(column).search(sql) is not None


def _fills(data: Backfill, column: str) -> Filled:
    if data.verb == "DELETE" and _is_null(column).search(data.sql):
        return Filled.ALL
    if data.verb not in ("UPDATE", "MERGE") or column not in data.columns:
        return Filled.NOTHING
    if _set_to_null(column).search(data.sql):
        return Filled.NOTHING
    reaches_all = data.filtered is False or _is_null(column).search(data.sql) is not None
    return Filled.ALL if reaches_all and not data.reads else Filled.SOME


def _compares(sql: str, columns: Sequence[str]) -> bool:
    """Whether rows are numbered, grouped or joined by exactly these columns, and nothing else decides which are deleted.

    `HAVING` is no such form: it deletes one row of each group, which leaves two of three.
    """
    wheres, ands = len(_WHERE.findall(sql)), len(_AND.findall(sql))
    if wheres <= 2 and wheres + ands == 2 and _grouped("PARTITION", columns).search(sql):
        return _SECOND_AND_LATER.search(sql) is not None
    if wheres == 1 and not ands and _grouped("GROUP", columns).search(sql):
        return _NOT_IN.search(sql) is not None and _HAVING.search(sql) is None
    equal = (re.search(rf"{_part(column)}\s*=\s*{_part(column)}", sql) for column in columns)
    return wheres == 1 and ands == len(columns) and all(equal)


def _grouped(word: str, columns: Sequence[str]) -> re.Pattern[str]:
    orders = ([_part(column) for column in order] for order in permutations(columns[:_MOST_GROUPED]))
    lists = "|".join(r"\s*,\s*".join(order) for order in orders)
    return re.compile(rf"\b{word}\s+BY\s+(?:{lists})\s*(?=\)|\bORDER\b|\bHAVING\b|\Z)", re.IGNORECASE)


_MOST_GROUPED = 4


def _part(column: str) -> str:
    """A column with or without its table and quotes."""
    opened, closed = r'["\x60\[]?', r'["\x60\]]?'  # x60 is the backtick of MySQL
    return rf"(?:\w+\.)?{opened}(?<![\w$]){re.escape(column)}(?![\w$]){closed}"


def _removes(data: Backfill, column: str, value: str) -> bool:
    if data.verb not in ("UPDATE", "DELETE") or (data.verb == "UPDATE" and column not in data.columns):
        return False
    if _converted(value).search(data.sql) or (data.filtered is False and f"'{value}'" not in data.sql):
        return True
    condition = _WHERE.split(data.sql)[-1]
    chosen = _named(column).search(condition) is not None and f"'{value}'" in condition
    return data.filtered is True and chosen and _OTHER_ROWS.search(condition) is None


def _converted(value: str) -> re.Pattern[str]:
    """A CASE that gives another value for this one."""
    return re.compile(rf"\bWHEN\b[^']*'{re.escape(value)}'", re.IGNORECASE)


def _name_any(sql: str, columns: Sequence[str]) -> bool:
    return any(_named(column).search(sql) for column in columns)


def _named(column: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$]){re.escape(column)}(?![\w$])")


def _set_to_null(column: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$]){re.escape(column)}[\"`\]]?\s*=\s*NULL\b", re.IGNORECASE)


def _is_null(column: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$]){re.escape(column)}[\"`\]]?\s+IS\s+NULL", re.IGNORECASE)
