"""Windsurf. The exit code blocks, and it cannot ask."""

from __future__ import annotations

from refract.agents.event import Event, Moment
from refract.agents.harnesses.base import (
    BLOCKED,
    Harness,
    Raw,
    Reply,
    edits_of,
    folder_of,
    reason_of,
    table_of,
    text_of,
)
from refract.agents.verdict import Verdict

_MOMENTS = {
    "pre_run_command": Moment.COMMAND,
    "post_run_command": Moment.RAN,
    "pre_write_code": Moment.EDIT,
    "post_write_code": Moment.EDITED,
    "post_cascade_response": Moment.STOP,
}


def _wrote(raw: Raw) -> bool:
    return "agent_action_name" in raw


def _read(raw: Raw) -> Event:
    moment = _MOMENTS.get(text_of(raw, "agent_action_name"), Moment.OTHER)
    tool = table_of(raw, "tool_info")
    return Event(moment, folder_of(raw, tool), text_of(tool, "command_line"), tuple(edits_of(tool)))


def _answer(raw: Raw, event: Event, verdict: Verdict) -> Reply:
    del raw
    reason = reason_of(verdict)
    if verdict.decision is not None and event.moment in (Moment.COMMAND, Moment.EDIT):
        return Reply(err=reason, code=BLOCKED)
    return Reply(out=f"{reason}\n" if reason else "")


WINDSURF = Harness("windsurf", _wrote, _read, _answer)
