"""Diagnostics for clients that show their text and nothing else, as coding agents do.

Such a client has no light bulb, drops related places, and passes few diagnostics of a file on: the text has all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lsprotocol import types

from refract.actions.fixing import fix_command, fixes_of
from refract.analysis import Analysis
from refract.escaping import code_span, one_line
from refract.fixes.base import Changes, changes_of
from refract.positions import TextFile
from refract.rendering.findings import few, message, related_sentence
from refract.rules.kit.finding import Finding

LIMIT = 10
"""Diagnostics of one file that coding agents are shown."""

_MOST_FIXES = 2


def whole_message(finding: Finding, analysis: Analysis, file_at: Callable[[str], TextFile | None]) -> str:
    """The message with the related places and the commands of the fixes."""
    return "\n".join((message(finding), *_related(finding, analysis, file_at), *_fixes(finding, analysis)))


def worst_first(found: Sequence[types.Diagnostic]) -> list[types.Diagnostic]:
    """As many diagnostics as are read, errors first. The last one counts those that are left out."""
    ordered = sorted(found, key=lambda d: (d.severity or 0, d.range.start.line))
    kept, left = ordered[:LIMIT], len(ordered) - LIMIT
    if left > 0:
        kept[-1].message += f"\n{left} more findings are in this file. Run `refract check` to see all."
    return kept


def _related(finding: Finding, analysis: Analysis, file_at: Callable[[str], TextFile | None]) -> Iterator[str]:
    for related in few(finding.related):
        location = analysis.locate(related.origin)
        document = file_at(location.path) if location else None
        if location is not None and document is not None:
            line, _ = document.position(location.span.start)
            place = "/".join(Path(location.path).parts[-2:])
            yield one_line(f"{related_sentence(related)}: {place}:{line + 1}")


def _fixes(finding: Finding, analysis: Analysis) -> Iterator[str]:
    """The commands of the first fixes; silencing is left to the user."""
    fixes = [fix for fix in fixes_of(analysis, finding) if changes_of(fix) is not Changes.SETTINGS]
    for fix in fixes[:_MOST_FIXES]:
        yield one_line(f"Fix: {code_span(fix_command(finding, fix))} ({fix.title})")
