"""Programs of coding agents, which need no login for this: they accept the plugin, and call the MCP server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agents.test_mcp import TOOLS
from parts import AGENTS, ROOT

INSPECTOR = AGENTS / "node_modules" / ".bin" / "mcp-inspector"
CLAUDE = AGENTS / "node_modules" / "@anthropic-ai" / "claude-code" / "cli-wrapper.cjs"
CALLS: tuple[tuple[str, dict[str, str]], ...] = (
    ("check_schema", {}),
    ("check_sql", {"sql": "DROP TABLE x;"}),
    ("plan_new", {"recipe": "rename-field", "subject": "User.email", "answers": '{"to": "mail", "how": "trigger"}'}),
)


def run(folder: Path, *command: str | Path) -> str:
    """What a Node program prints; it has a home of its own."""
    environment = {**os.environ, "HOME": str(folder / "home"), "CI": "true"}
    done = subprocess.run(
        ["node", *command], cwd=folder, env=environment, text=True, capture_output=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def inspected(folder: Path, *arguments: str) -> Any:
    return json.loads(run(folder, INSPECTOR, "--cli", sys.executable, "-m", "refract", "mcp", *arguments))


@pytest.mark.parametrize("path", [ROOT, ROOT / "server/refract/agents/plugin"], ids=["marketplace", "plugin"])
def test_claude_code_has_nothing_to_object_to_the_plugin(path: Path, tmp_path: Path) -> None:
    assert "Validation passed" in run(tmp_path, CLAUDE, "plugin", "validate", "--strict", str(path))


def test_the_inspector_calls_the_tools_and_reads_the_pages(quiet: Path) -> None:
    assert {tool["name"] for tool in inspected(quiet, "--method", "tools/list")["tools"]} == TOOLS
    (page,) = inspected(quiet, "--method", "resources/read", "--uri", "refract://rules/drop-column")["contents"]
    assert page["text"].startswith("# drop-column")
    for tool, given in CALLS:
        arguments = [word for name, value in given.items() for word in ("--tool-arg", f"{name}={value}")]
        result = inspected(quiet, "--method", "tools/call", "--tool-name", tool, *arguments)
        assert not result.get("isError"), (tool, result)
        assert result["structuredContent"], tool
