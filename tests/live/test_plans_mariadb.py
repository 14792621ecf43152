"""Every plan on a real MariaDB with rows in its tables: each step runs, proves what it says, and goes back exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

import pytest
from attrs import frozen
from pymysql.cursors import Cursor

from live.mariadb import empty_database, run_script, running_server
from live.plans import Catalog, begin, served, walk
from recipes.plans import Case, plan_of
from refract.schema.model import Column, Table

pytestmark = pytest.mark.live

_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as socket:
        yield socket


@frozen
class MariadbDatabase:
    """A database of the server."""

    cursor: Cursor

    def run(self, script: str) -> None:
        run_script(self.cursor, script)

    def answer(self, query: str) -> object:
        self.cursor.execute(query)
        row = self.cursor.fetchone()
        return row[0] if row else None

    def insert(self, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        names = ", ".join(f"`{c.name}`" for c in columns)
        places = ", ".join("%s" for _ in columns)
        self.cursor.executemany(f"INSERT INTO `{table.name.name}` ({names}) VALUES ({places})", rows)

    def catalog(self) -> Catalog:
        return {name: self._rows(query) for name, query in _QUERIES.items()}

    def _rows(self, query: str) -> list[tuple[object, ...]]:
        self.cursor.execute(query)
        return sorted(self.cursor.fetchall(), key=repr)


_QUERIES = {
    "columns": "SELECT table_name, column_name, column_type, is_nullable, column_default, extra, collation_name "
    "FROM information_schema.columns WHERE table_schema = DATABASE()",
    "indexes": "SELECT table_name, index_name, non_unique, index_type, seq_in_index, column_name, sub_part "
    "FROM information_schema.statistics WHERE table_schema = DATABASE()",
    "foreign keys": "SELECT r.table_name, r.constraint_name, r.referenced_table_name, r.delete_rule, r.update_rule, "
    "k.column_name, k.referenced_column_name FROM information_schema.referential_constraints r "
    "JOIN information_schema.key_column_usage k ON k.constraint_schema = r.constraint_schema "
    "AND k.table_name = r.table_name AND k.constraint_name = r.constraint_name WHERE r.constraint_schema = DATABASE()",
    "checks": "SELECT table_name, constraint_name, check_clause FROM information_schema.check_constraints "
    "WHERE constraint_schema = DATABASE()",
    "triggers": "SELECT trigger_name, event_manipulation, action_timing, action_statement "
    "FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
    "procedures": "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()",
    "views": "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()",
}


@pytest.mark.parametrize("case", served("mysql", "mariadb"), ids=str)
def test_up_and_back_and_up(case: Case, server: str) -> None:
    with empty_database(server, f"plan_{next(_numbers)}") as cursor:
        live = MariadbDatabase(cursor)
        begin(case, live, "mysql")

        def no_procedure_is_left() -> None:
            assert live.catalog()["procedures"] == []

        walk(live, plan_of(case, "mysql", "mariadb"), no_procedure_is_left)
        assert live.catalog()["triggers"] == []
