"""MySQL and MariaDB: the names of keys and indexes that a statement leaves without one, numbered as the server does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import evolve

from refract.schema.key_indexes import free_name
from refract.schema.model import Check, ForeignKey, Index, QualifiedName
from refract.sql.reader.keys import Constraint


def named(constraint: Constraint, table: QualifiedName, before: Iterable[Constraint]) -> Constraint:
    """The constraint with a name; `before` are those that the table has."""
    held = list(before)
    match constraint:
        case Index(name="", columns=(first, *_)):
            indexes = [x for x in held if isinstance(x, Index)]
            return evolve(constraint, name=free_name(first.name or "functional_index", indexes))
        case ForeignKey(name=""):
            keys = [x.name for x in held if isinstance(x, ForeignKey)]
            return evolve(constraint, name=_numbered(f"{table.name}_ibfk_", keys), index_name=constraint.columns[0])
        case Check(name=""):
            return evolve(
                constraint, name=_numbered(f"{table.name}_chk_", [x.name for x in held if isinstance(x, Check)])
            )
    return constraint


def all_named(constraints: Sequence[Constraint], table: QualifiedName) -> list[Constraint]:
    """The constraints of a new table, each with a name."""
    found: list[Constraint] = []
    for constraint in constraints:
        found.append(named(constraint, table, found))
    return found


def renamed_with_table(key: ForeignKey, before: QualifiedName, after: QualifiedName) -> ForeignKey:
    """A key of a renamed table: the server renames those that it has named."""
    number = re.fullmatch(rf"{re.escape(before.name)}(_ibfk_\d+)", key.name)
    return evolve(key, name=f"{after.name}{number.group(1)}") if number else key


def _numbered(stem: str, names: Iterable[str]) -> str:
    numbers = [int(name.removeprefix(stem)) for name in names if re.fullmatch(re.escape(stem) + r"\d{1,9}", name)]
    return f"{stem}{max(numbers, default=0) + 1}"
