"""`refract runbook`: a Markdown checklist for what is about to be deployed."""

from __future__ import annotations

from collections.abc import Sequence

from refract.actions.runbook import NoRunbook, release_of, runbook_text
from refract.cli.chosen_project import chosen_analysis
from refract.cli.terminal import CannotRun, printable, say


def run(names: Sequence[str], path: str | None) -> int:
    """Print the runbook for the migrations `names`; by default for those that are not deployed yet."""
    analysis = chosen_analysis(path)
    try:
        release = release_of(analysis, names)
    except NoRunbook as error:
        raise CannotRun(str(error)) from error
    say(printable(runbook_text(release)))
    return 0
