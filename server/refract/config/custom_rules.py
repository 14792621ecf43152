"""The rules that a project declares in its settings, under `custom-rules`: what a change must be like, and the message.

Which kinds of changes there are is not known here. `refract.rules.kit.custom` knows, and makes rules of the declarations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST_NAME = 60
_LONGEST_TEXT = 200
_SEVERITIES = ("error", "warning", "info")
_TEXTS = ("message", "help")
_LISTS = ("on", "tables", "names", "types")
_REQUIRED = ("on", "message")


@frozen
class CustomRule:
    """A declared rule. A change fits if it is of a kind in `on` and one pattern of each other list fits; empty lists fit all.

    In a pattern, `*` stands for any text.
    """

    on: tuple[str, ...]
    message: str
    help: str = ""
    severity: str = "warning"
    tables: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


def read_custom_rules(value: object) -> Mapping[str, CustomRule]:
    """The declarations in a table of settings. Raises ValueError; the message continues the name of the setting."""
    if not isinstance(value, Mapping):
        raise ValueError("must be a table of rules")
    return {_name(name): _rule(name, declared) for name, declared in value.items()}


def json_schema() -> Mapping[str, Any]:
    """What `read_custom_rules` accepts, as a JSON schema."""
    texts = {"type": "string", "minLength": 1, "maxLength": _LONGEST_TEXT}
    properties = {
        **{name: {"type": "array", "items": {"type": "string"}} for name in _LISTS},
        **dict.fromkeys(_TEXTS, texts),
        "severity": {"enum": list(_SEVERITIES)},
    }
    rule = {"type": "object", "properties": properties, "required": list(_REQUIRED), "additionalProperties": False}
    names = {"pattern": f"^{NAME.pattern}$", "maxLength": _LONGEST_NAME}
    return {"type": "object", "propertyNames": names, "additionalProperties": rule}


def _name(name: object) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ValueError(f"must name a rule in lower-case words with hyphens, such as no-money, not {name!r}")
    return name


def _rule(name: str, declared: object) -> CustomRule:
    if not isinstance(declared, Mapping):
        raise ValueError(f"must set {name} to a table")
    values = {str(key): _value(f"{name}.{key}", str(key), value) for key, value in declared.items()}
    missing = [key for key in _REQUIRED if not values.get(key)]
    if missing:
        raise ValueError(f"must set {name}.{missing[0]}")
    return CustomRule(**values)


def _value(place: str, key: str, value: object) -> Any:
    if key in _LISTS:
        return _patterns(place, value)
    if key in _TEXTS:
        return _text(place, value)
    if key != "severity":
        known = ", ".join((*_LISTS, *_TEXTS, "severity"))
        raise ValueError(f"must not set {place} (known: {known})")
    if value not in _SEVERITIES:
        raise ValueError(f"must set {place} to one of {', '.join(_SEVERITIES)}, not {value!r}")
    return value


def _patterns(place: str, value: object) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"must set {place} to a list of texts, not {value!r}")
    return tuple(texts)


def _text(place: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > _LONGEST_TEXT:
        raise ValueError(f"must set {place} to one line of at most {_LONGEST_TEXT} characters")
    return value.strip()
