"""Tables of SQL: a statement or an idiom per line, run on a real server and replayed, and compared.

A line of a table is a case: SQL for the database that `base.sql` of its folder builds. A line that begins with `#` is a
heading. In front of the SQL, `refused:` marks what the server refuses, `not followed:` what Refract must count as not
followed, `misread:` a fault that waits to be mended. `⏎` is the end of a line in the SQL.
Where it is compared (MariaDB, SQLite), what is refused must be counted too and change nothing in the model; `refused, replayed
as written:` marks what rules judge instead: whether a valid statement can run on these tables and rows. In every other case the replayed database has to be what the server's
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
    REPLAYED_AS_WRITTEN = "refused, replayed as written: "
    MISREAD = "misread: "  # another database than the server's, and not a word about it


@frozen
class Case:
    """One line of a table."""

    table: str
    line: int
    sql: str
    expected: Outcome


@frozen
class Verdict:
    """How a case was read, and why."""

    outcome: Outcome
    why: str = ""


def cases(folder: str) -> Iterator[Case]:
    """All cases of a folder of tables."""
    for file in sorted((HOME / folder).glob("*.txt")):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip() and not line.startswith("#"):
                expected = next((x for x in Outcome if x and line.startswith(x)), Outcome.FOLLOWED)
                yield Case(file.stem, number, line.removeprefix(expected).replace("⏎", "\n"), expected)


def base(folder: str) -> str:
    """The SQL that every case starts from."""
    return (HOME / folder / "base.sql").read_text()


def replayed(name: str, base_sql: str) -> Database:
    """The database that the base builds, which is read without a rest."""
    reading = read_migration(base_sql, "base.sql", Database(name, provider(name).default_schema), provider(name))
    assert not reading.not_followed, reading.not_followed
    return reading.database


def read(sql: str, before: Database) -> Reading:
    """What Refract makes of a case."""
    return read_migration(sql, "migration.sql", before, provider(before.provider))


def is_counted(reading: Reading) -> bool:
    """Whether the reading says of itself that it is not whole."""
    return bool(reading.not_followed)


def differences(server: Facts, model: Facts) -> list[str]:
    """A line for each fact that is different, or is on one side only."""
    names = sorted({*server, *model})
    return [f"{n}\n  server: {server.get(n)}\n  model:  {model.get(n)}" for n in names if server.get(n) != model.get(n)]
