"""One finding with parts: what several rules find about one object, where one of them alone would contradict the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve

from refract.rules.kit.advice import Action, AnyAction
from refract.rules.kit.finding import Finding, Judged

_WHOLES: Mapping[str, tuple[str, ...]] = {
    "drop-foreign-key-locks-both-tables": ("drop-table", "drop-column"),
    "rows-missed-by-backfill": ("make-column-required",),
    "redundant-index": ("create-index-blocking",),
    "drop-index-blocking": ("unmodelled-object-dropped",),
}
"""The rules whose findings are parts, each with those whose finding about the same object includes it."""

_MOST_ACTIONS = 4


def combined(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, without those that have become parts of others."""
    given = tuple(findings)
    wholes = wholes_of(given)
    if not wholes:
        return given
    changed: dict[int, Finding] = {}
    for part in given:
        if (whole := wholes.get(id(part))) is not None:
            changed[id(whole)] = _with_part(changed.get(id(whole)) or whole, part)
    return tuple(changed.get(id(finding)) or finding for finding in given if id(finding) not in wholes)


def wholes_of(findings: Sequence[Finding]) -> Mapping[int, Finding]:
    """The findings that are parts, by their id, each with the one that includes it."""
    parts = [finding for finding in findings if finding.rule in _WHOLES]
    known = {(f.rule, _subject(f)): f for f in findings} if parts else {}
    wholes = ((part, [known.get((rule, _subject(part))) for rule in _WHOLES[part.rule]]) for part in parts)
    return {id(part): whole for part, found in wholes for whole in [next((f for f in found if f), None)] if whole}


def _subject(finding: Finding) -> tuple[Judged, str]:
    """What a finding is about: its key without its rule."""
    judged = Judged.MIGRATION if finding.judged is Judged.HISTORY else finding.judged  # they are about the same files
    return judged, finding.key.partition(":")[2]


def _with_part(whole: Finding, part: Finding) -> Finding:
    return evolve(
        whole,
        harm=tuple(dict.fromkeys((*whole.harm, *part.harm))),
        now=_actions(whole, part),
        parts=(*whole.parts, part.rule),
    )


def _actions(whole: Finding, part: Finding) -> tuple[AnyAction, ...]:
    match part.rule:
        case "rows-missed-by-backfill":  # the rows are filled: what else the whole asks for is no help
            return part.now
        case "redundant-index":
            return (*part.now, *_instead(whole.now))
        case "drop-index-blocking":
            return (*whole.now, *_instead(part.now[-1:]))
        case _:
            return (*whole.now, *part.now[: _MOST_ACTIONS - len(whole.now)][:1])


def _instead(actions: Iterable[AnyAction]) -> tuple[AnyAction, ...]:
    """The actions, of which the first replaces those before it."""
    first, *others = actions
    return (evolve(first, alternative=True) if isinstance(first, Action) else first, *others)
