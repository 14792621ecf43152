"""What goes into the extension is pinned with hashes, and comes with its licence and a bill of materials."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from small_projects import HEAD, USER, write

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "vscode-client"


def script(name: str) -> ModuleType:
    """A script of the extension as a module."""
    spec = importlib.util.spec_from_file_location(name, CLIENT / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_library_is_pinned_with_its_hash() -> None:
    lines = [line for line in (CLIENT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+ --hash=sha256:[0-9a-f]{64}", line)] == []
    pinned = {line.split("==")[0] for line in lines}
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {re.split(r"[<>=]", name)[0] for name in needed} <= pinned


def test_a_release_has_the_bill_of_materials() -> None:
    assert "vscode-client/dist/prisma-refract.cdx.json build/release/vscode" in (ROOT / "Makefile").read_text()
    (job,) = [
        line for line in (ROOT / ".github/workflows/release.yml").read_text().splitlines() if "gh release" in line
    ]
    assert job.endswith("artifacts/release/vscode/*")


def test_the_action_installs_libraries_by_hash() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    (script,) = [step["run"] for step in steps if step["name"] == "Install Refract"]
    installs = [line.strip() for line in script.splitlines() if line.strip().startswith("install --")]
    assert [line.split()[1] for line in installs] == ["--require-hashes", "--no-deps"]
    assert '"$GITHUB_ACTION_PATH/vscode-client/requirements.txt"' in installs[0]


def test_each_package_from_npm_is_pinned_with_its_hash() -> None:
    packages = json.loads((CLIENT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and not package.get("integrity")] == []


def test_the_extension_holds_the_notices() -> None:
    assert "!dist/THIRD_PARTY_NOTICES.txt" in (CLIENT / ".vscodeignore").read_text().splitlines()
    assert "notices.py && vsce" in json.loads((CLIENT / "package.json").read_text())["scripts"]["package"]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, for an extension with one library and one package."""
    notices = script("notices")
    files = {
        "requirements.txt": f"lib-a==1.0 --hash=sha256:{'0' * 64}\n",
        "package-lock.json": '{"packages": {"node_modules/@x/b": {"integrity": "sha512-AAAA"}}}',
        "package.json": '{"version": "0.1.0"}',
        "dist/meta.json": '{"inputs": {"src/a.ts": {}, "node_modules/@x/b/lib/c.js": {}, "node_modules/@x/b/lib/d.js": {}}}',
        "node_modules/@x/b/package.json": '{"name": "@x/b", "version": "2.0", "license": "ISC"}',
        "node_modules/@x/b/LICENSE.md": "ISC text",
        "bundled/libs/lib_a-1.0.dist-info/METADATA": "Name: Lib_A\nVersion: 1.0\nLicense-Expression: MIT\n",
        "bundled/libs/lib_a-1.0.dist-info/licenses/LICENSE": "MIT text",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(notices, "CLIENT", tmp_path)
    monkeypatch.setattr(notices, "DIST", tmp_path / "dist")
    return notices


def test_notices_and_materials(built: ModuleType) -> None:
    built.main()
    text = (built.DIST / "THIRD_PARTY_NOTICES.txt").read_text()
    assert "@x/b 2.0 (ISC)" in text and "ISC text" in text and "lib-a 1.0 (MIT)" in text and "MIT text" in text
    found = json.loads((built.DIST / "prisma-refract.cdx.json").read_text())
    assert [(c["purl"], c["hashes"][0]["alg"]) for c in found["components"]] == [
        ("pkg:npm/%40x/b@2.0", "SHA-512"),
        ("pkg:pypi/lib-a@1.0", "SHA-256"),
    ]
    assert found["bomFormat"] == "CycloneDX" and found["metadata"]["component"]["version"] == "0.1.0"


def test_a_package_without_a_licence_stops_the_build(built: ModuleType) -> None:
    (built.CLIENT / "node_modules/@x/b/LICENSE.md").unlink()
    with pytest.raises(SystemExit, match="@x/b"):
        built.main()


@pytest.mark.parametrize("command", [["-m", "refract"], ["-c", "from refract.cli.main import main; main()"]])
def test_a_package_of_rules_in_the_checkout_is_not_run(command: list[str], tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER,
        "refract.toml": 'rule-packages = ["evil"]\n',
        "evil.py": trap,
        "lark.py": trap,
        "pathlib.py": trap,
        "evil-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n",
        "evil-1.0.dist-info/entry_points.txt": "[refract.rules]\nx = evil\n",
    })  # fmt: skip
    safe = ["-P"] if command[0] == "-c" else []
    done = subprocess.run(
        [sys.executable, *safe, *command, "check"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "is not installed" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "ran").exists()
