"""Comments that silence a finding: `// refract-ignore <rule>[, <rule>]: <reason>`.

The comment stands on the line of the finding, or alone on a line right above it.
Without a reason it silences nothing, and a finding of its own says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from refract.rules.base import Finding, Severity
from refract.syntax import SchemaTree
from refract.text import Location

WITHOUT_REASON = "ignore-without-reason"
_MARK = "refract-ignore"
_COMMENT = re.compile(
    r"//+[ \t]*refract-ignore:?[ \t]+([\w-]+?(?:[ \t]*,[ \t]*[\w-]+?)*)[ \t]*(?:(?:--|:)[ \t]*(.*?))?[ \t]*$"
)


class Suppressed(NamedTuple):
    """`findings` are those that stay (and those about comments without a reason), `silenced` those that do not."""

    findings: tuple[Finding, ...]
    silenced: tuple[Finding, ...]


def suppress(findings: Iterable[tuple[Finding, Location | None]], tree: SchemaTree) -> Suppressed:
    """The findings that no comment in the schema silences. Each comes with its place in the schema."""
    kept: list[Finding] = []
    silenced: list[Finding] = []
    for finding, location in findings:
        reason = _reason(finding.rule, _lines_at(tree, location)) if location else None
        if reason:
            silenced.append(finding)
            continue
        kept.append(finding)
        if reason == "":
            kept.append(_without_reason(finding))
    return Suppressed(tuple(kept), tuple(silenced))


def _without_reason(finding: Finding) -> Finding:
    message = (
        f"`{_MARK} {finding.rule}` gives no reason, so it silences nothing. "
        f"Write why this is safe: `// {_MARK} {finding.rule}: <reason>`."
    )
    key = f"{WITHOUT_REASON}:{finding.key}"
    return Finding(WITHOUT_REASON, Severity.WARNING, message, finding.origin, (), None, None, key)


def _reason(rule: str, lines: Iterable[str]) -> str | None:
    """The reason given for silencing `rule`; empty when a comment names the rule without one, None without comment."""
    for line in lines:
        comment = _COMMENT.search(line)
        if comment and rule in re.split(r"[ \t]*,[ \t]*", comment[1]):
            return comment[2] or ""
    return None


def _lines_at(tree: SchemaTree, location: Location) -> list[str]:
    """The line of `location`, and the comment lines right above it, nearest first."""
    document = next((d for d in tree.documents if d.path == location.path), None)
    if document is None or not document.chunks:
        return []
    place = document.chunk_at(location.span.start)
    text = document.chunks[place].text
    if _MARK not in text:
        return []
    offset = location.span.start - document.starts[place]
    end = text.find("\n", offset)
    lines = (text if end == -1 else text[:end]).replace("\r", "").split("\n")[::-1]
    above = []
    for line in lines[1:]:
        if not line.lstrip().startswith("//"):
            break
        above.append(line)
    return [lines[0], *above]
