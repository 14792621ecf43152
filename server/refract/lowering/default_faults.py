"""Defaults that Prisma refuses: unknown functions, and values that do not fit the type of their field."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping

from refract.lowering.fault import Fault, did_you_mean
from refract.lowering.scope import Scope
from refract.syntax.tree import (
    Arity,
    Array,
    Attribute,
    Block,
    Call,
    Constant,
    Expression,
    Field,
    Keyword,
    NumberLiteral,
    StringLiteral,
)

_TEXT = frozenset({"String"})
_FUNCTIONS: Mapping[str, frozenset[str]] = {
    "now": frozenset({"DateTime"}),
    "uuid": _TEXT,
    "cuid": _TEXT,
    "ulid": _TEXT,
    "nanoid": _TEXT,
    "autoincrement": frozenset({"Int", "BigInt"}),
    "sequence": frozenset({"Int", "BigInt"}),
    "auto": frozenset(),
    "dbgenerated": frozenset(),
}
"""The functions that Prisma knows, and the types that each is for (none: all)."""

_SEQUENCE = ("virtual", "cache", "increment", "minValue", "maxValue", "start")
_WHOLE = re.compile(r"[+-]?\d+\Z")
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)\Z")


def default_fault(field: Field, attribute: Attribute, scope: Scope) -> Fault | None:
    """Why Prisma refuses the default of a scalar field; None if it does not."""
    value = attribute.argument("value", 0)
    if value is None:
        return None
    if isinstance(value, Call):
        return _function_fault(field, value, scope)
    if field.type.unsupported is not None:
        return Fault('Only dbgenerated("...") can be the default of an unsupported type.', value.span)
    if field.type.arity is not Arity.LIST:
        return _value_fault(field, value, scope)
    if not isinstance(value, Array):
        return Fault(f"The default of the list {field.name.text} must be a list, such as [].", value.span)
    return next((fault for item in value.items if (fault := _value_fault(field, item, scope))), None)


def _function_fault(field: Field, call: Call, scope: Scope) -> Fault | None:
    name = call.name.text
    scalars = _FUNCTIONS.get(name)
    if scalars is None:
        return Fault(f"Unknown function {name}().{did_you_mean(name, _FUNCTIONS)}", call.span)
    if scalars and field.type.name.text not in scalars and not scope.provider.schemaless:
        return Fault(
            f"The function {name}() cannot be the default of a field of type {field.type.name.text}.", call.span
        )
    if name == "sequence" and any(a.name is None or a.name.text not in _SEQUENCE for a in call.arguments):
        return Fault(f"The function sequence() takes {', '.join(_SEQUENCE)}, each with its name.", call.span)
    texts = [a.value for a in call.arguments if name == "dbgenerated"]
    if any(not isinstance(text, StringLiteral) or not text.value for text in texts):
        return Fault(
            'The function dbgenerated() takes an SQL expression in quotes, such as dbgenerated("now()").', call.span
        )
    return None


def _value_fault(field: Field, value: Expression, scope: Scope) -> Fault | None:
    type_name = field.type.name.text
    target = scope.blocks.get(type_name)
    if target is not None:
        return _enum_fault(value, target) if target.keyword is Keyword.ENUM else None
    fits = _FITTING.get(type_name)
    if fits is None or fits(value):
        return None
    return Fault(f"The default of {field.name.text} is not a value of type {type_name}.", value.span)


def _enum_fault(value: Expression, enum: Block) -> Fault | None:
    names = [v.name.text for v in enum.values]
    if isinstance(value, Constant) and value.text in names:
        return None
    if not isinstance(value, Constant):
        return Fault(f"The default must be a value of {enum.name.text}, without quotes.", value.span)
    hint = did_you_mean(value.text, names)
    return Fault(f"{enum.name.text} has no value {value.text}.{hint}", value.span, (enum.name.text,))


def _number(pattern: re.Pattern[str]) -> Callable[[Expression], bool]:
    return lambda value: isinstance(value, NumberLiteral) and pattern.match(value.text) is not None


def _text(is_right: Callable[[str], bool]) -> Callable[[Expression], bool]:
    return lambda value: isinstance(value, StringLiteral) and is_right(value.value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_base64(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def _is_decimal(value: Expression) -> bool:
    is_text = isinstance(value, StringLiteral) and _DECIMAL.match(value.value) is not None
    return is_text or _number(_DECIMAL)(value)


_FITTING: Mapping[str, Callable[[Expression], bool]] = {
    "String": lambda value: isinstance(value, StringLiteral),
    "Int": _number(_WHOLE),
    "BigInt": _number(_WHOLE),
    "Float": _number(_DECIMAL),
    "Decimal": _is_decimal,
    "Boolean": lambda value: isinstance(value, Constant) and value.text in ("true", "false"),
    "DateTime": _text(lambda text: _MOMENT.match(text) is not None),
    "Json": _text(_is_json),
    "Bytes": _text(_is_base64),
}
