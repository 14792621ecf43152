"""What goes wrong on people's machines: each time one message that says what to do, and it works again afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from editors.vscode.conftest import Open, git, read_only
from editors.vscode.driver import USUAL, VSCode, Window
from editors.vscode.test_round import rename_field

pytestmark = pytest.mark.xdist_group("vscode")
OLD = 'case "$*" in *-c*) printf "3 8\\n/usr/bin/python3.8\\n";; *) echo "Python 3.8.10";; esac'


@pytest.fixture(autouse=True)
def usual_programs(vscode: VSCode) -> Iterator[None]:
    """What a test takes from the PATH is there again for the next."""
    yield
    vscode.provide(*USUAL)


def bundle(vscode: VSCode) -> Path:
    """The libraries of the installed extension."""
    [libraries] = (vscode.home / "extensions").glob("*/bundled/libs")
    return libraries


def said(shown: Window) -> str:
    """The only notification there is."""
    [told] = shown.notifications()
    return told


def comes_back(shown: Window) -> None:
    """A restart, and it works."""
    shown.command("Refract: Restart Server")
    shown.expect_status("no pending changes")


def without(*programs: str) -> tuple[str, ...]:
    return tuple(program for program in USUAL if program not in programs)


def test_no_python(vscode: VSCode, opened: Open, shop: Path) -> None:
    vscode.provide(*without("python3"))
    shown = opened(vscode, shop)
    message = shown.notification("Refract needs Python 3.11 or newer, but none was found")
    assert "refract.interpreter" in said(shown)
    shown.picture("no-python-message")
    message.hover()
    message.get_by_role("button", name="Choose a Python Interpreter").click()
    shown.page.locator(".settings-editor .setting-item-title", has_text="Interpreter").wait_for()
    shown.page.keyboard.press("Escape")
    vscode.provide(*USUAL)
    comes_back(shown)


def test_an_old_python(vscode: VSCode, opened: Open, shop: Path) -> None:
    vscode.replace("python3", OLD)
    shown = opened(vscode, shop)
    shown.notification("Refract needs Python 3.11 or newer, but none was found")
    assert "Python 3.8 is too old" in said(shown)


def test_the_installed_command_serves_where_no_python_does(vscode: VSCode, opened: Open, shop: Path) -> None:
    vscode.provide(*without("python3"))
    vscode.add("refract", Path(os.sys.executable).with_name("refract"))
    shown = opened(vscode, shop)
    rename_field(shown)
    assert "the installed" in vscode.log


def test_a_damaged_bundle(vscode: VSCode, opened: Open, shop: Path) -> None:
    damaged = bundle(vscode) / "pygls" / "__init__.py"
    whole = damaged.read_text()
    damaged.write_text("this is no Python\n")
    try:
        shown = opened(vscode, shop)
        shown.notification("cannot start")
        assert "SyntaxError" in said(shown)
        assert "reinstall the extension" in said(shown)
        shown.page.wait_for_timeout(4000)
        assert len(shown.notifications()) == 1
        assert vscode.log.split("==")[-1].count("Starting the server") == 1, "it was started again and again"
    finally:
        damaged.write_text(whole)
    comes_back(shown)


def test_a_library_that_is_missing(vscode: VSCode, opened: Open, shop: Path) -> None:
    library = bundle(vscode) / "lark"
    library.rename(library.with_name("lark.gone"))
    try:
        shown = opened(vscode, shop)
        shown.notification("the library lark is missing")
    finally:
        library.with_name("lark.gone").rename(library)


def test_a_server_that_crashes(vscode: VSCode, opened: Open, shop: Path) -> None:
    shown = opened(vscode, shop)
    rename_field(shown)
    for _ in range(2):
        kill_server(vscode)
        shown.expect_status("1 risky change")
        shown.squiggles().first.wait_for()
    assert shown.notifications() == []
    kill_server(vscode)
    shown.notification("crashed 3 times in 3 minutes")
    shows_a_risk_again(shown)


def shows_a_risk_again(shown: Window) -> None:
    shown.command("Refract: Restart Server")
    shown.expect_status("1 risky change")


def kill_server(vscode: VSCode) -> None:
    """End the server's process as a crash would; it is the one that runs from this profile."""
    mark = str(bundle(vscode).parent / "server.py").encode()
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and mark in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            continue
    # until the extension has seen it: a status of before must not be taken for one of after
    vscode_log = vscode.log.count("Starting the server")
    end = 100
    while vscode.log.count("Starting the server") == vscode_log and "will not be restarted" not in vscode.log and end:
        end -= 1
        subprocess.run(["sleep", "0.1"], check=True)


def test_no_git(vscode: VSCode, opened: Open, shop: Path) -> None:
    vscode.provide(*without("git"))
    shown = opened(vscode, shop)
    shown.notification("git is not on the PATH")
    rename_field(shown)
    shown.command("Notifications: Clear All Notifications")
    shown.command("Refract: Restart Server")
    shown.expect_status("1 risky change")
    assert shown.notifications() == [], "told once"


def test_a_folder_that_cannot_be_written(vscode: VSCode, opened: Open, shop: Path) -> None:
    schema = shop / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text().replace("  phone     String?\n", ""))
    with read_only(shop):
        shown = opened(vscode, shop)
        shown.expect_status("1 risky change")
        shown.command("Refract: Create the Pending Migration")
        shown.answer("no_phone")
        shown.press_button("This migration deletes all values of `Customer.phone`", "Write It Anyway")
        shown.notification("No file was changed")
        assert "read-only" in said(shown)
    assert git(shop, "status", "--short") == " M prisma/schema.prisma\n"


def test_restarting_leaves_one_server(vscode: VSCode, opened: Open, shop: Path) -> None:
    shown = opened(vscode, shop)
    shown.expect_status("no pending changes")
    for _ in range(3):
        comes_back(shown)
    assert shown.notifications() == []
    expect(shown.status).to_contain_text("no pending changes")
    assert git(shop, "status", "--short") == ""
