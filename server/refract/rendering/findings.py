"""A finding in words: headline, harm, and what to do, for each place that shows one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from refract.escaping import one_line, prose
from refract.rendering.advice import action_sentence
from refract.rendering.harm import harm_sentence
from refract.rules.kit.finding import Finding, PlaceRole, Related

MOST_PLACES = 3
"""Related places of one kind that are shown for a finding."""

_ROLES = {
    PlaceRole.CREATED: "{what} was created here",
    PlaceRole.USED: "{what} is used here",
    PlaceRole.PLAN: "{what} is here",
    PlaceRole.EARLIER: "{what} is changed here before",
    PlaceRole.NOT_FOLLOWED: "This statement on {what} was not followed",
}


def message(finding: Finding) -> str:
    """All of a finding in plain text: the headline alone on the first line, then the harm, then numbered actions.

    Editors show the first line in their lists of problems; coding agents read the rest.
    """
    return "\n".join(map(one_line, (finding.what, *details(finding))))


def details(finding: Finding) -> Iterator[str]:
    """The harm, and the actions."""
    harm = harm_line(finding)
    if harm:
        yield harm
    yield from actions(finding)


def markdown(finding: Finding) -> str:
    """All of a finding in Markdown, for a hover or a report."""
    parts = (
        f"**{prose(finding.what)}**",
        prose(harm_line(finding)),
        "\n".join(_steps(map(prose, _sentences(finding)))),
    )
    return "\n\n".join(filter(None, parts))


def harm_line(finding: Finding) -> str:
    """The harm in one line."""
    return " ".join(harm_sentence(harm) for harm in finding.harm)


def actions(finding: Finding) -> Iterator[str]:
    """What to do, a line each, numbered if there are several."""
    yield from _steps(_sentences(finding))


def _sentences(finding: Finding) -> Iterator[str]:
    return map(action_sentence, finding.now)


def _steps(sentences: Iterable[str]) -> Iterator[str]:
    steps = tuple(sentences)
    yield from steps if len(steps) == 1 else (f"{number}. {step}" for number, step in enumerate(steps, start=1))


def few(related: Iterable[Related]) -> Iterator[Related]:
    """The first places of each kind, as many as are shown for a finding."""
    counts: Counter[PlaceRole] = Counter()
    for place in related:
        counts[place.role] += 1
        if counts[place.role] <= MOST_PLACES:
            yield place


def related_sentence(related: Related) -> str:
    """How a related place is connected with a finding."""
    return _ROLES[related.role].format(what=related.what)
