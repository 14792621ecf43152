"""No plan loses a value or changes one without a word: what programs write and read, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from live.postgresql import new_database, running_server
from live.values import ABSENT, DERIVED, Writing

_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        yield folder


def _plain(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(value.rstrip() if isinstance(value, str) and len(value) == 20 else value for value in row)


@pytest.mark.parametrize("writing", [*DERIVED, *ABSENT], ids=str)
def test_values_are_held(writing: Writing, server: str) -> None:
    with new_database(server, f"values{next(_numbers)}") as connection:
        for statement in (*writing.statements("postgresql"), *writing.writes):
            connection.execute(statement.encode())
        assert [_plain(row) for row in connection.execute(writing.read.encode()).fetchall()] == writing.held
