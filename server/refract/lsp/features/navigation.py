"""The outline of a schema, and the ways from a name to its definition and its uses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice

from lsprotocol import types

from refract.actions import places
from refract.analysis import Analysis
from refract.analysis.mentions import Mention, definition_of, mention_at
from refract.lsp import convert
from refract.lsp.session import Session
from refract.positions import TextFile
from refract.syntax import Document, PlacedBlock
from refract.syntax.tree import Keyword
from refract.text import Location, Span

_MOST = 500
"""Symbols that a search returns: nobody reads more."""

_KINDS = {
    Keyword.MODEL: types.SymbolKind.Class,
    Keyword.VIEW: types.SymbolKind.Class,
    Keyword.TYPE: types.SymbolKind.Struct,
    Keyword.ENUM: types.SymbolKind.Enum,
    Keyword.DATASOURCE: types.SymbolKind.Namespace,
    Keyword.GENERATOR: types.SymbolKind.Function,
}
_FIELD, _VALUE, _PROPERTY = types.SymbolKind.Field, types.SymbolKind.EnumMember, types.SymbolKind.Property


def document_symbols(session: Session, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    """The blocks of a schema file, each with its members; nothing for other files."""
    document = session.document(convert.to_path(params.text_document.uri) or "")
    if not isinstance(document, Document):
        return []
    chunks = zip(document.chunks, document.starts, strict=True)
    placed = (PlacedBlock(document.path, chunk.block, start) for chunk, start in chunks if chunk.block)
    return [_block_symbol(block, document, session) for block in placed]


def definition(session: Session, params: types.DefinitionParams) -> types.Location | None:
    """Where the model, enum, field or value at the pointer is defined."""
    found = _at(session, params.text_document.uri, params.position)
    if found is None:
        return None
    analysis, mention = found
    place = definition_of(analysis.snapshot.tree, mention.target)
    return next(_locations(session, [place] if place else []), None)


async def references(session: Session, params: types.ReferenceParams) -> list[types.Location]:
    """The uses in the schema, in migrations and in the code, in this order."""
    found = _at(session, params.text_document.uri, params.position)
    if found is None:
        return []
    analysis, mention = found
    code = await asyncio.to_thread(places.in_code, analysis, mention.target)
    in_schema = places.in_schema(analysis, mention.target, with_definition=params.context.include_declaration)
    return list(_locations(session, (*in_schema, *places.in_migrations(analysis, mention.target), *code)))


async def workspace_symbols(session: Session, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
    """The models, enums, fields and values of all open projects whose names have the letters of the query, in order."""
    projects = await session.read_projects()
    analyses = (project.current() for project in projects)
    found = (symbol for analysis in analyses if analysis for symbol in _symbols(session, analysis, params.query))
    return list(islice(found, _MOST))


def _at(session: Session, uri: str, position: types.Position) -> tuple[Analysis, Mention] | None:
    path = convert.to_path(uri) or ""
    analysis, document = session.analysis_of(path), session.document(path)
    if analysis is None or document is None:
        return None
    offset = convert.offset(document, position, session.abilities.encoding)
    mention = mention_at(analysis.snapshot.tree, path, offset)
    return (analysis, mention) if mention else None


def _block_symbol(placed: PlacedBlock, document: TextFile, session: Session) -> types.DocumentSymbol:
    block = placed.block
    members = [
        *((_FIELD, field.name, field.span, field.type.name.text + field.type.arity) for field in block.fields),
        *((_VALUE, value.name, value.span, "") for value in block.values),
        *((_PROPERTY, setting.name, setting.span, "") for setting in block.properties),
    ]

    def symbol(kind: types.SymbolKind, name: str, whole: Span, own: Span, detail: str) -> types.DocumentSymbol:
        encoding = session.abilities.encoding
        range_ = convert.to_range(document, whole.shifted(placed.chunk_start), encoding)
        selection = convert.to_range(document, own.shifted(placed.chunk_start), encoding)
        return types.DocumentSymbol(name=name, kind=kind, range=range_, selection_range=selection, detail=detail)

    found = symbol(_KINDS[block.keyword], block.name.text, block.span, block.name.span, str(block.keyword))
    found.children = [symbol(kind, name.text, span, name.span, detail) for kind, name, span, detail in members]
    return found


def _symbols(session: Session, analysis: Analysis, query: str) -> Iterator[types.SymbolInformation]:
    for placed in analysis.snapshot.tree.blocks():
        block = placed.block
        if block.keyword in (Keyword.DATASOURCE, Keyword.GENERATOR):
            continue
        names = [
            (_KINDS[block.keyword], block.name, ""),
            *((_FIELD, field.name, block.name.text) for field in block.fields),
            *((_VALUE, value.name, block.name.text) for value in block.values),
        ]
        for kind, name, container in names:
            if _matches(f"{container}.{name.text}" if "." in query else name.text, query):
                location = Location(placed.path, name.span.shifted(placed.chunk_start))
                for place in _locations(session, [location]):
                    yield types.SymbolInformation(
                        location=place, name=name.text, kind=kind, container_name=container or None
                    )


def _matches(name: str, query: str) -> bool:
    letters = iter(name.lower())
    return all(letter in letters for letter in query.lower())


def _locations(session: Session, found: Iterable[Location]) -> Iterator[types.Location]:
    for location in dict.fromkeys(found):
        document = session.document(location.path)
        if document is not None:
            yield convert.to_location(location, document, session.abilities.encoding)
