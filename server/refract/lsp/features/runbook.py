"""The release runbook in the editor: the checklist for the next deploy, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from refract.actions.runbook import release_of, runbook_of
from refract.analysis import Analysis
from refract.rendering.runbook import runbook_page

RUNBOOK = "refract.runbook"


def runbook(analysis: Analysis, names: Sequence[str]) -> dict[str, str]:
    """The runbook for the migrations of these names (default: those that are not deployed yet). Raises NoRunbook."""
    return {"text": runbook_page(runbook_of(release_of(analysis, names)))}
