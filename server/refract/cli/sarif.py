"""Findings as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from refract import __version__
from refract.analysis import Analysis
from refract.cli.places import Place
from refract.cli.service_findings import ServiceFinding, own_rules, rooted, service_findings, source_root
from refract.cli.shapes import dumps
from refract.rendering.findings import markdown, message
from refract.rules.kit.custom import custom_rules
from refract.rules.kit.documentation import page, page_uri, reason
from refract.rules.kit.finding import Severity
from refract.rules.kit.rule import Rule, all_rules

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(analyses: list[Analysis]) -> str:
    """One run with the findings of all projects."""
    rules = _rules(analyses)
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    problems = [problem.message for analysis in analyses for problem in analysis.problems]
    run = {
        "tool": {"driver": {"name": "Refract", "semanticVersion": __version__, "rules": rules}},
        "originalUriBaseIds": {_ROOT: {"uri": f"{source_root().as_uri()}/"}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not problems,
                "toolExecutionNotifications": [{"level": "error", "message": {"text": text}} for text in problems],
            }
        ],
        "results": [_result(found, numbers[found.finding.rule]) for found in service_findings(analyses)],
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rules(analyses: list[Analysis]) -> list[dict[str, Any]]:
    declared = (rule for analysis in analyses for rule in custom_rules(analysis.snapshot.settings))
    custom = {rule.name: _without_page(rule.name, rule.summary, rule.severity) for rule in declared}
    own = (_without_page(name, text, Severity.WARNING) for name, text in own_rules())
    return [*map(_rule, all_rules()), *own, *custom.values()]


def _without_page(name: str, text: str, severity: Severity) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": reason(rule)},
        "helpUri": page_uri(rule.name),
        "help": {"text": page(rule), "markdown": page(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.on_by_default},
    }


def _result(found: ServiceFinding, number: int) -> dict[str, Any]:
    related = [
        {"id": at, "message": {"text": message}} | _location(place)
        for at, (message, place) in enumerate(found.related, start=1)
    ]
    return {
        "ruleId": found.finding.rule,
        "ruleIndex": number,
        "level": _LEVELS[found.finding.severity],
        "message": {"text": message(found.finding), "markdown": markdown(found.finding)},
        "locations": [_location(found.place)],
        "partialFingerprints": {"refractKey/v1": found.fingerprint},
    } | ({"relatedLocations": related} if related else {})


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    if (place.end_line, place.end_column) > (place.line, place.column):
        region |= {"endLine": place.end_line, "endColumn": place.end_column}
    return {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    relative = rooted(path)
    if relative is None:
        return {"uri": Path(path).absolute().as_uri()}
    return {"uri": quote(relative, errors="surrogateescape"), "uriBaseId": _ROOT}
