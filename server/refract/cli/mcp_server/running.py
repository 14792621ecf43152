"""Runs a command of Refract inside the server, and gives what it prints."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Lock
from typing import Any

import click
from attrs import frozen

from refract.agents.nearest_project import is_inside

_ONE_AT_A_TIME = Lock()  # what a command prints is taken from the process


class Refused(Exception):
    """The command cannot do this; the message is for the agent."""


@frozen
class Ran:
    """What a command has printed."""

    out: str
    notes: str
    code: int

    @property
    def json(self) -> dict[str, Any]:
        """The printed JSON. Notes on what could not be read are added."""
        try:
            printed: dict[str, Any] = json.loads(self.out)
        except ValueError as error:
            raise Refused(self.notes or self.out or "No result.") from error
        return printed | ({"notes": self.notes.splitlines()} if self.notes else {})


def ran(commands: click.Command, *arguments: str) -> Ran:
    """Run one of the commands. Raises Refused with the reason if it could not start."""
    out, err = io.StringIO(), io.StringIO()
    with _ONE_AT_A_TIME, redirect_stdout(out), redirect_stderr(err):
        try:
            code = commands.main(list(arguments), prog_name="refract", standalone_mode=False) or 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except click.ClickException as error:
            raise Refused(error.format_message()) from error
    return Ran(out.getvalue(), err.getvalue().strip(), code)


def inside(path: str) -> str:
    """A path, if it is inside of the repository that the server was started in. Raises Refused."""
    here = Path.cwd()
    if "\0" in path or not is_inside(here / path, here):
        raise Refused("This path is outside of the project. Pass a path inside.")
    return path
