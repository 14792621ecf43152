"""A client that behaves as Claude Code's: whole texts, saves, no watching, no pulling, and diagnostics by their text.

It shows an agent at most ten new diagnostics of a file, errors first, and each a single time.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from lsp.projects import HEADER, SCHEMA, git

pytestmark = pytest.mark.asyncio

PATIENCE = 20.0
CAPABILITIES = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(configuration=False, workspace_folders=False),
    text_document=types.TextDocumentClientCapabilities(
        synchronization=types.TextDocumentSyncClientCapabilities(did_save=True, will_save=False),
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True),
        hover=types.HoverClientCapabilities(),
        definition=types.DefinitionClientCapabilities(),
        references=types.ReferenceClientCapabilities(),
        document_symbol=types.DocumentSymbolClientCapabilities(hierarchical_document_symbol_support=True),
        call_hierarchy=types.CallHierarchyClientCapabilities(),
    ),
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
)


class Agent:
    """An agent that edits files, and reads what its client passes on."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self._versions: dict[str, int] = {}
        self._shown: set[tuple[str, str, str, str]] = set()

    def edit(self, path: Path, text: str) -> None:
        """Write a file; the client sends it whole, then that it was saved."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        uri = path.as_uri()
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        if version == 1:
            language = "prisma" if path.suffix == ".prisma" else "sql"
            item = types.TextDocumentItem(uri=uri, language_id=language, version=version, text=text)
            self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
        else:
            identifier = types.VersionedTextDocumentIdentifier(version=version, uri=uri)
            whole = types.TextDocumentContentChangeWholeDocument(text=text)
            changed = types.DidChangeTextDocumentParams(text_document=identifier, content_changes=[whole])
            self.client.text_document_did_change(changed)
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def new_diagnostics(self, path: Path, of: str = "") -> list[types.Diagnostic]:
        """What the agent is shown next, once there is something about the rule `of`; empty if nothing comes."""
        end = time.monotonic() + (PATIENCE if of else 0.5)
        while time.monotonic() < end:
            found = self.client.diagnostics.get(path.as_uri(), [])
            if of and any(d.code == of for d in found):
                return self._new(path, found)
            await asyncio.sleep(0.01)
        if of:
            raise AssertionError(f"no {of}: {[d.code for d in self.client.diagnostics.get(path.as_uri(), [])]}")
        return self._new(path, self.client.diagnostics.get(path.as_uri(), []))

    def _new(self, path: Path, found: list[types.Diagnostic]) -> list[types.Diagnostic]:
        ordered = sorted(found, key=lambda d: d.severity or 4)[:10]
        keys = {(str(path), d.message, str(d.range), str(d.code)): d for d in ordered}
        new = [d for key, d in keys.items() if key not in self._shown]
        self._shown.update(keys)
        return new


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "refract", "server"]))
async def claude(lsp_client: LanguageClient) -> AsyncIterator[None]:
    """The client, as Claude Code introduces itself."""
    await lsp_client.initialize_session(types.InitializeParams(capabilities=CAPABILITIES))
    yield
    await lsp_client.shutdown_session()


async def test_the_text_has_all_that_the_client_drops(claude: LanguageClient, project: Path) -> None:
    agent = Agent(claude)
    agent.edit(project, SCHEMA.replace("name String", "title String"))
    (shown,) = await agent.new_diagnostics(project, "field-rename-as-drop-add")
    assert "1. " in shown.message
    assert "`refract plan new rename-field User.name to=title how=trigger`" in shown.message
    assert "20240101000000_init/migration.sql:2" in shown.message
    assert (
        "Fix: `refract fix --finding field-rename-as-drop-add:public.User.name --with keep-database-name`"
        in shown.message
    )
    assert "refract-ignore" not in shown.message
    assert "ignore-" not in shown.message


async def test_each_is_shown_once_and_again_when_it_differs(claude: LanguageClient, project: Path) -> None:
    agent = Agent(claude)
    renamed = SCHEMA.replace("name String", "title String")
    agent.edit(project, renamed)
    assert len(await agent.new_diagnostics(project, "field-rename-as-drop-add")) == 1
    agent.edit(project, renamed + "\n")
    assert await agent.new_diagnostics(project) == []
    agent.edit(project, SCHEMA)
    assert await agent.new_diagnostics(project) == []
    agent.edit(project, SCHEMA.replace("  name String\n", ""))
    assert len(await agent.new_diagnostics(project, "drop-column")) == 1


async def test_at_most_ten_errors_first(claude: LanguageClient, project: Path) -> None:
    agent = Agent(claude)
    required = "".join(f"  n{n} Int\n" for n in range(12))
    agent.edit(project, SCHEMA.replace("  name String\n", f"  name String\n  @@index([name])\n{required}"))
    await agent.new_diagnostics(project, "add-required-column-without-default")
    found = claude.diagnostics[project.as_uri()]
    assert len(found) == 10
    assert {d.severity for d in found} == {types.DiagnosticSeverity.Error}
    assert "3 more findings are in this file. Run `refract check`" in found[-1].message


async def test_a_migration_that_the_agent_writes_is_judged(claude: LanguageClient, project: Path) -> None:
    git(project.parent, "init", "--initial-branch=main")
    git(project.parent, "add", ".")
    git(project.parent, "commit", "--message=start")
    agent = Agent(claude)
    agent.edit(project, SCHEMA.replace("  name String\n", ""))
    await agent.new_diagnostics(project, "drop-column")
    migration = project.parent / "migrations/20240201000000_drop/migration.sql"
    agent.edit(migration, 'ALTER TABLE "User" DROP COLUMN "name";\n')
    (shown,) = (d for d in await agent.new_diagnostics(migration, "drop-column") if d.code == "drop-column")
    assert shown.severity is types.DiagnosticSeverity.Error


async def test_other_sql_is_left_alone(claude: LanguageClient, project: Path) -> None:
    agent = Agent(claude)
    other = project.parent.parent / "scripts/clean.sql"
    agent.edit(other, "DROP TABLE users;\n")
    assert await agent.new_diagnostics(other) == []


async def test_the_first_diagnostics_come_with_the_first_edit(claude: LanguageClient, project: Path) -> None:
    agent = Agent(claude)
    start = time.monotonic()
    agent.edit(project, HEADER + "model Other {\n  id Int @id\n}\n")
    await agent.new_diagnostics(project, "drop-table")
    assert time.monotonic() - start < PATIENCE / 4
