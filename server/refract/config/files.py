"""The files that hold settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import evolve

from refract.config.settings import Settings, SettingsError, merged, settings_from
from refract.git import upwards
from refract.reading import SETTINGS_BYTES, UnreadableFile, read_text
from refract.toml import TomlError, parse_toml

_DEEPEST = 8
"""How many files may extend each other in a row."""

_OF_ONE_PROJECT = frozenset({"schema", "migrations", "exclude"})
"""Settings that are paths below the file."""


def load_settings(folder: Path) -> Settings:
    """The settings that hold in `folder`: the nearest ones, looking up as far as the root of the git repository.

    Raises SettingsError when the nearest file is not valid.
    """
    for file in settings_files(folder):
        found = _read(file, ("tool", "refract") if file.name == "pyproject.toml" else ())
        if found is not None:
            return evolve(_extended(settings_from(found, str(file)), file, (file,), {}), file=file)
    return Settings()


def settings_files(folder: Path) -> Iterator[Path]:
    """The files that may hold the settings of `folder`, the nearest first; most of them do not exist."""
    for place in upwards(folder):
        yield place / "refract.toml"
        yield place / "pyproject.toml"


def _extended(settings: Settings, file: Path, chain: tuple[Path, ...], known: dict[Path, Settings]) -> Settings:
    """The settings of a file over those of the files that it extends. `chain` are the files that lead here, and `known`
    those that were read before: each is read once, however many files extend it.
    """
    below = Settings()
    extended: dict[Path, None] = {}
    for name in dict.fromkeys(settings.extends):
        path = Path(os.path.normpath(file.parent / name))
        if path not in known:
            known[path] = _shared(path, file, chain, known)
        below = merged(below, known[path])
        extended.update(dict.fromkeys(known[path].extended))
    return evolve(merged(below, settings), extended=tuple(extended))


def _shared(file: Path, by: Path, chain: tuple[Path, ...], known: dict[Path, Settings]) -> Settings:
    """The settings of a file that others extend. It sets nothing that is a path of one project."""
    if file in chain or len(chain) > _DEEPEST:
        raise SettingsError(f"{by}: extends leads back to {file}")
    found = _read(file, ()) if file.suffix == ".toml" else None
    if found is None:
        raise SettingsError(f"{by}: extends has {file}, which is not a TOML file that exists")
    own = sorted(found.keys() & _OF_ONE_PROJECT)
    if own:
        raise SettingsError(f"{file} must not set {own[0]}, since other projects extend this file")
    settings = _extended(settings_from(found, str(file)), file, (*chain, file), known)
    return evolve(settings, extended=(*settings.extended, file))


def _read(file: Path, table: tuple[str, ...]) -> dict[str, Any] | None:
    """The table of settings in `file`; None when there is no such file or table."""
    text = read_text(file, SETTINGS_BYTES)
    if isinstance(text, UnreadableFile):
        if text.is_missing:
            return None
        raise SettingsError(f"{text.reason}.")
    if table and "refract" not in text:
        return None
    try:
        settings: Any = parse_toml(text)
    except TomlError as error:
        if table:  # not our file: its owner will hear of the error from its own tools
            return None
        raise SettingsError(f"{file} is not valid TOML: {error}") from error
    for key in table:
        settings = settings.get(key) if isinstance(settings, dict) else None
    return settings if isinstance(settings, dict) else None
