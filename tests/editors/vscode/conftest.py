"""The extension as people get it, a real VS Code to put it into, and projects to open."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from editors.vscode.driver import ARTEFACTS, ROOT, VSCode, Window, running_vscode, window

CLIENT = ROOT / "vscode-client"
_HERE = Path(__file__).parent
Open = Callable[..., Window]


@contextmanager
def alone() -> Iterator[None]:
    """One VS Code at a time on a machine: two of them on two cores only wait for each other."""
    (ROOT / "node_modules").mkdir(exist_ok=True)
    with (ROOT / "node_modules" / ".refract-vscode.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def vsix() -> Path:
    """The extension, packed from the sources as they are."""
    with alone():
        subprocess.run([_HERE / "setup.sh"], check=True)
        subprocess.run(["make", "--silent", "vscode-client/node_modules/.ready"], cwd=ROOT, check=True)
        subprocess.run([sys.executable, CLIENT / "scripts" / "bundle.py"], check=True)
        subprocess.run(["npm", "run", "--silent", "package"], cwd=CLIENT, check=True, stdout=subprocess.DEVNULL)
    return CLIENT / "dist" / "prisma-refract.vsix"


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The browsers. Of a module only: while they run, no test of another can run an event loop."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def vscode(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:
    """VS Code with our extension alone, in which every folder is trusted."""
    with alone(), running_vscode(tmp_path_factory.mktemp("vscode"), [vsix]) as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of examples/shop in which the schema is what its migrations build, committed."""
    return make_shop(tmp_path / "shop")


@pytest.fixture
def opened(playwright: Playwright, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a window on a folder and a file. At the end a picture of it and the extension's log are kept."""
    name = request.node.name.removeprefix("test_")
    with ExitStack() as stack:

        def open_(vscode: VSCode, folder: Path, file: str | None = "prisma/schema.prisma") -> Window:
            shown = stack.enter_context(window(playwright, vscode, folder, file))
            stack.callback(lambda: (ARTEFACTS / f"{name}.log").write_text(vscode.log))
            stack.callback(shown.picture, name)
            return shown

        yield open_


def make_shop(folder: Path) -> Path:
    """Copies the example, with its schema as it was before the edits that the example is about."""
    shutil.copytree(ROOT / "examples" / "shop", folder)
    schema = folder / "prisma" / "schema.prisma"
    text = schema.read_text()
    for now, before in _EDITS:
        assert now in text, f"the example has changed: {now!r} is not in it"
        text = text.replace(now, before)
    schema.write_text(text)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message=start")
    return folder


_EDITS = (
    ("  fullName  String\n", "  name      String\n  phone     String?\n"),
    ("  currency    String\n", ""),
    ("  PAID\n", "  PAID\n  ON_HOLD\n"),
    ("  @@index([status, placedAt])\n", ""),
    ("  text      String\n", "  text      String?\n"),
)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; what it says."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder as one that nobody can write to: root neither, for whom it has to be a file system of its own."""
    if os.geteuid() != 0:
        subprocess.run(["chmod", "-R", "a-w", folder], check=True)
        yield
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)
        return
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
