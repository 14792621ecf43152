"""Runs the rules on schemas in Markdown, and writes findings the way the fixtures show them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from refract.diff import diff
from refract.lowering import lower
from refract.providers.versions import Versions, default_versions
from refract.rules.base import Finding, RuleContext, check_all
from refract.syntax import SchemaTree, parse_schema
from refract.text import LineIndex, Origin

BEFORE = "before.prisma"
AFTER = "schema.prisma"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Sides(NamedTuple):
    """A schema before and after an edit."""

    before: str
    after: str


def blocks(markdown: str) -> list[tuple[str, str]]:
    """(info string, text) of every fenced block."""
    return [(m["info"].strip(), m["text"]) for m in FENCE.finditer(markdown)]


def find(sides: Sides, target: str, rule: str = "") -> tuple[tuple[Finding, ...], SchemaTree, SchemaTree]:
    """What the rules that are on, and `rule`, find between two schemas, with the trees that locate it.

    `target` is a provider, if need be with a flavour and the server's version: `mysql+mariadb@10.6`.
    The schema before is what running code was built from, too.
    """
    provider, flavour, server = parse_target(target)
    before, after = (_tree(path, text, provider) for path, text in zip((BEFORE, AFTER), sides, strict=True))
    old, new = lower(before), lower(after)
    assert old.problems == () and new.problems == (), (old.problems, new.problems)
    usual = default_versions(new.provider.name)
    context = RuleContext(
        old.database,
        new.database,
        new.provider,
        diff(old.database, new.database),
        versions=Versions(server or usual.server, flavour, usual.prisma),
        read_deployed=lambda: old.database,
    )
    return check_all(context, lambda r: r.on or r.name == rule), before, after


def parse_target(target: str) -> tuple[str, str, tuple[int, ...]]:
    """Provider, flavour and server version of a target; what it does not name is empty."""
    named, _, version = target.partition("@")
    provider, _, flavour = named.partition("+")
    return provider, flavour, tuple(int(n) for n in version.split(".") if n)


def _tree(path: str, text: str, provider: str) -> SchemaTree:
    """The schema in `text`; without a datasource of its own it gets one for `provider`."""
    files = [(path, text)]
    if "datasource " not in text:
        files.append(("datasource.prisma", f'datasource db {{\n  provider = "{provider}"\n}}\n'))
    tree = parse_schema(files)
    assert tree.problems() == (), tree.problems()
    return tree


def render(sides: Sides, provider: str, rule: str) -> str:
    """The findings of one rule: severity and message, the line they stand on, and what is related."""
    findings, before, after = find(sides, provider, rule)
    shown = [_show(f, sides, before, after) for f in findings if f.rule == rule]
    return "\n".join(shown) or "none\n"


def _show(finding: Finding, sides: Sides, before: SchemaTree, after: SchemaTree) -> str:
    lines = [f"{finding.severity}: {finding.message}"]
    lines += _marked(finding.origin, sides, before, after) if finding.origin else ["  (nowhere)"]
    for related in finding.related:
        lines += [f"  {related.message}:", *_marked(related.origin, sides, before, after)]
    return "\n".join(lines) + "\n"


def _marked(origin: Origin, sides: Sides, before: SchemaTree, after: SchemaTree) -> list[str]:
    """The line an origin stands on, and carets under the stretch it covers."""
    tree, text = (before, sides.before) if origin.path == BEFORE else (after, sides.after)
    location = tree.location(origin)
    assert location is not None, origin
    index = LineIndex(text)
    line, start = index.position(location.span.start)
    end_line, end = index.position(location.span.end)
    source = text.splitlines()[line]
    width = (end if end_line == line else len(source)) - start
    return [f"    {source}", f"    {' ' * start}{'^' * max(width, 1)}"]


def fixtures() -> list[Path]:
    """The fixture files, by name."""
    return sorted(Path(__file__).parent.glob("*.md"), key=lambda path: path.stem)
