"""What a command of an agent, an edit or the settings of a project may cost: as in `test_growth.py`, no shape below 100 KB
takes more than two seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from refract.agents.dangers import dangers
from refract.agents.edits import CannotFollow, edited_files
from refract.agents.event import Edit, Patch, Replacement
from refract.agents.setup import planned_files
from refract.analysis import analyse, open_project
from refract.config import load_settings
from refract.workspace import find_projects
from safety.test_growth import Case, check, working
from small_projects import HEAD, USER, write

SIZE = 90_000


def filled(text: str, size: int = SIZE) -> str:
    """A text again and again, up to a size."""
    return text * (size // len(text))


COMMANDS = {
    "parentheses": filled("("),
    "substitutions": filled("$("),
    "backticks": filled("`"),
    "quotes": filled('"'),
    "pipes": filled("a|"),
    "pipes of clients": filled("psql x|"),
    "pipes into a client": filled("cat a|") + "psql -c 'x y'",
    "here-documents": "cat " + filled("<<A ") + "\nx\n",
    "names of tools": filled("prisma "),
    "names of tools as values": filled("prisma --schema "),
    "commands of Prisma": filled("npx prisma migrate reset;"),
    "statements": 'psql -c "' + filled("DROP TABLE a;") + '"',
    "folders": filled("cd a;"),
    "shells": filled('bash -c "'),
    "evals": filled("eval ") + '"a b"',
    "hosts": filled("ssh a "),
    "scripts": filled("npm run x;"),
    "targets": "make " + filled("a "),
    "files": "rm " + filled("prisma/migrations/* "),
    "code without an end": 'node -e ".deleteMany(' + filled(" ") + '"',
    "code": 'node -e "' + filled(".deleteMany(" + " " * 1_000) + '"',
    "rows": 'node -e "DELETE FROM ' + filled("a.") + '"',
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command(name: str, tmp_path: Path) -> None:
    check([Case(name, working(lambda: list(dangers(COMMANDS[name], tmp_path))))])


def patch(*lines: str) -> Edit:
    return Patch("\n".join(("*** Begin Patch", "*** Update File: schema.prisma", *lines, "*** End Patch")))


EDITS: dict[str, tuple[str, Edit]] = {
    "a long hunk that is nowhere": ("\n" * 45_000, patch("@@", *[" "] * 22_000, " x")),
    "many hunks": ("\n" * 45_000, patch(*["@@", " ", "+x"] * 10_000)),
    "the same hunk, far down": ("a\n" * 30_000 + "b\n", patch(*["@@", " b"] * 15_000)),
    "a text that would not fit": ("a" * SIZE, Replacement("schema.prisma", "a", "b" * SIZE, everywhere=True)),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit(name: str, tmp_path: Path) -> None:
    before, edit = EDITS[name]
    (tmp_path / "schema.prisma").write_text(before)

    def work() -> None:
        with suppress(CannotFollow):
            edited_files((edit,), tmp_path)

    check([Case(name, working(work))])


def test_a_page_with_marks_of_a_section(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("<!-- /refract -->" + filled("<!-- refract -->"))
    check([Case("marks", working(planned_files, tmp_path, ()))])


def settings_work(root: Path) -> Callable[[], object]:
    return lambda: analyse(open_project(find_projects(root)[0]))


def project(root: Path, settings: str, **others: str) -> Path:
    column = "a" * 60
    schema = HEAD + USER.replace("email String", f"email String\n  {column} Int?")
    files = {"prisma/schema.prisma": schema, "refract.toml": settings, ".git/HEAD": ""}
    write(root, {**files, **{f"{name}.toml": text for name, text in others.items()}})
    return root


@pytest.mark.parametrize("pattern", ["*a" * 14 + "*b", "*" * 40 + "b", "a*" * 14 + "b"])
def test_a_rule_of_the_project(pattern: str, tmp_path: Path) -> None:
    rule = f'[custom-rules.no-a]\non = ["*"]\nmessage = "No."\nnames = ["{pattern}"]\ntables = ["{pattern}"]\n'
    check([Case("stars", working(settings_work(project(tmp_path, rule))))])


def test_settings_that_extend_each_other(tmp_path: Path) -> None:
    def extending(name: str) -> str:
        return f"extends = {json.dumps([f'{name}{number}.toml' for number in range(8)])}\n"

    levels = {f"{'abcdefg'[level]}{n}": extending("abcdefgh"[level + 1]) for level in range(6) for n in range(8)}
    last = {f"g{n}": '[rules]\ndrop-column = "off"\n' for n in range(8)}
    root = project(tmp_path, extending("a"), **levels, **last)
    check([Case("extends", working(load_settings, root))])
    assert len(load_settings(root).extended) == len(levels) + len(last)
