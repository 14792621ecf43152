"""`refract check -`: SQL from standard input is judged as the next migration of the project, a schema as its schema."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import evolve, frozen

from refract import clock
from refract.actions.fixing import NoLaterMigration, migration_paths
from refract.cli.terminal import CannotRun, shown_as
from refract.config import SettingsError
from refract.reading import MAX_BYTES, UnreadableFile, decode, drafts
from refract.workspace.migration_folders import main_file
from refract.workspace.project_settings import settings_of
from refract.workspace.projects import ProjectFiles, configured

NAME = "<stdin>"
_BLOCK = re.compile(r"^[ \t]*(?:datasource|generator|model|enum|type|view)[ \t]+\w+[ \t]*\{", re.MULTILINE)
_DATASOURCE = re.compile(r"^[ \t]*datasource[ \t]+\w+[ \t]*\{", re.MULTILINE)


@frozen
class Draft:
    """A project with one file that is read from standard input. `only` is its path if it is a migration."""

    files: ProjectFiles
    path: str
    text: str
    only: str = ""

    @contextmanager
    def read(self) -> Iterator[None]:
        """Within the body, the text is read in place of the file, and the file is shown under its own name."""
        with drafts({self.path: self.text}), shown_as(self.path, NAME):
            yield


def draft_for(files: ProjectFiles) -> Draft:
    """What standard input holds, as a file of the project. Raises CannotRun if that is nothing to judge."""
    text = _text()
    if not _BLOCK.search(text):
        path = _next_migration(files)
        return Draft(files, path, text, path)
    main = main_file(files.schema, files.schema_files)
    if not _DATASOURCE.search(text):
        raise CannotRun("The schema on standard input has no datasource block.")
    return Draft(evolve(files, schema_files=(main,)), str(main), text)


def _next_migration(files: ProjectFiles) -> str:
    try:
        return migration_paths(configured(files, settings_of(files.root)), clock.now())("standard_input")
    except (SettingsError, NoLaterMigration) as error:
        raise CannotRun(str(error)) from error


def _text() -> str:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise CannotRun(f"Standard input is larger than {MAX_BYTES // 1_000_000} MB.")
    text = decode(data, "standard input")
    if isinstance(text, UnreadableFile):
        raise CannotRun(f"{text.reason[0].upper()}{text.reason[1:]}.")
    if not text.strip():
        raise CannotRun("Standard input is empty. Pass SQL or a schema.")
    return text
