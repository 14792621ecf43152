"""What a run has against a plan."""

from __future__ import annotations

from collections.abc import Iterator

from live.ledger.run import Outcome

MARGIN = 0.6  # seconds
"""How much longer than the lock wait of migrations an operation may take.

A program that is ready to run waits for a core behind others: with two cores for the server, the workers and other tests,
operations in which no migration had a part took up to 0.35 s here. And an operation may wait once more in a second table.
A migration that does not give up its place in the queue holds everybody up for as long as the longest transaction takes.
"""
_SHOWN = 5


def complaints(outcome: Outcome, lock_wait: float) -> list[str]:
    """What is wrong, in words; nothing for a plan that holds what it says."""
    return list(_complaints(outcome, lock_wait))


def unannounced(outcome: Outcome) -> dict[tuple[str, str, str, str], int]:
    """The errors whose code their step does not name."""
    errors = outcome.tally.errors
    return {error: n for error, n in errors.items() if error[2] not in outcome.announced.get(error[0], ())}


def _complaints(outcome: Outcome, lock_wait: float) -> Iterator[str]:
    if outcome.failed:
        yield f"a migration failed: {outcome.failed}"
    for (stage, version, code, text), count in list(unannounced(outcome).items())[:_SHOWN]:
        yield f"{count} errors in {stage}, {version}: {code} {text}"
    wrong = outcome.tally.wrong
    for found in wrong[:_SHOWN]:
        yield f"one of {len(wrong)} rows that are lost or different: {found}"
    for stage in outcome.inexact:
        yield f"another catalog than before in {stage}"
    for slow in outcome.tally.slow:
        if slow.seconds > lock_wait + MARGIN:
            yield f"{slow.what} took {slow.seconds:.2f} s in {slow.stage}"
    if outcome.tally.operations == 0:
        yield "nobody did anything"
