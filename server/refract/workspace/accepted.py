"""Findings that a project has accepted: `refract-accepted.json` in its root. Only later ones are reported."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from refract.reading import UnreadableFile, read_text
from refract.workspace.failure import CannotAnalyse
from refract.workspace.projects import ProjectFiles, project_root

NAME = "refract-accepted.json"
_VERSION = 1


def accepted_file(files: ProjectFiles) -> Path:
    """The file with the accepted findings of a project, wherever it was opened from; it need not exist."""
    return project_root(files.schema) / NAME


def read_accepted(files: ProjectFiles) -> frozenset[str]:
    """The keys of the findings that are accepted. Raises CannotAnalyse for a file that is not one of Refract's."""
    return frozenset(_read(accepted_file(files)).get(_schema(files), ()))


def accepted_text(files: ProjectFiles, keys: Iterable[str]) -> str | None:
    """The file with `keys` as the accepted findings of this project. Other projects with the same root keep theirs.

    None if the file would be empty. Raises CannotAnalyse for a file that is not one of Refract's.
    """
    schemas = {**_read(accepted_file(files)), _schema(files): sorted(keys)}
    kept = {schema: list(keys) for schema, keys in sorted(schemas.items()) if keys}
    return json.dumps({"version": _VERSION, "accepted": kept}, indent=2, ensure_ascii=False) + "\n" if kept else None


def _schema(files: ProjectFiles) -> str:
    return Path(os.path.relpath(files.schema, project_root(files.schema))).as_posix()


def _read(file: Path) -> Mapping[str, list[str]]:
    text = read_text(file)
    if isinstance(text, UnreadableFile):
        if text.is_missing:
            return {}
        raise CannotAnalyse(text.reason)
    try:
        found = json.loads(text)
        if found["version"] != _VERSION:
            raise CannotAnalyse(
                f"{file} was written by another version of Refract. Run `refract check --accept` again."
            )
        return {str(schema): [str(key) for key in keys] for schema, keys in found["accepted"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CannotAnalyse(
            f"{file} is not a list of accepted findings. Remove the file and run `refract check --accept`."
        ) from error
