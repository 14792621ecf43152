"""What the migrations have built beyond the schema, and the writers of SQL have to know: partitions, deferred foreign keys; on SQLite all that a
table loses when it is rebuilt, which are views, triggers, checks, collations and the indexes that a schema cannot hold.
"""

from __future__ import annotations

from attrs import evolve

from refract.providers.behaviour import behaviour
from refract.schema.expressions import names_column
from refract.schema.indexes import index_names, is_beyond_schema
from refract.schema.model import Column, Database, Table


def with_history(asked: Database, history: Database | None) -> Database:
    """The database of a schema, with what hangs on its tables in the history."""
    if history is None:
        return asked
    is_file = behaviour(asked.provider).is_file
    found = {name: history.tables.get(name) for name in asked.tables}
    tables = {
        name: table
        if (built := found[name]) is None
        else _rebuildable(table, built)
        if is_file
        else _as_built(table, built)
        for name, table in asked.tables.items()
    }
    if not is_file:
        return evolve(asked, tables=tables)
    return evolve(asked, tables=tables, views={**asked.views, **history.views}, objects=history.objects)


def _as_built(table: Table, built: Table) -> Table:
    """The table with its partitions, and with foreign keys that are checked when they are."""
    keys = {key.name: key.deferral for key in built.foreign_keys}
    foreign_keys = tuple(evolve(key, deferral=keys.get(key.name, key.deferral)) for key in table.foreign_keys)
    if not built.is_partitioned and foreign_keys == table.foreign_keys:
        return table
    return evolve(table, is_partitioned=built.is_partitioned, foreign_keys=foreign_keys)


def _rebuildable(table: Table, built: Table) -> Table:
    """The table with all that must be made again when it is rebuilt, except what is about columns that it no longer has."""
    gone = [column.name for column in built.columns if table.column(column.name) is None]
    indexes = (x for x in built.indexes if is_beyond_schema(x) and not any(index_names(x, c, "sqlite") for c in gone))
    checks = (x for x in built.checks if not any(names_column(x.expression, c, "sqlite") for c in gone))
    known = {index.name for index in table.indexes}
    return evolve(
        table,
        columns=tuple(_collated(column, built.column(column.name)) for column in table.columns),
        indexes=(*table.indexes, *(x for x in indexes if x.name not in known)),
        checks=tuple(checks),
    )


def _collated(column: Column, built: Column | None) -> Column:
    return column if built is None else evolve(column, collation=built.collation)
