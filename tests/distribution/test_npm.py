"""The packages on npm, installed by the real npm: with a Python on the PATH, with none, and where nothing fits."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from distribution.commands import ROOT, run
from refract import __version__
from small_projects import commit

pytestmark = [pytest.mark.xdist_group("distribution"), pytest.mark.skipif(os.name != "posix", reason="runs a shell")]

BUILD = ROOT / "packaging" / "build.py"
NPM = ROOT / "build" / "packages" / "npm"
MOST = 5_000_000  # bytes of the package that everybody downloads
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The packed packages, by name."""
    folder = tmp_path_factory.mktemp("packed")
    for what in ("standalone", "npm"):
        subprocess.run([sys.executable, BUILD, what], check=True, capture_output=True, timeout=600)
    for package in NPM.iterdir():
        run("npm", "pack", "--silent", "--pack-destination", folder, cwd=package)
    return {path.name.rpartition("-")[0]: path for path in folder.glob("*.tgz")}


@pytest.fixture(scope="module")
def installed(packed: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The launcher that npm has installed, with the build for this platform beside it."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "package.json").write_text('{"private": true}')
    run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *packed.values(), cwd=folder)
    return folder / "node_modules" / ".bin" / "refract"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "shop", tmp_path / "shop")
    commit(tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def no_python(tmp_path: Path) -> str:
    """A PATH with Node and git only."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("node", "git"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return str(folder)


def test_the_packages_have_one_version(packed: dict[str, Path]) -> None:
    manifests = [json.loads((package / "package.json").read_text()) for package in NPM.iterdir()]
    assert {manifest["version"] for manifest in manifests} == {__version__}
    (main,) = (manifest for manifest in manifests if manifest["name"] == "prisma-refract")
    assert set(packed) <= {main["name"], *main["optionalDependencies"]}
    assert set(main["optionalDependencies"].values()) == {__version__}
    assert packed["prisma-refract"].stat().st_size < MOST


def test_with_a_python(installed: Path, shop: Path) -> None:
    expected = run(Path(sys.executable).parent / "refract", "check", cwd=shop, code=1)
    assert run(installed, "check", cwd=shop, code=1) == expected


def test_without_python(installed: Path, shop: Path, no_python: str) -> None:
    expected = run(Path(sys.executable).parent / "refract", "check", cwd=shop, code=1)
    assert run(installed, "check", cwd=shop, code=1, PATH=no_python) == expected
    assert "# drop-column" in run(installed, "explain", "drop-column", cwd=shop, PATH=no_python)


def test_where_nothing_fits(packed: dict[str, Path], shop: Path, no_python: str, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xzf", packed["prisma-refract"], "-C", tmp_path], check=True)
    output = run("node", tmp_path / "package" / "bin" / "refract.mjs", "check", cwd=shop, code=2, PATH=no_python)
    assert output.startswith("refract: No Python 3.11 or newer was found, and no build for ")
    assert "REFRACT_PYTHON" in output


def test_a_python_of_the_project_is_not_run(installed: Path, shop: Path, no_python: str) -> None:
    fake = shop / "python3"
    fake.write_text("#!/bin/sh\ntouch ran\n")
    fake.chmod(0o755)
    run(installed, "--version", cwd=shop, PATH=f".{os.pathsep}{os.pathsep}{no_python}")
    assert not (shop / "ran").exists()


def test_a_python_that_is_set_and_wrong(installed: Path, shop: Path) -> None:
    output = run(installed, "check", cwd=shop, code=2, REFRACT_PYTHON="/nowhere/python")
    assert output.startswith("refract: cannot start /nowhere/python")


@pytest.mark.parametrize("has_python", [True, False])
def test_the_server_answers(installed: Path, shop: Path, no_python: str, has_python: bool) -> None:
    body = json.dumps(INITIALIZE).encode()
    environment = os.environ | ({} if has_python else {"PATH": no_python})
    server = subprocess.Popen(
        [installed, "server"], cwd=shop, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    server.stdin.flush()
    assert server.stdout.readline().startswith(b"Content-Length: ")
    server.terminate()
    server.communicate(timeout=30)
