"""Whether an edit of the settings changes which findings are reported, and how loudly."""

from __future__ import annotations

from pathlib import Path

from refract.config import Settings, SettingsError
from refract.config.settings import settings_from
from refract.toml import TomlError, parse_toml

_OF_FINDINGS = ("rules", "exclude", "fail_on", "base", "agents", "migrations", "schema")


def is_loosened(before: str | None, after: str | None, path: Path) -> bool:
    """Whether settings that decide on findings differ. Text that is not valid changes nothing: Refract refuses it."""
    try:
        old, new = _read(before, path), _read(after, path)
    except (TomlError, SettingsError):
        return False
    return any(getattr(old, name) != getattr(new, name) for name in _OF_FINDINGS)


def _read(text: str | None, path: Path) -> Settings:
    return settings_from(parse_toml(text or ""), str(path))
