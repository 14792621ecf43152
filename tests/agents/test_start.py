"""The start of a hook, which runs at each command and each edit: what it need not load, it does not load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

EMAIL = "  email String\n"


def loaded(folder: Path, tool: str, given: dict[str, object]) -> set[str]:
    """The modules that a hook loads."""
    event = {"hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": given, "cwd": str(folder)}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "refract", "hook"],
        input=json.dumps(event),
        text=True,
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_a_harmless_command_loads_no_analysis(quiet: Path) -> None:
    assert not {"refract.analysis.result", "refract.rules.kit.rule", "lark"} & loaded(quiet, "Bash", {"command": "ls"})


def test_the_lines_of_an_edit_are_learnt(quiet: Path) -> None:
    edit: dict[str, object] = {
        "file_path": str(quiet / "prisma/schema.prisma"),
        "old_string": EMAIL,
        "new_string": f"{EMAIL}  nickname String? @default(\"x\") @map(\"nick\")\n",
    }  # fmt: skip
    assert "lark" in loaded(quiet, "Edit", edit)
    assert "lark" not in loaded(quiet, "Edit", edit)


def test_methods_of_classes_are_compiled_once(quiet: Path) -> None:
    kept = quiet / "kept"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(kept)
    event = json.dumps({"hook_event_name": "Stop", "cwd": str(quiet)})
    command = (sys.executable, "-m", "refract", "hook")
    sizes = []
    for _ in range(2):
        subprocess.run(command, input=event, text=True, cwd=quiet, capture_output=True, check=True, env=environment)
        (file,) = kept.rglob("compiled*.opt-hook.pyc")
        sizes.append((file.stat().st_size, file.stat().st_mtime_ns))
    assert sizes[0] == sizes[1]
    small = json.dumps({"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "ls"}})
    subprocess.run(command, input=small, text=True, cwd=quiet, capture_output=True, check=True, env=environment)
    assert file.stat().st_size >= sizes[1][0]  # what this one did not need is still kept
