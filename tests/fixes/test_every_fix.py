"""Properties of every fix that is offered for the rules' fixtures: it resolves its finding and leaves a readable schema.

Each fixture becomes a project: its schema before is committed with a migration, its schema after is the edit.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from fixes.projects import NOW, SCHEMA, analysis_of, edited_schema, make
from refract.actions.applied_fixes import with_fixes
from refract.actions.fixing import fixes_of
from refract.analysis import Analysis
from refract.docstrings import fences
from refract.fixes import Fix
from refract.rules.kit.finding import Finding, Severity
from rules.markdown import fixtures

LONGEST_TITLE = 60


class Example(NamedTuple):
    name: str
    provider: str
    before: str
    after: str


def examples() -> Iterator[Example]:
    for path in fixtures():
        sections = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        for number, section in enumerate(sections):
            found = dict(fences(section))
            if "prisma before" not in found or "prisma after" not in found or "datasource" in found["prisma before"]:
                continue
            shown = (
                info.split()[1:] for info, text in found.items() if info.startswith("findings") and text != "none\n"
            )
            provider = next(
                (names[0] for names in shown if names and names[0].isalpha() and names[0] != "mongodb"), None
            )
            if provider:
                yield Example(f"{path.stem}-{number}", provider, found["prisma before"], found["prisma after"])


def undo(root: Path, after: str, written: list[Path]) -> None:
    for path in written:
        if path.parent == root:
            path.unlink()
        else:
            shutil.rmtree(path.parent)
    (root / SCHEMA).write_text(after)


@pytest.mark.parametrize("example", list(examples()), ids=lambda e: e.name)
def test_fixes_of_examples(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    analysis = edited_schema(tmp_path, example.provider, example.before, example.after)
    after = (tmp_path / SCHEMA).read_text()
    known = {finding.key for finding in analysis.findings}
    for finding in analysis.findings:
        offered = fixes_of(analysis, finding, NOW)
        assert len({fix.id for fix in offered}) == len({fix.title for fix in offered}) == len(offered)
        assert sum(fix.preferred for fix in offered) <= 1
        for fix in offered:
            assert len(fix.title) <= LONGEST_TITLE
            tried = with_fixes(analysis, partial(_is, finding), partial(_same, fix))
            assert [choice.fix.id for choice in tried.applied] == [fix.id], tried.refused
            written = make(tried.changes)
            fixed = analysis_of(tmp_path)
            assert {f.key for f in tried.analysis.findings} == {f.key for f in fixed.findings}, (
                "a draft is read as a file"
            )
            explain(example, finding, fix, fixed, known)
            undo(tmp_path, after, written)


def _is(wanted: Finding, finding: Finding) -> bool:
    return finding.key == wanted.key


def _same(wanted: Fix, fixes: Sequence[Fix]) -> Fix | None:
    return next((fix for fix in fixes if fix.id == wanted.id), None)


def explain(example: Example, finding: Finding, fix: Fix, fixed: Analysis, known: set[str]) -> None:
    what = f"{fix.title!r} for {finding.key} of {example.name}"
    text = fixed.snapshot.tree.documents[0].text
    assert finding.key not in {f.key for f in fixed.findings}, f"{what} does not resolve it:\n{text}"
    assert fixed.problems == (), f"{what} leaves a problem: {fixed.problems[0].message}\n{text}"
    worse = [f for f in fixed.findings if f.key not in known and f.severity is Severity.ERROR is not finding.severity]
    assert not worse, f"{what} adds {worse[0].rule}: {worse[0].what}\n{text}"
