"""What holds for every rule: its docstring, its examples, its page, its silence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pages import stale
from refract.docstrings import fences, headings, section
from refract.rules.kit.documentation import pages
from refract.rules.kit.rule import EVERY_PROVIDER, SQL, Rule, all_rules
from rules.markdown import Given, find, given, moved, unchanged

HEADINGS = ["What it does", "Why it is risky", "Example", "Safer way", "When to ignore it", "Providers"]
DOCS = Path(__file__).parents[2] / "docs" / "rules"
FIXTURES = Path(__file__).parent
COVERAGE = DOCS / "coverage.md"
PRODUCTS = {
    "PostgreSQL": "postgresql",
    "MySQL": "mysql",
    "PlanetScale": "mysql",
    "SQLite": "sqlite",
    "D1": "sqlite",
    "SQL Server": "sqlserver",
    "CockroachDB": "cockroachdb",
    "MongoDB": "mongodb",
}
"""What pages call the databases -> the provider of each."""


def example(rule: Rule, heading: str) -> Given:
    """What is to be judged under a heading; what it does not give is the Example's."""
    shown, own = dict(fences(section(rule.doc, "Example"))), dict(fences(section(rule.doc, heading)))
    return given({**shown, **own})


def target(rule: Rule) -> str:
    """Where a rule's examples are run: the first database of its fixture."""
    shown = (info for info, _ in fences((FIXTURES / f"{rule.name}.md").read_text(encoding="utf-8")))
    return next(info.split()[1] for info in shown if info.startswith("findings"))


def each_rule() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.name)


@each_rule()
def test_docstring_has_the_headings(rule: Rule) -> None:
    assert headings(rule.doc) == HEADINGS
    assert rule.summary.endswith(".") and len(rule.summary) < 120


@each_rule()
def test_providers_of_a_rule_for_some_databases_are_those_of_its_page(rule: Rule) -> None:
    if rule.providers not in (SQL, EVERY_PROVIDER):
        text = section(rule.doc, "Providers")
        named = {name for product, name in PRODUCTS.items() if re.search(rf"\b{product}\b", text)}
        assert rule.providers <= named, "name each database of @rule(...) under Providers"


@each_rule()
def test_example_fires(rule: Rule) -> None:
    found = find(example(rule, "Example"), target(rule), rule.name)
    assert rule.name in {f.rule for f in found.findings}


@each_rule()
def test_safer_way_does_not_fire(rule: Rule) -> None:
    assert fences(section(rule.doc, "Safer way"))
    found = find(example(rule, "Safer way"), target(rule), rule.name)
    assert rule.name not in {f.rule for f in found.findings}


@each_rule()
def test_nothing_is_found_without_a_change(rule: Rule) -> None:
    for same in unchanged(example(rule, "Example")):
        found = find(same, target(rule), rule.name).findings
        assert not [finding for finding in found if finding.rule != "migration-empty"]


@each_rule()
def test_keys_are_stable_and_distinct(rule: Rule) -> None:
    what = example(rule, "Example")
    first = find(what, target(rule), rule.name).findings
    second = find(moved(what), target(rule), rule.name).findings
    keys = [f.key for f in first]
    assert keys == [f.key for f in second]
    assert len(keys) == len(set(keys))


def test_pages_are_fresh() -> None:
    assert stale(DOCS, pages(), COVERAGE.name) == set(), "run: make docs"


def test_coverage_names_rules_that_exist() -> None:
    text = COVERAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `[a-z0-9-]+` \| (.*?) \|", text, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"\[(.*?)\]", row)}
    assert len(rows) == text.count("\n| `") and named
    assert named - {r.name for r in all_rules()} == set()
