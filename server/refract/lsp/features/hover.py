"""What will run for the changed field under the pointer, and what is risky about it."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from refract.lsp import convert
from refract.lsp.session import Session
from refract.project.explain import Explanation, explain


def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """The pending changes where the pointer is; nothing where nothing changes."""
    path = convert.to_path(params.text_document.uri) or ""
    analysis, document = session.analysis_of(path), session.document(path)
    if analysis is None or document is None:
        return None
    offset = convert.offset(document, params.position, session.encoding)
    found = explain(analysis, path, offset)
    if found is None:
        return None
    text = types.MarkupContent(kind=types.MarkupKind.Markdown, value="\n\n".join(_paragraphs(found)))
    return types.Hover(contents=text, range=convert.to_range(document, found.span, session.encoding))


def _paragraphs(found: Explanation) -> Iterator[str]:
    if found.sql:
        yield f"```sql\n{found.sql}\n```"
    for finding in found.findings:
        yield f"**{finding.rule}** ({finding.severity}): {finding.message}"
    if found.sql and not found.findings:
        yield "No risk that Refract knows of."
