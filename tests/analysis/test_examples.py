"""The page of edits to try in examples/fitness: each one is made, and what is found is what the page says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from refract.analysis import analyse, open_project
from refract.workspace import find_projects

EXAMPLE = Path(__file__).parents[2] / "examples" / "fitness"
_EDIT = re.compile(r"^## (?P<title>[^\n]+)\n\n```diff\n(?P<diff>.*?)^```\n\nFinds (?P<found>[^\n.:]+)", re.M | re.S)
EDITS = [
    (edit["title"], edit["diff"], sorted(re.findall(r"`([\w-]+)`", edit["found"])))
    for edit in _EDIT.finditer((EXAMPLE / "README.md").read_text("utf-8"))
]


@pytest.fixture(autouse=True)
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_NO_CACHE", "1")


def test_the_page_has_edits() -> None:
    assert len(EDITS) == (EXAMPLE / "README.md").read_text("utf-8").count("```diff") > 8


@pytest.mark.parametrize(("diff", "rules"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_an_edit_has_the_findings_of_the_page(tmp_path: Path, diff: str, rules: list[str]) -> None:
    shutil.copytree(EXAMPLE / "prisma", tmp_path / "prisma")
    schema = tmp_path / "prisma" / "schema.prisma"
    schema.write_text(edited(schema.read_text("utf-8"), diff), "utf-8")
    (project,) = find_projects(tmp_path)
    analysis = analyse(open_project(project))
    assert analysis.problems == ()
    assert sorted(finding.rule for finding in analysis.findings) == rules


def edited(text: str, diff: str) -> str:
    """The text after the lines of a diff without line numbers; each is looked for below the one before."""
    lines, at = text.splitlines(), -1
    for sign, line in ((entry[:1], entry[1:]) for entry in diff.splitlines()):
        if sign == "+":
            at += 1
            lines.insert(at, line)
            continue
        start = 0 if line.endswith("{") else at + 1
        at = next(n for n in range(start, len(lines)) if lines[n].split() == line.split())
        if sign == "-":
            del lines[at]
            at -= 1
    return "\n".join(lines) + "\n"
