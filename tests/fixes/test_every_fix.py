"""Every fix that is offered for the rules' own examples makes its finding go away, and leaves a schema that can be read.

The examples become projects: a migration that builds the schema before, committed, and the schema after in the editor.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from refract.actions.fixing import fixes_of
from refract.analysis import Analysis, analyse, open_project
from refract.diff import diff
from refract.docstrings import fences
from refract.fixes import Fix
from refract.lowering import lower
from refract.rules.kit.finding import Finding, Severity
from refract.schema.model import Database
from refract.sql.writer import write_script
from refract.syntax import parse_schema
from refract.text import FileEdits, apply_edits
from refract.workspace import find_projects
from rules.markdown import fixtures

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.org")


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


def project(root: Path, example: Example) -> Analysis:
    head = f'datasource db {{\n  provider = "{example.provider}"\n}}\n\n'
    before = lower(parse_schema([("schema.prisma", head + example.before)])).database
    nothing = Database(before.provider, before.default_schema)
    migrations = root / "prisma" / "migrations"
    (migrations / "20250101000000_init").mkdir(parents=True)
    (migrations / "migration_lock.toml").write_text(f'provider = "{example.provider}"\n')
    sql = write_script(diff(nothing, before), nothing, before)
    (migrations / "20250101000000_init" / "migration.sql").write_text(sql)
    schema = root / "prisma" / "schema.prisma"
    schema.write_text(head + example.before)
    for command in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "start")):
        subprocess.run([*GIT, *command], cwd=root, check=True)
    schema.write_text(head + example.after)
    return analysis_of(root)


def analysis_of(root: Path) -> Analysis:
    (found,) = find_projects(root)
    return analyse(open_project(found))


def apply(fix: Fix) -> list[Path]:
    """Makes the fix's changes on disk; the files that it wrote."""
    written = []
    for change in fix.build():
        path = Path(change.path)
        if isinstance(change, FileEdits):
            path.write_text(apply_edits(path.read_text(), change.edits))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x") as handle:
            handle.write(change.text)
        written.append(path)
    return written


def undo(root: Path, after: str, written: list[Path]) -> None:
    for path in written:
        if path.parent == root:
            path.unlink()
        else:
            shutil.rmtree(path.parent)
    (root / "prisma" / "schema.prisma").write_text(after)


@pytest.mark.parametrize("example", list(examples()), ids=lambda e: e.name)
def test_fixes_of_examples(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")
    analysis = project(tmp_path, example)
    after = (tmp_path / "prisma" / "schema.prisma").read_text()
    known = {finding.key for finding in analysis.findings}
    for finding in analysis.findings:
        offered = fixes_of(analysis, finding, NOW)
        assert len({fix.title for fix in offered}) == len(offered)
        assert sum(fix.preferred for fix in offered) <= 1
        for fix in offered:
            written = apply(fix)
            fixed = analysis_of(tmp_path)
            explain(example, finding, fix, fixed, known)
            undo(tmp_path, after, written)


def explain(example: Example, finding: Finding, fix: Fix, fixed: Analysis, known: set[str]) -> None:
    what = f"{fix.title!r} for {finding.key} of {example.name}"
    text = fixed.snapshot.tree.documents[0].text
    assert finding.key not in {f.key for f in fixed.findings}, f"{what} leaves it there:\n{text}"
    assert fixed.problems == (), f"{what} leaves what cannot be read: {fixed.problems[0].message}\n{text}"
    worse = [f for f in fixed.findings if f.key not in known and f.severity is Severity.ERROR is not finding.severity]
    assert not worse, f"{what} brings {worse[0].rule}: {worse[0].what}\n{text}"
