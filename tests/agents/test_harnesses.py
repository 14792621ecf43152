"""Each harness with the JSON of its documentation, against the real command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

import refract.agents
from refract.agents.harnesses import HARNESSES, harness_of
from small_projects import HEAD, USER

RESET = "npx prisma migrate reset --force"
DROPPED = HEAD + USER.replace("  email String\n", "")


@frozen
class Done:
    """What a hook answered: the JSON on stdout (None: nothing), stderr, the exit code."""

    answer: Any
    err: str
    code: int


def hook(event: object, folder: Path, *options: str) -> Done:
    text = event if isinstance(event, str) else json.dumps(event)
    done = subprocess.run(
        [sys.executable, "-m", "refract", "hook", *options],
        input=text, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return Done(
        json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout or None, done.stderr, done.returncode
    )


def claude(name: str, tool: str, given: dict[str, object], folder: Path, **more: object) -> dict[str, object]:
    return {
        "session_id": "abc123",
        "transcript_path": "/home/user/.claude/projects/x/00893aaf.jsonl",
        "cwd": str(folder),
        "permission_mode": "default",
        "hook_event_name": name,
        "tool_name": tool,
        "tool_input": given,
        "tool_use_id": "toolu_01ABC123",
        **more,
    }


def test_claude_code_asks_before_a_command(quiet: Path) -> None:
    done = hook(claude("PreToolUse", "Bash", {"command": RESET, "description": "Reset"}, quiet), quiet)
    output = done.answer["hookSpecificOutput"]
    assert (output["hookEventName"], output["permissionDecision"], done.code) == ("PreToolUse", "ask", 0)
    assert "drops the whole database" in output["permissionDecisionReason"]


def test_claude_code_denies_if_nobody_is_asked(quiet: Path) -> None:
    event = claude("PreToolUse", "Bash", {"command": RESET}, quiet) | {"permission_mode": "bypassPermissions"}
    assert hook(event, quiet).answer["hookSpecificOutput"]["permissionDecision"] == "deny"


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("Write", {"content": DROPPED}),
        ("Edit", {"old_string": "  email String\n", "new_string": "", "replace_all": False}),
        ("MultiEdit", {"edits": [{"old_string": "  email String\n", "new_string": ""}]}),
    ],
)
def test_claude_code_denies_an_edit(tool: str, given: dict[str, object], quiet: Path) -> None:
    event = claude("PreToolUse", tool, {"file_path": str(quiet / "prisma/schema.prisma"), **given}, quiet)
    output = hook(event, quiet).answer["hookSpecificOutput"]
    assert output["permissionDecision"] == "deny"
    assert "drop-column" in output["permissionDecisionReason"]


def test_claude_code_gets_findings_after_an_edit(renamed: Path) -> None:
    given = {"file_path": str(renamed / "prisma/schema.prisma"), "content": "x"}
    event = claude("PostToolUse", "Write", given, renamed, tool_response={"filePath": "x", "success": True})
    answer = hook(event, renamed).answer
    assert answer["decision"] == "block"
    assert "refract plan new rename-field" in answer["reason"]


def test_claude_code_gets_warnings_as_context(quiet: Path) -> None:
    path = quiet / "prisma/migrations/20990101000000_next/migration.sql"
    given = {"file_path": str(path), "content": 'CREATE INDEX "i" ON "User"("email");'}
    output = hook(claude("PreToolUse", "Write", given, quiet), quiet).answer["hookSpecificOutput"]
    assert "permissionDecision" not in output
    assert "create-index-blocking" in output["additionalContext"]


def test_claude_code_is_reminded_at_the_end(renamed: Path) -> None:
    event = {"session_id": "abc", "cwd": str(renamed), "hook_event_name": "Stop", "stop_hook_active": False}
    assert "1 error" in hook(event, renamed).answer["hookSpecificOutput"]["additionalContext"]
    assert hook(event | {"stop_hook_active": True}, renamed).answer is None


def test_codex_denies(quiet: Path) -> None:
    event = claude("PreToolUse", "Bash", {"command": RESET}, quiet, turn_id="t1")
    assert hook(event, quiet).answer["hookSpecificOutput"]["permissionDecision"] == "deny"
    patch = "*** Begin Patch\n*** Update File: prisma/schema.prisma\n@@\n-  email String\n+  mail String\n*** End Patch"
    event = claude("PreToolUse", "apply_patch", {"command": patch}, quiet, turn_id="t1")
    assert hook(event, quiet).answer["hookSpecificOutput"]["permissionDecision"] == "deny"


def test_codex_edits_with_patches_and_stops_with_a_reason(renamed: Path) -> None:
    def codex(name: str, **more: object) -> dict[str, object]:
        known = {
            "turn_id": "t1",
            "model": "m",
            "session_id": "s",
            "transcript_path": None,
            "permission_mode": "default",
        }
        return {**known, "hook_event_name": name, "cwd": str(renamed), **more}

    patch = "*** Begin Patch\n*** Update File: prisma/schema.prisma\n@@\n-  mail  String\n*** End Patch"
    edit = codex("PreToolUse", tool_name="apply_patch", tool_input={"command": patch}, tool_use_id="1")
    assert hook(edit, renamed).answer["hookSpecificOutput"]["permissionDecision"] == "deny"
    answer = hook(codex("Stop", stop_hook_active=False, last_assistant_message="done"), renamed).answer
    assert set(answer) == {"decision", "reason"}
    assert answer["decision"] == "block"
    assert "1 error" in answer["reason"]
    assert hook(codex("Stop", stop_hook_active=True, last_assistant_message="done"), renamed).answer is None


def cursor(name: str, folder: Path, **more: object) -> dict[str, object]:
    return {
        "conversation_id": "668320d2",
        "generation_id": "490b90b7",
        "hook_event_name": name,
        "cursor_version": "2.4.0",
        "workspace_roots": [str(folder)],
        **more,
    }


def test_cursor(quiet: Path) -> None:
    done = hook(cursor("beforeShellExecution", quiet, command=RESET, cwd=""), quiet)
    assert done.answer["permission"] == "ask"
    assert "drops the whole database" in done.answer["agent_message"]
    tool = {"tool_name": "Shell", "tool_input": {"command": RESET, "working_directory": str(quiet)}}
    assert hook(cursor("preToolUse", quiet, **tool), quiet).answer["permission"] == "deny"
    path = str(quiet / "prisma/schema.prisma")
    tool = {"tool_name": "Write", "tool_input": {"file_path": path, "content": DROPPED}}
    assert hook(cursor("preToolUse", quiet, **tool), quiet).answer["permission"] == "deny"
    assert hook(cursor("beforeShellExecution", quiet, command="npm test", cwd=str(quiet)), quiet) == Done(None, "", 0)


def test_cursor_after_an_edit(renamed: Path) -> None:
    edits = [{"old_string": "email", "new_string": "mail"}]
    done = hook(cursor("afterFileEdit", renamed, file_path=str(renamed / "prisma/schema.prisma"), edits=edits), renamed)
    assert done.answer is None
    assert "field-rename-as-drop-add" in done.err
    assert (
        "1 error" in hook(cursor("stop", renamed, status="completed", loop_count=0), renamed).answer["followup_message"]
    )
    assert hook(cursor("stop", renamed, status="completed", loop_count=1), renamed).answer is None


def test_copilot(quiet: Path) -> None:
    event = {
        "timestamp": 1704614600000,
        "cwd": str(quiet),
        "toolName": "bash",
        "toolArgs": json.dumps({"command": RESET}),
    }
    assert hook(event, quiet).answer["permissionDecision"] == "deny"
    arguments = {"path": str(quiet / "prisma/schema.prisma"), "old_str": "  email String\n", "new_str": ""}
    answer = hook(event | {"toolName": "edit", "toolArgs": arguments}, quiet).answer
    assert "drop-column" in answer["permissionDecisionReason"]
    assert hook(event | {"toolArgs": json.dumps({"command": "ls"})}, quiet) == Done(None, "", 0)


def test_copilot_after_an_edit(renamed: Path) -> None:
    path = str(renamed / "prisma/schema.prisma")
    event = {
        "timestamp": 1, "cwd": str(renamed), "toolName": "create",
        "toolArgs": {"path": path, "file_text": "x"}, "toolResult": {"resultType": "success"},
    }  # fmt: skip
    assert "field-rename-as-drop-add" in hook(event, renamed).answer["additionalContext"]


def gemini(name: str, tool: str, given: dict[str, object], folder: Path) -> dict[str, object]:
    return {
        "session_id": "s", "transcript_path": "t", "cwd": str(folder), "hook_event_name": name,
        "timestamp": "2026-11-30T00:00:00Z", "tool_name": tool, "tool_input": given,
    }  # fmt: skip


def test_gemini(quiet: Path) -> None:
    answer = hook(gemini("BeforeTool", "run_shell_command", {"command": RESET}, quiet), quiet).answer
    assert answer["decision"] == "deny"
    given = {"file_path": str(quiet / "prisma/schema.prisma"), "old_string": "email", "new_string": "mail"}
    assert "rename" in hook(gemini("BeforeTool", "replace", given, quiet), quiet).answer["reason"]


def test_gemini_after_an_edit(renamed: Path) -> None:
    given = {"file_path": str(renamed / "prisma/schema.prisma"), "content": "x"}
    answer = hook(gemini("AfterTool", "write_file", given, renamed), renamed).answer
    assert "field-rename" in answer["hookSpecificOutput"]["additionalContext"]


def windsurf(name: str, folder: Path, **info: object) -> dict[str, object]:
    return {
        "agent_action_name": name,
        "trajectory_id": "t",
        "execution_id": "e",
        "tool_info": {"cwd": str(folder), **info},
    }


def test_windsurf(quiet: Path) -> None:
    done = hook(windsurf("pre_run_command", quiet, command_line=RESET), quiet)
    assert (done.answer, done.code) == (None, 2)
    assert "drops the whole database" in done.err
    edits = [{"old_string": "  email String\n", "new_string": ""}]
    assert (
        hook(windsurf("pre_write_code", quiet, file_path=str(quiet / "prisma/schema.prisma"), edits=edits), quiet).code
        == 2
    )
    assert hook(windsurf("pre_run_command", quiet, command_line="npm test"), quiet) == Done(None, "", 0)


def test_opencode(quiet: Path) -> None:
    event = {"event": "tool.execute.before", "tool": "bash", "cwd": str(quiet), "args": {"command": RESET}}
    answer = hook(event, quiet).answer
    assert answer["block"] is True
    assert "drops the whole database" in answer["message"]
    given = {"filePath": str(quiet / "prisma/schema.prisma"), "oldString": "email", "newString": "mail"}
    assert hook(event | {"tool": "edit", "args": given}, quiet).answer["block"] is True


@pytest.mark.parametrize("name", HARNESSES)
def test_a_harness_can_be_named(name: str) -> None:
    assert HARNESSES[name].name == name
    assert harness_of({}) is None


BAD = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[1]",
    "deep JSON": "[" * 100_000,
    "a huge number": '{"hook_event_name": ' + "9" * 10_000 + "}",
    "no event": "{}",
    "an unknown event": '{"hook_event_name": "PreCompact"}',
    "no tool": '{"hook_event_name": "PreToolUse"}',
    "a tool without input": '{"hook_event_name": "PreToolUse", "tool_name": "Bash"}',
    "a list as input": '{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": [1]}',
    "a number as command": '{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": 1}}',
    "a number as folder": '{"hook_event_name": "Stop", "cwd": 7}',
    "a NUL": json.dumps({"hook_event_name": "Stop", "cwd": "a\0b"}),
    "a NUL in a path": json.dumps(
        {"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {"file_path": "a\0.prisma", "content": ""}}
    ),
    "a folder that is not there": '{"hook_event_name": "Stop", "cwd": "/nowhere/at/all"}',
    "a file that is not there": json.dumps(
        {"hook_event_name": "PostToolUse", "tool_name": "Write", "tool_input": {"file_path": "x.prisma", "content": ""}}
    ),
    "a path above": json.dumps(
        {"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {"file_path": "../../x.prisma", "content": ""}}
    ),
    "half a pair": '{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "npx \\ud800 x"}}',
    "a huge command": json.dumps(
        {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "echo " + "x" * 3_000_000}}
    ),
    "half a command": json.dumps(
        {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "psql -c \"DROP $( ` <<"}}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_blocks_nothing(name: str, quiet: Path) -> None:
    done = hook(BAD[name], quiet)
    assert (done.answer, done.code) == (None, 0)


@pytest.mark.parametrize("options", [("--harness", "emacs"), ("--harness",), ("--no-such-option",), ("word",)])
def test_bad_options_block_nothing(options: tuple[str, ...], quiet: Path) -> None:
    assert hook("{}", quiet, *options).code == 0


@pytest.mark.parametrize("name", ["nothing", "no JSON", "a list", "deep JSON", "no event"])
def test_what_cannot_be_judged_leaves_a_word(name: str, quiet: Path) -> None:
    err = hook(BAD[name], quiet).err
    assert err.startswith("refract: ")
    assert "Nothing was judged." in err


def test_a_shell_without_refract_blocks_nothing(quiet: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", "refract hook"],
        input="{}",
        text=True,
        cwd=quiet,
        env={"PATH": "/nowhere"},
        capture_output=True,
        check=False,
    )
    assert done.returncode not in (0, 2)


@pytest.mark.parametrize("module", ["refract.cli.hook", "refract.compiled", "refract.agents.judging"])
def test_a_broken_installation_blocks_nothing(module: str, quiet: Path) -> None:
    code = f"import sys; sys.modules[{module!r}] = None; sys.argv = ['refract', 'hook']\n"
    event = claude("PreToolUse", "Bash", {"command": RESET}, quiet)
    done = subprocess.run(
        [sys.executable, "-c", f"{code}from refract.cli.main import main; main()"],
        input=json.dumps(event),
        text=True,
        cwd=quiet,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("refract: ")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(shutil.which("node") is None, reason="OpenCode's plugin is JavaScript")
def test_the_plugin_of_opencode_without_refract_blocks_nothing(quiet: Path) -> None:
    plugin = Path(refract.agents.__path__[0]) / "files" / "opencode.js"
    (quiet / "refract.mjs").write_bytes(plugin.read_bytes())
    code = (
        "const { Refract } = await import('./refract.mjs')\n"
        "const hooks = await Refract({ directory: '.' })\n"
        "const output = { args: { command: 'npx prisma migrate reset' }, output: 'x' }\n"
        "await hooks['tool.execute.before']({ tool: 'bash' }, output)\n"
        "await hooks['tool.execute.after']({ tool: 'bash', args: output.args }, output)\n"
        "console.log(output.output)\n"
    )
    node = shutil.which("node") or ""
    done = subprocess.run(
        [node, "--input-type=module", "-e", code],
        text=True,
        cwd=quiet,
        env={"PATH": "/nowhere"},
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("x\n", "")


def test_nothing_is_run_or_written(quiet: Path) -> None:
    before = sorted(p for p in quiet.rglob("*") if ".git" not in p.parts)
    for command in (RESET, "npm run db:reset", "bash reset.sh", "touch pwned", "$(touch pwned)", "psql -f wipe.sql"):
        hook(claude("PreToolUse", "Bash", {"command": command}, quiet), quiet)
    assert sorted(p for p in quiet.rglob("*") if ".git" not in p.parts) == before
