"""Tables of schema changes and the SQL they become."""

from __future__ import annotations

from textwrap import dedent

from attrs import frozen

from refract.diff import diff
from refract.lowering import lower
from refract.schema.model import Database
from refract.sql.writer import warnings, write_script
from refract.syntax import parse_schema


@frozen
class Case:
    """`before` and `after` are schemas without their datasource; `expected` is the script, or the notices."""

    name: str
    before: str
    after: str
    expected: str

    @property
    def text(self) -> str:
        """What is expected, without the indentation that it has in the table."""
        return dedent(self.expected).strip()

    def __str__(self) -> str:
        return self.name


def database(schema: str, provider: str) -> Database:
    """What `schema` builds. It must be free of problems."""
    source = f'datasource db {{\n  provider = "{provider}"\n  url = "x"\n}}\n{dedent(schema)}'
    lowered = lower(parse_schema([("schema.prisma", source)]))
    assert not lowered.problems, lowered.problems
    return lowered.database


def script(case: Case, provider: str) -> str:
    """The script from `before` to `after`."""
    before, after = database(case.before, provider), database(case.after, provider)
    return write_script(diff(before, after), before, after)


def notices(case: Case, provider: str) -> list[str]:
    """The warnings, then the steps that cannot run on rows, as the header lists them."""
    before, after = database(case.before, provider), database(case.after, provider)
    found = warnings(diff(before, after), before, after)
    return [f"- {text}" for text in (*found.warnings, *found.unexecutable)]
