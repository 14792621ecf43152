"""GitHub Copilot CLI. Its events have no name: what they hold shows which they are. Not all versions ask, so it denies."""

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
    return "hook_event_name" not in raw and ("toolName" in raw or "stopReason" in raw)


def _read(raw: Raw) -> Event:
    if "toolName" not in raw:
        return Event(Moment.STOP, folder_of(raw))
    moment = AFTER if "toolResult" in raw else BEFORE
    return of_tool(text_of(raw, "toolName"), table_of(raw, "toolArgs"), moment, folder_of(raw))


def _answer(raw: Raw, event: Event, verdict: Verdict) -> Reply:
    del raw
    reason = reason_of(verdict)
    if event.moment is Moment.STOP:  # the only answer it reads is to go on, without end
        return Reply(err=reason)
    if verdict.decision is not None and event.moment in (Moment.COMMAND, Moment.EDIT):
        return reply({"permissionDecision": "deny", "permissionDecisionReason": reason})
    return reply({"additionalContext": reason}) if reason else Reply()


COPILOT = Harness("copilot", _wrote, _read, _answer)
