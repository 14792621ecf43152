"""`refract check`: the findings of every project at a path."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import evolve

from refract.cli.answer_memory import Answer, key_of, recall, remember
from refract.cli.options import Options
from refract.cli.projects import projects_at
from refract.cli.terminal import is_unicode, say, width
from refract.compiled import compiled_classes


def run(path: str, base: str | None, options: Options, project: str | None = None) -> int:
    """Check what is at `path` (or at `project`), or standard input in place of a file of the `project`, and print the
    findings. Returns the exit code.
    """
    options = evolve(options, columns=width() if options.output == "text" else None)
    if path == "-":
        return _print(_of_draft(project, base, options))
    projects = projects_at(Path(project or path))
    options = evolve(options, only=path if path.endswith(".sql") else "")
    key = key_of(projects, base, (*options.parts(), str(is_unicode())))
    answer = recall(key, projects)
    if answer is None:
        with compiled_classes("answer"):
            from refract.cli.answer import answer_for

            answer = answer_for(projects, base, options)
        remember(key, answer)
    return _print(answer)


def _print(answer: Answer) -> int:
    click.echo(answer.err, err=True, nl=False)
    say(answer.out)
    return answer.code


def _of_draft(project: str | None, base: str | None, options: Options) -> Answer:
    """The answer about what standard input holds. It is not remembered."""
    from refract.cli.answer import answer_for
    from refract.cli.chosen_project import chosen_files
    from refract.cli.standard_input import draft_for

    draft = draft_for(chosen_files(project))
    with draft.read():
        return answer_for((draft.files,), base, evolve(options, only=draft.only))
