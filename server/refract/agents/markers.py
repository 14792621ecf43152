"""The environment of a coding agent. Agents get plain output: no colours, no width of a terminal, no note in passing."""

from __future__ import annotations

from collections.abc import Mapping

_BY_VARIABLE = (
    ("CLAUDECODE", "claude"),
    ("CODEX_THREAD_ID", "codex"),
    ("CODEX_CI", "codex"),
    ("CODEX_SANDBOX", "codex"),
    ("CODEX_SANDBOX_NETWORK_DISABLED", "codex"),
    ("GEMINI_CLI", "gemini"),
    ("QWEN_CODE", "qwen"),
    ("CURSOR_AGENT", "cursor"),
    ("COPILOT_CLI", "copilot"),
    ("OPENCODE", "opencode"),
    ("OPENCODE_CLIENT", "opencode"),
    ("CLINE_ACTIVE", "cline"),
    ("CRUSH", "crush"),
    ("AUGMENT_AGENT", "augment"),
    ("ANTIGRAVITY_AGENT", "antigravity"),
    ("AI_AGENT", "agent"),
)
_BY_VALUE = (
    ("AGENT", ("goose", "amp", "1"), "agent"),
    ("OR_APP_NAME", ("Aider",), "aider"),
)
VARIABLES = (*(name for name, _ in _BY_VARIABLE), *(name for name, _, _ in _BY_VALUE), "REPLIT_SESSION")
"""The variables that show an agent."""

_OFF = ("", "0", "false")


def running_agent(environment: Mapping[str, str]) -> str | None:
    """The agent that runs this command; None if a person does."""
    named = next((agent for name, agent in _BY_VARIABLE if environment.get(name, "").lower() not in _OFF), None)
    if named is None:
        named = next((agent for name, values, agent in _BY_VALUE if environment.get(name) in values), None)
    if named is None and environment.get("REPLIT_SESSION", "").startswith("agent-"):
        return "replit"
    return named
