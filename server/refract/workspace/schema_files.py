"""What the files of a schema show at a glance, before they are parsed; and which files belong to one schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from refract import reading
from refract.baseline.folder import LOCK_FILE
from refract.reading import UnreadableFile, files_in, is_file, is_folder, read_text

SKIPPED_FOLDERS = frozenset(
    {"node_modules", "dist", "build", "out", "coverage", "vendor", "target", "__pycache__", "venv"}
)
"""Folders of third-party and generated code."""

_DATASOURCE = re.compile(r"^\s*datasource\s+\w+\s*\{", re.MULTILINE)
_PROVIDER = re.compile(r"^\s*datasource\s+\w+\s*\{[^}]*?^\s*provider\s*=\s*\"([^\"\n]*)\"", re.MULTILINE)
_BLOCK = re.compile(r"^\s*(?:model|enum|view|type)\s+\w", re.MULTILINE)
_PLACEHOLDER = re.compile(r"[^\w-]|^$")
_OTHER_LANGUAGE = re.compile(r"[\s\ufeff]*// *use +(?:prisma-8|prisma-next) *(?!\S)")
"""What Prisma itself takes for the marker of its version 8."""
_MAX_SCHEMA_FILES = 2_000


def schema_files_of(schema: Path) -> tuple[Path, ...]:
    """The files of a schema: itself, or the `.prisma` files of a folder at any depth.

    Copies of schemas kept inside a migrations folder do not count.
    """
    if not is_folder(schema):
        return (schema,) if is_file(schema) else ()
    found = [file for file in walk(schema) if file.suffix == ".prisma"]
    return tuple(sorted(file for file in found[:_MAX_SCHEMA_FILES] if not is_inside_migrations(file, schema)))


def walk(top: Path) -> Iterator[Path]:
    """Files below `top`, without following links or entering single migrations, hidden folders or packages."""
    return reading.walk(top, lambda folders, names: () if LOCK_FILE in names else filter(_is_entered, folders))


def schemas_in(folder: Path) -> list[Path]:
    """The schema files directly in a folder."""
    names = files_in(folder)
    found = () if isinstance(names, UnreadableFile) else names
    return [folder / name for name in found if name.endswith(".prisma")]


def is_inside_migrations(file: Path, top: Path) -> bool:
    """Whether a file lies in a migrations folder below `top`."""
    for folder in file.parents:
        if folder == top:
            return False
        if folder.name == "migrations" or is_file(folder / LOCK_FILE):
            return True
    return False


def is_left_alone(text: str) -> bool:
    """Whether the text declares a successor of the schema language that Refract reads."""
    return _OTHER_LANGUAGE.match(text) is not None


def is_ours(file: Path) -> bool:
    """Whether a file is in the language that Refract reads, or cannot be read."""
    text = read_text(file)
    return isinstance(text, UnreadableFile) or not is_left_alone(text)


def has_datasource(file: Path) -> bool:
    """Whether the file says which database the schema is for."""
    return _DATASOURCE.search(_text(file)) is not None


def has_blocks(file: Path) -> bool:
    """Whether the file describes anything of a database."""
    return _BLOCK.search(_text(file)) is not None


def provider_in(file: Path) -> str | None:
    """The provider that the datasource of a file names, if it is written plainly."""
    found = _PROVIDER.search(_text(file))
    return found[1] if found else None


def is_template(file: Path) -> bool:
    """Whether a placeholder stands in place of the provider."""
    provider = provider_in(file)
    return provider is not None and _PLACEHOLDER.search(provider) is not None


def _text(file: Path) -> str:
    text = read_text(file)
    return "" if isinstance(text, UnreadableFile) else text


def _is_entered(folder: str) -> bool:
    return folder not in SKIPPED_FOLDERS and (not folder.startswith(".") or folder == ".config")
