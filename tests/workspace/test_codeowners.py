"""Which owners a CODEOWNERS file names for a schema."""

from __future__ import annotations

import time

import pytest

from refract.workspace.codeowners import owners_of

SCHEMA = "apps/api/prisma/schema.prisma"

CASES = [
    ("", ()),
    ("# apps/api/ @a", ()),
    ("* @all", ()),
    ("/apps/ @a", ("@a",)),
    ("apps/ @a", ("@a",)),
    ("api/ @a", ("@a",)),
    ("/api/ @a", ()),
    ("prisma @a", ("@a",)),
    ("schema.prisma @a", ("@a",)),
    ("schema.prisma/ @a", ()),
    ("*.prisma @a", ("@a",)),
    ("/*.prisma @a", ()),
    ("apps/* @a", ()),
    ("apps/** @a", ("@a",)),
    ("apps/*/prisma/ @a", ("@a",)),
    ("apps/**/schema.prisma @a", ("@a",)),
    ("**/prisma/** @a", ("@a",)),
    ("/apps/api/prisma/* @a", ("@a",)),
    ("/apps/api/prism @a", ()),
    ("/apps/ap? @a", ("@a",)),
    ("/apps/[a]pi @a", ()),
    ("/apps/ @a @org/b c@example.org", ("@a", "@org/b", "c@example.org")),
    ("/apps/ @a # @b", ("@a",)),
    ("/apps/ @a $(id)", ("@a",)),
    ("* @all\n/apps/ @a", ("@a",)),
    ("/apps/ @a\n* @all", ()),
    ("/apps/ @a\n*.prisma @b", ("@b",)),
    ("/apps/ @a\n/apps/api/", ()),
    ("[Database] @dba\n*.prisma", ("@dba",)),
    ("^[Database][2] @dba\n*.prisma\n[Apps]\n/apps/ @a", ("@dba", "@a")),
    ("[Database] @dba\n*.prisma @c", ("@c",)),
]


@pytest.mark.parametrize(("text", "owners"), CASES)
def test_the_last_pattern_that_fits_counts(text: str, owners: tuple[str, ...]) -> None:
    assert owners_of(text, SCHEMA) == owners


def test_a_hostile_pattern_ends() -> None:
    started = time.monotonic()
    owners_of(f"{'*a' * 2_000}b @a\n{'**/' * 2_000}b @a", "a" * 2_000 + "/" + "a/" * 500 + "c")
    assert time.monotonic() - started < 2
