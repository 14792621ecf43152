"""The pages of the fixes, made from their docstrings and from the fixtures that test them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from refract.docstrings import FENCE, body, summary
from refract.fixes.base import EVERY_RULE, Changes, Documented, documented_fixes

_CAPTIONS = {
    "prisma before": "Deployed schema:",
    "prisma after": "Edited schema:",
    "sql before": "Migrations so far:",
    "sql migration": "New migration:",
}
_ROLES = {"": "", "edited": " after the edit", "result": " after the fix"}
_NOTHING = ("not offered", "no finding")
_INTRODUCTION = """\
# Quick fixes

Editors offer these fixes in the light bulb of a finding.
A fix only edits files: it never connects to a database.
"""


def page(fix: Documented, fixture: str) -> str:
    """The Markdown page of one fix: its docstring, and the cases of its fixture as examples."""
    facts = f"Changes {fix.changes}. Offered for {_rules(fix)}."
    return f"# {fix.id}\n\n{summary(fix.doc)}\n\n{facts}\n\n{body(fix.doc)}\n\n## Examples\n\n{_examples(fixture)}"


def pages(fixtures: Mapping[str, str]) -> Mapping[str, str]:
    """File name -> text: a page for each fix, and `README.md` that lists them. `fixtures` are texts by the fix's id."""
    found = documented_fixes()
    return {"README.md": _index(found), **{f"{fix.id}.md": page(fix, fixtures[fix.id]) for fix in found}}


def _index(found: tuple[Documented, ...]) -> str:
    groups = (_group(changes, [fix for fix in found if fix.changes is changes]) for changes in Changes)
    return "\n".join((_INTRODUCTION, *groups))


def _group(changes: Changes, found: list[Documented]) -> str:
    rows = "\n".join(f"| [{fix.id}]({fix.id}.md) | {summary(fix.doc)} | {_rules(fix)} |" for fix in found)
    return f"## Changes {changes}\n\n| fix | what it does | offered for |\n| --- | --- | --- |\n{rows}\n"


def _rules(fix: Documented) -> str:
    if EVERY_RULE in fix.rules:
        return "every rule"
    return ", ".join(_link(rule) for rule in fix.rules)


def _link(rule: str) -> str:
    return f"[{rule}](../rules/{rule}.md)"


def _examples(fixture: str) -> str:
    """The cases of a fixture, one heading lower, with captions above the blocks."""
    cases = fixture.partition("\n## ")[2]
    return FENCE.sub(_captioned, f"### {cases}".replace("\n## ", "\n### "))


def _captioned(block: re.Match[str]) -> str:
    info, text = block["info"], block["text"]
    if info.startswith("fix "):
        return "\n".join(_offer(info, text))
    language, _, rest = info.partition(" ")
    role, _, path = rest.rpartition(" ")
    caption = _CAPTIONS.get(info) or f"`{path}`{_ROLES[role]}:"
    return f"{caption}\n\n```{language}\n{text}```"


def _offer(info: str, text: str) -> Iterator[str]:
    """What is offered: for which finding, on which databases, under which title, with which note."""
    _, rule, *providers = info.split()
    title, *notes = text.rstrip("\n").split("\n")
    where = f"For {_link(rule)} on {', '.join(providers)}"
    yield f"{where}: {title}." if title in _NOTHING else f"{where}: **{title}**"
    yield from notes
