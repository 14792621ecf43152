"""Runs fixes on what Markdown gives them, and writes their results the way the fixtures show them.

A case is a `##` heading with the files of a project in fenced blocks, by their info strings:
- `prisma before` and `prisma after`: the committed and the edited schema, without its datasource;
- `sql before` and `sql migration`: the SQL of all migrations so far, and a new migration;
- with either of them, `LANGUAGE PATH` and `LANGUAGE edited PATH`: another committed file, and one written since.

Below them, once or several times, `fix RULE PROVIDER...` holds the title of the fix for the finding of that rule, its
note, and whether the finding stays; or `not offered`; or `no finding`. The `LANGUAGE result PATH` blocks after it are all
files that the fix changes or creates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fixes.projects import (
    NEW_MIGRATION,
    NOW,
    SCHEMA,
    analysis_of,
    files,
    head,
    make,
    project,
    with_migration,
    with_schema,
)
from refract.actions.fixing import fixes_of
from refract.analysis import Analysis
from refract.docstrings import fences
from refract.fixes import Fix
from refract.rules.kit.finding import Finding

NOT_OFFERED = "not offered"
NO_FINDING = "no finding"
_FIX = re.compile(
    r"^```fix (?P<rule>\S+) (?P<providers>[^\n]*)\n(?P<shown>.*?)(?=^```fix |\Z)", re.MULTILINE | re.DOTALL
)
_PLAN_LINES = ("recipe =", "answers =", "[[steps]]", "id =")
_LANGUAGES = {".prisma": "prisma", ".sql": "sql", ".toml": "toml"}


class Case(NamedTuple):
    """A project, a rule that finds something in it, and what the fixture shows of the fix for that."""

    fix: str
    title: str
    given: Mapping[str, str]
    rule: str
    provider: str
    expected: str

    def __str__(self) -> str:
        return f"{self.fix}: {self.title}: {self.rule} {self.provider}"


def fixtures() -> list[Path]:
    """The fixture files, by name."""
    return sorted(Path(__file__).parent.glob("*.md"), key=lambda path: path.stem)


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of a fixture, one a provider."""
    for section in _sections(path)[1:]:
        title = section.partition("\n")[0].removeprefix("## ")
        for match in _FIX.finditer(section):
            for provider in match["providers"].split():
                shown = match["shown"].rstrip() + "\n"
                yield Case(path.stem, title, _given(section), match["rule"], provider, shown)


def update(path: Path) -> None:
    """Write the results of a fixture again, by the first provider of each."""
    path.write_text("".join(_FIX.sub(partial(_updated, path, s), s) for s in _sections(path)).rstrip() + "\n")


def render(case: Case) -> str:
    """The title of the fix and the files that it changes."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        analysis = _opened(root, case)
        found = [finding for finding in analysis.findings if case.rule in (finding.rule, *finding.parts)]
        if not found:
            return f"{NO_FINDING}\n```\n"
        offered = ((finding, fix) for finding in found for fix in fixes_of(analysis, finding, NOW))
        chosen = next(((finding, fix) for finding, fix in offered if fix.id == case.fix), None)
        return f"{NOT_OFFERED}\n```\n" if chosen is None else _fixed(root, case, *chosen)


def _fixed(root: Path, case: Case, finding: Finding, fix: Fix) -> str:
    before = files(root)
    make(fix.build())
    after = files(root)
    assert before.keys() <= after.keys()
    fixed = analysis_of(root)
    assert fixed.problems == (), case
    stays = "The finding stays." if finding.key in {f.key for f in fixed.findings} else ""
    changed = [name for name in sorted(after) if after[name] != before.get(name)]
    shown = "".join(_block(name, after[name].removeprefix(head(case.provider))) for name in changed)
    return "\n".join(line for line in (fix.title, fix.note, stays) if line) + f"\n```\n{shown}"


def _block(name: str, text: str) -> str:
    shown = _shortened(text) if name.startswith("prisma/plans/") else text
    return f"\n```{_LANGUAGES[Path(name).suffix]} result {name}\n{shown.rstrip()}\n```\n"


def _shortened(plan: str) -> str:
    """The lines of a plan file that tell its recipe and its steps."""
    return "\n".join(("# shortened", *(line for line in plan.splitlines() if line.startswith(_PLAN_LINES))))


def _opened(root: Path, case: Case) -> Analysis:
    given, provider = case.given, case.provider
    committed = {info.split()[1]: text for info, text in given.items() if "." in info and " edited " not in info}
    edited = {info.split()[2]: text for info, text in given.items() if " edited " in info}
    if "prisma before" in given:
        edited |= {SCHEMA: head(provider) + given["prisma after"]}
        return project(root, with_schema(provider, given["prisma before"]) | committed, edited)
    if "sql migration" in given:
        edited |= {NEW_MIGRATION: given["sql migration"]}
    return project(root, with_migration(provider, given["sql before"]) | committed, edited)


def _updated(path: Path, section: str, match: re.Match[str]) -> str:
    provider = match["providers"].split()[0]
    case = Case(path.stem, section.partition("\n")[0], _given(section), match["rule"], provider, "")
    return f"```fix {match['rule']} {match['providers']}\n{render(case)}\n"


def _given(section: str) -> Mapping[str, str]:
    return dict(fences(section.partition("```fix ")[0]))


def _sections(path: Path) -> list[str]:
    """The text above the first case, and each case with its heading."""
    return re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
