"""What an agent is about to do, or has done, whatever harness it runs in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from attrs import frozen


class Moment(StrEnum):
    """When an event happens."""

    COMMAND = "command"  # before a shell command
    RAN = "ran"  # after one
    EDIT = "edit"  # before a file is written
    EDITED = "edited"  # after that
    STOP = "stop"  # the agent is done
    OTHER = "other"  # nothing that Refract has to do with


@frozen
class Whole:
    """A file gets this text; with None it is removed."""

    path: str
    text: str | None


@frozen
class Replacement:
    """A part of a file is replaced: its first place, or `everywhere`."""

    path: str
    old: str
    new: str
    everywhere: bool = False


@frozen
class Patch:
    """Changes of several files, in the form of `apply_patch`."""

    text: str


Edit = Whole | Replacement | Patch


@frozen
class Event:
    """An event. `is_unattended`: nobody would be asked. `is_again`: the agent was already reminded at this end."""

    moment: Moment
    folder: Path = Path()
    command: str = ""
    edits: tuple[Edit, ...] = ()
    is_unattended: bool = False
    is_again: bool = False
