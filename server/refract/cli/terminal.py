"""What the commands write to a terminal: messages, colours, and text that cannot harm it."""

from __future__ import annotations

import io
import os
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType

import click

from refract.agents.markers import running_agent
from refract.escaping import printable

_NAMES: ContextVar[Mapping[str, str]] = ContextVar("names", default=MappingProxyType({}))

PATIENCE = 1.0  # seconds of silence before a note reports what is running


class CannotRun(click.ClickException):
    """The command cannot give an answer. Exit code 2, and one message on stderr."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Write the message to stderr."""
        complain(self.message)


def complain(message: str) -> None:
    """One message on stderr."""
    click.echo(complaint(message), err=True)


def complaint(message: str) -> str:
    """The one form of a message on stderr."""
    return f"refract: {printable(message)}"


def say(text: str) -> None:
    """Write `text` to stdout, unchanged. It is not an error if the reader has closed the pipe.

    Raises CannotRun when the answer cannot be written.
    """
    try:
        click.echo(text, color=colours(), nl=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _silence()
    except OSError as error:
        _silence()
        raise CannotRun(f"Cannot write the output: {error.strerror}") from error


def _silence() -> None:
    """Nothing more is written to stdout, not even at exit."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 (a device, not a path of a project)
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def lenient_streams() -> None:
    """What the encoding of the terminal lacks, such as a name in UTF-8 under LC_ALL=C, is written escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def is_terminal() -> bool:
    """Whether stdout is a terminal of a person: a coding agent gets what a pipe gets."""
    return sys.stdout is not None and sys.stdout.isatty() and running_agent(os.environ) is None


def width() -> int | None:
    """How many columns the terminal has, within what is good to read; None if stdout is not a terminal."""
    return max(40, min(120, shutil.get_terminal_size().columns)) if is_terminal() else None


def is_unicode() -> bool:
    """Whether stdout can carry every character."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return encoding.lower().replace("-", "") == "utf8"


def colours() -> bool:
    """Whether stdout is a terminal that wants colours."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_text(text: str) -> str:
    """`text` unchanged for a file or a pipe, made harmless for a terminal."""
    return printable(text) if is_terminal() else text


def shown_path(path: str | Path) -> str:
    """`path` as the user would write it: from the current folder when it is below it."""
    absolute = os.path.normpath(Path(path).absolute())
    if absolute in _NAMES.get():
        return _NAMES.get()[absolute]
    relative = os.path.relpath(absolute)
    return absolute if relative.startswith("..") else relative


@contextmanager
def shown_as(path: str, name: str) -> Iterator[None]:
    """Show `path` under another name within the body."""
    token = _NAMES.set({**_NAMES.get(), path: name})
    try:
        yield
    finally:
        _NAMES.reset(token)


@contextmanager
def patience(note: str) -> Iterator[None]:
    """Show `note` on a terminal while the body takes longer than `PATIENCE`."""
    if not sys.stderr.isatty() or running_agent(os.environ):
        yield
        return
    timer = threading.Timer(PATIENCE, lambda: click.echo(f"\r{note}", err=True, nl=False))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if timer.finished.is_set() and not timer.is_alive():
            click.echo(f"\r{' ' * len(note)}\r", err=True, nl=False)
