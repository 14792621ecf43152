"""The outline of a schema, and the ways from a name to its definition, its migrations and its uses in code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pygls.exceptions import JsonRpcMethodNotFound
from pytest_lsp import ClientServerConfig, LanguageClient

from lsp.conftest import _SERVER, capabilities
from lsp.editor import Editor
from lsp.projects import HEADER, INIT

pytestmark = pytest.mark.asyncio
SCHEMA = (
    HEADER
    + """enum Role {
  ADMIN
  MEMBER
}

model User {
  id    Int    @id @default(autoincrement())
  name  String
  role  Role   @default(MEMBER)
  posts Post[]

  @@index([name, role(sort: Desc)])
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
"""
)


@pytest.fixture
def schema(project: Path) -> Path:
    project.write_text(SCHEMA)
    (project.parent / "names.ts").write_text("prisma.user.findMany({ select: { name: true } });\n")
    return project


@pytest_lsp.fixture(config=ClientServerConfig(server_command=_SERVER.server_command))
async def beside(lsp_client: LanguageClient):  # type: ignore[no-untyped-def]
    """A client that has Prisma's own server, too."""
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=capabilities({"refract": {"navigation": False}}))
    )
    yield
    await lsp_client.shutdown_session()


def at(editor: Editor, before: str, name: str) -> dict[str, Any]:
    """The parameters of a request about `name` in the text that begins with `before`."""
    start = editor.text.index(before) + before.index(name)
    line, column = editor.text.count("\n", 0, start), start - editor.text.rfind("\n", 0, start) - 1
    return {
        "text_document": types.TextDocumentIdentifier(uri=editor.uri),
        "position": types.Position(line, column + 1),
    }


def lines(editor: Editor, found: list[types.Location] | None) -> list[str]:
    """The line of each place in the schema, and the file and line of each elsewhere."""
    return [
        editor.text.splitlines()[place.range.start.line].strip()
        if place.uri == editor.uri
        else f"{place.uri.rpartition('/')[2]}:{place.range.start.line + 1}"
        for place in found or []
    ]


async def test_the_outline(client: LanguageClient, schema: Path) -> None:
    editor = Editor(client, schema)
    identifier = types.TextDocumentIdentifier(uri=editor.uri)
    found = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=identifier))
    assert found and all(isinstance(symbol, types.DocumentSymbol) for symbol in found)
    shown = {s.name: [m.name for m in s.children or []] for s in found if isinstance(s, types.DocumentSymbol)}
    assert shown == {
        "db": ["provider"],
        "Role": ["ADMIN", "MEMBER"],
        "User": ["id", "name", "role", "posts"],
        "Post": ["id", "authorId", "author"],
    }
    for symbol in found:
        assert isinstance(symbol, types.DocumentSymbol)
        for inner in (symbol, *(symbol.children or [])):
            assert inner.range.start <= inner.selection_range.start
            assert inner.selection_range.end <= inner.range.end


@pytest.mark.parametrize(
    ("before", "name", "defined"),
    [
        ("posts Post[]", "Post", "model Post {"),
        ("role  Role", "Role", "enum Role {"),
        ("@default(MEMBER)", "MEMBER", "MEMBER"),
        ("fields: [authorId]", "authorId", "authorId Int"),
        ("references: [id]", "id", "id    Int    @id @default(autoincrement())"),
        ("@@index([name", "name", "name  String"),
        ("role(sort", "role", "role  Role   @default(MEMBER)"),
        ("name  String", "name", "name  String"),
        ("name  String", "String", None),
        ("@default(autoincrement", "autoincrement", None),
    ],
)
async def test_definitions(client: LanguageClient, schema: Path, before: str, name: str, defined: str | None) -> None:
    editor = Editor(client, schema)
    found = await client.text_document_definition_async(types.DefinitionParams(**at(editor, before, name)))
    assert lines(editor, [found] if isinstance(found, types.Location) else None) == ([defined] if defined else [])


@pytest.mark.parametrize("declared", [True, False])
async def test_references_are_in_schema_migrations_and_code(
    client: LanguageClient, schema: Path, declared: bool
) -> None:
    editor = Editor(client, schema)
    context = types.ReferenceContext(include_declaration=declared)
    place = at(editor, "name  String", "name")
    found = await client.text_document_references_async(types.ReferenceParams(context=context, **place))
    assert lines(editor, list(found or [])) == [
        *(["name  String"] if declared else []),
        "@@index([name, role(sort: Desc)])",
        "migration.sql:2",
        "names.ts:1",
    ]


async def test_references_of_a_model(client: LanguageClient, schema: Path) -> None:
    editor = Editor(client, schema)
    context = types.ReferenceContext(include_declaration=True)
    place = at(editor, "model User", "User")
    found = lines(
        editor, list(await client.text_document_references_async(types.ReferenceParams(context=context, **place)) or [])
    )
    assert found[:2] == ["model User {", "author   User @relation(fields: [authorId], references: [id])"]
    assert "names.ts:1" in found


@pytest.mark.parametrize(
    ("query", "names"),
    [("name", ["User.name"]), ("pst", ["Post", "User.posts"]), ("User.id", ["User.id"]), ("zzz", [])],
)
async def test_workspace_symbols(client: LanguageClient, schema: Path, query: str, names: list[str]) -> None:
    Editor(client, schema)
    found = await client.workspace_symbol_async(types.WorkspaceSymbolParams(query=query))
    shown = [f"{s.container_name}.{s.name}" if s.container_name else s.name for s in found or []]
    assert sorted(shown) == sorted(names)


async def test_hover_shows_what_a_field_is_in_the_database(client: LanguageClient, project: Path) -> None:
    editor = Editor(client, project)
    await editor.actions("")
    field, model = await editor.hover("name String"), await editor.hover("User {")
    assert field and isinstance(field.contents, types.MarkupContent)
    migration = project.parent / "migrations" / "20240101000000_init" / "migration.sql"
    where = f"created in [`20240101000000_init`]({migration.as_uri()}#L2)"
    assert field.contents.value == f"Column `name`: `TEXT NOT NULL`, {where}"
    assert model and isinstance(model.contents, types.MarkupContent)
    assert model.contents.value == f"Table `User`, {where}"
    assert INIT.splitlines()[1].startswith("CREATE TABLE")


async def test_half_a_line_breaks_nothing(client: LanguageClient, schema: Path) -> None:
    editor = Editor(client, schema)
    editor.replace("  @@index([name, role(sort: Desc)])\n}", "  @@index([name, ")
    identifier = types.TextDocumentIdentifier(uri=editor.uri)
    assert await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=identifier))
    found = await client.text_document_definition_async(types.DefinitionParams(**at(editor, "posts Post[]", "Post")))
    assert found is None or lines(editor, [found] if isinstance(found, types.Location) else []) == ["model Post {"]


async def test_nothing_is_offered_beside_prismas_own_server(beside: LanguageClient, schema: Path) -> None:
    editor = Editor(beside, schema)
    with pytest.raises(JsonRpcMethodNotFound):
        await beside.text_document_definition_async(types.DefinitionParams(**at(editor, "posts Post[]", "Post")))
    assert await editor.hover("name  String"), "what a field is in the database is news all the same"
