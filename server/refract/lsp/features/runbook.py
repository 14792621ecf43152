"""The release runbook in the editor: the checklist for what is about to be deployed, as Markdown to show."""

from __future__ import annotations

from collections.abc import Sequence

from refract.lsp import convert
from refract.lsp.session import Session
from refract.project.runbook import NoRunbook, release_of, runbook_text

RUNBOOK = "refract.runbook"


def runbook(session: Session, uri: str, names: Sequence[str]) -> dict[str, str] | str:
    """The runbook for the migrations of these names (default: those that are not deployed yet); else why there is none."""
    analysis = session.analysis_of(convert.to_path(uri) or "")
    if analysis is None:
        return "Refract reads no project here."
    try:
        return {"text": runbook_text(release_of(analysis, names))}
    except NoRunbook as error:
        return str(error)
