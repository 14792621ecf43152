"""What always holds: any text is lowered, edit by edit as from scratch, and everything says where it was written."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.generate import pair
from refract.lowering import lower
from refract.providers import PROVIDERS
from refract.syntax import SchemaTree, parse_schema
from refract.text import Span

LINES = (
    "  a String?",
    "  a Int[]",
    "  b Other",
    "  c Role @default(USER)",
    "  @@index([a])",
    '  @@unique([a, b], map: "x")',
    '  @@map("m")',
    "  d String @db.VarChar(3",
    '  e String @default(dbgenerated("x"))',
    "  f Model? @relation(fields: [a], references: [id])",
    "  g Model[]",
    '  h Unsupported("x")',
)
WORDS = st.sampled_from(
    [
        *LINES,
        "model Model {",
        "model Other {",
        "enum Role {",
        "view V {",
        "type T {",
        "}",
        "  USER",
        "datasource db {",
        '  provider = "mysql"',
    ]
)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=30), st.sampled_from(PROVIDERS))
def test_any_lines_are_lowered(lines: list[str], provider: str) -> None:
    head = f'datasource x {{\n  provider = "{provider}"\n}}\n'
    lower(parse_schema([("schema.prisma", head + "\n".join(lines))]))


@settings(deadline=None)
@given(st.text())
def test_any_text_is_lowered(text: str) -> None:
    lower(parse_schema([("schema.prisma", text)]))


@pytest.mark.parametrize("provider", ["postgresql", "sqlite", "cockroachdb"])
@pytest.mark.parametrize("seed", range(12))
def test_edit_by_edit_as_from_scratch(provider: str, seed: int) -> None:
    """Random lines go and come back: what is reused from the state before must not show."""
    chance = random.Random(seed)
    schema = pair(seed, provider)[1]
    tree = parse_schema([("schema.prisma", schema)])
    lowered = lower(tree)
    for _ in range(25):
        document = tree.documents[0]
        text = document.text
        start = chance.choice([0, *(at + 1 for at, c in enumerate(text[:-1]) if c == "\n")])
        end = text.index("\n", start) + 1
        new = chance.choice(["", "", f"{chance.choice(LINES)}\n", text[start:end].replace("Int", "String")])
        tree = SchemaTree((document.edited(Span(start, end if chance.random() < 0.7 else start), new),))
        lowered = lower(tree, lowered)
        fresh = lower(parse_schema([("schema.prisma", tree.documents[0].text)]))
        assert lowered.database == fresh.database
        assert sorted(p.message for p in lowered.problems) == sorted(p.message for p in fresh.problems)


@pytest.mark.parametrize("provider", ["postgresql", "sqlite", "cockroachdb"])
@pytest.mark.parametrize("seed", range(12))
def test_tables_and_columns_say_where_they_are_written(provider: str, seed: int) -> None:
    tree = parse_schema([("schema.prisma", pair(seed, provider)[1])])
    for table in lower(tree).database.tables.values():
        named = [(table.origin, table.model_name), *((c.origin, c.field_name) for c in table.columns)]
        for origin, name in named if table.model_name else ():
            assert origin is not None
            place = tree.location(origin)
            assert place is not None
            assert tree.documents[0].slice(place.span).startswith(name)
