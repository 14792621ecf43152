"""The documentation of the rules, made from their docstrings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from refract.rules.kit.rule import Rule, all_rules


def page(rule: Rule) -> str:
    """The Markdown page of one rule."""
    title, _, rest = rule.doc.partition("\n")
    body = rest.strip().replace("```prisma before", "```prisma").replace("```prisma after", "```prisma")
    return f"# {rule.name}\n\n{title}\n\nSeverity: {_level(rule)}.\n\n{body}\n"


def pages() -> Mapping[str, str]:
    """File name -> text: a page for each rule, and `README.md` that lists them."""
    listed = "\n".join(f"| [{r.name}]({r.name}.md) | {_level(r)} | {r.summary} |" for r in all_rules())
    index = f"# Rules\n\n| rule | severity | finds |\n| --- | --- | --- |\n{listed}\n"
    return {"README.md": index, **{f"{r.name}.md": page(r) for r in all_rules()}}


def _level(rule: Rule) -> str:
    return rule.severity if rule.on else f"{rule.severity}, off unless the settings turn it on"


@cache
def page_file(rule: str) -> Path | None:
    """The page of a rule on this machine: from the repository when running in a checkout, else from the package."""
    here = Path(__file__).parents[1]
    places = (here.parents[2] / "docs" / "rules", here / "pages")
    return next((file for place in places if (file := place / f"{rule}.md").is_file()), None)
