"""Settings: `refract.toml`, or `[tool.refract]` in pyproject.toml, and the section `refract` of an editor's settings.

All of them have the same names and the same meaning.
"""

from refract.config.files import load_settings, settings_files
from refract.config.settings import (
    AgentCommands,
    AgentEdits,
    AgentSettings,
    DatabaseSettings,
    FailOn,
    Flavour,
    Level,
    Settings,
    SettingsError,
    merged,
    nearest,
    settings_from,
)

__all__ = [
    "AgentCommands",
    "AgentEdits",
    "AgentSettings",
    "DatabaseSettings",
    "FailOn",
    "Flavour",
    "Level",
    "Settings",
    "SettingsError",
    "load_settings",
    "merged",
    "nearest",
    "settings_files",
    "settings_from",
]
