"""Runs the Markdown fixtures beside this file: one a rule, each case something to judge.

A case is a `##` heading with the blocks that `rules.markdown` names, and one or more `findings PROVIDER...` that hold exactly what the rule finds there. `make accept IN=tests/rules` writes them: read the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from refract.docstrings import FENCE, fences
from refract.rules.kit.rule import all_rules
from rules.markdown import Given, find, fixtures, given, render, unchanged


class Case(NamedTuple):
    path: Path
    title: str
    given: Given
    providers: tuple[str, ...]
    expected: str


def cases_of(path: Path) -> list[Case]:
    sections = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [case for section in sections for case in _cases_in(path, section)]


def _cases_in(path: Path, section: str) -> list[Case]:
    found = dict(fences(section))
    what = given(found)
    title = section.partition("\n")[0]
    return [
        Case(path, title, what, tuple(info.split()[1:]), text)
        for info, text in fences(section)
        if info.startswith("findings")
    ]


def update(path: Path) -> None:
    sections = re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path.write_text("".join(_updated(path, s) for s in sections), encoding="utf-8")


def _updated(path: Path, section: str) -> str:
    found = dict(fences(section))

    def rewrite(match: re.Match[str]) -> str:
        info = match["info"].strip()
        if not info.startswith("findings"):
            return match[0]
        return f"```{info}\n{render(given(found), info.split()[1], path.stem)}```"

    return FENCE.sub(rewrite, section)


if "UPDATE_EXPECT" in os.environ:
    for fixture in fixtures():
        update(fixture)

ALL = [(case, provider) for path in fixtures() for case in cases_of(path) for provider in case.providers]
EACH = pytest.mark.parametrize(
    ("case", "provider"), ALL, ids=[f"{case.path.stem}: {case.title} ({provider})" for case, provider in ALL]
)


@pytest.mark.expected
@EACH
def test_fixture(case: Case, provider: str) -> None:
    assert render(case.given, provider, case.path.stem) == case.expected


@EACH
def test_nothing_is_found_without_a_change(case: Case, provider: str) -> None:
    for same in unchanged(case.given):
        found = find(same, provider, case.path.stem).findings
        assert not [finding for finding in found if finding.rule != "migration-empty"]


def test_every_rule_has_a_fixture() -> None:
    assert [p.stem for p in fixtures()] == [r.name for r in all_rules()]


def test_every_fixture_fires_and_stays_silent() -> None:
    for path in fixtures():
        silent = [c.expected == "none\n" for c in cases_of(path)]
        assert any(silent) and not all(silent), path.stem
