"""The release runbook in the editor: the checklist for what is about to be deployed, as Markdown to show."""

from __future__ import annotations

from collections.abc import Sequence

from refract.actions.runbook import release_of, runbook_text
from refract.analysis import Analysis

RUNBOOK = "refract.runbook"


def runbook(analysis: Analysis, names: Sequence[str]) -> dict[str, str]:
    """The runbook for the migrations of these names (default: those that are not deployed yet). Raises NoRunbook."""
    return {"text": runbook_text(release_of(analysis, names))}
