"""`refract check`: the findings of every project at a path."""

from __future__ import annotations

from pathlib import Path

import click

from refract.cli.answer_memory import key_of, recall, remember
from refract.cli.projects import projects_at
from refract.cli.terminal import is_unicode, say, width


def run(path: str, base: str | None, output: str, fail_on: str | None, examples: int = 0) -> int:
    """Check what is at `path` and print the findings, with so many `examples` of statements that were not followed.
    Returns the exit code.
    """
    projects = projects_at(Path(path))
    only = path if path.endswith(".sql") else ""
    columns = width() if output == "text" else None
    key = key_of(projects, base, (output, fail_on or "", only, str(columns), str(is_unicode()), str(examples)))
    answer = recall(key, projects)
    if answer is None:
        from refract.cli.answer import answer_for

        answer = answer_for(projects, base, output, fail_on, only, columns, examples)
        remember(key, answer)
    click.echo(answer.err, err=True, nl=False)
    say(answer.out)
    return answer.code
