"""`refract hook`: judges an event of a coding agent, in the form of its harness.

It fails open: what cannot be read or judged is a line on stderr, exit code 0 and no answer. Only a verdict blocks.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping

from refract.agents.event import Event, Moment
from refract.agents.harnesses import HARNESSES, harness_of
from refract.agents.harnesses.base import Reply
from refract.agents.verdict import Verdict
from refract.cli.terminal import complain
from refract.escaping import one_line

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""One escape of JSON: a pair, a half of one, or any other."""

LARGEST = 20_000_000
"""Bytes of an event that is read."""


def run(name: str | None) -> int:
    """Answer the event on stdin. Returns the exit code: 0, or the one that blocks in this harness."""
    try:
        return _answered(name)
    except Exception as error:
        return _fail_open(f"Bug in Refract ({type(error).__name__}: {error}).")


def _answered(name: str | None) -> int:
    raw = _event()
    if isinstance(raw, str):
        return _fail_open(raw)
    if name and name not in HARNESSES:
        return _fail_open(f"Unknown harness {name}. Use one of {', '.join(HARNESSES)}.")
    harness = HARNESSES[name] if name else harness_of(raw)
    if harness is None:
        return _fail_open("This event is not one of a known harness. Pass --harness.")
    event = harness.read(raw)
    if event.moment is Moment.OTHER:
        return 0
    return _write(harness.answer(raw, event, _verdict(event)))


def _verdict(event: Event) -> Verdict:
    from refract.agents.judging import judge

    verdict = judge(event)
    for note in verdict.notes:
        complain(one_line(note))
    return verdict


def _event() -> Mapping[str, object] | str:
    """The event; if there is none that can be read, the reason."""
    stream = sys.stdin
    data = stream.buffer.read(LARGEST + 1) if hasattr(stream, "buffer") else stream.read(LARGEST + 1).encode()
    if len(data) > LARGEST:
        return f"The event is larger than {LARGEST // 1_000_000} MB."
    try:
        raw = json.loads(_whole_characters(data.decode("utf-8", "replace").removeprefix("\ufeff")))
    except (ValueError, RecursionError) as error:
        return f"The event is not JSON ({error})."
    return raw if isinstance(raw, dict) else "The event is not a JSON object."


def _whole_characters(text: str) -> str:
    """JSON in which no text holds half a surrogate pair, which no file and no path can hold."""
    return _ESCAPE.sub(lambda found: "\\ufffd" if found["half"] else found[0], text)


def _write(reply: Reply) -> int:
    # JSON in ASCII, so that no encoding of the harness can spoil it
    sys.stdout.write(reply.out)
    sys.stdout.flush()
    if reply.err:
        complain(reply.err)
    return reply.code


def _fail_open(reason: str) -> int:
    complain(f"{one_line(reason)} Nothing was judged.")
    return 0
