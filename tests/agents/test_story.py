"""The story of an agent that renames a field: warned by a hook, helped by MCP, stopped before a reset."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agents.test_harnesses import claude, hook
from agents.test_mcp import RENAME, call, served
from small_projects import HEAD, USER

pytestmark = pytest.mark.asyncio


async def test_an_agent_renames_a_field(quiet: Path) -> None:
    schema = quiet / "prisma/schema.prisma"
    edit = {"file_path": str(schema), "old_string": "email String", "new_string": "mail  String"}

    # It wants to rename the field in place, and is told what that means.
    output = hook(claude("PreToolUse", "Edit", edit, quiet), quiet).answer["hookSpecificOutput"]
    assert output["permissionDecision"] == "deny"
    assert "Renaming `email` to `mail` deletes its values" in output["permissionDecisionReason"]
    assert "refract plan new rename-field User.email to=mail" in output["permissionDecisionReason"]

    # It writes the file past the hook, and hears of that afterwards, at its next command and at the end.
    schema.write_text(HEAD + USER.replace("email String", "mail  String"))
    assert hook(claude("PostToolUse", "Edit", edit, quiet), quiet).answer["decision"] == "block"
    output = hook(claude("PreToolUse", "Bash", {"command": "npx prisma migrate dev"}, quiet), quiet).answer
    assert output["hookSpecificOutput"]["permissionDecision"] == "deny"
    stop = {"hook_event_name": "Stop", "cwd": str(quiet), "stop_hook_active": False}
    assert "1 error" in hook(stop, quiet).answer["hookSpecificOutput"]["additionalContext"]

    # It undoes the edit, and takes the first step of the plan by MCP.
    schema.write_text(HEAD + USER)
    async with served() as client:
        assert (await call(client, "plan_new", **RENAME))["plan"]["recipe"] == "rename-field"
        taken = await call(client, "plan_next")
        checked = await call(client, "check_schema")
    assert checked["summary"]["error"] == 0
    assert "mail" in schema.read_text()
    assert any(file.endswith("migration.sql") for file in taken["files"])

    # The step may be applied; a reset may not.
    assert hook(claude("PreToolUse", "Bash", {"command": "npx prisma migrate dev"}, quiet), quiet).answer is None
    assert hook(claude("PreToolUse", "Bash", {"command": "npx prisma migrate deploy"}, quiet), quiet).answer is None
    reset = {"command": "npx prisma migrate reset --force"}
    output = hook(claude("PreToolUse", "Bash", reset, quiet), quiet).answer["hookSpecificOutput"]
    assert output["permissionDecision"] == "ask"
    assert hook(stop, quiet).answer is None
    done = subprocess.run(
        [sys.executable, "-m", "refract", "check"], cwd=quiet, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
