"""The files that hold settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import evolve

from refract.config.settings import Settings, SettingsError, settings_from
from refract.git import upwards
from refract.reading import SETTINGS_BYTES, UnreadableFile, read_text
from refract.toml import TomlError, parse_toml


def load_settings(folder: Path) -> Settings:
    """The settings that hold in `folder`: the nearest ones, looking up as far as the root of the git repository.

    Raises SettingsError when the nearest file is not valid.
    """
    for file in settings_files(folder):
        found = _read(file, ("tool", "refract") if file.name == "pyproject.toml" else ())
        if found is not None:
            return evolve(settings_from(found, str(file)), file=file)
    return Settings()


def settings_files(folder: Path) -> Iterator[Path]:
    """The files that may hold the settings of `folder`, the nearest first; most of them do not exist."""
    for place in upwards(folder):
        yield place / "refract.toml"
        yield place / "pyproject.toml"


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
