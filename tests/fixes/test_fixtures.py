"""Runs the Markdown fixtures next to this file: one a fix, in the form that `fixes.markdown` describes.

`make accept IN=tests/fixes` writes the results and the pages: read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fixes.markdown import NO_FINDING, NOT_OFFERED, Case, cases_of, fixtures, render, update
from pages import stale
from refract.docstrings import headings, summary
from refract.fixes.base import EVERY_RULE, Documented, documented_fixes
from refract.fixes.documentation import pages
from refract.rules.kit.rule import all_rules
from wording import page_problems, problems

DOCS = Path(__file__).parents[2] / "docs" / "fixes"
HEADINGS = ["What it does", "When it is offered", "What it costs"]
LONGEST_TITLE = 60

if os.environ.get("UPDATE_EXPECT"):
    for file in fixtures():
        update(file)

CASES = [case for path in fixtures() for case in cases_of(path)]
EACH_FIX = pytest.mark.parametrize("fix", documented_fixes(), ids=lambda fix: fix.id)


@pytest.mark.expected
@pytest.mark.parametrize("case", CASES, ids=str)
def test_fixture(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    assert render(case) == case.expected


@EACH_FIX
def test_every_fix_has_cases_with_and_without_an_offer(fix: Documented) -> None:
    offers = {not case.expected.startswith((NOT_OFFERED, NO_FINDING)) for case in CASES if case.fix == fix.id}
    assert offers == {True, False}


@EACH_FIX
def test_every_fix_is_documented_under_fixed_headings(fix: Documented) -> None:
    assert headings(fix.doc) == HEADINGS
    assert len(summary(fix.doc)) <= 120


@EACH_FIX
def test_the_wording_of_a_fix_is_good(fix: Documented) -> None:
    texts = {line for case in CASES if case.fix == fix.id for line in case.expected.partition("```")[0].splitlines()}
    assert page_problems(fix.doc) == []
    assert [problem for text in texts for problem in problems(text)] == []


@EACH_FIX
def test_rules_of_a_fix_exist(fix: Documented) -> None:
    assert fix.rules
    assert set(fix.rules) - {EVERY_RULE} <= {rule.name for rule in all_rules()}


def test_every_fixture_has_a_fix() -> None:
    assert {path.stem for path in fixtures()} == {fix.id for fix in documented_fixes()}


def test_titles_are_short() -> None:
    titles = {case.expected.partition("\n")[0] for case in CASES}
    assert [title for title in titles if len(title) > LONGEST_TITLE] == []


def test_pages_are_fresh() -> None:
    made = pages({path.stem: path.read_text(encoding="utf-8") for path in fixtures()})
    assert stale(DOCS, made) == set(), "run: make docs"
