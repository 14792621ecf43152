"""Names suggested for schema edits: `names.md` beside this file, and what holds for every name.

`make accept IN=tests/naming` writes the names: read the diff.
"""

from __future__ import annotations

import os
import re
from itertools import pairwise
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


def test_many_defaults_without_a_word_in_common() -> None:
    fields = ("alpha", "beta", "gamma", "delta")
    plain, with_defaults = (
        "model A {\n  id Int @id\n" + "".join(f"  {name} String{default}\n" for name in fields) + "}\n"
        for default in ("", ' @default("")')
    )
    for before, after in ((plain, with_defaults), (with_defaults, plain)):
        assert names(before, after) == ("change_a_defaults",)


def test_a_table_that_changes_case_only() -> None:
    before, after = "model Proxy {\n  id Int @id\n}\n", 'model Proxy {\n  id Int @id\n  @@map("proxy")\n}\n'
    assert names(before, after) == ("recreate_proxy_table",)


def test_a_new_name_without_a_letter_of_the_latin_alphabet() -> None:
    before, after = (f"model User {{\n  id Int @id\n  {field} String\n}}\n" for field in ("alpha", "名前"))
    assert names(before, after) == ("drop_alpha_add_other_on_users", "drop_alpha_add_other", "replace_alpha_on_users")


@pytest.mark.parametrize("case", cases(), ids=lambda c: c.title)
def test_what_is_dropped_and_added_is_never_called_a_rename(case: Case) -> None:
    old, new = (
        lower(parse_schema([("schema.prisma", text), DATASOURCE])).database for text in (case.before, case.after)
    )
    found = diff(old, new)
    if not any(change.kind.startswith("rename-") for change in found.changes):
        assert not any("rename" in name for name in suggest(found, old, new))


ODD_NAMES = ("alpha", "Beta", "createdAt", "created_at", "x1", "名前", "Größe", "a" * 50, "ID", "proxy", "Proxy")
FORMS = (
    "String",
    "String?",
    'String @default("")',
    'String @default("x")',
    'String? @default("x")',
    "Int",
    "Int @unique",
    "String[]",
    'String @map("mapped_{n}")',
    "E",
    "E @default(A)",
)
TAILS = ("", '  @@map("table_{m}")\n', "  @@index([id])\n", '  @@index([id], map: "other_{m}")\n', "  @@unique([id])\n")
ENUMS = (
    "enum E {\n  A\n}\n",
    "enum E {\n  A\n  B\n}\n",
    'enum E {\n  A\n  @@map("e")\n}\n',
    "enum E {\n  A\n  C\n  D\n}\n",
)


@st.composite
def schemas(draw: st.DrawFn) -> str:
    models = draw(st.lists(st.sampled_from(ODD_NAMES), max_size=3, unique=True))
    text = draw(st.sampled_from(ENUMS))
    for number, model in enumerate(models):
        fields = draw(st.lists(st.tuples(st.sampled_from(ODD_NAMES), st.sampled_from(FORMS)), max_size=6))
        lines = "".join(f"  {name} {form}\n".replace("{n}", str(number)) for name, form in dict(fields).items())
        tail = draw(st.sampled_from(TAILS)).replace("{m}", str(number))
        text += f"model {model} {{\n  id Int @id\n{lines}{tail}}}\n"
    return text


@given(schemas(), schemas())
def test_any_changes_have_one_to_three_names(before: str, after: str) -> None:
    found = names(before, after)
    assert len(found) <= 3
    for name in found:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name), name
        assert len(name) <= 60
        assert not any(one == other for one, other in pairwise(name.split("_"))), name
