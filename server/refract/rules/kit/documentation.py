"""The documentation of the rules, made from their docstrings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from refract.docstrings import body, index, shown
from refract.rules.kit.rule import Rule, all_rules


def page(rule: Rule) -> str:
    """The Markdown page of one rule."""
    return f"# {rule.name}\n\n{rule.summary}\n\nSeverity: {_level(rule)}.\n\n{shown(body(rule.doc))}\n"


def pages() -> Mapping[str, str]:
    """File name -> text: a page for each rule, and `README.md` that lists them."""
    rows = ((rule.name, _level(rule), rule.summary) for rule in all_rules())
    listing = index("Rules", ("rule", "severity", "finds"), rows)
    return {"README.md": listing, **{f"{rule.name}.md": page(rule) for rule in all_rules()}}


def page_uri(rule: str) -> str:
    """The address of a rule's page on this machine; empty if there is none."""
    file = page_file(rule)
    return file.as_uri() if file else ""


def reason(rule: Rule) -> str:
    """Why what a rule finds is risky: that part of its page."""
    _, _, why = rule.doc.partition("## Why it is risky\n")
    return why.split("\n## ", 1)[0].strip()


def _level(rule: Rule) -> str:
    return rule.severity if rule.on_by_default else f"{rule.severity}, off unless the settings turn it on"


@cache
def page_file(rule: str) -> Path | None:
    """The page of a rule on this machine: from the repository when running in a checkout, else from the package."""
    here = Path(__file__).parents[1]
    places = (here.parents[2] / "docs" / "rules", here / "pages")
    return next((file for place in places if (file := place / f"{rule}.md").is_file()), None)
