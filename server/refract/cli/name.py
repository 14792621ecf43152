"""`refract name`: names for the migration of the pending change."""

from __future__ import annotations

from refract.actions.migration_parts import names_of
from refract.cli.comparison import comparison, exit_code, note_if_nothing
from refract.cli.shapes import VERSION, dumps
from refract.cli.terminal import say


def run(source: str | None, target: str | None, output: str, project: str | None = None) -> int:
    """Print names for what leads from `source` to `target`. Returns the exit code."""
    compared = comparison(source, target, project)
    names = names_of(compared.diff, compared.before, compared.after, compared.history)
    if output == "json":
        say(dumps({"version": VERSION, "names": list(names)}) + "\n")
    elif names:
        say("\n".join(names) + "\n")
    if source is None and target is None:
        note_if_nothing(compared)
    return exit_code(compared)
