"""`refract init`: describes the project and writes its first settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from refract.actions.project_facts import Beginning, beginning_of, first_settings, settings_here
from refract.cli.projects import place, projects_at
from refract.cli.shapes import VERSION, dumps
from refract.cli.terminal import CannotRun, say, shown_path, terminal_text
from refract.cli.writing import only_writer, write_changes
from refract.providers import provider
from refract.text import NewFile

_UNTIL_THEN = "Refract compares with the last commit, or with an empty database if there is no git repository."


@frozen
class _Start:
    """The projects, the settings that are `there`, and the `file` to write if there are none."""

    projects: tuple[Beginning, ...]
    existing: Path | None
    file: NewFile | None


def write(path: str, output: str) -> int:
    """Print what is found at `path`, and write the settings for it, unless there are some. Returns the exit code."""
    found = _look(path)
    if found.file is None:
        return _write(found, output)
    with only_writer(Path(found.file.path).parent):
        return _write(_look(path), output)


def preview(path: str, output: str) -> int:
    """The same, but nothing is written: the file is shown instead."""
    found = _look(path)
    if output == "json":
        return _say(found, dumps(_as_json(found, "planned")) + "\n")
    shown = (
        ()
        if found.file is None
        else (f"{shown_path(found.file.path)} would contain:", "", found.file.text.rstrip("\n"))
    )
    return _say(found, _text((*_lines(found), *shown)))


def _write(found: _Start, output: str) -> int:
    if output != "json":
        say(terminal_text(_text(_lines(found))))  # first: what is found is worth knowing even if nothing can be written
    if found.file is not None:
        write_changes((found.file,), Path(found.file.path).parent)
    if output == "json":
        return _say(found, dumps(_as_json(found, "written")) + "\n")
    written = () if found.file is None else (f"Wrote {shown_path(found.file.path)} with every setting, commented out.",)
    return _say(found, _text((*written, "Next: refract check")))


def _look(path: str) -> _Start:
    projects = projects_at(Path(path))
    if not projects:
        raise CannotRun(f"No project found in {place(Path(path))} that Refract can read.")
    found = tuple(map(beginning_of, projects))
    folder = projects[0].root if len(projects) == 1 else Path(path).absolute()
    existing = settings_here(folder)
    return _Start(found, existing, None if existing else first_settings(folder, found))


def _say(found: _Start, text: str) -> int:
    say(terminal_text(text))
    return 2 if any(project.problem for project in found.projects) else 0


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _lines(found: _Start) -> Iterator[str]:
    for project in found.projects:
        yield f"{shown_path(project.files.schema)} ({project.files.source})"
        yield from (f"  {name.ljust(16)} {value}" for name, value in _facts(project))
        yield from (f"  {'note'.ljust(16)} {shown_path(gap.path)}: {gap.message}" for gap in project.files.gaps)
        yield ""
    if found.existing:
        yield f"{shown_path(found.existing)} already exists and was not overwritten."


def _facts(project: Beginning) -> Iterator[tuple[str, str]]:
    if project.problem:
        yield "problem", project.problem
        return
    yield "database", f"{project.provider}{_server(project)}"
    yield "Prisma", _version(project) or "version unknown; the newest is assumed"
    yield "package manager", project.manager
    if provider(project.provider).schemaless:
        return
    folder = shown_path(project.files.migrations)
    if project.migrations is None:
        yield "migrations", f"none yet (folder: {folder}). {_UNTIL_THEN}"
    else:
        yield "migrations", f"{project.migrations} in {folder}"


def _server(project: Beginning) -> str:
    server = project.server
    name = " ".join(filter(None, (server.flavour, server.version)))
    return f", {name} (found in {server.where})" if name else ""


def _version(project: Beginning) -> str:
    return ".".join(map(str, project.prisma)) if project.prisma else ""


def _as_json(found: _Start, state: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "projects": [_project_as_json(project) for project in found.projects],
        "settings": shown_path(found.existing or (found.file.path if found.file else "")),
        "state": "exists" if found.existing else state,
        "text": found.file.text if found.file else None,
    }


def _project_as_json(project: Beginning) -> dict[str, Any]:
    return {
        "root": shown_path(project.files.root),
        "schema": [shown_path(schema) for schema in project.files.schema_files],
        "provider": project.provider or None,
        "server_version": project.server.version or None,
        "flavour": project.server.flavour or None,
        "prisma": _version(project) or None,
        "package_manager": project.manager,
        "migrations": shown_path(project.files.migrations),
        "migration_count": project.migrations,
        "problem": project.problem or None,
    }
