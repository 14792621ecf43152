"""What is printed below the list of a step: the code that changes with it, and what to run if its deploy fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refract.actions.code_to_change import code_to_change
from refract.actions.plan_failures import recoveries
from refract.actions.prisma_commands import Commands
from refract.analysis.result import Analysis
from refract.cli.places import Places
from refract.plans import Progress
from refract.rendering.acts import asks_for_code, code_as_it_is
from refract.text import Location, Origin

_MOST_PLACES = 20
_WIDTH = 80


def code_lines(analysis: Analysis, progress: Progress) -> Iterator[str]:
    """Where code changes in the current step, or that it does not."""
    if progress.step is not None and not asks_for_code(progress.step):
        yield ""
        yield code_as_it_is(progress.step)
        return
    found = code_to_change(analysis, progress)
    places = Places(analysis.snapshot.tree.documents)
    for title, origins in (("Code to change:", found.uses), ("Code that creates rows:", found.creations)):
        if origins:
            yield ""
            yield title
            yield from _lines(places, origins)


def recovery_lines(analysis: Analysis, migrations: Sequence[str]) -> Iterator[str]:
    """What to run if the deploy fails at one of these files."""
    found = tuple(recoveries(Commands(analysis.snapshot.files, analysis.versions), migrations))
    if found:
        yield ""
        yield "If the deploy fails, run the line of the failed migration before you deploy again:"
    for recovery in found:
        yield from (f"  {sql}  (in the database, then:)" for sql in recovery.cleanup)
        yield f"  {recovery.command}"


def _lines(places: Places, origins: Sequence[Origin]) -> Iterator[str]:
    for origin in origins[:_MOST_PLACES]:
        place = places.find(Location(origin.path, origin.span))
        yield f"  {place.path}:{place.line}:{place.column}: {place.source.strip()[:_WIDTH]}"
    if len(origins) > _MOST_PLACES:
        yield f"  and {len(origins) - _MOST_PLACES} more"
