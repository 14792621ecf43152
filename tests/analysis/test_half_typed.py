"""While a block is half-typed, its last readable form stands in."""

from __future__ import annotations

import pytest

from refract.analysis.half_typed import Settled, settle
from refract.lowering import lower
from refract.syntax import SchemaTree, parse_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n\n'
USER = "model User {\n  id    Int    @id\n  email String\n}\n\n"
POST = "model Post {\n  id    Int    @id\n  title String\n}\n"
GOOD = HEAD + USER + POST


def tree(text: str) -> SchemaTree:
    return parse_schema([("schema.prisma", text)])


def settled(text: str, previous: Settled | None) -> Settled:
    """As the analysis does it: what could be read but not understood stands back too."""
    first = settle(tree(text), previous)
    unresolved = {p.origin.block for p in lower(first.tree).problems if p.origin.block}
    return settle(tree(text), previous, unresolved) if unresolved else first


TYPED = {
    "an unfinished type": GOOD.replace("email String", "email St"),
    "a lonely name": GOOD.replace("email String", "ema"),
    "an open attribute": GOOD.replace("email String", "email String @default("),
    "an open block": GOOD.replace("String\n}\n\n", "String\n\n"),
    "a lost keyword": GOOD.replace("model User", "mod User"),
    "a lost name": GOOD.replace("model User", "model "),
    "an open string": GOOD.replace("email String", 'email String @default("'),
}


@pytest.mark.parametrize("name", TYPED)
def test_nothing_looks_dropped(name: str) -> None:
    good = settled(GOOD, None)
    typed = settled(TYPED[name], good)
    before = lower(good.tree).database
    assert typed.complete(lower(typed.tree).database, before) == before


@pytest.mark.parametrize("name", TYPED)
def test_without_a_readable_form_the_baseline_speaks(name: str) -> None:
    baseline = lower(tree(GOOD)).database
    typed = settled(TYPED[name], None)
    assert typed.complete(lower(typed.tree).database, baseline) == baseline


def test_what_is_readable_again_counts_again() -> None:
    good = settled(GOOD, None)
    typed = settled(TYPED["a lonely name"], good)
    again = settled(GOOD.replace("  email String\n", ""), typed)
    user = lower(again.tree).database.table("User")
    assert user is not None
    assert [column.name for column in user.columns] == ["id"]


def test_other_blocks_go_on(name: str = "a lonely name") -> None:
    good = settled(GOOD, None)
    typed = settled(TYPED[name].replace("title String", "title Int"), good)
    post = lower(typed.tree).database.table("Post")
    assert post is not None
    assert post.columns[1].type.name == "INTEGER"


def test_a_broken_new_model_is_not_there_yet() -> None:
    typed = settled(GOOD + "model New {\n  id Int @@@\n}\n", settled(GOOD, None))
    baseline = lower(tree(GOOD)).database
    assert typed.complete(lower(typed.tree).database, baseline) == baseline


def test_a_readable_schema_is_itself() -> None:
    source = tree(GOOD)
    assert settle(source, None).tree is source
