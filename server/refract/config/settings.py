"""What can be set. One set of classes serves the files, the editors, the reference and the JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import attrs
from attrs import evolve, field, frozen

from refract.config.custom_rules import CustomRule, json_schema, read_custom_rules
from refract.config.owners import json_schema as owners_schema
from refract.config.owners import read_owners
from refract.config.patterns import fits
from refract.frozen_map import frozen_map

Version = tuple[int, ...]
_T = TypeVar("_T", bound=attrs.AttrsInstance)
_MISSING = object()
_FEW = 24

IN_FILES_ONLY = ("owners", "custom-rules", "rule-packages", "extends")
"""Settings that an editor does not have: everybody who works on a project, and CI, must judge by the same rules."""


class Level(StrEnum):
    """How loud a rule is. `OFF` silences it."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"


class FailOn(StrEnum):
    """The lowest severity that makes `refract check` fail, or a kind of harm at any severity above `info`."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"
    IRREVERSIBLE = "irreversible"
    MIGRATION_FAILS = "migration-fails"
    BLOCKS = "blocks"
    CODE_BREAKS = "code-breaks"


class Flavour(StrEnum):
    """A server that uses the SQL of one of Prisma's providers but behaves differently."""

    MARIADB = "mariadb"
    D1 = "d1"
    LIBSQL = "libsql"
    PLANETSCALE = "planetscale"


class BackfillForm(StrEnum):
    """How existing rows are filled."""

    MIGRATION = "migration"
    SCRIPT = "script"


class AgentCommands(StrEnum):
    """What `refract hook` does about a command that destroys data."""

    ASK = "ask"
    DENY = "deny"
    OFF = "off"


class AgentEdits(StrEnum):
    """What `refract hook` does about an edit with an error."""

    DENY = "deny"
    ASK = "ask"
    WARN = "warn"
    OFF = "off"


class SettingsError(Exception):
    """Settings that cannot be used; the message names the place and the change to make."""


@frozen
class SettingType:
    """What a setting holds. `read` raises ValueError for anything else; `schema` is the same as a JSON schema."""

    read: Callable[[object], Any]
    schema: Mapping[str, Any]


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"must be text, not {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a list of texts, not {value!r}")
    return tuple(map(_text, value))


_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,3}")


def _version(value: object) -> Version:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise ValueError(f'must be a version in quotes such as "14" or "8.0.36", not {value!r}')
    return tuple(map(int, value.split(".")))


def _choice(kind: type[StrEnum]) -> Callable[[object], StrEnum]:
    def read(value: object) -> StrEnum:
        if not isinstance(value, str) or value not in set(kind):
            raise ValueError(f"must be one of {', '.join(kind)}, not {value!r}")
        return kind(value)

    return read


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"must be a whole number above 0, not {value!r}")
    return value


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def _levels(value: object) -> Mapping[str, Level]:
    if not isinstance(value, Mapping):
        raise ValueError("must be a table of rules and severities")
    allowed = ", ".join(Level)
    levels = {}
    for rule, level in value.items():
        if not isinstance(level, str) or level not in set(Level):
            raise ValueError(f"must set {rule} to one of {allowed}, not {level!r}")
        levels[str(rule)] = Level(level)
    return levels


TEXT = SettingType(_text, {"type": "string"})
TEXTS = SettingType(_texts, {"type": "array", "items": {"type": "string"}})
VERSION = SettingType(_version, {"type": "string", "pattern": f"^{_VERSION.pattern}$"})
COUNT = SettingType(_count, {"type": "integer", "minimum": 1})
CUSTOM_RULES = SettingType(read_custom_rules, json_schema())
OWNERS = SettingType(read_owners, owners_schema())
SWITCH = SettingType(_switch, {"type": "boolean"})
LEVELS = SettingType(_levels, {"type": "object", "additionalProperties": {"enum": list(Level)}})


def choice(kind: type[StrEnum]) -> SettingType:
    """One of the values of an enum."""
    return SettingType(_choice(kind), {"enum": list(kind)})


def about(kind: SettingType, doc: str, example: str) -> Mapping[str, Any]:
    """What a setting is. `doc` and `example` (TOML) are printed in the reference."""
    return {"kind": kind, "doc": doc, "example": example}


@frozen
class DatabaseSettings:
    """The server that migrations run on. Locks and rewrites differ between versions."""

    version: Version | None = field(
        default=None,
        metadata=about(
            VERSION,
            "The oldest version of the database server that migrations run on. "
            "Default: the oldest version with vendor support.",
            '"16"',
        ),
    )
    flavour: Flavour | None = field(
        default=None,
        metadata=about(
            choice(Flavour),
            "The actual server, if it differs from the provider (such as MariaDB for `mysql`).",
            '"mariadb"',
        ),
    )


@frozen
class PlanSettings:
    """How plans are followed."""

    rest: int = field(
        default=30,
        metadata=about(COUNT, "Days without progress on a plan before `plan-overdue` reports the plan.", "14"),
    )
    backfill: BackfillForm = field(
        default=BackfillForm.MIGRATION,
        metadata=about(
            choice(BackfillForm),
            "How a plan fills existing rows. A `migration` is separate, and the deploy waits for it. "
            "A `script` is in a folder next to the plan. Run the script without blocking writes, then confirm the step.",
            '"script"',
        ),
    )
    batch: int = field(
        default=1_000,
        metadata=about(
            COUNT,
            "Rows that a plan fills in one transaction. "
            "On PostgreSQL, up to ten times as many while no query waits for them, and down to a tenth if one does.",
            "500",
        ),
    )
    pause: int = field(
        default=1,
        metadata=about(COUNT, "Milliseconds that a plan waits at least between two such transactions.", "50"),
    )
    guards: bool = field(
        default=True,
        metadata=about(
            SWITCH,
            "Whether a step that drops copied columns first stops the deploy if a row was not copied.",
            "false",
        ),
    )
    longest_pause: int = field(
        default=1_000,
        metadata=about(
            COUNT,
            "Milliseconds that a plan waits at most between two such transactions. "
            "While a query waits for the rows, the pause is as long as the last transaction took.",
            "5000",
        ),
    )

    @property
    def longest(self) -> int:
        """The longest pause: not shorter than the shortest."""
        return max(self.pause, self.longest_pause)


@frozen
class AgentSettings:
    """How `refract hook` treats coding agents."""

    commands: AgentCommands = field(
        default=AgentCommands.ASK,
        metadata=about(
            choice(AgentCommands),
            "How `refract hook` treats a command that destroys data or hides findings: `ask` the user, `deny`, or `off`. "
            "If the coding agent cannot ask, `ask` denies. "
            "A command that applies a pending error is denied, unless this is `off`.",
            '"deny"',
        ),
    )
    edits: AgentEdits = field(
        default=AgentEdits.DENY,
        metadata=about(
            choice(AgentEdits),
            "How `refract hook` treats an edit that adds an error: `deny`, `ask` the user, only `warn` the agent, or `off`. "
            "With `off`, agents are not reminded of open errors.",
            '"warn"',
        ),
    )


@frozen
class Settings:
    """What a project sets. `file` is where (None: no file), for messages; `extended` are the other files it is read from."""

    rules: Mapping[str, Level] = field(
        factory=dict,
        converter=frozen_map,
        metadata=about(
            LEVELS,
            "The severity of each rule. `*` matches any text; the most specific name wins. "
            "Patterns never turn on rules that are off by default.",
            '{ drop-column = "warning", "add-*" = "error" }',
        ),
    )
    migrations: str | None = field(
        default=None,
        metadata=about(
            TEXT,
            "The migrations folder, relative to this file. Needed only if `prisma.config.ts` computes the path.",
            '"db/migrations"',
        ),
    )
    schema: str | None = field(
        default=None,
        metadata=about(
            TEXT,
            "The schema file or folder, relative to this file. Needed only if `prisma.config.ts` computes the path.",
            '"db/schema.prisma"',
        ),
    )
    base: str | None = field(
        default=None,
        metadata=about(
            TEXT,
            "The git revision whose migrations are deployed. Refract checks all migrations that are missing there. "
            "Default: the remote's default branch.",
            '"origin/develop"',
        ),
    )
    prisma: Version | None = field(
        default=None,
        metadata=about(
            VERSION,
            "The version of Prisma. Default: from node_modules, the lock file or package.json.",
            '"6.19"',
        ),
    )
    fail_on: FailOn = field(
        default=FailOn.ERROR,
        metadata=about(
            choice(FailOn),
            "The lowest severity, or the kind of harm, that makes `refract check` exit with 1. "
            "`irreversible` means that only a backup restores the data.",
            '"warning"',
        ),
    )
    exclude: tuple[str, ...] = field(
        default=(),
        metadata=about(
            TEXTS,
            "Schemas and folders that are not checked, relative to this file. `*` matches any text, including `/`.",
            '["examples/*"]',
        ),
    )
    owners: Mapping[str, tuple[str, ...]] = field(
        factory=dict,
        converter=frozen_map,
        metadata=about(
            OWNERS,
            "The owners of models, by name. `*` matches any text; the longest pattern that fits counts. "
            "For other models, the owners of the schema file in CODEOWNERS. `owned-by-others` reports the owners of a change.",
            '{ "Invoice*" = "@shop/billing", User = ["@ada", "grace@example.org"] }',
        ),
    )
    custom_rules: Mapping[str, CustomRule] = field(
        factory=dict,
        converter=frozen_map,
        metadata=about(
            CUSTOM_RULES,
            "Rules of this project. See [custom rules](custom-rules.md).",
            '{ no-money = { on = ["add-column"], types = ["MONEY"], message = "Store amounts as cents" } }',
        ),
    )
    rule_packages: tuple[str, ...] = field(
        default=(),
        metadata=about(
            TEXTS,
            "Installed Python packages whose rules are used. See [custom rules](custom-rules.md).",
            "[]",
        ),
    )
    extends: tuple[str, ...] = field(
        default=(),
        metadata=about(
            TEXTS,
            "Other files with settings, relative to this file, such as one in node_modules. "
            "This file overrides them, and later files override earlier ones.",
            '["../refract.shared.toml"]',
        ),
    )
    database: DatabaseSettings = field(factory=DatabaseSettings, metadata={"table": DatabaseSettings})
    plans: PlanSettings = field(factory=PlanSettings, metadata={"table": PlanSettings})
    agents: AgentSettings = field(factory=AgentSettings, metadata={"table": AgentSettings})
    file: Path | None = field(default=None, eq=False)
    extended: tuple[Path, ...] = field(default=(), eq=False)

    def level(self, rule: str) -> Level | None:
        """The level that is set for a rule by its name, or else by the longest pattern that fits; None without one."""
        if rule in self.rules:
            return self.rules[rule]
        fitting = [pattern for pattern in self.rules if "*" in pattern and fits(pattern, rule)]
        return self.rules[max(fitting, key=lambda p: (len(p), p))] if fitting else None

    def is_on(self, rule: str, by_default: bool) -> bool:
        """Whether a rule reports anything. One that is off by default must be turned on by its own name."""
        level = self.level(rule) if by_default else self.rules.get(rule)
        return by_default if level is None else level is not Level.OFF

    def check_rules(self, known: Collection[str], where: str = "settings") -> None:
        """Raise SettingsError when a level is set for an unknown rule. `where` names settings of no file."""
        wrong = [name for name in self.rules if not any(fits(name, rule) for rule in known)]
        if wrong:
            listed = "; ".join(f"unknown rule {name}{_hint(name, known)}" for name in wrong)
            raise SettingsError(f"{self.file or where}: {listed}")


def settings_from(raw: Mapping[str, Any], where: str) -> Settings:
    """The settings that a table of a file, or an editor, holds. `where` names it in messages.

    None counts as not set, since editors send it. Raises SettingsError for unknown names and wrong values.
    """
    problems: list[str] = []
    settings = _structured(Settings, raw, "", problems)
    if problems:
        raise SettingsError(f"{where}: {'; '.join(problems)}")
    return settings


def merged(file: Settings, editor: Settings) -> Settings:
    """The settings of the editor, or of a file that extends another, over those of the file. What the former leave at its
    default is the file's.
    """
    return evolve(
        _over(file, editor),
        rules={**file.rules, **editor.rules},
        custom_rules={**file.custom_rules, **editor.custom_rules},
        file=file.file,
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was probably meant to be."""
    from difflib import get_close_matches  # noqa: PLC0415 (only for messages)

    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.5)), None)


def keys(kind: type[attrs.AttrsInstance]) -> Mapping[str, attrs.Attribute[Any]]:
    """The names of what can be set, as written in files, with their fields."""
    return {f.name.replace("_", "-"): f for f in attrs.fields(kind) if f.metadata}


def _over(below: _T, above: _T) -> _T:
    changes: dict[str, Any] = {}
    blank = type(above)()
    for f in keys(type(above)).values():
        low, value = getattr(below, f.name), getattr(above, f.name)
        if "table" in f.metadata:
            changes[f.name] = _over(low, value)
        elif value != getattr(blank, f.name):
            changes[f.name] = value
    values = {f.name: getattr(below, f.name) for f in attrs.fields(type(below))} | changes
    return type(below)(**values)


def _structured(kind: type[_T], raw: Mapping[str, Any], prefix: str, problems: list[str]) -> _T:
    known = keys(kind)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        name = f"{prefix}{key}"
        if key not in known:
            problems.append(f"unknown setting {name}{_hint(str(key), known)}")
        elif value is not None:
            values[known[key].name] = _value(known[key].metadata, value, name, problems)
    return kind(**{key: value for key, value in values.items() if value is not _MISSING})


def _value(metadata: Mapping[str, Any], value: Any, name: str, problems: list[str]) -> Any:
    if "table" in metadata:
        if isinstance(value, Mapping):
            return _structured(metadata["table"], value, f"{name}.", problems)
        problems.append(f"{name} is not a table")
        return _MISSING
    try:
        return metadata["kind"].read(value)
    except ValueError as error:
        problems.append(f"{name} {error}")
        return _MISSING


def _hint(name: str, known: Iterable[str]) -> str:
    """What was meant; or, where nothing is near, all that there is when that is little."""
    names = list(known)
    meant = nearest(name, names)
    listed = f" (known: {', '.join(names)})" if len(names) <= _FEW else ""
    return f", did you mean {meant}?" if meant else listed
