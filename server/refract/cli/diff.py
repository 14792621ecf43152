"""`refract diff`: the SQL or the changes between two databases."""

from __future__ import annotations

from refract.cli.comparison import comparison, exit_code, note_if_nothing
from refract.cli.shapes import changes_as_json, dumps
from refract.cli.terminal import say, terminal_text
from refract.sql.writer import write_script


def run(source: str | None, target: str | None, output: str, project: str | None = None) -> int:
    """Print what leads from `source` to `target`. Returns the exit code."""
    compared = comparison(source, target, project)
    if output == "json":
        say(dumps(changes_as_json(compared.diff)) + "\n")
    else:
        sql = write_script(compared.diff.changes, compared.before, compared.after)
        say(terminal_text(sql).rstrip("\n") + "\n")
    if source is None and target is None:
        note_if_nothing(compared)
    return exit_code(compared)
