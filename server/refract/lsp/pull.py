"""Diagnostics on request: the answer for one file, and with it those for the other files of its project."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from attrs import define, field
from lsprotocol import types

from refract.lsp import convert
from refract.lsp.features.diagnostics import diagnostics
from refract.lsp.session import Session

Report = types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport


@define(eq=False)
class Pulled:
    """The last diagnostics of each file, by path, and the number of their report."""

    _sent: dict[str, tuple[str, list[types.Diagnostic]]] = field(factory=dict)
    _numbers: count[int] = field(factory=count)

    def report(self, path: str, previous: str | None, session: Session) -> Report:
        """The diagnostics of the file at `path`, or that they are still those of the report called `previous`."""
        project = session.project_at(path)
        session.analysis_of(path)
        found = diagnostics(project, session) if project else {}
        own = found.pop(path, [])
        found |= {other: [] for other in self._sent if other not in found and project and project.holds(other)}
        related = {
            convert.to_uri(other): types.FullDocumentDiagnosticReport(
                items=items, result_id=self._remember(other, items)
            )
            for other, items in found.items()
            if session.abilities.takes_related and other not in session.open_files and self._is_news(other, items)
        }
        known = self._sent.get(path)
        if known is not None and previous == known[0] and known[1] == own:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=known[0], related_documents=related or None)
        return types.RelatedFullDocumentDiagnosticReport(
            items=own, result_id=self._remember(path, own), related_documents=related or None
        )

    def _is_news(self, path: str, items: Sequence[types.Diagnostic]) -> bool:
        known = self._sent.get(path)
        return known[1] != items if known else bool(items)

    def _remember(self, path: str, items: list[types.Diagnostic]) -> str:
        number = str(next(self._numbers))
        self._sent[path] = (number, items)
        return number
