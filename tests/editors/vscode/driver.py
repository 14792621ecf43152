"""A real VS Code, as code-server runs it, in a headless browser: what a person sees of it, and does in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from attrs import frozen
from playwright.sync_api import Locator, Page, Playwright, expect

ROOT = Path(__file__).resolve().parents[3]
INSTALLED = ROOT / "node_modules" / ".refract-vscode"
ARTEFACTS = Path(__file__).resolve().parents[1] / "artefacts"
PATIENCE = 40_000.0
"""Milliseconds to wait for what must come. Machines that do much else are slow."""

_ENTRY = INSTALLED / "code-server/node_modules/code-server/out/node/entry.js"
_NODE = INSTALLED / "node24/node_modules/node/bin/node"
_QUIET = {
    "chat.disableAIFeatures": True,
    "editor.accessibilitySupport": "off",
    "editor.autoIndent": "none",
    "editor.hover.delay": 200,
    "editor.wordBasedSuggestions": "off",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "git.enabled": False,
    "telemetry.telemetryLevel": "off",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}


@frozen
class VSCode:
    """A running code-server with a profile of its own. `programs` is the only folder on its PATH."""

    url: str
    home: Path
    programs: Path

    @property
    def log(self) -> str:
        """Everything in the log of Refract's extension, of all windows."""
        files = sorted((self.home / "data/logs").rglob("*Refract*.log"), key=lambda f: f.stat().st_mtime)
        return "\n".join(f"== {file.parent.parent.name}\n{file.read_text()}" for file in files)

    def provide(self, *names: str) -> None:
        """Put these programs of this machine on the PATH, and no others."""
        for program in self.programs.iterdir():
            program.unlink()
        for name in names:
            self.add(name, _program(name))

    def add(self, name: str, target: Path) -> None:
        """Put one program on the PATH under a name."""
        (self.programs / name).unlink(missing_ok=True)
        (self.programs / name).symlink_to(target)

    def replace(self, name: str, script: str) -> None:
        """Put a shell script on the PATH in the place of a program."""
        (self.programs / name).unlink(missing_ok=True)
        (self.programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.programs / name).chmod(0o755)


USUAL = ("python3", "git", "sh", "env", "dirname", "uname", "ps", "cat", "sed", "grep")


@contextmanager
def running_vscode(
    home: Path, extensions: Sequence[Path], trusted: bool = True, settings: Mapping[str, Any] | None = None
) -> Iterator[VSCode]:
    """Start VS Code with these .vsix files; `trusted` is False for a workspace that asks first."""
    settings = _QUIET | dict(settings or {})
    for scope in ("User", "Machine"):  # settings of this machine are read from the second only
        folder = home / "data" / scope
        folder.mkdir(parents=True)
        (folder / "settings.json").write_text(json.dumps(settings))
    (home / "config.yaml").write_text("auth: none\ncert: false\n")
    (home / "bin").mkdir()
    common = [str(_NODE), str(_ENTRY), f"--config={home}/config.yaml", f"--user-data-dir={home}/data"]
    common.append(f"--extensions-dir={home}/extensions")
    for extension in extensions:
        subprocess.run([*common, "--install-extension", str(extension)], check=True, capture_output=True, timeout=300)
    port = _free_port()
    options = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"]
    options += [] if not trusted else ["--disable-workspace-trust"]
    vscode = VSCode(f"http://127.0.0.1:{port}", home, home / "bin")
    vscode.provide(*USUAL)
    with (home / "code-server.log").open("wb") as log:
        process = subprocess.Popen(
            [*common, f"--bind-addr=127.0.0.1:{port}", "--auth=none", *options],
            stdout=log,
            stderr=log,
            # VSCODE_CLI: as started from a terminal, else it asks a login shell for another PATH
            env={"PATH": str(vscode.programs), "HOME": str(home), "LANG": "C.UTF-8", "VSCODE_CLI": "1"},
            start_new_session=True,
        )
    try:
        _wait_for(vscode.url, process, home / "code-server.log")
        yield vscode
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


@contextmanager
def window(playwright: Playwright, vscode: VSCode, folder: Path, file: str | None = None) -> Iterator[Window]:
    """A window of VS Code on a folder, and on one of its files. Nothing in it reaches beyond this machine."""
    browser = playwright.chromium.launch(
        executable_path=str(_program("chromium")),
        args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    )
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE)
    page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
    query = {"folder": str(folder)}
    if file:
        remote = f"vscode-remote://{vscode.url.removeprefix('http://')}{folder}/{file}"
        query["payload"] = json.dumps([["openFile", remote]])
    page.goto(f"{vscode.url}/?{urlencode(query)}")
    page.locator(".monaco-workbench").wait_for()
    try:
        yield Window(page)
    finally:
        browser.close()


class Window:
    """One window. What it returns is text as a person reads it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.editor = page.locator(".editor-instance").first
        self.status = page.locator("#expand-contract\\.prisma-refract\\.refract\\.status")
        self.tree = page.locator(".tree-explorer-viewlet-tree-view")

    def command(self, title: str) -> None:
        """Run a command by its title in the palette."""
        self.page.keyboard.press("F1")
        box = self.page.locator(".quick-input-widget input").first
        box.fill(f">{title}")
        rows = self.page.locator(".quick-input-list .monaco-list-row", has_text=title)
        rows.first.click()

    def answer(self, text: str) -> None:
        """Type into the box that asks, and accept."""
        box = self.page.locator(".quick-input-widget input").first
        box.wait_for()
        box.fill(text)
        self.page.wait_for_timeout(300)
        self.page.keyboard.press("Enter")

    def question(self) -> str:
        """What the box on top says: its title, what is asked, and what can be chosen."""
        box = self.page.locator(".quick-input-widget")
        box.wait_for()
        self.page.wait_for_timeout(300)
        return box.inner_text()

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor somewhere, counted from 1."""
        self.page.mouse.move(640, 795)  # away from what shows a hover
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Control+1")
        self.page.keyboard.press("Control+g")
        box = self.page.locator(".quick-input-widget input").first
        box.fill(f":{line}:{column}")
        self.page.keyboard.press("Enter")
        box.wait_for(state="hidden")

    def type(self, text: str) -> None:
        """Type at the cursor, as fast as people can."""
        self.page.keyboard.type(text, delay=15)

    def replace_word(self, line: int, column: int, text: str) -> None:
        """Type over the word in which the cursor is put."""
        self.go_to(line, column)
        self.page.keyboard.press("Control+Shift+ArrowRight")
        self.type(text)

    def text(self) -> str:
        """The lines of the editor that can be seen."""
        rows = self.page.locator(".editor-instance .view-line").evaluate_all(
            "rows => rows.map(row => [parseFloat(row.style.top), row.textContent])"
        )
        return "\n".join(str(text).replace("\xa0", " ") for _, text in sorted(rows))

    def squiggles(self, kind: str = "error") -> Locator:
        """What is underlined: `error`, `warning` or `info`."""
        return self.editor.locator(f".cdr.squiggly-{kind}")

    def hover(self, word: str) -> str:
        """What is shown when the pointer rests on a word."""
        self.editor.locator(".view-line span span", has_text=word).last.hover()
        shown = self.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content").first
        shown.wait_for()
        self.page.wait_for_timeout(500)
        return shown.inner_text().replace("\xa0", " ").strip()

    def actions(self) -> list[str]:
        """Open the light bulb at the cursor; what it offers."""
        self.page.keyboard.press("Control+.")
        rows = self.page.locator(".action-widget .monaco-list-row.action")
        rows.first.wait_for()
        return [text.strip() for text in rows.all_text_contents()]

    def choose_action(self, title: str) -> None:
        """Take one of the actions that the light bulb offers."""
        self.page.locator(".action-widget .monaco-list-row.action", has_text=title).first.click()

    def walkthrough_step(self, title: str, *, ticked: bool) -> Locator:
        """The tick of a step of the walkthrough, if it is or is not set."""
        mark = "checked" if ticked else "unchecked"
        step = self.page.locator(".getting-started-step", has_text=title)
        return step.locator(f".codicon-getting-started-step-{mark}")

    def lenses(self) -> Locator:
        """The titles above lines."""
        return self.page.locator(".codelens-decoration a, .codelens-decoration span")

    def problems(self) -> list[str]:
        """The rows of the Problems view."""
        self.command("Problems: Focus on Problems View")
        rows = self.page.locator(".markers-panel .monaco-list-row")
        rows.first.wait_for()
        return [re.sub(r"\s+", " ", row).strip() for row in rows.all_inner_texts()]

    def notification(self, text: str) -> Locator:
        """The notification that says something, once it is there."""
        shown = self.page.locator(".notification-list-item", has_text=text)
        shown.first.wait_for()
        return shown.first

    def press_button(self, text: str, button: str) -> None:
        """Press a button of the notification that says something."""
        self.notification(text).locator(".monaco-button", has_text=button).first.click()

    def notifications(self) -> list[str]:
        """What all notifications say that can be seen."""
        return self.page.locator(".notification-list-item-message").all_inner_texts()

    def tab(self) -> str:
        """The title of the editor in front."""
        return self.page.locator(".tab.active .label-name").first.inner_text()

    def wait_for_tab(self, title: str) -> None:
        """Until the editor in front is the one with this in its title."""
        self.page.locator(".tab.active", has_text=title).first.wait_for()

    def show_tree(self) -> None:
        """Open the side bar of Refract."""
        self.page.locator(".activitybar .action-label[aria-label^='Refract']").click(force=True)
        self.tree.first.wait_for()

    def tree_rows(self) -> list[str]:
        """The rows of the tree, each with its description."""
        rows = self.tree.locator(".monaco-list-row").all_inner_texts()
        return [re.sub(r"\s+", " ", row).strip() for row in rows]

    def tree_row(self, text: str) -> Locator:
        """The row of the tree with this in it."""
        return self.tree.locator(".monaco-list-row", has_text=text).first

    def tree_action(self, row: str, title: str) -> None:
        """Press the button of a row of the tree."""
        self.tree_row(row).hover()
        self.tree_row(row).locator(f".action-label[aria-label^='{title}']").click()

    def tokens(self, line: int) -> list[tuple[str, str]]:
        """Text and colour of what stands on a visible line: shows whose grammar colours it."""
        return [
            (str(text), str(colour))
            for text, colour in self.editor.locator(".view-line").evaluate_all(
                """(lines, n) => [...lines[n].querySelectorAll(':scope > span > span')]
                    .map(s => [s.textContent, getComputedStyle(s).color])""",
                line - 1,
            )
        ]

    def picture(self, name: str) -> Path:
        """A picture of the window, among the artefacts."""
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        self.page.screenshot(path=str(path))
        return path

    def readme_picture(self, name: str) -> None:
        """A picture of the window in the size that the README shows."""
        usual = self.page.viewport_size
        self.page.set_viewport_size({"width": 1100, "height": 620})
        self.page.wait_for_timeout(500)
        self.picture(f"readme-{name}")
        if usual:
            self.page.set_viewport_size(usual)

    def expect_status(self, text: str) -> None:
        """Until the status bar says this of Refract."""
        expect(self.status).to_contain_text(text, timeout=PATIENCE)


def _program(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise LookupError(f"{name} is not installed")
    if name.startswith("python"):  # not a shim that needs a shell and other programs
        told = subprocess.run([found, "-c", "import sys; print(sys.executable)"], check=True, capture_output=True)
        return Path(told.stdout.decode().strip())
    return Path(found)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"code-server did not start:\n{log.read_text()}")
