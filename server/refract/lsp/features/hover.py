"""What will run for the changed field under the pointer, what is risky about it, and the plan that it is under."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from urllib.parse import quote

from lsprotocol import types

from refract.actions import places
from refract.actions.explain import Explanation, explain, plans_at
from refract.actions.fixing import fixes_of
from refract.analysis import Analysis
from refract.analysis.mentions import mention_at
from refract.baseline.folder import migration_name
from refract.escaping import code_span, fence, prose
from refract.lsp import convert
from refract.lsp.features import code_actions, plans
from refract.lsp.session import Session
from refract.positions import TextFile
from refract.rendering.changes import definition
from refract.rendering.findings import MOST_PLACES, markdown
from refract.rules.kit.documentation import page_uri
from refract.rules.kit.finding import Finding, PlaceRole
from refract.schema.model import Column, Enum, Table
from refract.text import Origin, Span


def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """The pending changes at the pointer, and the open plans; nothing if there are none."""
    path = convert.to_path(params.text_document.uri) or ""
    analysis, document = session.analysis_of(path), session.document(path)
    if analysis is None or document is None:
        return None
    offset = convert.offset(document, params.position, session.abilities.encoding)
    pending = explain(analysis, path, offset)
    planned = tuple(plans_at(analysis, path, Span(offset, offset)))
    spans = [*([pending.span] if pending else []), *(span for _, span in planned)]
    if not spans:
        return _stored(analysis, path, offset, document, session)
    paragraphs = (
        *(_paragraphs(pending, analysis, session, params.text_document.uri) if pending else ()),
        *(p for progress, _ in planned for p in plans.paragraphs(progress)),
    )
    if not any(paragraphs):
        return None
    text = types.MarkupContent(kind=types.MarkupKind.Markdown, value="\n\n".join(filter(None, paragraphs)))
    return types.Hover(contents=text, range=convert.to_range(document, spans[0], session.abilities.encoding))


def _stored(analysis: Analysis, path: str, offset: int, document: TextFile, session: Session) -> types.Hover | None:
    """What a model, field or enum without pending changes is in the database, and the migration that created it."""
    mention = mention_at(analysis.snapshot.tree, path, offset)
    found = places.stored(analysis, mention.target) if mention and mention.is_definition else None
    if mention is None or found is None:
        return None
    origin = places.created_at(analysis, mention.target)
    created = f"created in {_migration_link(origin, session)}" if origin and not origin.block else ""
    what = ", ".join(filter(None, (_in_database(found), created)))
    text = types.MarkupContent(kind=types.MarkupKind.Markdown, value=what)
    return types.Hover(
        contents=text, range=convert.to_range(document, mention.location.span, session.abilities.encoding)
    )


def _in_database(found: Table | Column | Enum) -> str:
    if isinstance(found, Column):
        return f"Column {code_span(found.name)}: {code_span(definition(found))}"
    return f"{'Table' if isinstance(found, Table) else 'Enum'} {code_span(found.name.name)}"


def _migration_link(origin: Origin, session: Session) -> str:
    document = session.document(origin.path)
    line = document.position(origin.span.start)[0] + 1 if document else 1
    return f"[{code_span(migration_name(origin.path))}]({convert.to_uri(origin.path)}#L{line})"


def _links(findings: Iterable[Finding], analysis: Analysis, uri: str) -> Iterator[str]:
    """The fixes, as links that make them; those that only silence a finding are in the light bulb."""
    for finding in findings:
        for fix in fixes_of(analysis, finding):
            if not fix.id.startswith("ignore-"):
                command = code_actions.command_of(finding, fix, uri)
                yield f"[{prose(fix.title)}](command:{command.command}?{quote(json.dumps(command.arguments))})"


def _paragraphs(found: Explanation, analysis: Analysis, session: Session, uri: str) -> Iterator[str]:
    """A client that shows findings by itself gets the SQL only."""
    findings = () if session.abilities.shows_findings else found.findings
    yield from map(markdown, findings)
    if found.sql:
        yield fence(found.sql, "sql")
    for finding in findings:
        yield "\n".join(_places(finding, analysis, session))
        page = page_uri(finding.rule)
        yield f"[{finding.rule}]({page})" if page else finding.rule
    if session.abilities.follows_links:
        yield " · ".join(_links(found.findings, analysis, uri))
    if found.sql and not found.findings:
        yield "No risk that Refract knows of."


def _places(finding: Finding, analysis: Analysis, session: Session) -> Iterator[str]:
    """The first places that use what the finding is about, each with its folder, and how many more there are."""
    used = [related for related in finding.related if related.role is PlaceRole.USED]
    for related in used[:MOST_PLACES]:
        location = analysis.locate(related.origin)
        document = session.document(location.path) if location else None
        if location is not None and document is not None:
            line = convert.position(document, location.span.start, session.abilities.encoding).line + 1
            shown = "/".join(PurePath(location.path).parts[-2:])
            yield f"- [{code_span(f'{shown}:{line}')}]({convert.to_uri(location.path)}#L{line})"
    if len(used) > MOST_PLACES:
        yield f"- and {len(used) - MOST_PLACES} more"
