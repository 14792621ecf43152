"""Which findings make `refract check` exit with 1: those of a severity, or of a kind of harm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refract.config.settings import FailOn
from refract.rules.kit.finding import Finding, Severity
from refract.rules.kit.harm import HarmKind

_SEVERITIES: Mapping[str, frozenset[Severity]] = {
    FailOn.ERROR: frozenset({Severity.ERROR}),
    FailOn.WARNING: frozenset({Severity.ERROR, Severity.WARNING}),
    FailOn.NEVER: frozenset(),
}
_KINDS: Mapping[str, HarmKind] = {
    FailOn.IRREVERSIBLE: HarmKind.DATA_LOST,
    FailOn.MIGRATION_FAILS: HarmKind.MIGRATION_FAILS,
    FailOn.BLOCKS: HarmKind.BLOCKS,
    FailOn.CODE_BREAKS: HarmKind.CODE_BREAKS,
}


def fails(finding: Finding, thresholds: Iterable[str]) -> bool:
    """Whether a finding reaches one of the thresholds. What is only good to know has no kind of harm that counts."""
    return any(
        finding.severity in _SEVERITIES[threshold] if threshold in _SEVERITIES else _does(finding, _KINDS[threshold])
        for threshold in thresholds
    )


def _does(finding: Finding, kind: HarmKind) -> bool:
    return finding.severity is not Severity.INFO and any(harm.kind is kind for harm in finding.harm)
