"""Tables made of others: CREATE TABLE AS, SELECT INTO, LIKE, INHERITS and PARTITION OF.

Columns of a query are derived where it lists columns of tables, or casts. Otherwise the table has unknown columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from refract.schema.model import Check, Column, ColumnType, ForeignKey, Index, PrimaryKey, QualifiedName, Table
from refract.sql.reader.cursor import Cursor, UnreadableStatement
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import QUOTED
from refract.sql.reader.types import read_type

_QUERY = ("SELECT", "WITH", "TABLE", "VALUES", "EXECUTE", "(")
_ENDS = frozenset(
    {"FROM", "INTO", "WHERE", "GROUP", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT", "HAVING", "WITH", ""}
)
_AFTER_SOURCE = frozenset(
    {*_ENDS, "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "ON", "USING", "WINDOW"}
)
_OPTIONS = frozenset({"CONSTRAINTS", "DEFAULTS", "GENERATED", "IDENTITY", "INDEXES"})


@frozen
class _Item:
    """One thing that a query lists: `*`, a column of a source, or a value of a type; each perhaps unknown."""

    name: str
    source: str = ""
    column: str = ""
    type: ColumnType | None = None


def query_follows(cursor: Cursor) -> bool:
    """Whether the table is made of a query: `AS SELECT`, perhaps after names and options."""
    start, depth, found = cursor.position, 0, False
    while not cursor.done and not found:
        depth += (cursor.key() == "(") - (cursor.key() == ")")
        found = depth == 0 and cursor.key() == "AS" and cursor.key(1) in _QUERY
        cursor.position += not found
    cursor.position = start
    return found


def table_of_query(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    """At `[(names)] [options] AS query`."""
    names = cursor.names() if cursor.key() == "(" else ()
    while not cursor.accept("AS"):
        cursor.position += 1
    table = _of_query(cursor, name, session)
    if not names:
        return table
    columns = (evolve(column, name=new) for column, new in zip(table.columns, names, strict=False))
    return evolve(table, columns=tuple(columns), columns_known=table.columns_known and len(names) == len(table.columns))


def target_of_select(cursor: Cursor) -> bool:
    """Step to the INTO of a SELECT that makes a table, if there is one."""
    depth = 0
    while not cursor.done:
        depth += (cursor.key() == "(") - (cursor.key() == ")")
        if depth == 0 and cursor.key() == "INTO":
            return cursor.key(-1) not in ("INSERT", "MERGE", "REPLACE")
        cursor.position += 1
    return False


def table_of_select(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    """At the beginning of `SELECT ... INTO name ...`."""
    return _of_query(cursor, name, session)


def _of_query(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    try:
        columns = _columns_of_query(cursor, session)
    except UnreadableStatement:
        return Table(name, (), columns_known=False)
    known = tuple(column for column in columns if column is not None)
    return Table(name, known, columns_known=len(known) == len(columns))


def _columns_of_query(cursor: Cursor, session: ReadingState) -> list[Column | None]:
    if cursor.accept("TABLE"):
        return [_plain(column, column.name) for column in _table(cursor, session).columns]
    cursor.expect("SELECT")
    cursor.accept("DISTINCT") or cursor.accept("ALL")
    items: list[_Item | None] = []
    sources: dict[str, Table] = {}
    for part in cursor.items():
        if sources:
            raise UnreadableStatement("several sources")
        items.append(_item(part, session))
        _skip_into(part)
        if part.accept("FROM"):
            sources = dict(_sources(part, session))
    found: list[Column | None] = []
    for item in items:
        found += _resolved(item, sources)
    return found


def _skip_into(part: Cursor) -> None:
    if part.accept("INTO"):
        while part.one_of("TEMP", "TEMPORARY", "UNLOGGED", "LOCAL", "GLOBAL", "TABLE") is not None:
            pass
        part.dotted()


def _item(part: Cursor, session: ReadingState) -> _Item | None:
    if part.accept("*"):
        return _Item("*")
    start = part.position
    names = part.dotted() if part.key() == QUOTED or part.text().isidentifier() else []
    if part.accept("*") and names:
        return _Item("*", names[-1])
    column, source = (names[-1], names[-2] if len(names) > 1 else "") if names else ("", "")
    type_ = None
    if part.accept("::") and names:
        type_, _ = read_type(part, session.scope)
    alias = _alias(part)
    if names and part.key() in _ENDS:
        return _Item(alias or column, source, column, type_)
    part.position = start
    _skip_expression(part)
    return None


def _skip_expression(part: Cursor) -> None:
    depth = 0
    while not part.done and (depth or part.key() not in _ENDS):
        depth += (part.key() == "(") - (part.key() == ")")
        part.position += 1


def _alias(part: Cursor) -> str:
    if part.accept("AS"):
        return part.identifier()
    plain = part.key() == QUOTED or part.text().isidentifier()
    return part.identifier() if plain and part.key() not in _AFTER_SOURCE else ""


def _sources(part: Cursor, session: ReadingState) -> Iterator[tuple[str, Table]]:
    """The tables after FROM, by their aliases."""
    while True:
        part.accept("ONLY")
        table = _table(part, session)
        yield _alias(part) or table.name.name, table
        while not part.done and part.key() != "JOIN":
            if part.key() in ("UNION", "INTERSECT", "EXCEPT"):
                raise UnreadableStatement("several queries")
            part.position += 1
        if not part.accept("JOIN"):
            return


def _table(part: Cursor, session: ReadingState) -> Table:
    table = session.table(session.table_name(part))
    if table is None or not table.columns_known:
        raise UnreadableStatement("a table whose columns are known")
    return table


def _resolved(item: _Item | None, sources: dict[str, Table]) -> list[Column | None]:
    if item is None:
        return [None]
    tables = [table for alias, table in sources.items() if item.source in ("", alias)]
    if item.name == "*" and not item.column:
        return [_plain(column, column.name) for table in tables for column in table.columns]
    held = next((x for table in tables if (x := table.column(item.column)) is not None), None)
    if held is None:
        return [None]
    plain = _plain(held, item.name)
    return [plain if item.type is None else evolve(plain, type=item.type)]


def _plain(column: Column, name: str) -> Column:
    """A column of a query: its type, and nothing else."""
    return Column(name, column.type, nullable=True, collation=column.collation)


def like(item: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    """After LIKE: the parts of another table, as far as they are included."""
    source = _table(item, session)
    included: set[str] = set()
    while (word := item.one_of("INCLUDING", "EXCLUDING")) is not None:
        kinds = _OPTIONS if item.accept("ALL") else {item.identifier().upper()}
        included = included | kinds if word == "INCLUDING" else included - kinds
    rest = _indexes_of(source, name) if "INDEXES" in included else Table(name, ())
    checks = source.checks if "CONSTRAINTS" in included else ()
    return evolve(rest, columns=tuple(_alike(x, source, included) for x in source.columns), checks=checks)


def _alike(column: Column, source: Table, included: set[str]) -> Column:
    plain = Column(column.name, column.type, nullable=column.nullable, collation=column.collation)
    if column.identity is not None:
        kept = "IDENTITY" in included
        return evolve(plain, auto_increment=True, identity=column.identity) if kept else plain
    if column.generated is not None and "GENERATED" in included:
        return evolve(plain, generated=column.generated)
    return _with_default_of(column, source, plain) if "DEFAULTS" in included else plain


def _with_default_of(column: Column, source: Table, plain: Column) -> Column:
    """The default of another table's column; a sequence that it counts with is shared."""
    sequence = column.sequence or f"{source.name.name}_{column.name}_seq" if column.auto_increment else None
    return evolve(plain, default=column.default, auto_increment=column.auto_increment, sequence=sequence)


def _indexes_of(source: Table, name: QualifiedName) -> Table:
    """The key and the indexes of a table, with the names that they get on another."""
    key = source.primary_key
    return Table(
        name,
        (),
        primary_key=evolve(key, name=f"{name.name}_pkey") if key is not None else None,
        indexes=tuple(evolve(index, name=_index_name(index, name)) for index in source.indexes),
    )


def _index_name(index: Index, table: QualifiedName) -> str:
    label = "excl" if index.type == "EXCLUDE" else "key" if index.constraint else "idx"
    parts = (part.name or _function(part.expression or "") for part in index.columns)
    return "_".join((table.name, *parts, label))


def _function(expression: str) -> str:
    """What PostgreSQL calls an expression in the name of an index."""
    match = re.match(r"\w+(?=\s*\()", expression)
    return match.group().lower() if match else "expr"


def inheriting(table: Table, cursor: Cursor, session: ReadingState) -> Table:
    """After INHERITS: the table with the columns and checks of its parents before its own."""
    parents = [_table(item, session) for item in cursor.group().items()]
    own = {column.name: column for column in table.columns}
    columns: dict[str, Column] = {}
    for parent in parents:
        for column in parent.columns:
            columns.setdefault(column.name, _handed_down(column, parent, own.get(column.name)))
    checks = {check.name: check for parent in parents for check in parent.checks if check.inherited}
    return evolve(
        table,
        columns=(*columns.values(), *(column for column in table.columns if column.name not in columns)),
        checks=(*checks.values(), *(check for check in table.checks if check.name not in checks)),
        inherits=tuple(parent.name for parent in parents),
    )


def _handed_down(column: Column, parent: Table, own: Column | None) -> Column:
    plain = Column(column.name, column.type, nullable=column.nullable, collation=column.collation)
    plain = evolve(plain, generated=column.generated)
    found = plain if column.identity is not None else _with_default_of(column, parent, plain)
    if own is None:
        return found
    return evolve(found, nullable=found.nullable and own.nullable, default=own.default or found.default)


def partition(cursor: Cursor, name: QualifiedName, session: ReadingState) -> Table:
    """After PARTITION OF: a table of the same shape, which Prisma does not look at."""
    parent = session.table(session.table_name(cursor))
    if parent is None:
        raise UnreadableStatement("a partitioned table")
    made = _indexes_of(parent, name)
    columns = tuple(_handed_down(column, parent, None) for column in parent.columns)
    made = evolve(made, columns=columns, checks=parent.checks, foreign_keys=parent.foreign_keys)
    return evolve(made, inherits=(parent.name,), is_partition=True, columns_known=parent.columns_known)


def constraints_of_table(table: Table) -> Iterable[PrimaryKey | Index | ForeignKey | Check]:
    """All constraints of a table, as those of a definition."""
    key = (table.primary_key,) if table.primary_key is not None else ()
    return (*key, *table.indexes, *table.foreign_keys, *table.checks)
