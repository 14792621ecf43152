"""`refract runbook`: a Markdown checklist for the next deploy."""

from __future__ import annotations

from collections.abc import Sequence

from refract.actions.runbook import NoRunbook, release_of, runbook_of
from refract.cli.chosen_project import chosen_analysis
from refract.cli.terminal import CannotRun, say, terminal_text
from refract.rendering.runbook import runbook_page


def run(names: Sequence[str], path: str | None) -> int:
    """Print the runbook for the migrations `names`; by default for those that are not deployed yet."""
    analysis = chosen_analysis(path)
    try:
        release = release_of(analysis, names)
    except NoRunbook as error:
        raise CannotRun(str(error)) from error
    say(terminal_text(runbook_page(runbook_of(release))))
    return 0
