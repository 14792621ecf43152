"""Whatever an agent runs or edits, there is a verdict and no error."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from refract.agents.dangers import dangers
from refract.agents.edits import CannotFollow, edited_files
from refract.agents.event import Patch, Replacement, Whole
from refract.agents.harnesses import HARNESSES, harness_of
from refract.agents.shell import commands
from refract.agents.sql_losses import losses
from refract.agents.verdict import Decision, Verdict

HERE = Path("/nowhere")
WORDS = (
    "npx", "prisma", "migrate", "reset", "dev", "db", "push", "execute", "--file", "psql", "-c", "sh", "'", '"', "`", "$(", ")",
    "(", "<<E", "E", "<<<", "<", ">", "|", "&&", ";", "\n", "\\", "#", "DROP TABLE a", "DELETE FROM a", "cd", "npm", "run", "make",
    "rm", "prisma/migrations", "ssh", "eval", "if", "then", "{", "}", "X=1", "--force", "-h", "*", "$'\\n'", "\0", "\udc80", "é",
)  # fmt: skip
COMMANDS = st.lists(st.sampled_from(WORDS), max_size=24).map(" ".join) | st.text(max_size=200)
SQL = ("DROP", "TABLE", "DELETE", "FROM", "a", "WHERE", "1", "=", "(", ")", ";", "DO", "$$", "WITH", "x", "AS", "ALTER", "COLUMN", "'", '"', ".", "--", "/*", "SET", "UPDATE", "ROLLBACK", "\\")  # fmt: skip
PATCH = ("*** Begin Patch\n", "*** Update File: a.sql\n", "*** Add File: b.sql\n", "*** Delete File: a.sql\n", "@@\n", "-x\n", "+y\n", " z\n", "*** Move to: c.sql\n", "*** End Patch")  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "hook_event_name", "tool_name", "tool_input", "toolName", "toolArgs", "toolResult", "agent_action_name", "tool_info", "event",
    "tool", "args", "cwd", "command", "edits", "file_path", "workspace_roots", "loop_count", "stopReason", "turn_id",
)  # fmt: skip
VALUES = st.sampled_from(
    ["PreToolUse", "PostToolUse", "Stop", "preToolUse", "beforeShellExecution", "stop", "BeforeTool", "pre_run_command", "Bash"]
) | st.fixed_dictionaries({}, optional={"command": JSON, "file_path": JSON, "content": JSON, "edits": JSON, "old_string": JSON})  # fmt: skip
EVENTS = st.dictionaries(st.sampled_from(NAMES), VALUES | JSON, max_size=8)


@settings(deadline=None, max_examples=400)
@given(COMMANDS)
def test_any_command_is_cut(text: str) -> None:
    commands(text)
    list(dangers(text, HERE))


@settings(deadline=None)
@given(st.lists(st.sampled_from(SQL), max_size=30).map(" ".join) | st.text(max_size=100))
def test_any_sql_is_looked_at(sql: str) -> None:
    for provider in ("postgresql", "mysql", "sqlite", "sqlserver"):
        losses(sql, provider)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PATCH), max_size=12).map("".join), st.text(max_size=5), st.text(max_size=5))
def test_any_edit_is_followed_or_refused(patch: str, old: str, path: str) -> None:
    for edit in (Patch(patch), Replacement(f"{path}.sql", old, "x"), Whole(f"{path}.sql", old)):
        try:
            edited_files((edit,), HERE)
        except CannotFollow as error:
            assert str(error)


@settings(deadline=None, max_examples=400)
@given(EVENTS, st.sampled_from([Verdict(), Verdict(Decision.ASK, ("why",)), Verdict(None, (), ("hm",))]))
def test_any_event_is_read_and_answered(raw: dict[str, object], verdict: Verdict) -> None:
    harness_of(raw)
    for harness in HARNESSES.values():
        event = harness.read(raw)
        reply = harness.answer(raw, event, verdict)
        assert reply.code in (0, 2)
        assert verdict.decision or not reply.code


def test_deep_commands_end() -> None:
    for text in (
        "$(" * 5_000,
        "sh -c '" * 2_000,
        "(" * 50_000,
        "`" * 9_999,
        '"' * 9_999,
        "<<E\n" * 5_000,
        "eval " * 5_000,
    ):
        list(dangers(text, HERE))
