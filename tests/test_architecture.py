"""The rules of the house, kept by tests: who may import whom, and what stays out of whose way."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "server" / "refract"
SOURCES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("pygls", "lsprotocol", "lark", "sqlglot", "asyncio", "mcp", "pydantic")

OWNERS = {
    "pygls": "lsp",
    "lsprotocol": "lsp",
    "lark": "syntax",
    "subprocess": "git.py",
    "click": "cli",
    "mcp": "cli/mcp_server",
    "sqlglot": "sql/reader/rows.py",
}


def name_of(source: Path) -> str:
    return source.relative_to(PACKAGE).as_posix()


def imported(source: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_imports_run_downwards() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", OWNERS)
def test_only_its_owner_imports(package: str) -> None:
    users = {name_of(source) for source in SOURCES if package in imported(source)}
    assert users, f"nothing imports {package}: is this test still right?"
    assert {user for user in users if not user.startswith(OWNERS[package])} == set()


def test_private_modules_stay_in_their_package() -> None:
    inner = re.compile(
        r"^\s*from refract\.(\w+)(?:\.\w+)*\._[a-z]\w* import|^\s*from refract\.(\w+) import _[a-z]", re.MULTILINE
    )
    foreign = [
        f"{name_of(source)}: {owner}"
        for source in SOURCES
        for owner in (one or other for one, other in inner.findall(source.read_text()))
        if owner != source.relative_to(PACKAGE).parts[0]
    ]
    assert foreign == []


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_module_begins_with_what_it_is_for(source: Path) -> None:
    assert ast.get_docstring(ast.parse(source.read_text())), "a module begins with what it is for"


def test_nothing_prints_on_the_protocols_channel() -> None:
    offenders = [name_of(s) for s in SOURCES if re.search(r"^\s*print\(", s.read_text(), re.MULTILINE)]
    assert offenders == []


def modules_after(code: str) -> set[str]:
    """The top-level modules loaded after a fresh interpreter ran `code`."""
    tail = "\nimport sys; print('\\n'.join(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("code", ["import refract.cli.main", "import refract.cli.check, refract.cli.diff"])
def test_the_command_line_starts_light(code: str) -> None:
    assert modules_after(code).intersection(HEAVY) == set()


def test_every_link_in_the_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    broken = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert broken == []
