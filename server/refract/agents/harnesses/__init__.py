"""The harnesses that agents run in: how each writes its events, and the answers that it reads.

The formats are those of their documentation in November 2026. What a harness sends and Refract does not know is no
event; an answer that blocks is given only for an event that was understood.
"""

from __future__ import annotations

from collections.abc import Mapping

from refract.agents.harnesses import claude, copilot, cursor, gemini, opencode, windsurf
from refract.agents.harnesses.base import Harness

HARNESSES: Mapping[str, Harness] = {
    "codex": claude.CODEX,
    "claude": claude.CLAUDE,
    "copilot": copilot.COPILOT,
    "cursor": cursor.CURSOR,
    "gemini": gemini.GEMINI,
    "opencode": opencode.OPENCODE,
    "windsurf": windsurf.WINDSURF,
}


def harness_of(raw: Mapping[str, object]) -> Harness | None:
    """The harness that an event is of, by its form; None if no harness is known to write such events."""
    return next((h for h in HARNESSES.values() if h.wrote(raw)), None)
