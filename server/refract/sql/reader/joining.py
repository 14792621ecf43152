"""Rows of a query: crossed, joined and counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

from attrs import frozen

from refract.sql.reader.catalogue import Row
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.tokens import END, STRING
from refract.sql.reader.values import UNKNOWN, Ordered, Value, either, equal

Scope = Mapping[str, Row]
"""The rows that names stand for, by their alias."""

Rows = Sequence[tuple[Scope, Value]]
"""Rows of a query, each with whether it is one: True, or UNKNOWN."""

_MOST_ROWS = 200_000


@frozen
class Query:
    """A SELECT: the values of each of its rows, with whether the row is there. None: nobody knows the rows."""

    names: tuple[str, ...]
    rows: tuple[tuple[tuple[Value, ...], Value], ...] | None

    @property
    def exists(self) -> Value:
        """Whether it has a row."""
        return UNKNOWN if self.rows is None else either([there for _, there in self.rows]) is True or self._unsure()

    def _unsure(self) -> Value:
        return UNKNOWN if any(there is UNKNOWN for _, there in self.rows or ()) else False

    @property
    def certain(self) -> tuple[tuple[Value, ...], ...] | None:
        """Its rows, if all of them are known."""
        if self.rows is None or any(there is UNKNOWN for _, there in self.rows):
            return None
        return tuple(values for values, there in self.rows if there is True)

    @property
    def scalar(self) -> Value:
        """The first value of its first row."""
        rows = self.certain
        if rows is None:
            return UNKNOWN
        return rows[0][0] if rows and rows[0] else None


def counted(items: list[tuple[str, Callable[[Scope], Value]]], rows: Rows) -> Query:
    """The one row of a query with `count(*)`."""
    count: Value = UNKNOWN if any(there is UNKNOWN for _, there in rows) else len(rows)
    scope: Scope = {"count": {"count": count}}
    return Query(tuple(name for name, _ in items), ((tuple(read(scope) for _, read in items), True),))


def crossed(rows: Rows, source: tuple[str, list[Row]]) -> Rows:
    """Each of the rows with each of the source."""
    alias, more = source
    if len(rows) * len(more) > _MOST_ROWS:
        raise UnreadableStatement("too many rows")
    return [({**scope, alias: row}, there) for (scope, there), row in product(rows, more)]


def matched(rows: Rows, source: tuple[str, list[Row]], cursor: Cursor) -> Rows:
    """The pairs that may satisfy `ON a.x = b.y`, which is still at the cursor; all pairs before any other condition."""
    keys = _joined_columns(cursor, source[0])
    if keys is None:
        return crossed(rows, source)
    alias, more = source
    (other, left), right = keys
    by_value: dict[Value, list[Row]] = {}
    for row in more:
        by_value.setdefault(row.get(right, UNKNOWN), []).append(row)
    found = []
    for scope, there in rows:
        value = scope.get(other, {}).get(left, UNKNOWN)
        fitting = more if value is UNKNOWN else [*by_value.get(value, ()), *by_value.get(UNKNOWN, ())]
        found += [({**scope, alias: row}, there) for row in fitting]
        if len(found) > _MOST_ROWS:
            raise UnreadableStatement("too many rows")
    return found


def _joined_columns(cursor: Cursor, alias: str) -> tuple[tuple[str, str], str] | None:
    """Of `ON a.x = b.y [AND ...]`: the column of the rows so far, and that of the source called `alias`."""
    if not (cursor.at("ON") and cursor.key(2) == cursor.key(6) == "." and cursor.key(4) == "="):
        return None
    if cursor.key(8) not in ("AND", "WHERE", "JOIN", "INNER", END):
        return None
    start = cursor.position
    cursor.position += 1
    one = cursor.dotted()
    cursor.position += 1
    other = cursor.dotted()
    cursor.position = start
    sides = {one[0]: one[1], other[0]: other[1]}
    if alias not in sides or len(sides) != 2:
        return None
    right = sides.pop(alias)
    return sides.popitem(), right


def only_table(cursor: Cursor, variables: Mapping[str, Value]) -> str | None:
    """The table that `table_name = 'x'` (or a variable) asks for, in a query of plain conditions: others need not be
    looked at.
    """
    start = cursor.position
    found: Value = None
    plain = True
    while not cursor.done:
        plain = plain and cursor.key() not in ("OR", "NOT", "SELECT", "<>", "!=")
        if cursor.key() in ("TABLE_NAME", "TABLENAME") and cursor.key(1) == "=" and cursor.key(3) in ("AND", ")", END):
            cursor.position += 2
            found = cursor.string() if cursor.key() == STRING else variables.get(cursor.text().lower(), found)
            continue
        cursor.position += 1
    cursor.position = start
    return found if plain and isinstance(found, str) else None


def same_in(scope: Scope, column: str) -> Value:
    """Whether the column is the same in both rows that have it."""
    values = [row[column] for row in scope.values() if column in row]
    return equal(values[0], values[-1]) if values else UNKNOWN


def elements(value: Value) -> tuple[Value, ...]:
    """The rows that unnest() makes."""
    return value.items if isinstance(value, Ordered) else (UNKNOWN,)
