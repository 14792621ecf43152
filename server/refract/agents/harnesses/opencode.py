"""OpenCode. Its plugin is JavaScript: the one that `refract init --agents` writes passes its events on in this form."""

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

_EVENTS = ("tool.execute.before", "tool.execute.after", "session.idle")


def _wrote(raw: Raw) -> bool:
    return text_of(raw, "event") in _EVENTS


def _read(raw: Raw) -> Event:
    name, tool = text_of(raw, "event"), table_of(raw, "args")
    if name == "session.idle":
        return Event(Moment.STOP, folder_of(raw))
    moment = BEFORE if name == "tool.execute.before" else AFTER
    return of_tool(text_of(raw, "tool"), tool, moment, folder_of(raw, tool))


def _answer(raw: Raw, event: Event, verdict: Verdict) -> Reply:
    del raw
    reason = reason_of(verdict)
    blocks = verdict.decision is not None and event.moment in (Moment.COMMAND, Moment.EDIT)
    return reply({"block": blocks, "message": reason}) if reason else Reply()


OPENCODE = Harness("opencode", _wrote, _read, _answer)
