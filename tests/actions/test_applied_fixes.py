"""Fixes that are tried on drafts: what is taken over, and what is refused with which reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from attrs import evolve

from fixes.projects import edited_schema
from refract.actions.applied_fixes import Fixed, usual_fix, with_fixes
from refract.analysis import Analysis
from refract.fixes import Fix
from refract.text import FileChange, FileEdits, NewFile, Span, TextEdit

BEFORE = "model User {\n  id    Int    @id\n  email String\n}\n"
AFTER = "model User {\n  id    Int    @id\n  email String\n  city String\n  street String\n}\n"


@pytest.fixture
def analysis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Analysis:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    return edited_schema(tmp_path, "postgresql", BEFORE, AFTER)


def tried(analysis: Analysis, build: Callable[[], tuple[FileChange, ...]]) -> Fixed:
    return with_fixes(analysis, lambda finding: True, partial(_built, build))


def _built(build: Callable[[], tuple[FileChange, ...]], fixes: Sequence[Fix]) -> Fix:
    return evolve(fixes[0], title="Try it", build=build)


def schema_edit(analysis: Analysis, start: int, end: int, text: str) -> FileEdits:
    (document,) = analysis.snapshot.tree.documents
    return FileEdits(document.path, (TextEdit(Span(start, end), text),), document.text)


def test_edits_of_one_file_are_tried_together_and_written_as_one(analysis: Analysis) -> None:
    fixed = with_fixes(analysis, lambda finding: True, usual_fix)
    assert len(fixed.applied) == 2
    assert not fixed.refused
    assert fixed.analysis.findings == ()
    (change,) = fixed.changes
    assert isinstance(change, FileEdits)
    assert Path(change.path).read_text() == change.text, "nothing is written"


def test_a_fix_that_leaves_its_finding_is_refused(analysis: Analysis) -> None:
    fixed = tried(analysis, lambda: (schema_edit(analysis, 0, 0, "// a comment\n"),))
    assert {refusal.reason for refusal in fixed.refused} == {"“Try it” would not resolve it."}
    assert len(fixed.refused) == len(analysis.findings)
    assert fixed.changes == ()


def test_a_fix_that_breaks_the_schema_is_refused(analysis: Analysis) -> None:
    (document,) = analysis.snapshot.tree.documents
    at = document.text.index("city String")
    fixed = tried(analysis, lambda: (schema_edit(analysis, at, at + len("city String"), "city Strin"),))
    assert any("Strin" in refusal.reason for refusal in fixed.refused)
    assert fixed.changes == ()


def test_a_fix_that_writes_elsewhere_is_refused(analysis: Analysis, tmp_path: Path) -> None:
    fixed = tried(analysis, lambda: (NewFile(str(tmp_path.parent / "elsewhere.sql"), ""),))
    assert all("outside" in refusal.reason for refusal in fixed.refused)
    assert fixed.changes == ()


def test_a_fix_whose_text_is_gone_is_refused(analysis: Analysis) -> None:
    def gone() -> tuple[FileChange, ...]:
        raise LookupError("User")

    fixed = tried(analysis, gone)
    assert {refusal.reason for refusal in fixed.refused} == {"The text to edit no longer exists."}


def test_new_migrations_do_not_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    indexes = BEFORE.replace("}", "  @@index([email])\n  @@index([id, email])\n}")
    analysis = edited_schema(tmp_path, "postgresql", BEFORE, indexes)
    fixed = with_fixes(analysis, lambda finding: finding.rule == "create-index-blocking", usual_fix)
    paths = [Path(change.path).parent.name for change in fixed.changes]
    assert len(fixed.applied) == len(set(paths)) == len({path[:14] for path in paths}) == 2
    assert not any(Path(change.path).exists() for change in fixed.changes)
