"""Whether an edit of settings, of the files that they extend, or of accepted findings changes what Refract reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from refract.agents.edits import ACCEPTED
from refract.config import Settings, SettingsError
from refract.config.settings import keys, settings_from
from refract.toml import TomlError, parse_toml

NOT_OF_FINDINGS = frozenset(
    [
        "prisma",
        "database.version",
        "database.flavour",
        "plans.backfill",
        "plans.batch",
        "plans.pause",
        "plans.longest-pause",
    ]
)
"""Facts about the servers, and how plans fill rows. Every other setting decides on findings, new ones included."""


def is_loosened(before: str | None, after: str | None, path: Path) -> bool:
    """Whether other findings would be reported. Text that is not valid stops each analysis, so it counts as a change."""
    if path.name == ACCEPTED:
        known, new = _accepted(before), _accepted(after)
        return new is None or bool(new - (known or frozenset()))
    try:
        decided = _decided(after, path)
    except SettingsError:
        return True
    try:
        return _decided(before, path) != decided
    except SettingsError:
        return _decided("", path) != decided


def setting_names(kind: type[attrs.AttrsInstance] = Settings, prefix: str = "") -> Iterator[str]:
    """The names of all settings, as files have them, such as `plans.rest`."""
    for name, known in keys(kind).items():
        table = known.metadata.get("table")
        yield from setting_names(table, f"{prefix}{name}.") if table else (f"{prefix}{name}",)


def _decided(text: str | None, path: Path) -> dict[str, Any]:
    """The settings in a text that decide on findings. Raises SettingsError."""
    settings = _read(text or "", path)
    return {name: _value(settings, name) for name in setting_names() if name not in NOT_OF_FINDINGS}


def _value(settings: Settings, name: str) -> Any:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part.replace("-", "_"))
    return value


def _read(text: str, path: Path) -> Settings:
    is_own = path.name != "pyproject.toml"
    try:
        table: Any = parse_toml(text)
    except TomlError as error:
        if is_own:
            raise SettingsError(str(error)) from error
        return Settings()  # no file of Refract: other tools report the error
    for key in () if is_own else ("tool", "refract"):
        table = table.get(key) if isinstance(table, dict) else None
    return settings_from(table, str(path)) if isinstance(table, dict) else Settings()


def _accepted(text: str | None) -> frozenset[tuple[str, str]] | None:
    """The accepted findings by schema and key; None for a text that is no such list."""
    if text is None:
        return frozenset()
    try:
        found = json.loads(text)["accepted"].items()
        return frozenset((str(schema), str(key)) for schema, listed in found for key in listed)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
