"""The SQL for MySQL, run by a real MariaDB: what it builds is what the schema asks for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from live.generate import random_pair
from live.introspection import introspect
from live.mariadb import empty_database, run_script, running_server
from live.normal_form import normal_form, without_indexes_for_foreign_keys
from refract.diff import diff
from refract.schema.model import Database
from refract.sql.writer import write_script
from writer.cases import Case, database
from writer.test_mysql import CASES

PAIRS = 220
OTHER_TEXTS = ("dates-have-no-offset", "bytes-in-bits-have-no-default")
"""Cases whose defaults the server holds in another form than the schema, or not at all: they only run."""

_numbers = count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with running_server() as socket:
        yield socket


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cases(case: Case, server: str) -> None:
    before, after = database(case.before, "mysql"), database(case.after, "mysql")
    if str(case) not in OTHER_TEXTS:
        check_on_server(server, before, after)
        return
    with empty_database(server, f"test_{next(_numbers)}") as cursor:
        for old, new in ((Database(provider="mysql"), before), (before, after)):
            run_script(cursor, write_script(diff(old, new), old, new))


@pytest.mark.parametrize("seed", range(PAIRS))
def test_random_pairs(seed: int, server: str) -> None:
    before, after = random_pair(seed)
    check_on_server(server, database(before, "mysql"), database(after, "mysql"))


def check_on_server(server: str, before: Database, after: Database) -> None:
    """From nothing to `before`, then on to `after`: the server holds what was asked for each time."""
    with empty_database(server, f"test_{next(_numbers)}") as cursor:
        for old, new in ((Database(provider="mysql"), before), (before, after)):
            script = write_script(diff(old, new), old, new)
            run_script(cursor, script)
            asked = normal_form(new)
            held = without_indexes_for_foreign_keys(normal_form(introspect(cursor)), asked)
            assert held == asked, script
