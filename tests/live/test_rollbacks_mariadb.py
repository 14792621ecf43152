"""A migration and its rollback on a real MariaDB: the catalog is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from live.mariadb import MariadbDatabase, empty_database, run_script, running_server
from live.rollbacks import down_of

_numbers = count()
_BOOK = "CREATE TABLE `Book` (`id` INTEGER NOT NULL AUTO_INCREMENT, `a` INTEGER NOT NULL, PRIMARY KEY (`id`));"
_LINE = "CREATE TABLE `order line` (`a` INTEGER NOT NULL, `b` INTEGER NOT NULL, PRIMARY KEY (`a`, `b`));"
CASES = {
    "the type of a counting key": (
        _BOOK,
        "ALTER TABLE `Book` DROP PRIMARY KEY, MODIFY `id` INTEGER UNSIGNED NOT NULL AUTO_INCREMENT, ADD PRIMARY KEY (`id`);",
    ),
    "a counting column that becomes part of the key": (
        _LINE,
        "ALTER TABLE `order line` DROP PRIMARY KEY, ADD COLUMN `id` INTEGER NOT NULL AUTO_INCREMENT, "
        "ADD PRIMARY KEY (`id`, `a`, `b`);",
    ),
    "a counting key that is replaced": (
        _BOOK,
        "ALTER TABLE `Book` DROP PRIMARY KEY, DROP COLUMN `id`, ADD COLUMN `name` VARCHAR(191) NULL, ADD PRIMARY KEY (`a`);",
    ),
    "a key of other columns": (_LINE, "ALTER TABLE `order line` DROP PRIMARY KEY, ADD PRIMARY KEY (`b`, `a`);"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as socket:
        yield socket


@pytest.mark.parametrize("name", CASES)
def test_up_and_down_is_the_start(name: str, server: str) -> None:
    base, migration = CASES[name]
    down = down_of(base, migration, "mysql", "mariadb")
    with empty_database(server, f"rollback{next(_numbers)}") as cursor:
        run_script(cursor, base)
        held = MariadbDatabase(cursor).catalog()
        run_script(cursor, migration)
        assert MariadbDatabase(cursor).catalog() != held
        for text in down:
            run_script(cursor, text)
        assert MariadbDatabase(cursor).catalog() == held
