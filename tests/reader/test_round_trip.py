"""What the writer writes, the reader reads: applied to the database before, it gives the database after."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from live.generate import random_pair
from oracle.deliberate import settles
from oracle.generate import pair
from refract.diff import diff
from refract.lowering import lower
from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_script
from refract.syntax import parse_schema

SEEDS = 90
MYSQL = 'datasource db {\n  provider = "mysql"\n}\n\n'
PAIRS: dict[str, Callable[[int], tuple[str, ...]]] = {
    "postgresql": lambda seed: pair(seed, "postgresql"),
    "cockroachdb": lambda seed: pair(seed, "cockroachdb"),
    "sqlite": lambda seed: pair(seed, "sqlite"),
    "sqlserver": lambda seed: tuple(s.replace('"sqlite"', '"sqlserver"') for s in pair(seed, "sqlite")),
    "mysql": lambda seed: tuple(MYSQL + schema for schema in random_pair(seed)),
}


def database(schema: str) -> Database:
    return lower(parse_schema([("schema.prisma", schema)])).database


def possible_pairs(name: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    for seed in range(SEEDS):
        schemas = PAIRS[name](seed)
        if all(settles(schema, database(schema)) for schema in schemas):
            yield seed, schemas


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_is_left_to_change(name: str) -> None:
    chosen, count = provider(name), 0
    for seed, schemas in possible_pairs(name):
        built = before = Database(chosen.name, chosen.default_schema)
        for after in map(database, schemas):
            reading = read_migration(write_script(diff(before, after), before, after), "m.sql", built, chosen)
            assert (reading.not_followed, diff(reading.database, after).changes) == ((), ()), seed
            built, before = reading.database, after
        count += 1
    assert count >= 60
