"""`refract rules` lists the rules, `refract explain` shows the page of one."""

from __future__ import annotations

import re
from pathlib import Path

import click

from refract.cli.shapes import VERSION, dumps
from refract.cli.terminal import CannotRun, colours, say, width
from refract.config import Level, Settings, SettingsError, nearest
from refract.rules.kit.comment_rules import COMMENT_RULES
from refract.rules.kit.custom import custom_rules
from refract.rules.kit.documentation import page
from refract.rules.kit.rule import SQL, Rule, all_rules
from refract.workspace.project_settings import rule_names, rules_of, settings_of

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue", "off": "bright_black"}


def list_rules(output: str) -> int:
    """Print all rules, with the levels that they have in the current folder. Returns the exit code."""
    settings = _settings()
    rules = rules_of(settings)
    if output == "json":
        say(dumps({"version": VERSION, "rules": [_shape(rule, settings) for rule in rules]}) + "\n")
        return 0
    longest = max(len(rule.name) for rule in rules)
    say("".join(_line(rule, settings, longest) for rule in rules))
    return 0


def explain(name: str) -> int:
    """Print the page of a rule. Returns the exit code. Raises CannotRun when there is no such rule."""
    if name in COMMENT_RULES:
        say(_rendered(f"# {name}\n\n{COMMENT_RULES[name]}\n"))
        return 0
    rule = next((rule for rule in all_rules() if rule.name == name), None) or _custom(name)
    if rule is None:
        meant = nearest(name, rule_names(_settings()))
        cure = f"Did you mean {meant}?" if meant else "Run `refract rules` for the list."
        raise CannotRun(f"Unknown rule {name}. {cure}")
    say(_rendered(page(rule)))
    return 0


def _settings() -> Settings:
    """The settings of the current folder."""
    try:
        return settings_of(Path.cwd())
    except SettingsError as error:
        raise CannotRun(str(error)) from error


def _custom(name: str) -> Rule | None:
    """The rule of that name which the settings declare."""
    return next((rule for rule in custom_rules(_settings()) if rule.name == name), None)


def _level(rule: Rule, settings: Settings) -> str:
    if not settings.is_on(rule.name, rule.on_by_default):
        return Level.OFF.value
    return (settings.level(rule.name) or rule.severity).value


def _line(rule: Rule, settings: Settings, longest: int) -> str:
    level = _level(rule, settings)
    only = "" if rule.providers >= SQL else f" ({', '.join(sorted(rule.providers))})"
    return f"{rule.name:<{longest}}  {click.style(f'{level:<7}', fg=_COLOURS[level])}  {rule.summary}{only}\n"


def _shape(rule: Rule, settings: Settings) -> dict[str, object]:
    return {
        "rule": rule.name,
        "severity": rule.severity.value,
        "level": _level(rule, settings),
        "on_by_default": rule.on_by_default,
        "providers": sorted(rule.providers),
        "judges": sorted(judged.value for judged in rule.judges),
        "summary": rule.summary,
    }


def _rendered(markdown: str) -> str:
    """The page for a terminal: headings in bold, long lines broken. Unchanged for a pipe."""
    if not colours():
        return markdown
    lines: list[str] = []
    in_code = False
    for line in markdown.split("\n"):
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            lines.append(click.style(f"    {line}", fg="cyan"))
        elif line.startswith("#"):
            lines.append(click.style(line.lstrip("# "), bold=True))
        else:
            lines += click.wrap_text(re.sub(r"`([^`]*)`", r"\1", line), width() or 80).split("\n")
    return "\n".join(lines)
