"""Names suggested for schema edits: `names.md` beside this file, and what holds for every name.

`make accept IN=tests/naming` writes the names: read the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refract.diff import diff
from refract.lowering import lower
from refract.naming import suggest
from refract.syntax import parse_schema

FIXTURE = Path(__file__).parent / "names.md"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
DATASOURCE = ("datasource.prisma", 'datasource db {\n  provider = "postgresql"\n}\n')


class Case(NamedTuple):
    title: str
    before: str
    after: str
    names: str


def names(before: str, after: str, history: tuple[str, ...] = ()) -> tuple[str, ...]:
    old, new = (lower(parse_schema([("schema.prisma", text), DATASOURCE])).database for text in (before, after))
    return suggest(diff(old, new), old, new, history)


def cases() -> list[Case]:
    sections = re.split(r"^## ", FIXTURE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [_case(section) for section in sections]


def _case(section: str) -> Case:
    found = {m["info"]: m["text"] for m in FENCE.finditer(section)}
    return Case(section.partition("\n")[0], found["prisma before"], found["prisma after"], found["names"])


def update() -> None:
    sections = re.split(r"^(?=## )", FIXTURE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    FIXTURE.write_text(sections[0] + "".join(map(_updated, sections[1:])), encoding="utf-8")


def _updated(section: str) -> str:
    case = _case(section)
    text = "".join(f"{n}\n" for n in names(case.before, case.after))
    return FENCE.sub(lambda m: f"```names\n{text}```" if m["info"] == "names" else m[0], section)


if "UPDATE_EXPECT" in os.environ:
    update()


@pytest.mark.expected
@pytest.mark.parametrize("case", cases(), ids=lambda c: c.title)
def test_names(case: Case) -> None:
    assert "".join(f"{n}\n" for n in names(case.before, case.after)) == case.names


def test_nothing_changed_needs_no_name() -> None:
    schema = "model User {\n  id Int @id\n}\n"
    assert names(schema, schema) == ()


def test_a_name_that_was_used_comes_last() -> None:
    before, after = "model User {\n  id Int @id\n}\n", "model User {\n  id Int @id\n  email String?\n}\n"
    first, second, *_ = names(before, after)
    assert names(before, after, history=(first,))[0] == second


IDENTIFIER = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,40}", fullmatch=True)


@given(st.lists(IDENTIFIER, min_size=1, max_size=12, unique_by=str.lower), IDENTIFIER)
def test_every_name_is_valid(fields: list[str], model: str) -> None:
    before = f"model {model} {{\n  id__ Int @id\n}}\n"
    after = f"model {model} {{\n  id__ Int @id\n" + "".join(f"  {f} String?\n" for f in fields) + "}\n"
    found = names(before, after)
    assert 1 <= len(found) <= 3
    for name in found:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name), name
        assert len(name) <= 60
