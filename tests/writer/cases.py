"""Tables of schema changes and the SQL they become."""

from __future__ import annotations

from textwrap import dedent

from attrs import frozen
from refract.lowering import lower

from refract.diff import diff
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

    def __str__(self) -> str:
        return self.name


def database(schema: str, provider: str) -> Database:
    """What `schema` builds. It must be free of problems."""
    source = f'datasource db {{\n  provider = "{provider}"\n  url = "x"\n}}\n{dedent(schema)}'
    lowered = lower(parse_schema([("schema.prisma", source)]))
    assert not lowered.problems, lowered.problems
    return lowered.database


def check_script(case: Case, provider: str) -> None:
    before, after = database(case.before, provider), database(case.after, provider)
    assert write_script(diff(before, after), before, after).strip() == dedent(case.expected).strip()


def check_notices(case: Case, provider: str) -> None:
    before, after = database(case.before, provider), database(case.after, provider)
    found = warnings(diff(before, after).changes, before, after)
    assert [f"- {text}" for text in (*found.warnings, *found.unexecutable)] == dedent(
        case.expected
    ).strip().splitlines()
