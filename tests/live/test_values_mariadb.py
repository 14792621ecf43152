"""No plan loses a value or changes one without a word: what programs write and read, on a real MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from live.mariadb import MariadbDatabase, empty_database, running_server
from live.values import ABSENT, CONVERTED, DERIVED, Writing, in_words_of

_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as socket:
        yield socket


@pytest.mark.parametrize("writing", [*DERIVED, *ABSENT], ids=str)
def test_values_are_held(writing: Writing, server: str) -> None:
    with empty_database(server, f"values_{next(_numbers)}") as cursor:
        live = MariadbDatabase(cursor)
        for statement in writing.statements("mysql", "mariadb"):
            live.run(statement)
        for statement in writing.writes:
            live.run(in_words_of("mysql", statement))
        cursor.execute(in_words_of("mysql", writing.read))
        assert list(cursor.fetchall()) == writing.held


@pytest.mark.parametrize(("writing", "changed"), CONVERTED, ids=str)
def test_what_changes_is_counted_before_the_first_step(writing: Writing, changed: int, server: str) -> None:
    with empty_database(server, f"values_{next(_numbers)}") as cursor:
        live = MariadbDatabase(cursor)
        tables, rows, *migrations = writing.statements("mysql", "mariadb")
        live.run(tables)
        live.run(rows)
        assert live.answer(writing.counting("mysql", "mariadb")) == changed
        for migration in migrations:
            live.run(migration)
        cursor.execute(in_words_of("mysql", writing.read))
        assert list(cursor.fetchall()) == writing.held
