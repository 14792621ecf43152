"""Each test is marked with the real parts it needs; without them it is left out, and the reason shown. In CI it fails."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from parts import PARTS, ROOT, TESTS, Part, in_ci, left_out, main, parts_of

FILES = sorted(TESTS.rglob("test_*.py"))
STARTED_BY = {
    "live/postgresql.py": "postgresql",
    "live/mariadb.py": "mariadb",
    "live/sqlite.py": "sqlite",
    "live/embedded.py": "npm",
    "npm.py": "npm",
    "editors/vscode/driver.py": "vscode",
    "lsp/editor.py": "server",
}
"""The helpers that start a real part: a test that imports one needs the part."""

PRESENT = Part("present", "a part that is installed", ())
MISSING = Part("missing", "a part of Debian", (), lambda: "x is not installed", ("x", "y"))
BUILT = Part("built", "a part that is built", (), lambda: "z is not installed", ("z",), lambda: None)
UNREACHABLE = Part("unreachable", "a part without a package", (), lambda: "cannot be reached")


@cache
def imported(file: Path) -> frozenset[str]:
    """The files below tests/ that a file imports, directly or through others."""
    direct = frozenset(_imported_by(file))
    return direct.union(*(imported(TESTS / name) for name in direct))


def _imported_by(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from _files(node.module)
            yield from (name for alias in node.names for name in _files(f"{node.module}.{alias.name}"))
        elif isinstance(node, ast.Import):
            yield from (name for alias in node.names for name in _files(alias.name))


def _files(module: str) -> Iterator[str]:
    name = f"{module.replace('.', '/')}.py"
    if (TESTS / name).is_file():
        yield name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(TESTS).as_posix())
def test_a_file_that_starts_a_part_is_in_its_group(file: Path) -> None:
    needed = {STARTED_BY[name] for name in imported(file) if name in STARTED_BY}
    assert needed - {part.name for part in parts_of(file)} == set()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_pattern_matches_a_test(part: Part) -> None:
    for pattern in part.tests:
        assert any(file.match(f"tests/{pattern}") for file in TESTS.rglob("*.py")), pattern


def test_what_is_missing_is_listed_with_the_reason() -> None:
    assert left_out([PRESENT, MISSING, BUILT, UNREACHABLE]) == [
        "left out: missing (a part of Debian): x is not installed (Debian: apt-get install x y)",
        "left out: built (a part that is built): z is not installed (Debian: make setup, as root)",
        "left out: unreachable (a part without a package): cannot be reached",
    ]


@pytest.mark.parametrize(
    ("value", "expected"), [("", False), ("0", False), ("false", False), ("true", True), ("1", True)]
)
def test_in_ci(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", value)
    assert in_ci() is expected


@pytest.mark.parametrize(
    ("parts", "ci", "code"),
    [((PRESENT,), "true", 0), ((PRESENT, MISSING), "", 0), ((PRESENT, MISSING), "true", 1)],
)
def test_a_missing_part_is_an_error_in_ci_only(
    parts: tuple[Part, ...], ci: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parts.PARTS", parts)
    monkeypatch.setenv("CI", ci)
    assert main([]) == code


def test_a_list_of_what_is_missing_installs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("nothing may be installed")

    monkeypatch.setattr("parts.PARTS", (MISSING,))
    monkeypatch.setattr("parts.install", fail)
    monkeypatch.setenv("CI", "")
    assert main([]) == 0
    assert main(["list"]) == 2


@pytest.mark.parametrize(
    ("ci", "code", "shown"),
    [("", 0, "1 skipped"), ("true", 1, "1 error")],
)
def test_a_test_without_its_part(ci: str, code: int, shown: str, tmp_path: Path) -> None:
    environment = {**os.environ, "CI": ci, "PATH": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/editors/test_emacs.py"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
    assert shown in done.stdout
    assert "emacs is missing: emacs is not installed (Debian: apt-get install emacs-nox elpa-eglot)" in done.stdout


@pytest.mark.parametrize(
    ("name", "names", "timed"),
    [
        ("rules/test_rules.py", [], False),
        ("oracle/test_cases.py", ["npm"], False),
        ("distribution/test_ci.py", ["pypi"], False),
        ("lsp/test_server.py", ["server"], True),
        ("live/test_runbooks.py", ["postgresql", "mariadb"], True),
        ("editors/vscode/test_round.py", ["npm", "linux", "vscode"], True),
    ],
)
def test_only_a_test_that_waits_for_a_process_may_run_again(name: str, names: list[str], timed: bool) -> None:
    parts = parts_of(TESTS / name)
    assert [part.name for part in parts] == names
    assert any(part.timed for part in parts) is timed
