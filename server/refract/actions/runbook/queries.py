"""What a person asks the database before, during and after a deploy, in the SQL of each provider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from refract.providers import Provider
from refract.providers.base import quote_string
from refract.providers.behaviour import EnumHome, behaviour
from refract.schema.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AlterColumn,
    AlterEnum,
    Change,
    CreateIndex,
    RecreateColumn,
    TableChange,
    ValidateConstraint,
)
from refract.schema.model import Column, Database, Index, QualifiedName, Table

LONG = 5  # seconds after which a transaction counts as a long one


@frozen
class Query:
    """A query, its answer when all is well, and what it is about."""

    about: str
    sql: str
    answer: str


_HOLDERS: Mapping[str, str] = {
    "postgresql": f"""\
SELECT pid, usename, application_name, state, now() - xact_start AS open_for, left(query, 80) AS query
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '{LONG} seconds'
ORDER BY xact_start;""",
    "mysql": f"""\
SELECT trx_mysql_thread_id, trx_state, trx_started, trx_query
FROM information_schema.innodb_trx
WHERE trx_started < now() - INTERVAL {LONG} SECOND
ORDER BY trx_started;""",
    "sqlserver": f"""\
SELECT s.session_id, s.login_name, s.program_name, t.transaction_begin_time
FROM sys.dm_tran_session_transactions st
JOIN sys.dm_tran_active_transactions t ON t.transaction_id = st.transaction_id
JOIN sys.dm_exec_sessions s ON s.session_id = st.session_id
WHERE t.transaction_begin_time < DATEADD(second, -{LONG}, SYSDATETIME())
ORDER BY t.transaction_begin_time;""",
    "cockroachdb": "SHOW CLUSTER TRANSACTIONS;",
}

_WAITERS: Mapping[str, str] = {
    "postgresql": """\
SELECT pid, pg_blocking_pids(pid) AS held_up_by, now() - query_start AS waits_for, left(query, 80) AS query
FROM pg_stat_activity
WHERE cardinality(pg_blocking_pids(pid)) > 0;""",
    "mysql": """\
SELECT id, time, state, left(info, 80) AS query
FROM information_schema.processlist
WHERE state LIKE 'Waiting for%lock%';""",
    "sqlserver": """\
SELECT session_id, blocking_session_id, wait_type, wait_time
FROM sys.dm_exec_requests
WHERE blocking_session_id <> 0;""",
    "cockroachdb": """\
SELECT job_id, status, fraction_completed, description
FROM [SHOW JOBS]
WHERE job_type LIKE '%SCHEMA CHANGE%' AND status IN ('pending', 'running');""",
}


def holders(provider: Provider) -> Query | None:
    """Who has held locks for long: a change of the schema waits for them. None where nobody can be asked."""
    sql = _HOLDERS.get(provider.name)
    if sql is None:
        return None
    if provider.name == "cockroachdb":
        return Query(
            "No transaction has been open for long: the jobs wait until it is done", sql, "nothing older than seconds"
        )
    about = f"No transaction has been open for {LONG} seconds: the migration would wait for it, and everybody else behind that"
    return Query(about, sql, "no row")


def waiters(provider: Provider) -> Query | None:
    """Who waits while it runs. None where nobody can be asked."""
    sql = _WAITERS.get(provider.name)
    if sql is None:
        return None
    if provider.name == "cockroachdb":
        return Query("Meanwhile, see how far its jobs are", sql, "what is left to do")
    return Query(
        "Meanwhile, see who waits; stop the migration if that is longer than your users can bear", sql, "who waits"
    )


def obstacles(changes: Iterable[Change], before: Database, provider: Provider) -> Iterator[Query]:
    """What counts rows that would make a statement fail. `before` is the database as it is deployed."""
    for change in changes:
        if isinstance(change, AlterEnum):
            yield from _removed_values(change, before, provider)
        table = before.tables.get(change.table) if isinstance(change, TableChange) else None
        if table is not None:
            yield from _obstacles(change, table, before, provider)


def results(changes: Iterable[Change], before: Database, provider: Provider) -> Iterator[Query]:
    """What shows that the database is as it should be after a deploy."""
    listed = tuple(changes)
    for name, table in before.tables.items():
        added = [c.column.name for c in listed if isinstance(c, AddColumn) and c.table == name]
        if added:
            said = ", ".join(f"`{column}`" for column in added)
            yield Query(f"`{table.name.name}` has {said}", _columns(name, added, provider), str(len(added)))
    for change in listed:
        if provider.name == "postgresql" and isinstance(change, CreateIndex) and change.concurrently:
            yield Query(f"the index `{change.index.name}` is valid", _is_valid(change), "`t`")
        elif provider.name == "postgresql" and isinstance(change, ValidateConstraint):
            yield Query(f"the constraint `{change.constraint}` is validated", _is_validated(change, provider), "`t`")


def _obstacles(change: Change, table: Table, before: Database, provider: Provider) -> Iterator[Query]:
    facts, name = behaviour(provider.name), provider.quote_name(table.name)
    match change:
        case AddColumn(column=column) | RecreateColumn(after=column) if _has_no_value(column):
            if not facts.implicit_value:
                yield Query(
                    f"`{table.name.name}` is empty: `{column.name}` is required, and no row has a value",
                    f"SELECT count(*) FROM {name};",
                    "0",
                )
        case AlterColumn(before=old, after=new) if old.nullable and not new.nullable and table.column(old.name):
            if not (facts.default_fills_nulls and new.default is not None):
                sql = f"SELECT count(*) FROM {name} WHERE {provider.quote(old.name)} IS NULL;"
                yield Query(f"no row of `{table.name.name}` is without `{old.name}`", sql, "0")
        case CreateIndex(index=index) if index.unique and all(table.column(part.name) for part in index.columns):
            said = ", ".join(f"`{part.name}`" for part in index.columns)
            yield Query(
                f"no two rows of `{table.name.name}` have the same {said}", _duplicates(table, index, provider), "0"
            )
        case AddForeignKey(foreign_key=key) if facts.checks_foreign_keys and key.validated:
            parent = before.tables.get(key.referenced_table)
            if parent is not None and all(table.column(c) for c in key.columns):
                pairs = [
                    (provider.quote(c), provider.quote(r))
                    for c, r in zip(key.columns, key.referenced_columns, strict=False)
                ]
                filled = " AND ".join(f"c.{column} IS NOT NULL" for column, _ in pairs)
                same = " AND ".join(f"p.{referenced} = c.{column}" for column, referenced in pairs)
                sql = (
                    f"SELECT count(*) FROM {name} c\nWHERE {filled}\n"
                    f"  AND NOT EXISTS (SELECT 1 FROM {provider.quote_name(parent.name)} p WHERE {same});"
                )
                yield Query(f"each row of `{table.name.name}` has its `{parent.name.name}`", sql, "0")
        case AddCheck(check=check) if check.validated:
            yield Query(
                f"each row of `{table.name.name}` fits `{check.name}`",
                f"SELECT count(*) FROM {name} WHERE NOT ({check.expression});",
                "0",
            )
        case _:
            return


def _has_no_value(column: Column) -> bool:
    """Whether the rows that are there would have none in a new column that is required."""
    return not (column.nullable or column.default or column.auto_increment or column.generated)


def _removed_values(change: AlterEnum, before: Database, provider: Provider) -> Iterator[Query]:
    if behaviour(provider.name).enum_home is not EnumHome.TYPE:
        return
    values = ", ".join(map(quote_string, change.removed))
    for table in before.tables.values() if change.removed else ():
        for column in table.columns:
            if column.type.enum == change.before.name and not column.type.is_list:
                sql = f"SELECT count(*) FROM {provider.quote_name(table.name)} WHERE {provider.quote(column.name)}::text IN ({values});"
                yield Query(
                    f"no row of `{table.name.name}` holds {', '.join(f'`{v}`' for v in change.removed)}", sql, "0"
                )


def _duplicates(table: Table, index: Index, provider: Provider) -> str:
    columns = [provider.quote(part.name) for part in index.columns]
    found = [column for part in index.columns if (column := table.column(part.name))]
    empty = [] if behaviour(provider.name).nulls_collide else [c for c in found if c.nullable]
    conditions = [f"{provider.quote(column.name)} IS NOT NULL" for column in empty]
    conditions += [f"({index.where})"] if index.where else []
    where = f"  WHERE {' AND '.join(conditions)}\n" if conditions else ""
    return (
        f"SELECT count(*) FROM (\n  SELECT 1 AS n FROM {provider.quote_name(table.name)}\n{where}"
        f"  GROUP BY {', '.join(columns)} HAVING count(*) > 1\n) duplicates;"
    )


def _columns(table: QualifiedName, columns: Iterable[str], provider: Provider) -> str:
    names = ", ".join(map(quote_string, columns))
    if provider.name == "sqlite":
        return f"SELECT count(*) FROM pragma_table_info({quote_string(table.name)}) WHERE name IN ({names});"
    schema = "database()" if provider.name == "mysql" else quote_string(table.schema)
    return (
        f"SELECT count(*) FROM information_schema.columns\nWHERE table_schema = {schema} "
        f"AND table_name = {quote_string(table.name)} AND column_name IN ({names});"
    )


def _is_valid(change: CreateIndex) -> str:
    return (
        "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace\n"
        f"WHERE n.nspname = {quote_string(change.table.schema)} AND c.relname = {quote_string(change.index.name)};"
    )


def _is_validated(change: ValidateConstraint, provider: Provider) -> str:
    table = quote_string(f"{provider.quote(change.table.schema)}.{provider.quote(change.table.name)}")
    return (
        f"SELECT convalidated FROM pg_constraint\nWHERE conrelid = {table}::regclass "
        f"AND conname = {quote_string(change.constraint)};"
    )
