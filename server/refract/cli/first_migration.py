"""Prints what to do about a first migration that databases in use must not run."""

from __future__ import annotations

from collections.abc import Iterable

from refract.actions.beginning import first_migration
from refract.analysis import Analysis
from refract.cli.chosen_project import in_folder
from refract.cli.terminal import say
from refract.escaping import one_line
from refract.rendering.histories import first_migration_lines
from refract.text import FileChange


def say_first_migration(analysis: Analysis, changes: Iterable[FileChange]) -> None:
    """The commands that record it as applied, if there is one among the changes."""
    first = first_migration(analysis, changes)
    if first:
        place = in_folder(analysis)
        for line in first_migration_lines(first.name, first.commands, f",{place}" if place else ""):
            say(f"{one_line(line)}\n")
