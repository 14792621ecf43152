"""What will run for the changed field under the pointer, what is risky about it, and the plan that it is under."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from refract.actions.explain import Explanation, explain, plans_at
from refract.lsp import convert
from refract.lsp.features import plans
from refract.lsp.session import Session
from refract.text import Span


def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """The pending changes where the pointer is, and the open plans; nothing where there are none."""
    path = convert.to_path(params.text_document.uri) or ""
    analysis, document = session.analysis_of(path), session.document(path)
    if analysis is None or document is None:
        return None
    offset = convert.offset(document, params.position, session.encoding)
    pending = explain(analysis, path, offset)
    planned = tuple(plans_at(analysis, path, Span(offset, offset)))
    spans = [*([pending.span] if pending else []), *(span for _, span in planned)]
    if not spans:
        return None
    said = (
        *(_paragraphs(pending, session) if pending else ()),
        *(p for progress, _ in planned for p in plans.told(progress)),
    )
    if not said:
        return None
    text = types.MarkupContent(kind=types.MarkupKind.Markdown, value="\n\n".join(said))
    return types.Hover(contents=text, range=convert.to_range(document, spans[0], session.encoding))


def _paragraphs(found: Explanation, session: Session) -> Iterator[str]:
    if found.sql:
        yield f"```sql\n{found.sql}\n```"
    for finding in () if session.shows_findings else found.findings:
        yield f"**{finding.rule}** ({finding.severity}): {finding.message}"
    if found.sql and not found.findings:
        yield "No risk that Refract knows of."
