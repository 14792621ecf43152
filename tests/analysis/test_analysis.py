"""The analysis of a project, from scratch and edit by edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from refract.analysis import Analysis, Snapshot, analyse, open_project
from refract.text import Span
from refract.workspace import find_projects
from small_projects import HEAD, INIT, LOCK, USER, write


@pytest.fixture
def snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/1_init/migration.sql": INIT,
    })  # fmt: skip
    return open_project(find_projects(tmp_path)[0])


def rules(analysis: Analysis) -> list[str]:
    return [finding.rule for finding in analysis.findings]


def typed(analysis: Analysis, old: str, new: str) -> Analysis:
    document = analysis.snapshot.tree.documents[0]
    start = document.text.index(old)
    return analyse(analysis.snapshot.edited(document.edited(Span(start, start + len(old)), new)), analysis)


def test_a_word_typed_key_by_key(snapshot: Snapshot) -> None:
    analysis = analyse(snapshot)
    for before, after in (("email String", "email Strin"), ("email Strin", "email"), ("email", "mai"), ("mai", "mail")):
        analysis = typed(analysis, before, after)
        assert rules(analysis) == []
        assert analysis.problems
    analysis = typed(analysis, "mail", "mail String")
    assert rules(analysis) == ["field-rename-as-drop-add"]
    assert analysis.problems == ()


def test_edit_by_edit_finds_what_a_fresh_reading_finds(snapshot: Snapshot) -> None:
    analysis = analyse(snapshot)
    edits = [
        ("  email String\n", ""),
        ("model User", "model Person"),
        ("}\n", "}\n\nmodel New {\n  id Int @id\n}\n"),
        ("model Person", "model User"),
        ("id    Int    @id\n", "id    Int    @id\n  age   Int\n"),
        ("age   Int", "age   Int // refract-ignore: add-required-column-without-default -- no rows yet\n"),
    ]
    for old, new in edits:
        analysis = typed(analysis, old, new)
        text = analysis.snapshot.tree.documents[0].text
        Path(analysis.snapshot.tree.documents[0].path).write_text(text)
        fresh = analyse(open_project(analysis.snapshot.files))
        assert analysis.findings == fresh.findings
        assert analysis.silenced == fresh.silenced
        assert analysis.diff.changes == fresh.diff.changes


def test_unchanged_tables_are_the_same_objects(snapshot: Snapshot) -> None:
    first = analyse(snapshot)
    second = typed(first, "datasource db", "// the shop\ndatasource db")
    assert second.database.table("User") is first.database.table("User")
