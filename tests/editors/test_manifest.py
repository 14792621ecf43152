"""What the extension says of itself is true: its settings, its files, what it promises about colours and trust."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from refract import __version__

CLIENT = Path(__file__).parents[2] / "vscode-client"
MANIFEST = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))


def script(name: str):  # type: ignore[no-untyped-def]
    """One of the extension's scripts, as a module."""
    spec = importlib.util.spec_from_file_location(name, CLIENT / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_settings_are_those_of_the_server() -> None:
    text = (CLIENT / "package.json").read_text(encoding="utf-8")
    assert script("settings").written(text) == text, "run `make docs`: the settings in package.json are stale"


def test_no_setting_is_sent_that_nobody_set() -> None:
    for name, setting in MANIFEST["contributes"]["configuration"]["properties"].items():
        assert name == "refract.interpreter" or setting["default"] is None, name


def test_the_icon_is_as_drawn() -> None:
    assert script("icon").draw() == (CLIENT / "media" / "icon.png").read_bytes()


def test_the_official_extension_has_the_last_word_about_colours() -> None:
    assert f"{MANIFEST['publisher']}.{MANIFEST['name']}" < "prisma.prisma"


def test_versions_agree() -> None:
    assert MANIFEST["version"] == __version__


def test_nothing_of_the_folder_is_run_before_it_is_trusted() -> None:
    untrusted = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert untrusted["supported"] == "limited"
    assert untrusted["restrictedConfigurations"] == ["refract.interpreter"]


def test_every_command_exists_and_has_a_title() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in (CLIENT / "src").glob("*.ts"))
    commands = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    assert {name for name in commands if f'"{name}"' not in sources} == set()
    used = set(re.findall(r'"command": "(refract\.\w+)"', json.dumps(MANIFEST["contributes"]["menus"])))
    linked = set(re.findall(r"command:(refract\.\w+)", json.dumps(MANIFEST)))
    assert used | linked <= commands


@pytest.mark.parametrize("file", sorted(p.name for p in (CLIENT / "walkthrough").glob("*.md")))
def test_every_page_of_the_walkthrough_is_used(file: str) -> None:
    assert f"walkthrough/{file}" in json.dumps(MANIFEST["contributes"]["walkthroughs"])


def test_a_starter_without_libraries_gives_the_reason(tmp_path: Path) -> None:
    starter = tmp_path / "server.py"
    starter.write_bytes((CLIENT / "bundled" / "server.py").read_bytes())
    done = subprocess.run([sys.executable, "-I", "-S", "-B", starter], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("cannot start: the library lark is missing in ")
