"""What the writer writes, the reader reads: applied to the database before, it gives the database after."""

import attrs
import pytest

from oracle.generate import pair
from refract.diff import diff
from refract.lowering import lower
from refract.providers import Provider, provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_script
from refract.syntax import parse_schema


def database(schema: str) -> Database:
    return lower(parse_schema([("schema.prisma", schema)])).database


def seeds(name: str, count: int) -> list[int]:
    """Seeds of pairs that a database could hold: no two indexes of a name, no dbgenerated("now()"), which reads as now()."""
    return [
        seed
        for seed in range(count)
        if all(map(is_possible, pair(seed, name))) and not passes_a_name_on(*map(database, pair(seed, name)))
    ]


def passes_a_name_on(before: Database, after: Database) -> bool:
    """Whether an index is renamed and another takes its name: Prisma creates that one first, which no database does."""
    return any(
        old != new and any(attrs.evolve(old, name=other.name) == other for other in after.tables[table.name].indexes)
        for table in before.tables.values()
        if table.name in after.tables
        for old in table.indexes
        if (new := after.tables[table.name].index(old.name)) is not None
    )


def is_possible(schema: str) -> bool:
    names = [index.name for table in database(schema).tables.values() for index in table.indexes]
    return len(names) == len(set(names)) and 'dbgenerated("now()")' not in schema


@pytest.mark.parametrize("name", ["postgresql", "sqlite", "cockroachdb"])
def test_nothing_is_left_to_change(name: str) -> None:
    chosen = provider(name)
    possible = seeds(name, 40)
    assert len(possible) > 10
    for seed in possible:
        _check(name, seed, chosen)


def _check(name: str, seed: int, chosen: Provider) -> None:
    first, second = (database(schema) for schema in pair(seed, name))
    built = Database(chosen.name, chosen.default_schema)
    for before, after in ((built, first), (first, second)):
        reading = read_migration(write_script(diff(before, after), before, after), "m.sql", built, chosen)
        built = reading.database
        assert reading.opaque == 0
        assert diff(built, after).changes == (), seed
