"""What you check in the database before, during and after a deploy, in the SQL of each provider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from refract.analysis.runbook import NO_ROWS, TRUE, Check, Query
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
from refract.schema.model import Column, Database, ForeignKey, Index, QualifiedName, Table

LONG = 5  # seconds after which a transaction counts as a long one


_TRANSACTIONS: Mapping[str, Query] = {
    "postgresql": Query(
        Check.LONG_TRANSACTIONS,
        f"""\
SELECT pid, usename, state, now() - xact_start AS open_for, left(query, 80) AS query
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '{LONG} seconds'
UNION ALL
SELECT NULL, owner, 'prepared', now() - prepared, gid FROM pg_prepared_xacts WHERE database = current_database()
UNION ALL
SELECT NULL, current_user, 'this role cannot see other sessions', NULL, 'use a member of pg_read_all_stats'
WHERE NOT pg_has_role('pg_read_all_stats', 'USAGE');""",
        NO_ROWS,
    ),
    "mysql": Query(
        Check.LONG_TRANSACTIONS,
        f"""\
SELECT trx_mysql_thread_id, trx_state, trx_started, trx_query
FROM information_schema.innodb_trx
WHERE trx_started < now() - INTERVAL {LONG} SECOND
ORDER BY trx_started;""",
        NO_ROWS,
    ),
    "sqlserver": Query(
        Check.LONG_TRANSACTIONS,
        f"""\
SELECT s.session_id, s.login_name, s.program_name, t.transaction_begin_time
FROM sys.dm_tran_session_transactions st
JOIN sys.dm_tran_active_transactions t ON t.transaction_id = st.transaction_id
JOIN sys.dm_exec_sessions s ON s.session_id = st.session_id
WHERE t.transaction_begin_time < DATEADD(second, -{LONG}, SYSDATETIME())
ORDER BY t.transaction_begin_time;""",
        NO_ROWS,
    ),
    "cockroachdb": Query(Check.RUNNING_TRANSACTIONS, "SHOW CLUSTER TRANSACTIONS;", ""),
}

_BLOCKED: Mapping[str, Query] = {
    "postgresql": Query(
        Check.BLOCKED_QUERIES,
        """\
SELECT pid, pg_blocking_pids(pid) AS blocked_by, now() - query_start AS waiting_for, left(query, 80) AS query
FROM pg_stat_activity
WHERE cardinality(pg_blocking_pids(pid)) > 0;""",
        "",
    ),
    "mysql": Query(
        Check.BLOCKED_QUERIES,
        """\
SELECT id, time, state, left(info, 80) AS query
FROM information_schema.processlist
WHERE state LIKE 'Waiting for%lock%';""",
        "",
    ),
    "sqlserver": Query(
        Check.BLOCKED_QUERIES,
        """\
SELECT session_id, blocking_session_id, wait_type, wait_time
FROM sys.dm_exec_requests
WHERE blocking_session_id <> 0;""",
        "",
    ),
    "cockroachdb": Query(
        Check.RUNNING_JOBS,
        """\
SELECT job_id, status, fraction_completed, description
FROM [SHOW JOBS]
WHERE job_type LIKE '%SCHEMA CHANGE%' AND status IN ('pending', 'running');""",
        "",
    ),
}


_CANCEL: Mapping[str, Query] = {
    "postgresql": Query(
        Check.CANCEL,
        """\
SELECT pid, pg_cancel_backend(pid) AS cancelled
FROM pg_locks
WHERE locktype = 'advisory' AND objid = 72707369 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database());""",
        "",
    ),
    "mysql": Query(
        Check.CANCEL_STATEMENT, "SELECT concat('KILL QUERY ', IS_USED_LOCK('prisma_migrate'), ';') AS statement;", ""
    ),
    "sqlserver": Query(
        Check.CANCEL_STATEMENT,
        """\
SELECT concat('KILL ', request_session_id, ';') AS statement
FROM sys.dm_tran_locks
WHERE resource_type = 'APPLICATION' AND resource_description LIKE '%prisma_migrate%' AND request_status = 'GRANT';""",
        "",
    ),
    "cockroachdb": Query(
        Check.CANCEL,
        """\
CANCEL JOBS (
  SELECT job_id FROM [SHOW JOBS]
  WHERE job_type LIKE '%SCHEMA CHANGE%' AND status IN ('pending', 'running')
);""",
        "",
    ),
}
"""How to stop a migration: its session holds the lock by which Prisma keeps others from migrating."""
_TAKE_NO_LOCK = frozenset({"planetscale"})


def open_transactions(provider: Provider) -> Query | None:
    """The transactions that a change of the schema would wait for. None if the server does not list them."""
    return _TRANSACTIONS.get(provider.name)


def blocked_queries(provider: Provider) -> Query | None:
    """What waits while migrations run. None if the server does not list that."""
    return _BLOCKED.get(provider.name)


def cancellation(provider: Provider, flavour: str) -> Query | None:
    """What stops the migration that runs. None if the server does not show which session that is."""
    return None if flavour in _TAKE_NO_LOCK else _CANCEL.get(provider.name)


def obstacles(changes: Iterable[Change], before: Database, provider: Provider) -> Iterator[Query]:
    """Queries that count rows which would make a statement fail. `before` is the deployed database."""
    for change in changes:
        if isinstance(change, AlterEnum):
            yield from _removed_values(change, before, provider)
        table = before.tables.get(change.table) if isinstance(change, TableChange) else None
        if table is not None:
            yield from _obstacles(change, table, before, provider)


def results(changes: Iterable[Change], before: Database, after: Database, provider: Provider) -> Iterator[Query]:
    """Queries that show that the database is as it should be `after` a deploy."""
    listed = tuple(changes)
    for name, table in before.tables.items():
        added = [c.column.name for c in listed if isinstance(c, AddColumn) and c.table == name]
        kept = [column for column in added if name in after.tables and after.tables[name].column(column)]
        if kept:
            sql = _columns(name, kept, provider)
            yield Query(Check.COLUMNS_EXIST, sql, str(len(kept)), table.name.name, tuple(kept))
    for change in listed if behaviour(provider.name).concurrent_indexes else ():
        changed = after.tables.get(change.table) if isinstance(change, TableChange) else None
        if changed is not None:
            yield from _proofs(change, changed, provider)


def _proofs(change: Change, table: Table, provider: Provider) -> Iterator[Query]:
    """Queries that show that an index can be used, or that a constraint holds for all rows; not if it was only for a
    while.
    """
    match change:
        case CreateIndex(index=index, concurrently=True) if table.index(index.name):
            yield Query(Check.INDEX_VALID, _is_valid(change), TRUE, table.name.name, (index.name,))
        case ValidateConstraint(constraint=name) if name in _constraints(table):
            yield Query(Check.CONSTRAINT_VALIDATED, _is_validated(change, provider), TRUE, table.name.name, (name,))
        case _:
            return


def _constraints(table: Table) -> frozenset[str]:
    return frozenset((*(check.name for check in table.checks), *(key.name for key in table.foreign_keys)))


def _obstacles(change: Change, table: Table, before: Database, provider: Provider) -> Iterator[Query]:
    match change:
        case AddColumn(column=column) | RecreateColumn(after=column):
            yield from _without_value(column, table, provider)
        case AlterColumn():
            yield from _nulls(change, table, provider)
        case CreateIndex(index=index) if index.unique and all(table.column(part.name) for part in index.columns):
            names = tuple(part.name for part in index.columns)
            yield Query(Check.NO_DUPLICATES, _duplicates(table, index, provider), "0", table.name.name, names)
        case AddForeignKey(foreign_key=key):
            yield from _orphans(key, table, before, provider)
        case AddCheck(check=check) if check.validated:
            sql = f"SELECT count(*) FROM {provider.quote_name(table.name)} WHERE NOT ({check.expression});"
            yield Query(Check.CONSTRAINT_HOLDS, sql, "0", table.name.name, (check.name,))
        case _:
            return


def _without_value(column: Column, table: Table, provider: Provider) -> Iterator[Query]:
    """A new required column without a value for existing rows."""
    if _has_no_value(column) and not behaviour(provider.name).implicit_value:
        sql = f"SELECT count(*) FROM {provider.quote_name(table.name)};"
        yield Query(Check.TABLE_EMPTY, sql, "0", table.name.name, (column.name,))


def _nulls(change: AlterColumn, table: Table, provider: Provider) -> Iterator[Query]:
    old, new = change.before, change.after
    becomes_required = old.nullable and not new.nullable and table.column(old.name) is not None
    if becomes_required and not (behaviour(provider.name).default_fills_nulls and new.default is not None):
        sql = f"SELECT count(*) FROM {provider.quote_name(table.name)} WHERE {provider.quote(old.name)} IS NULL;"
        yield Query(Check.NO_NULLS, sql, "0", table.name.name, (old.name,))


def _orphans(key: ForeignKey, table: Table, before: Database, provider: Provider) -> Iterator[Query]:
    parent = before.tables.get(key.referenced_table)
    is_checked = behaviour(provider.name).checks_foreign_keys and key.validated
    if parent is None or not is_checked or not all(table.column(c) for c in key.columns):
        return
    columns, referenced = map(provider.quote, key.columns), map(provider.quote, key.referenced_columns)
    pairs = list(zip(columns, referenced, strict=False))
    filled = " AND ".join(f"c.{column} IS NOT NULL" for column, _ in pairs)
    same = " AND ".join(f"p.{other} = c.{column}" for column, other in pairs)
    sql = (
        f"SELECT count(*) FROM {provider.quote_name(table.name)} c\nWHERE {filled}\n"
        f"  AND NOT EXISTS (SELECT 1 FROM {provider.quote_name(parent.name)} p WHERE {same});"
    )
    yield Query(Check.NO_ORPHANS, sql, "0", table.name.name, key.columns, parent.name.name)


def _has_no_value(column: Column) -> bool:
    """Whether existing rows would have no value in a new required column."""
    return not (column.nullable or column.default or column.auto_increment or column.generated)


def _removed_values(change: AlterEnum, before: Database, provider: Provider) -> Iterator[Query]:
    if behaviour(provider.name).enum_home is not EnumHome.TYPE:
        return
    values = ", ".join(map(quote_string, change.removed))
    for table in before.tables.values() if change.removed else ():
        for column in table.columns:
            if column.type.enum == change.before.name and not column.type.is_list:
                sql = f"SELECT count(*) FROM {provider.quote_name(table.name)} WHERE {provider.quote(column.name)}::text IN ({values});"
                yield Query(Check.VALUES_UNUSED, sql, "0", table.name.name, change.removed)


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
    if behaviour(provider.name).is_file:
        return f"SELECT count(*) FROM pragma_table_info({quote_string(table.name)}) WHERE name IN ({names});"
    schema = quote_string(table.schema) if table.schema else "database()"
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
