"""Diagnostics on request, for clients that ask for them: then none come unasked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from lsp.editor import Editor


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "refract", "server"]))
async def pulling(lsp_client: LanguageClient):  # type: ignore[no-untyped-def]
    """A client that asks for diagnostics, and takes those of other files with them."""
    diagnostic = types.DiagnosticClientCapabilities(related_document_support=True)
    capabilities = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(diagnostic=diagnostic),
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf8]),
    )
    result = await lsp_client.initialize_session(types.InitializeParams(capabilities=capabilities))
    assert result.capabilities.diagnostic_provider
    yield
    await lsp_client.shutdown_session()


async def pull(client: LanguageClient, uri: str, previous: str | None = None) -> types.DocumentDiagnosticReport:
    identifier = types.TextDocumentIdentifier(uri=uri)
    params = types.DocumentDiagnosticParams(text_document=identifier, previous_result_id=previous)
    return await client.text_document_diagnostic_async(params)


@pytest.mark.asyncio
async def test_an_answer_is_about_the_current_text(pulling: LanguageClient, project: Path) -> None:
    editor = Editor(pulling, project)
    first = await pull(pulling, editor.uri)
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
    assert not first.items
    editor.replace("  name String\n", "")
    second = await pull(pulling, editor.uri, first.result_id)
    assert isinstance(second, types.RelatedFullDocumentDiagnosticReport)
    assert [d.code for d in second.items] == ["drop-column"]
    third = await pull(pulling, editor.uri, second.result_id)
    assert isinstance(third, types.RelatedUnchangedDocumentDiagnosticReport)
    assert third.result_id == second.result_id
    assert editor.diagnostics() == []


@pytest.mark.asyncio
async def test_a_file_of_no_project_has_none(pulling: LanguageClient, tmp_path: Path) -> None:
    report = await pull(pulling, (tmp_path / "other.prisma").as_uri())
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert not report.items


@pytest.mark.asyncio
async def test_other_files_of_the_project_come_along(pulling: LanguageClient, migration: Path, project: Path) -> None:
    editor = Editor(pulling, project)
    report = await pull(pulling, editor.uri)
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    (related,) = (report.related_documents or {}).values()
    assert isinstance(related, types.FullDocumentDiagnosticReport)
    assert [d.code for d in related.items] == ["add-required-column-without-default"]
    again = await pull(pulling, editor.uri, report.result_id)
    assert not again.related_documents
