"""What a harness is, and what several of them share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from refract.agents.event import Edit, Event, Moment, Patch, Replacement, Whole
from refract.agents.verdict import Verdict

Raw = Mapping[str, object]

BLOCKED = 2
"""The exit code that blocks, in the harnesses that read one."""
BEFORE = {"shell": Moment.COMMAND, "edit": Moment.EDIT}
AFTER = {"shell": Moment.RAN, "edit": Moment.EDITED}
"""The moments of a tool that is about to run, and of one that has run."""

_SHELLS = frozenset(
    [
        "bash",
        "shell",
        "run_shell_command",
        "run_terminal_cmd",
        "run_in_terminal",
        "execute_command",
        "powershell",
        "exec",
        "local_shell",
        "terminal",
    ]
)
_PATHS = ("file_path", "filePath", "path", "target_file", "absolute_path")
_TEXTS = ("content", "contents", "file_text", "code_content")
_OLD = ("old_string", "oldString", "old_str")
_NEW = ("new_string", "newString", "new_str")


@frozen
class Reply:
    """What a hook writes, and its exit code."""

    out: str = ""
    err: str = ""
    code: int = 0


@frozen
class Harness:
    """How one harness writes events (`read`) and reads answers. `wrote`: whether an event has its form."""

    name: str
    wrote: Callable[[Raw], bool]
    read: Callable[[Raw], Event]
    answer: Callable[[Raw, Event, Verdict], Reply]


def reply(values: Mapping[str, object]) -> Reply:
    """An answer in JSON."""
    return Reply(out=json.dumps(values) + "\n")


def text_of(raw: object, *names: str) -> str:
    """The first of some values that is text; empty without one."""
    if not isinstance(raw, Mapping):
        return ""
    return next((value for name in names if isinstance(value := raw.get(name), str)), "")


def table_of(raw: Raw, *names: str) -> Raw:
    """The first of some values that is a table, or the JSON of one; empty without one."""
    for name in names:
        value = raw.get(name)
        if isinstance(value, str):
            value = _parsed(value)
        if isinstance(value, Mapping):
            return value
    return {}


def folder_of(raw: Raw, *others: Raw) -> Path:
    """The folder that an event is about; the current one if it names none."""
    named = next((text for table in (*others, raw) if (text := text_of(table, "cwd", "dir_path", "workdir"))), "")
    roots = raw.get("workspace_roots")
    if not named and isinstance(roots, list) and roots and isinstance(roots[0], str):
        named = roots[0]
    return Path(os.path.normpath(Path.cwd() / named)) if "\0" not in named else Path.cwd()


def of_tool(name: str, tool: Raw, moment: Mapping[str, Moment], folder: Path, is_unattended: bool = False) -> Event:
    """The event of one use of a tool: of a shell, or of one that edits. `moment` has the moments of both."""
    command = text_of(tool, "command", "cmd", "script")
    if isinstance(listed := tool.get("command"), list):
        command = " ".join(word for word in listed[-1:] if isinstance(word, str))
    if _is_shell(name) and command and not command.lstrip().startswith("*** Begin Patch"):
        return Event(moment["shell"], folder, command, is_unattended=is_unattended)
    edits = tuple(edits_of(tool))
    return Event(moment["edit"], folder, edits=edits, is_unattended=is_unattended) if edits else Event(Moment.OTHER)


def edits_of(tool: Raw) -> Iterator[Edit]:
    """The edits of a tool, whose values have the names of any of the harnesses."""
    path = text_of(tool, *_PATHS)
    patch = text_of(tool, "patchText", "patch", "input", "command")
    if patch.lstrip().startswith("*** Begin Patch"):
        yield Patch(patch)
    several = tool.get("edits")
    if path and isinstance(several, list):
        yield from (r for edit in several if isinstance(edit, Mapping) and (r := _replacement(path, edit)))
    elif path and (replacement := _replacement(path, tool)):
        yield replacement
    elif path and any(isinstance(tool.get(name), str) for name in _TEXTS):
        yield Whole(path, text_of(tool, *_TEXTS))


def reason_of(verdict: Verdict) -> str:
    """The reasons as one text, with the context: an agent that is stopped reads both."""
    return "\n\n".join((*verdict.reasons, *verdict.context))


def _is_shell(name: str) -> bool:
    return name.lower() in _SHELLS


def _replacement(path: str, edit: Raw) -> Replacement | None:
    if not any(isinstance(edit.get(name), str) for name in _OLD):
        return None
    everywhere = any(edit.get(name) is True for name in ("replace_all", "replaceAll", "allow_multiple"))
    return Replacement(path, text_of(edit, *_OLD), text_of(edit, *_NEW), everywhere)


def _parsed(text: str) -> object:
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed
