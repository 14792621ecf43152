"""What is published: complete, small, typed, and able to run where nothing of the repository is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from distribution.commands import ROOT, run
from small_projects import commit

pytestmark = pytest.mark.xdist_group("distribution")

MOST = 1_500_000  # bytes of the wheel


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the example, in a repository of its own."""
    shutil.copytree(ROOT / "examples" / "shop", tmp_path / "shop")
    commit(tmp_path / "shop")
    return tmp_path / "shop"


def test_the_wheel_is_complete_and_small(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"refract/py.typed", "refract/syntax/prisma.lark", "refract/rules/pages/drop-column.md"} <= names
    modules = {str(path.relative_to(ROOT / "server")) for path in (ROOT / "server" / "refract").rglob("*.py")}
    assert modules <= names
    pages = {f"refract/rules/pages/{path.name}" for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert pages <= names
    assert not [name for name in names if "test" in name or name.endswith((".pyc", ".toml"))]
    assert wheel.stat().st_size < MOST


def test_the_sdist_has_what_it_is_built_from(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[-1] for name in archive.getnames()}
    assert {"pyproject.toml", "grammar/prisma.lark", "LICENSE", "server/refract/cli/main.py"} <= names


def test_the_commands_run(installed: Path, shop: Path) -> None:
    refract = installed / "refract"
    assert run(refract, "--version", cwd=shop).startswith("refract ")
    assert "drop-column" in run(refract, "explain", "drop-column", cwd=shop)
    run(refract, "check", "--fail-on", "never", cwd=shop)
    schema = shop / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text().replace("  email ", "  mail  ", 1))
    found = json.loads(run(refract, "check", "--format", "json", "--fail-on", "never", cwd=shop))
    rules = {finding["rule"] for project in found["projects"] for finding in project["findings"]}
    assert rules & {"drop-column", "field-rename-as-drop-add"}
    assert "state" in run(refract, "init", "--format", "json", cwd=shop)


def test_the_server_shakes_hands(installed: Path, shop: Path) -> None:
    def message(**content: object) -> bytes:
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

    asked = message(id=1, method="initialize", params={"processId": None, "rootUri": shop.as_uri(), "capabilities": {}})
    asked += message(id=2, method="shutdown", params=None) + message(method="exit", params=None)
    done = subprocess.run(
        [installed / "refract", "server"], input=asked, capture_output=True, cwd=shop, timeout=60, check=True
    )
    assert b'"serverInfo"' in done.stdout
    assert b'"name": "refract"' in done.stdout or b'"name":"refract"' in done.stdout


def test_it_starts_fast_and_without_the_protocol(installed: Path, shop: Path) -> None:
    run(installed / "refract", "check", "--fail-on", "never", cwd=shop)
    start = time.perf_counter()
    run(installed / "refract", "check", "--fail-on", "never", cwd=shop)
    assert time.perf_counter() - start < 3, "a second run remembers the answer"
    loaded = "import sys, refract.cli.main; print([m for m in ('pygls', 'lsprotocol', 'sqlglot', 'lark') if m in sys.modules])"
    assert run(installed / "python", "-c", loaded, cwd=shop).strip() == "[]"


def test_its_types_are_seen(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text("from refract.config import load_settings\n\nreveal_type(load_settings)\n")
    said = run(sys.executable, "-m", "mypy", "--python-executable", installed / "python", "use.py", cwd=tmp_path)
    assert "def (folder: pathlib.Path) -> refract.config.settings.Settings" in said


@pytest.mark.parametrize("tool", ["pipx", "uv"])
def test_installers_of_commands(tool: str, tools: Path, wheel: Path, tmp_path: Path) -> None:
    command = (
        ["pipx", "install", wheel] if tool == "pipx" else ["uv", "tool", "install", "--python", tools / "python", wheel]
    )
    homes = {
        "PIPX_HOME": "home",
        "PIPX_BIN_DIR": "bin",
        "UV_TOOL_DIR": "home",
        "UV_TOOL_BIN_DIR": "bin",
        "UV_CACHE_DIR": "cache",
    }
    run(tools / command[0], *command[1:], cwd=tmp_path, **{name: str(tmp_path / part) for name, part in homes.items()})
    assert run(tmp_path / "bin" / "refract", "--version", cwd=tmp_path).startswith("refract ")
