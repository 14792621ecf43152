"""Code that uses what the schema drops: found in the background, and again when it changes."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient

from lsp.editor import PATIENCE, Editor
from refract.analysis import Analysis
from refract.analysis.code_uses import Answers, CodeQuestion
from refract.lsp import open_project
from refract.lsp.open_project import OpenProject
from refract.lsp.session import Session
from refract.source import CodeUses

pytestmark = pytest.mark.asyncio
USES = "export const names = () => prisma.user.findMany({ select: { name: true } });\n"


async def places(editor: Editor, count: int) -> list[str]:
    """The places in code that the finding about the drop is related to, once there are so many."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    found: list[str] = []
    while loop.time() < end:
        drops = [d for d in editor.diagnostics() if d.code == "drop-column"]
        related = [r.location for d in drops for r in d.related_information or []]
        found = [f"{r.uri.rsplit('/', 1)[-1]}:{r.range.start.line}" for r in related if r.uri.endswith(".ts")]
        if drops and len(found) == count:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"wanted {count} places, got {found}")


def saved(client: LanguageClient, path: Path) -> None:
    change = types.FileEvent(uri=path.as_uri(), type=types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=[change]))


async def test_a_drop_shows_where_code_uses_the_field(client: LanguageClient, project: Path) -> None:
    code = project.parent / "user.ts"
    code.write_text(USES)
    editor = Editor(client, project)
    await editor.rules()
    editor.replace("  name String\n", "")
    assert await places(editor, 1) == ["user.ts:0"]
    code.write_text("\n" + USES + USES)
    saved(client, code)
    assert await places(editor, 2) == ["user.ts:1", "user.ts:2"]
    code.write_text("")
    saved(client, code)
    assert await places(editor, 0) == []


async def test_an_answer_after_the_file_was_closed_is_not_published(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[OpenProject] = []
    looking, go_on = threading.Event(), threading.Event()

    def slow(analysis: Analysis, questions: frozenset[CodeQuestion]) -> Answers:
        looking.set()
        assert go_on.wait(PATIENCE)
        return Answers({question: CodeUses() for question in questions})

    monkeypatch.setattr(open_project, "look_up", slow)
    session = Session(published.append)
    text = project.read_text().replace("  name String\n", "")
    item = types.TextDocumentItem(uri=project.as_uri(), language_id="prisma", version=1, text=text)
    session.open_document(item)
    await session.when_read(str(project))
    (opened,) = session.projects.values()
    assert await asyncio.to_thread(looking.wait, PATIENCE)
    session.close_document(project.as_uri())
    count = len(published)
    go_on.set()
    assert opened.searching is not None
    await opened.searching
    assert len(published) == count


async def test_a_key_typed_while_the_code_is_searched_asks_for_no_second_search(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[frozenset[CodeQuestion]] = []
    go_on = threading.Event()

    def slow(analysis: Analysis, questions: frozenset[CodeQuestion]) -> Answers:
        searched.append(questions)
        assert go_on.wait(PATIENCE)
        return Answers({question: CodeUses() for question in questions})

    monkeypatch.setattr(open_project, "look_up", slow)
    session = Session(lambda _: None)
    text = project.read_text().replace("  name String\n", "")
    session.open_document(types.TextDocumentItem(uri=project.as_uri(), language_id="prisma", version=1, text=text))
    await session.when_read(str(project))
    (opened,) = session.projects.values()
    document = types.VersionedTextDocumentIdentifier(version=2, uri=project.as_uri())
    whole = types.TextDocumentContentChangeWholeDocument(text=f"{text}\n")
    session.change_document(types.DidChangeTextDocumentParams(text_document=document, content_changes=[whole]))
    assert session.analysis_of(str(project)) is not None
    go_on.set()
    assert opened.searching is not None
    await opened.searching
    assert len(searched) == 1


async def test_a_hover_over_a_rename_shows_all_statements_and_three_places(
    client: LanguageClient, project: Path
) -> None:
    (project.parent / "src").mkdir()
    (project.parent / "src" / "user.ts").write_text(USES * 104)
    editor = Editor(client, project)
    await editor.rules()
    editor.replace("  name String\n", "  fullName String\n")
    await editor.wait_for("field-rename-as-drop-add")
    text = await _hover_with(editor, "fullName", "more")
    order = ("**Renaming", "Prisma drops column", "1. ", "DROP COLUMN", "ADD COLUMN", "src/user.ts:", "- and 101 more")
    places_of = [text.index(part) for part in order]
    assert places_of == sorted(places_of)
    assert text.count("- [`src/user.ts:") == 3
    assert text.splitlines()[-1].startswith("[field-rename-as-drop-add](")


async def _hover_with(editor: Editor, at: str, part: str) -> str:
    """The hover at a place, as soon as it has a part that takes a search of the code."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    text = ""
    while loop.time() < end and part not in text:
        found = await editor.hover(at)
        text = found.contents.value if found and isinstance(found.contents, types.MarkupContent) else ""
        await asyncio.sleep(0.05)
    return text
