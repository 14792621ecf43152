"""The settings of a project, with the names of rules checked: the files' and the editor's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from refract import config
from refract.config import Settings, SettingsError, merged
from refract.config.settings import IN_FILES_ONLY
from refract.rules.kit.comment_rules import COMMENT_RULES
from refract.rules.kit.custom import check_custom_rules, custom_rules
from refract.rules.kit.rule import Rule, all_rules


def rule_names(settings: Settings | None = None) -> frozenset[str]:
    """Everything that findings are named after, with the rules that the settings declare."""
    return frozenset((*COMMENT_RULES, *(rule.name for rule in rules_of(settings or Settings()))))


def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """The rules, and after them those of the project."""
    return (*all_rules(), *custom_rules(settings))


def settings_from(table: Mapping[str, Any], where: str) -> Settings:
    """The settings that an editor sends as its section `refract`. `where` names it in messages. Raises SettingsError."""
    misplaced = next((name for name in IN_FILES_ONLY if table.get(name) is not None), None)
    if misplaced:
        raise SettingsError(f"{where}: {misplaced} belongs into refract.toml, which CI reads, too")
    settings = config.settings_from(table, where)
    _check_names(settings, where)
    return settings


def settings_of(folder: Path, editor: Settings | None = None) -> Settings:
    """The settings that hold in `folder`, those of the editor over those of the file. Raises SettingsError."""
    settings = config.load_settings(folder)
    _check_names(settings)
    return merged(settings, editor) if editor else settings


def _check_names(settings: Settings, where: str = "settings") -> None:
    known = rule_names()
    check_custom_rules(settings, known, str(settings.file or where))
    settings.check_rules(rule_names(settings), where)
