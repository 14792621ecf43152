"""Findings for the services that show them next to the code: GitHub's annotations, GitLab's Code Quality report."""

from __future__ import annotations

from collections.abc import Iterator

from refract.analysis import Analysis
from refract.cli.service_findings import ServiceFinding, rooted, service_findings
from refract.cli.shapes import dumps
from refract.escaping import one_line, printable
from refract.rendering.findings import message
from refract.rules.kit.finding import Severity

_SHOWN = 10
"""How many errors, how many warnings and how many notices of a step GitHub shows."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def github(analyses: list[Analysis]) -> str:
    """Workflow commands for the worst findings, as many as GitHub shows of a step, then a line for each of the others."""
    left, others = dict.fromkeys(Severity, _SHOWN), list[str]()
    commands = []
    for found in sorted(service_findings(analyses), key=lambda found: list(Severity).index(found.finding.severity)):
        left[found.finding.severity] -= 1
        if left[found.finding.severity] >= 0:
            commands.append(_command(found))
        else:
            others.append(_line(found))
    return "\n".join((*commands, *others))


def gitlab(analyses: list[Analysis]) -> str:
    """A Code Quality report."""
    return dumps([_issue(found) for found in service_findings(analyses)])


def _command(found: ServiceFinding) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(found))
    return f"::{_COMMANDS[found.finding.severity]} {properties}::{_data(message(found.finding))}"


def _line(found: ServiceFinding) -> str:
    """A finding in the log only. A line that begins with `::` would be a command."""
    place = found.place
    where = f"{rooted(place.path) or place.path}:{place.line}:{place.column}"
    return f"- {one_line(where)}: {found.finding.severity.value} {found.finding.rule}: {one_line(found.finding.what)}"


def _properties(found: ServiceFinding) -> Iterator[tuple[str, str]]:
    place = found.place
    yield "file", rooted(place.path) or place.path
    yield "line", str(place.line)
    yield "endLine", str(place.end_line)
    if place.end_line == place.line:  # GitHub takes columns only within one line
        yield "col", str(place.column)
        yield "endColumn", str(place.end_column)
    yield "title", f"refract {found.finding.rule}"


def _data(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _issue(found: ServiceFinding) -> dict[str, object]:
    place = found.place
    return {
        "description": message(found.finding),
        "check_name": found.finding.rule,
        "fingerprint": found.fingerprint,
        "severity": _SEVERITIES[found.finding.severity],
        "location": {
            "path": rooted(place.path) or place.path,
            "lines": {"begin": place.line, "end": place.end_line},
        },
    }
