"""Settings: `refract.toml`, or `[tool.refract]` in pyproject.toml, in the project's root or a folder above it.

The same file rules the editor and the command line.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen


class Level(StrEnum):
    """How loud a rule is. `OFF` silences it."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"


@frozen
class Settings:
    """What a project sets. `file` is where (None: all defaults), for messages.

    `rules` maps a rule's name to its level. `migrations` is the migrations folder, from the file's own folder,
    for projects whose `prisma.config.ts` computes it.
    """

    rules: Mapping[str, Level] = field(factory=dict)
    migrations: str | None = None
    file: Path | None = field(default=None, eq=False)


class SettingsError(Exception):
    """A settings file that cannot be used; the message names the file and what to change."""


def load_settings(folder: Path) -> Settings:
    """The settings that hold in `folder`: the nearest ones, looking up as far as the root of the git repository.

    Raises SettingsError when the nearest file is not valid.
    """
    for file in settings_files(folder):
        found = _read(file, ("tool", "refract") if file.name == "pyproject.toml" else ())
        if found is not None:
            return _structured(found, file)
    return Settings()


def cache_folder() -> Path | None:
    """Where results are remembered from run to run; None when REFRACT_NO_CACHE asks for no memory."""
    if os.environ.get("REFRACT_NO_CACHE", "0") not in ("", "0"):
        return None
    if chosen := os.environ.get("REFRACT_CACHE_DIR"):
        return Path(chosen)
    from platformdirs import user_cache_path  # noqa: PLC0415 (only where nothing else is chosen)

    return user_cache_path("refract", appauthor=False)


def settings_files(folder: Path) -> Iterator[Path]:
    """The files that may hold the settings of `folder`, the nearest first; most of them do not exist."""
    for place in (folder, *folder.parents):
        yield place / "refract.toml"
        yield place / "pyproject.toml"
        if (place / ".git").exists():
            return


def _read(file: Path, table: tuple[str, ...]) -> dict[str, Any] | None:
    """The table of settings in `file`; None when there is no such file or table."""
    try:
        text = file.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    if table and "refract" not in text:
        return None
    try:
        settings: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        if table:  # not our file: its owner will hear of the error from its own tools
            return None
        raise SettingsError(f"{file} is not valid TOML: {error}") from error
    for key in table:
        settings = settings.get(key) if isinstance(settings, dict) else None
    return settings if isinstance(settings, dict) else None


def _structured(settings: dict[str, Any], file: Path) -> Settings:
    from cattrs import BaseValidationError, Converter, transform_error  # noqa: PLC0415 (only projects with settings pay)
    from cattrs.gen import make_dict_structure_fn, override  # noqa: PLC0415

    converter = Converter()
    converter.register_structure_hook(str | None, _string)
    converter.register_structure_hook(Level, _level)
    hook = make_dict_structure_fn(Settings, converter, _cattrs_forbid_extra_keys=True, file=override(omit=True))
    try:
        return evolve(hook(settings, Settings), file=file)
    except BaseValidationError as error:
        reasons = transform_error(error, path="", format_exception=_reason)
        raise SettingsError(
            f"{file}: " + "; ".join(reason.removesuffix(" @ ").replace(" @ .", " at ") for reason in reasons)
        ) from error


def _string(value: object, _: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{value!r} is not text")
    return value


def _level(value: object, _: object) -> Level:
    if value not in set(Level):
        raise ValueError(f"{value!r} is not one of {', '.join(Level)}")
    return Level(str(value))


def _reason(error: BaseException, _: type | None) -> str:
    extra: set[str] | None = getattr(error, "extra_fields", None)
    if extra:
        return f"unknown setting {', '.join(sorted(extra))} (known: rules, migrations)"
    return str(error) if isinstance(error, ValueError) else "is not of the right kind"
