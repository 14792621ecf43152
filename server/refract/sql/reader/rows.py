"""Reads with sqlglot which rows a statement reads and writes: a second opinion on statements unknown to the reader, too.

The one module that knows sqlglot, which is imported when the first statement needs it: most histories never do.
Anything that it cannot parse is "not known".
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from refract.schema.changes import Backfill
from refract.schema.model import QualifiedName

if TYPE_CHECKING:
    from sqlglot import exp

LENGTH_LIMIT = 20_000
"""Characters. sqlglot needs about a millisecond for a thousand, and a long statement usually loads data."""

DEPTH_LIMIT = 60
"""Nested parentheses, which sqlglot reads by recursion."""

_DIALECTS = {
    "postgresql": "postgres",
    "cockroachdb": "postgres",
    "mysql": "mysql",
    "sqlite": "sqlite",
    "sqlserver": "tsql",
}


@frozen
class RowEffects:
    """What a statement does with rows. `verb` is empty for one that only reads.

    `filtered`: an UPDATE or DELETE is for some rows only (WHERE, a join, LIMIT); None for other verbs.
    """

    verb: str
    writes: tuple[QualifiedName, ...] = ()
    reads: tuple[QualifiedName, ...] = ()
    columns: tuple[str, ...] = ()
    filtered: bool | None = None


def rows_of(sql: str, provider: str, default_schema: str) -> RowEffects | None:
    """What the single statement in `sql` does with rows; None if it does something else or cannot be read."""
    if len(sql) > LENGTH_LIMIT or _depth(sql) > DEPTH_LIMIT:
        return None
    try:
        return _rows(sql, provider, default_schema)
    except Exception:  # a parser of many dialects, on any text: RecursionError and TypeError are among what it raises
        return None


def with_rows(change: Backfill, provider: str, default_schema: str) -> Backfill:
    """The change with what it reads, the columns that it writes and whether it is filtered, as far as known."""
    found = rows_of(change.sql, provider, default_schema)
    if found is None or found.verb != change.verb:
        return change
    return evolve(change, reads=found.reads, columns=found.columns, filtered=found.filtered)


def _depth(sql: str) -> int:
    depth = deepest = 0
    for sign in sql:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _rows(sql: str, provider: str, schema: str) -> RowEffects | None:
    import sqlglot  # noqa: PLC0415  a tenth of a second, which most runs can do without
    from sqlglot import exp  # noqa: PLC0415

    logging.getLogger("sqlglot").disabled = True
    tree = _folded(sqlglot.parse_one(sql, dialect=_DIALECTS[provider]), provider)
    if isinstance(tree, exp.Query):
        return _written_in_query(tree, schema)
    if isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.Merge):
        return _written(tree, schema)
    return None


def _folded(tree: exp.Expr, provider: str) -> exp.Expr:
    """The tree with names in the case in which the database keeps them."""
    from sqlglot import exp  # noqa: PLC0415

    if _DIALECTS[provider] == "postgres":
        for name in tree.find_all(exp.Identifier):
            if not name.quoted:
                name.set("this", name.name.lower())
    return tree


def _written_in_query(tree: exp.Query, schema: str) -> RowEffects | None:
    """A query writes if a part of its WITH does (PostgreSQL)."""
    from sqlglot import exp  # noqa: PLC0415

    parts = list(tree.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge))
    if not parts and tree.args.get("into") is None:
        return RowEffects("", reads=_tables(tree, schema, None))
    return _written(parts[0], schema) if len(parts) == 1 else None


def _written(tree: exp.Expr, schema: str) -> RowEffects | None:
    from sqlglot import exp  # noqa: PLC0415

    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(target, exp.Table):
        return None
    name = _resolved(target, tree, schema)
    reads = tuple(read for read in _tables(tree.root(), schema, target) if read != name)
    return RowEffects(tree.key.upper(), (name,), reads, _columns(tree), _filtered(tree))


def _filtered(tree: exp.Expr) -> bool | None:
    from sqlglot import exp  # noqa: PLC0415

    if not isinstance(tree, exp.Update | exp.Delete):
        return None
    return any(tree.args.get(part) is not None for part in ("where", "limit")) or tree.find(exp.Join) is not None


def _resolved(target: exp.Table, tree: exp.Expr, schema: str) -> QualifiedName:
    """The table; SQL Server's `UPDATE t SET ... FROM table t` names it by its alias."""
    from sqlglot import exp  # noqa: PLC0415

    for table in tree.find_all(exp.Table):
        if table is not target and table.alias == target.name and not target.db:
            return _name(table, schema)
    return _name(target, schema)


def _tables(tree: exp.Expr, schema: str, target: exp.Table | None) -> tuple[QualifiedName, ...]:
    """The tables in `tree` except `target`, names from WITH and aliases."""
    from sqlglot import exp  # noqa: PLC0415

    tables = list(tree.find_all(exp.Table))
    local_names = {part.alias for part in (*tree.find_all(exp.CTE), *tables)}
    named = [t for t in tables if t is not target and t.name and (t.db or t.alias or t.name not in local_names)]
    return tuple(dict.fromkeys(_name(table, schema) for table in named))


def _columns(tree: exp.Expr) -> tuple[str, ...]:
    """Columns that the statement names as written: of INSERT (a, b), and of SET."""
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(tree, exp.Insert):
        return tuple(c.name for c in tree.this.expressions) if isinstance(tree.this, exp.Schema) else ()
    if not isinstance(tree, exp.Update):
        return ()
    sets = [e.this for e in tree.expressions if isinstance(e, exp.EQ)]
    found = [part for side in sets for part in (side.expressions if isinstance(side, exp.Tuple) else [side])]
    return tuple(dict.fromkeys(part.name for part in found))


def _name(table: exp.Table, schema: str) -> QualifiedName:
    return QualifiedName((table.db or schema) if schema else "", table.name)
