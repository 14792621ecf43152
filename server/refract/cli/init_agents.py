"""`refract init --agents`: writes the files that make coding agents use Refract, and lists them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from refract.agents.nearest_project import home_of
from refract.agents.setup import HARNESSES, Planned, harnesses_of, planned_files
from refract.cli.shapes import VERSION, dumps
from refract.cli.terminal import CannotRun, say, shown_path, terminal_text
from refract.cli.writing import only_writer, write_changes
from refract.reading import is_folder
from refract.wording import short_path


def write(path: str, harnesses: Iterable[str], output: str) -> int:
    """Write the files for the repository at `path`. Returns the exit code."""
    home = _home(path)
    with only_writer(home):
        names, planned = _plan(home, harnesses)
        write_changes((file.change for file in planned if file.change), home)
    return _say(names, planned, output, "Wrote")


def preview(path: str, harnesses: Iterable[str], output: str) -> int:
    """The same, but nothing is written."""
    names, planned = _plan(_home(path), harnesses)
    return _say(names, planned, output, "Would write")


def _home(path: str) -> Path:
    if not is_folder(Path(path)):
        raise CannotRun(f"{short_path(path)} is not a folder. Pass the folder of the project.")
    return home_of(Path(path).absolute())


def _plan(home: Path, harnesses: Iterable[str]) -> tuple[tuple[str, ...], tuple[Planned, ...]]:
    names = tuple(harnesses) or harnesses_of(home, os.environ)
    return names, planned_files(home, names)


def _say(names: tuple[str, ...], planned: tuple[Planned, ...], output: str, verb: str) -> int:
    if output == "json":
        say(dumps({"version": VERSION, "harnesses": list(names), "files": [_as_json(file) for file in planned]}) + "\n")
    else:
        say(terminal_text("".join(f"{line}\n" for line in _lines(names, planned, verb))))
    return 0


def _lines(names: tuple[str, ...], planned: tuple[Planned, ...], verb: str) -> Iterator[str]:
    for file in planned:
        if file.change:
            yield f"{verb} {shown_path(file.path)}"
    for file in planned:
        if file.left:
            yield f"{shown_path(file.path)}: {file.left}"
    if not names:
        yield f"No coding agent found. Pass --harness with one of: {', '.join(HARNESSES)}"


def _as_json(file: Planned) -> dict[str, str | None]:
    return {
        "path": shown_path(file.path),
        "state": "written" if file.change else "unchanged",
        "note": file.left or None,
    }
