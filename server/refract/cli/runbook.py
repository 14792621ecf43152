"""`refract runbook`: a Markdown checklist for what is about to be deployed."""

from __future__ import annotations

from collections.abc import Sequence

from refract.actions.runbook import NoRunbook, release_of, runbook_text
from refract.cli.create import analysis_of, project_named
from refract.cli.terminal import CannotRun, printable, say


def run(names: Sequence[str], path: str | None) -> int:
    """Print the runbook for the migrations `names`; by default for those that are not deployed yet."""
    analysis = analysis_of(project_named(path))
    try:
        release = release_of(analysis, names)
    except NoRunbook as error:
        raise CannotRun(str(error)) from error
    say(printable(runbook_text(release)))
    return 0
