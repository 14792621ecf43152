"""Names that PostgreSQL makes up for what a statement leaves without one: shortened to 63 bytes, with a number if taken.

As `makeObjectName`, `ChooseRelationName` and `ChooseConstraintName` of its sources do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

from attrs import evolve

from refract.schema.apply import Draft
from refract.schema.expressions import names_column
from refract.schema.model import Check, Column, ForeignKey, Index, IndexColumn, PrimaryKey, QualifiedName, Table
from refract.schema.sequences import own_sequence
from refract.sql.reader.expression_names import name_of_expression
from refract.sql.reader.keys import Constraint

_MOST = 63
"""Bytes of a name."""


class Namer:
    """Gives names in one statement about a table: none that the draft has, and none twice."""

    def __init__(self, table: QualifiedName, draft: Draft) -> None:
        self._table = table
        self._draft = draft
        self._new: set[str] = set()

    def sequence(self, column: str) -> str:
        """The name of the sequence of a column that counts."""
        return self._free(column, "seq", self._is_relation)

    def index(self, index: Index) -> Index:
        """The index with a name."""
        named = [_name_of_part(part) for part in index.columns]
        label = "key" if index.constraint else "idx"
        label, named = ("excl", _excluded(index)) if index.type == "EXCLUDE" else (label, [*named, *index.include])
        taken = self._is_anything if index.constraint else self._is_relation
        return evolve(index, name=index.name or self._free(_joined(_distinct(named)), label, taken))

    def constraints(self, found: Iterable[Constraint], columns: Iterable[Column]) -> tuple[Constraint, ...]:
        """The constraints with names, which they get in the server's order; two equal ones are one."""
        known = tuple(column.name for column in columns)
        unnamed = list(found)
        order = sorted(range(len(unnamed)), key=lambda at: _ORDER[type(unnamed[at])])
        named = {at: self._named(unnamed[at], known) for at in order}
        return tuple(named[at] for at in range(len(unnamed)))

    def _named(self, constraint: Constraint, columns: Sequence[str]) -> Constraint:
        if constraint.name or (isinstance(constraint, Index | PrimaryKey) and not constraint.columns):
            self._new.add(constraint.name)
            return constraint
        match constraint:
            case PrimaryKey():
                return evolve(constraint, name=self._free("", "pkey", self._is_anything))
            case Index():
                return self.index(constraint)
            case ForeignKey():
                return evolve(constraint, name=self._free(_joined(constraint.columns), "fkey", self._is_constraint))
            case Check():
                used = [x for x in columns if names_column(constraint.expression, x, "postgresql")]
                column = used[0] if len(used) == 1 else ""
                return evolve(constraint, name=self._free(column, "check", self._is_constraint))

    def _free(self, middle: str, label: str, taken: Callable[[str], bool]) -> str:
        for number in count():
            name = object_name(self._table.name, middle, f"{label}{number or ''}")
            if name not in self._new and not taken(name):
                self._new.add(name)
                return name
        raise AssertionError  # count() has no end

    def _is_anything(self, name: str) -> bool:
        return self._is_relation(name) or self._is_constraint(name)

    def _is_relation(self, name: str) -> bool:
        wanted = QualifiedName(self._table.schema, name)
        draft = self._draft
        return wanted in draft.tables or wanted in draft.views or wanted in draft.sequences or name in self._relations()

    def _relations(self) -> Iterator[str]:
        """The indexes, and the sequences that came with columns, of the schema."""
        for table in self._draft.tables.values():
            if table.name.schema == self._table.schema:
                yield from (index.name for index in table.indexes)
                yield table.primary_key.name if table.primary_key else ""
                yield from (s.name.name for x in table.columns if x.auto_increment and (s := own_sequence(table, x)))

    def _is_constraint(self, name: str) -> bool:
        tables = (t for t in self._draft.tables.values() if t.name.schema == self._table.schema)
        return any(name in _constraint_names(table) for table in tables)


def _constraint_names(table: Table) -> Iterator[str]:
    yield from (key.name for key in table.foreign_keys)
    yield from (check.name for check in table.checks)
    yield from (index.name for index in table.indexes if index.constraint)
    yield table.primary_key.name if table.primary_key else ""


_ORDER = {Check: 0, PrimaryKey: 1, Index: 2, ForeignKey: 3}


def object_name(first: str, second: str, label: str) -> str:
    """The parts with `_` between them, the longer one of the first two shortened until all fit."""
    parts = [first.encode(), second.encode()]
    room = _MOST - len(label.encode()) - 1 - (1 if second else 0)
    while len(parts[0]) + len(parts[1]) > room:
        longer = 0 if len(parts[0]) > len(parts[1]) else 1
        parts[longer] = parts[longer][:-1]
    texts = [part.decode(errors="ignore") for part in parts]
    return "_".join(text for text in (*texts, label) if text)


def _joined(names: Iterable[str]) -> str:
    """Names with `_` between them; none is added to what is longer than a name already."""
    found = b""
    for name in names:
        found += (b"_" if found else b"") + name.encode()[:_MOST]
        if len(found) > _MOST:
            break
    return found.decode(errors="ignore")


def _distinct(names: Iterable[str]) -> list[str]:
    """Names of which those that occurred before have a number."""
    found: list[str] = []
    for name in names:
        numbered = (_numbered(name, number) for number in count(1))
        found.append(name if name not in found else next(x for x in numbered if x not in found))
    return found


def _numbered(name: str, number: int) -> str:
    room = _MOST - len(str(number))
    return name.encode()[:room].decode(errors="ignore") + str(number)


def _name_of_part(part: IndexColumn) -> str:
    return part.name or name_of_expression(part.expression or "") or "expr"


_ELEMENTS = re.compile(r"(?:USING\s+\w+\s*)?\((.*)", re.IGNORECASE | re.DOTALL)
_ELEMENT = re.compile(r"\s*(.*?)\s+WITH\s+[^,)\s]+\s*[,)]", re.IGNORECASE | re.DOTALL)


def _excluded(index: Index) -> list[str]:
    """The names of the elements of an exclusion constraint."""
    inside = _ELEMENTS.match(index.columns[0].expression or "")
    if inside is None:
        return ["expr"]
    elements = (match.group(1) for match in _ELEMENT.finditer(inside.group(1)))
    return [name_of_expression(element) or "expr" for element in elements]
