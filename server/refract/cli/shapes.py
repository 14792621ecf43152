"""The JSON that the commands print. docs/json.md describes it; a change that breaks a reader raises VERSION."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

import attrs

from refract.analysis import Analysis
from refract.analysis.coverage import coverage
from refract.cli.fix_shapes import fixes_as_json
from refract.cli.places import Places
from refract.cli.report import placed_findings
from refract.cli.summary import baseline_detail
from refract.cli.terminal import is_unicode, shown_path
from refract.config import Settings
from refract.diff import Diff
from refract.rendering.fields import action_as_json, harm_as_json
from refract.rendering.findings import message, related_sentence
from refract.rules.kit.comment_rules import COMMENT_RULES
from refract.rules.kit.documentation import page_uri, reason
from refract.rules.kit.finding import Finding, Severity
from refract.schema.changes import Change
from refract.schema.model import QualifiedName
from refract.text import Location, Origin
from refract.workspace.project_settings import rules_of

VERSION = 1
_LEFT_OUT = frozenset({"origin", "absent"})


def dumps(value: object) -> str:
    """`value` as JSON text; in ASCII if stdout can carry only that."""
    return json.dumps(value, indent=2, ensure_ascii=not is_unicode())


def analyses_as_json(analyses: list[Analysis]) -> dict[str, Any]:
    """What `check --format json` prints."""
    counts = {severity.value: 0 for severity in Severity}
    for analysis in analyses:
        for finding in analysis.findings:
            counts[finding.severity.value] += 1
    return {"version": VERSION, "projects": [_analysis(analysis) for analysis in analyses], "summary": counts}


def changes_as_json(diff: Diff) -> list[dict[str, Any]]:
    """What `diff --format json` prints: the changes in order; halves of a probable rename point at each other."""
    shapes = [change_as_json(change) for change in diff.changes]
    numbers = {id(change): number for number, change in enumerate(diff.changes)}
    for rename in diff.renames:
        for half, other in ((rename.dropped, rename.added), (rename.added, rename.dropped)):
            if id(half) in numbers and id(other) in numbers:
                shapes[numbers[id(half)]]["probable_rename"] = {
                    "other": numbers[id(other)],
                    "confidence": round(rename.confidence, 2),
                    "reasons": list(rename.reasons),
                }
    return shapes


def change_as_json(change: Change) -> dict[str, Any]:
    """One change: its kind, then what the change holds."""
    return {"kind": change.kind, **_plain(change)}


def _analysis(analysis: Analysis) -> dict[str, Any]:
    places = Places(analysis.snapshot.tree.documents)
    snapshot = analysis.snapshot
    return {
        "root": shown_path(snapshot.files.root),
        "schema": [shown_path(file) for file in snapshot.files.schema_files],
        "provider": analysis.database.provider,
        "baseline": {
            "kind": str(snapshot.baseline.kind),
            "detail": baseline_detail(analysis),
            "statements": snapshot.baseline.statements,
            "not_followed": len(snapshot.baseline.not_followed),
        },
        "coverage": _coverage(analysis, places),
        "findings": [
            finding_as_json(finding, analysis, places) | place.as_json()
            for finding, place in placed_findings(analysis, places)
        ],
        "rules": {
            name: _rule(name, analysis.snapshot.settings)
            for name in sorted({name for finding in analysis.findings for name in (finding.rule, *finding.parts)})
        },
        "ignored": len(analysis.silenced),
        "accepted": len(analysis.accepted),
        "accepted_outdated": list(analysis.outdated),
        "problems": [
            {"message": problem.message} | places.find(analysis.locate_problem(problem)).as_json()
            for problem in analysis.problems
        ],
    }


def _coverage(analysis: Analysis, places: Places) -> dict[str, Any]:
    compared = coverage(analysis)
    return {
        "base": compared.base,
        "no_base": compared.no_base or None,
        "migrations": compared.migrations,
        "new": list(compared.new),
        "pending": compared.pending,
        "not_followed": [
            {
                "summary": statement.summary,
                "reason": statement.reason.value,
                "touches": list(map(str, statement.touches)),
            }
            | (
                places.find(Location(statement.origin.path, statement.origin.span)).as_json()
                if statement.origin
                else {}
            )
            for statement in compared.not_followed
        ],
    }


def _rule(name: str, settings: Settings) -> dict[str, str | None]:
    """What a rule finds, and why that is risky. Those about comments, and those of the project, have no reason."""
    rule = next((rule for rule in rules_of(settings) if rule.name == name), None)
    return {
        "short_description": rule.summary if rule else COMMENT_RULES.get(name),
        "full_description": (reason(rule) or None) if rule else None,
        "help_uri": page_uri(name),
    }


def finding_as_json(finding: Finding, analysis: Analysis, places: Places) -> dict[str, Any]:
    """A finding, without its place."""
    located = [(related, analysis.locate(related.origin)) for related in finding.related]
    return {
        "rule": finding.rule,
        "parts": list(finding.parts),
        "severity": finding.severity.value,
        "what": finding.what,
        "harm": [harm_as_json(harm) for harm in finding.harm],
        "now": [action_as_json(action) for action in finding.now],
        "message": message(finding),
        "help_uri": page_uri(finding.rule),
        "key": finding.key,
        "change": change_as_json(finding.change) if finding.change else None,
        "related": [
            {"role": r.role.value, "message": related_sentence(r)} | places.find(place).as_json()
            for r, place in located
            if place is not None
        ],
        **fixes_as_json(finding, analysis, places),
    }


def _plain(value: Any) -> Any:
    """`value` of the model as JSON has it. Origins are left out: findings give the places."""
    if isinstance(value, QualifiedName):
        return {"schema": value.schema, "name": value.name}
    if isinstance(value, Enum):
        return value.value
    if attrs.has(type(value)):
        kind: type = type(value)
        return {name: _plain(getattr(value, name)) for name in _public_fields(kind)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return None if isinstance(value, Origin) else value


@cache
def _public_fields(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in attrs.fields(kind) if not f.name.startswith("_") and f.name not in _LEFT_OUT)
