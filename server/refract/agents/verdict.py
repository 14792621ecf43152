"""What is decided about something that an agent is about to do, or has done."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from attrs import frozen


class Decision(StrEnum):
    """Who decides: the person is asked, or nothing is done."""

    ASK = "ask"
    DENY = "deny"


@frozen
class Verdict:
    """A decision with its reasons; None lets things take their course. `context` is for the agent either way, and `notes`
    are why something was not judged.
    """

    decision: Decision | None = None
    reasons: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def joined(verdicts: Iterable[Verdict]) -> Verdict:
    """All verdicts as one. The strictest decision counts."""
    listed = tuple(verdicts)
    decisions = {verdict.decision for verdict in listed}
    decision = next((d for d in (Decision.DENY, Decision.ASK) if d in decisions), None)
    return Verdict(
        decision,
        tuple(dict.fromkeys(reason for verdict in listed for reason in verdict.reasons)),
        tuple(dict.fromkeys(context for verdict in listed for context in verdict.context)),
        tuple(dict.fromkeys(note for verdict in listed for note in verdict.notes)),
    )
