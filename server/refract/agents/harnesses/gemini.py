"""Gemini CLI. It cannot ask from a hook."""

from __future__ import annotations

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
from refract.agents.verdict import Verdict


def _wrote(raw: Raw) -> bool:
    return text_of(raw, "hook_event_name") in ("BeforeTool", "AfterTool", "AfterAgent")


def _read(raw: Raw) -> Event:
    name, tool = text_of(raw, "hook_event_name"), table_of(raw, "tool_input")
    if name == "AfterAgent":
        return Event(Moment.STOP, folder_of(raw), is_again=raw.get("stop_hook_active") is True)
    moment = BEFORE if name == "BeforeTool" else AFTER
    return of_tool(text_of(raw, "tool_name"), tool, moment, folder_of(raw, tool))


def _answer(raw: Raw, event: Event, verdict: Verdict) -> Reply:
    reason = reason_of(verdict)
    if verdict.decision is not None and event.moment in (Moment.COMMAND, Moment.EDIT):
        return reply({"decision": "deny", "reason": reason})
    if not reason:
        return Reply()
    if event.moment in (Moment.RAN, Moment.EDITED):
        name = text_of(raw, "hook_event_name")
        return reply({"hookSpecificOutput": {"hookEventName": name, "additionalContext": reason}})
    return reply({"systemMessage": reason})


GEMINI = Harness("gemini", _wrote, _read, _answer)
