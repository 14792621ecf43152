"""What an agent reads about findings. Loads the rules, which most events need not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from refract.agents.danger import Danger
from refract.escaping import code_span, one_line
from refract.positions import PlainText, TextFile, read_plain
from refract.rendering.findings import message
from refract.rules.kit.finding import Finding
from refract.text import Location

_MOST = 3  # findings that are shown whole
_CHECK = "`refract check`"


def pending(danger: Danger, findings: Sequence[Finding]) -> str:
    """The errors that a command would run into, or make true."""
    count = "an error is" if len(findings) == 1 else f"{len(findings)} errors are"
    head = f"Not yet: {count} pending that {code_span(danger.command)} would apply."
    return "\n\n".join((head, *_shown(findings)))


def behind(findings: Sequence[Finding]) -> str:
    """The pending danger behind a destructive command."""
    return "\n\n".join(("Pending now:", *_shown(findings[:1])))


def refused_edit(path: Path, findings: Sequence[Finding]) -> str:
    """Why an edit is not made."""
    return "\n\n".join((f"This edit of {code_span(path.name)} would be an error for Refract.", *_shown(findings)))


def after_edit(findings: Sequence[Finding], lines: Iterable[str]) -> str:
    """What is found after an edit, with the places."""
    texts = [f"{line} {_whole(finding)}" for line, finding in zip(lines, findings, strict=True)]
    return "\n\n".join((*texts[:_MOST], *_more(findings)))


def line_of(location: Location | None, files: dict[str, TextFile]) -> str:
    """The place of a finding as `file:line:`."""
    if location is None:
        return ""
    if location.path not in files:
        files[location.path] = read_plain(location.path) or PlainText(location.path, "")
    line, _ = files[location.path].position(location.span.start)
    return f"{one_line(Path(location.path).name)}:{line + 1}:"


def _shown(findings: Sequence[Finding]) -> list[str]:
    return [*map(_whole, findings[:_MOST]), *_more(findings)]


def _more(findings: Sequence[Finding]) -> list[str]:
    return [f"And {len(findings) - _MOST} more: run {_CHECK}."] if len(findings) > _MOST else []


def _whole(finding: Finding) -> str:
    return f"{finding.severity} {finding.rule}: {message(finding)}"
