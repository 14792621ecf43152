"""`refract check`: the findings of every project at a path."""

from __future__ import annotations

from pathlib import Path

import click

from refract.cli.answer_memory import key_of, recall, remember
from refract.cli.projects import projects_at
from refract.cli.terminal import is_unicode, say, width


def run(
    path: str, base: str | None, output: str, fail_on: str | None, examples: int = 0, project: str | None = None
) -> int:
    """Check what is at `path` (or at `project`), or standard input in place of a file of the `project`, and print the findings, with so many `examples` of statements that were not followed.
    Returns the exit code.
    """
    if path == "-":
        return _run_draft(project, base, output, fail_on, examples)
    projects = projects_at(Path(project or path))
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


def _run_draft(project: str | None, base: str | None, output: str, fail_on: str | None, examples: int) -> int:
    """The same for what standard input holds. Nothing is remembered."""
    from refract.cli.answer import answer_for
    from refract.cli.chosen_project import chosen_files
    from refract.cli.standard_input import draft_for

    draft = draft_for(chosen_files(project))
    with draft.read():
        columns = width() if output == "text" else None
        answer = answer_for((draft.files,), base, output, fail_on, draft.only, columns, examples)
    click.echo(answer.err, err=True, nl=False)
    say(answer.out)
    return answer.code
