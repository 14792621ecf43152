"""Cursor. It can ask before a shell command, and nowhere else."""

from __future__ import annotations

from refract.agents.event import Event, Moment
from refract.agents.harnesses.base import (
    AFTER,
    BEFORE,
    Harness,
    Raw,
    Reply,
    edits_of,
    folder_of,
    of_tool,
    reason_of,
    reply,
    table_of,
    text_of,
)
from refract.agents.verdict import Verdict

_EVENTS = (
    "beforeShellExecution",
    "afterShellExecution",
    "afterFileEdit",
    "preToolUse",
    "postToolUse",
    "stop",
)


def _wrote(raw: Raw) -> bool:
    return text_of(raw, "hook_event_name") in _EVENTS


def _read(raw: Raw) -> Event:
    name, folder = text_of(raw, "hook_event_name"), folder_of(raw)
    tool = table_of(raw, "tool_input")
    match name:
        case "beforeShellExecution" | "afterShellExecution":
            moment = Moment.COMMAND if name == "beforeShellExecution" else Moment.RAN
            return Event(moment, folder, text_of(raw, "command"))
        case "afterFileEdit":
            return Event(Moment.EDITED, folder, edits=tuple(edits_of(raw)))
        case "preToolUse" | "postToolUse":
            return of_tool(text_of(raw, "tool_name"), tool, BEFORE if name == "preToolUse" else AFTER, folder)
        case "stop":
            return Event(Moment.STOP, folder, is_again=raw.get("loop_count") not in (None, 0))
    return Event(Moment.OTHER)


def _answer(raw: Raw, event: Event, verdict: Verdict) -> Reply:
    name, reason = text_of(raw, "hook_event_name"), reason_of(verdict)
    context = "\n\n".join(verdict.context)
    if event.moment is Moment.STOP:
        return reply({"followup_message": context}) if context else Reply()
    if verdict.decision is not None and event.moment in (Moment.COMMAND, Moment.EDIT):
        permission = str(verdict.decision) if name == "beforeShellExecution" else "deny"
        return reply({"permission": permission, "user_message": reason, "agent_message": reason})
    if name == "postToolUse" and reason:
        return reply({"additional_context": reason})
    return Reply(err=reason)  # nothing reads an answer here


CURSOR = Harness("cursor", _wrote, _read, _answer)
