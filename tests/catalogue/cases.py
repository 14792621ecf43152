"""Tables of SQL: a statement or an idiom per line, run on a real server and replayed, and compared.

A line of a table is a case: SQL for the database that `base.sql` of its folder builds. A line that begins with `#` is a
heading. In front of the SQL, `refused:` marks what the server refuses, `not followed:` what Refract must count as not
followed, `misread:` a fault that waits to be mended. In every other case the replayed database has to be what the server's
catalogue holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from attrs import frozen

from refract.providers import provider
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.reader.state import Reading

HOME = Path(__file__).parent

Facts = Mapping[str, str]
"""What a catalogue holds: the kind and name of each object, and its definition in the server's own words."""


class Outcome(StrEnum):
    """How the reading of a case relates to what the server did."""

    FOLLOWED = ""
    NOT_FOLLOWED = "not followed: "
    REFUSED = "refused: "
    MISREAD = "misread: "  # another database than the server's, and not a word about it


@frozen
class Case:
    """One line of a table."""

    table: str
    line: int
    sql: str
    expected: Outcome


def cases(folder: str) -> Iterator[Case]:
    """All cases of a folder of tables."""
    for file in sorted((HOME / folder).glob("*.txt")):
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                expected = next((x for x in Outcome if x and line.startswith(x)), Outcome.FOLLOWED)
                yield Case(file.stem, number, line.removeprefix(expected), expected)


def base(folder: str) -> str:
    """The SQL that every case starts from."""
    return (HOME / folder / "base.sql").read_text()


def replayed(name: str, base_sql: str) -> Database:
    """The database that the base builds, which is read without a rest."""
    reading = read_migration(base_sql, "base.sql", Database(name, provider(name).default_schema), provider(name))
    assert not reading.opaque and not reading.problems, reading.problems
    return reading.database


def read(sql: str, before: Database) -> Reading:
    """What Refract makes of a case."""
    return read_migration(sql, "migration.sql", before, provider(before.provider))


def is_counted(reading: Reading) -> bool:
    """Whether the reading says of itself that it is not whole."""
    return bool(reading.opaque or reading.problems)


def differences(server: Facts, model: Facts) -> list[str]:
    """A line for each fact that is different, or is on one side only."""
    names = sorted({*server, *model})
    return [f"{n}\n  server: {server.get(n)}\n  model:  {model.get(n)}" for n in names if server.get(n) != model.get(n)]
