"""A real server in a process of its own, a real client, and small projects to open."""

from __future__ import annotations

import sys
from pathlib import Path

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


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, "-m", "refract", "server"]))
async def client(lsp_client: LanguageClient):  # type: ignore[no-untyped-def]
    """A client that can resolve edits lazily and counts columns in UTF-16."""
    code_action = types.CodeActionClientCapabilities(
        resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"])
    )
    capabilities = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(code_action=code_action),
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
    )
    await lsp_client.initialize_session(types.InitializeParams(capabilities=capabilities))
    yield
    await lsp_client.shutdown_session()
