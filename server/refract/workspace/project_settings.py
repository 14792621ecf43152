"""The settings of a project, with the names of rules checked: the files' and the editor's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from refract import config
from refract.config import Settings, merged
from refract.rules.kit.comment_rules import COMMENT_RULES
from refract.rules.kit.rule import all_rules


def rule_names() -> frozenset[str]:
    """Everything that findings are named after."""
    return frozenset(rule.name for rule in all_rules()) | COMMENT_RULES.keys()


def settings_from(table: Mapping[str, Any], where: str) -> Settings:
    """The settings that an editor sends as its section `refract`. `where` names it in messages. Raises SettingsError."""
    settings = config.settings_from(table, where)
    settings.check_rules(rule_names(), where)
    return settings


def settings_of(folder: Path, editor: Settings | None = None) -> Settings:
    """The settings that hold in `folder`, those of the editor over those of the file. Raises SettingsError."""
    settings = config.load_settings(folder)
    settings.check_rules(rule_names())
    return merged(settings, editor) if editor else settings
