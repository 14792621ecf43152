"""A real server in a process of its own, a real client, and small projects to open."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Union

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from lsp.projects import ADDED, INIT, SCHEMA, git


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose migrations have built exactly its schema. Returns the schema's path."""
    prisma = tmp_path / "prisma"
    migration = prisma / "migrations" / "20240101000000_init"
    migration.mkdir(parents=True)
    (migration / "migration.sql").write_text(INIT)
    (prisma / "migrations" / "migration_lock.toml").write_text('provider = "postgresql"\n')
    schema = prisma / "schema.prisma"
    schema.write_text(SCHEMA)
    return schema


@pytest.fixture
def migration(project: Path) -> Path:
    """A migration that was written after the last commit. Returns the path of its SQL."""
    git(project.parent, "init", "--initial-branch=main")
    git(project.parent, "add", ".")
    git(project.parent, "commit", "--message=start")
    file = project.parent / "migrations" / "20240201000000_add_email" / "migration.sql"
    file.parent.mkdir()
    file.write_text(ADDED)
    project.write_text(project.read_text().replace("  name String\n", "  name String\n  email String\n"))
    return file


def capabilities(experimental: object = None) -> types.ClientCapabilities:
    """Those of a client that can resolve edits lazily, makes new files, shows annotations and counts columns in UTF-16."""
    code_action = types.CodeActionClientCapabilities(
        resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"])
    )
    edits = types.WorkspaceEditClientCapabilities(
        change_annotation_support=types.ChangeAnnotationsSupportOptions(),
        metadata_support=True,
        resource_operations=[types.ResourceOperationKind.Create],
    )
    return types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(code_action=code_action),
        workspace=types.WorkspaceClientCapabilities(workspace_edit=edits),
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
        experimental=experimental,
    )


def tell_actions_from_commands(client: LanguageClient) -> None:
    """A code action that carries a command is no command: lsprotocol takes the one for the other."""
    converter = client.protocol._converter

    def structured(value: Any, _: type) -> types.Command | types.CodeAction:
        is_command = isinstance(value["command"], str) if "command" in value else False
        return converter.structure(value, types.Command if is_command else types.CodeAction)

    converter.register_structure_hook(Union[types.Command, types.CodeAction], structured)  # noqa: UP007  as it is there


_SERVER = ClientServerConfig(server_command=[sys.executable, "-m", "refract", "server"])


@pytest_lsp.fixture(config=_SERVER)
async def client(lsp_client: LanguageClient):  # type: ignore[no-untyped-def]
    """A client as most are."""
    tell_actions_from_commands(lsp_client)
    await lsp_client.initialize_session(types.InitializeParams(capabilities=capabilities()))
    yield
    await lsp_client.shutdown_session()


@pytest_lsp.fixture(config=_SERVER)
async def asking(lsp_client: LanguageClient):  # type: ignore[no-untyped-def]
    """A client that has said that it asks, shows buttons, shows findings under the pointer, and wants to hear of changes."""
    own = {"refract": {"overviewChanged": True, "asks": True, "showsFindings": True, "buttons": True, "links": True}}
    able = capabilities(own)
    assert able.workspace is not None
    able.workspace.code_lens = types.CodeLensWorkspaceClientCapabilities(refresh_support=True)
    tell_actions_from_commands(lsp_client)
    await lsp_client.initialize_session(types.InitializeParams(capabilities=able))
    yield
    await lsp_client.shutdown_session()


@pytest_lsp.fixture(config=_SERVER)
async def showing(lsp_client: LanguageClient):  # type: ignore[no-untyped-def]
    """A client that opens files on request, and resolves the commands of actions."""
    able = capabilities({"refract": {"buttons": True}})
    able.window = types.WindowClientCapabilities(show_document=types.ShowDocumentClientCapabilities(support=True))
    assert able.text_document is not None and able.text_document.code_action is not None
    resolve = types.ClientCodeActionResolveOptions(properties=["edit", "command"])
    able.text_document.code_action.resolve_support = resolve
    tell_actions_from_commands(lsp_client)
    await lsp_client.initialize_session(types.InitializeParams(capabilities=able))
    yield
    await lsp_client.shutdown_session()
