"""Claude Code, and Codex, which has the same events but asks nobody."""

from __future__ import annotations

from attrs import evolve

from refract.agents.event import Event, Moment
from refract.agents.harnesses.base import (
    AFTER,
    BEFORE,
    Harness,
    Raw,
    Reply,
    folder_of,
    of_tool,
    reason_of,
    reply,
    table_of,
    text_of,
)
from refract.agents.verdict import Decision, Verdict

_UNATTENDED = ("bypassPermissions", "dontAsk")


def _wrote(raw: Raw) -> bool:
    return text_of(raw, "hook_event_name") in ("PreToolUse", "PostToolUse", "Stop", "SubagentStop")


def _read(raw: Raw) -> Event:
    name, folder = text_of(raw, "hook_event_name"), folder_of(raw)
    if name in ("PreToolUse", "PostToolUse"):
        tool = table_of(raw, "tool_input")
        unattended = text_of(raw, "permission_mode") in _UNATTENDED
        return of_tool(text_of(raw, "tool_name"), tool, BEFORE if name == "PreToolUse" else AFTER, folder, unattended)
    if name in ("Stop", "SubagentStop"):
        return Event(Moment.STOP, folder, is_again=raw.get("stop_hook_active") is True)
    return Event(Moment.OTHER)


def _answer(raw: Raw, event: Event, verdict: Verdict) -> Reply:
    name = text_of(raw, "hook_event_name")
    if event.moment is Moment.EDITED and verdict.decision is not None:
        return reply({"decision": "block", "reason": reason_of(verdict)})
    values: dict[str, object] = {"hookEventName": name}
    if verdict.decision is not None:
        values |= {"permissionDecision": str(verdict.decision), "permissionDecisionReason": reason_of(verdict)}
    elif verdict.context:
        values["additionalContext"] = "\n\n".join(verdict.context)
    return reply({"hookSpecificOutput": values}) if len(values) > 1 else Reply()


def _answer_codex(raw: Raw, event: Event, verdict: Verdict) -> Reply:
    if event.moment is Moment.STOP:  # it refuses other fields here, and goes on with the reason once
        reason = "\n\n".join(verdict.context)
        return reply({"decision": "block", "reason": reason}) if reason else Reply()
    return _answer(raw, event, evolve(verdict, decision=verdict.decision and Decision.DENY))


CLAUDE = Harness("claude", _wrote, _read, _answer)
CODEX = Harness("codex", lambda raw: _wrote(raw) and "turn_id" in raw, _read, _answer_codex)
