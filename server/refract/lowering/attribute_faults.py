"""Attributes that Prisma refuses: unknown ones, and unknown, missing or wrong arguments.

What each attribute takes: prisma-engines, `parser-database/src/attributes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import frozen

from refract.lowering.fault import Fault, did_you_mean
from refract.syntax.tree import (
    Argument,
    Array,
    Attribute,
    Call,
    Constant,
    Expression,
    NumberLiteral,
    Object,
    StringLiteral,
)

_Takes = Callable[[Expression], bool]


def _is_text(value: Expression) -> bool:
    return isinstance(value, StringLiteral)


def _is_name(value: Expression) -> bool:
    return isinstance(value, StringLiteral) and value.value != ""


def _is_number(value: Expression) -> bool:
    return isinstance(value, NumberLiteral)


def _is_truth(value: Expression) -> bool:
    return isinstance(value, Constant) and value.text in ("true", "false")


def _is_anything(value: Expression) -> bool:
    return True


def _is_word(*words: str) -> _Takes:
    return lambda value: isinstance(value, Constant) and value.text in words


def _are_fields(value: Expression) -> bool:
    items = value.items if isinstance(value, Array) else (value,)
    return all(isinstance(item, Constant) or (isinstance(item, Call) and _has_known_sort(item)) for item in items)


def _has_known_sort(reference: Call) -> bool:
    sorts = (a.value for a in reference.arguments if a.name is not None and a.name.text == "sort")
    return all(_is_word("Asc", "Desc")(sort) for sort in sorts)


def _is_condition(value: Expression) -> bool:
    if isinstance(value, Object):
        return True
    is_raw = isinstance(value, Call) and value.name.text == "raw" and len(value.arguments) == 1
    return is_raw and _is_text(value.arguments[0].value)  # type: ignore[union-attr]


@frozen
class _Kind:
    """A kind of value: what it is in words, and whether a value is one."""

    words: str
    takes: _Takes


_TEXT = _Kind("text in quotes", _is_text)
_NAME = _Kind("a name in quotes", _is_name)
_NUMBER = _Kind("a number", _is_number)
_TRUTH = _Kind("true or false", _is_truth)
_VALUE = _Kind("a value", _is_anything)
_FIELDS = _Kind("a list of fields, such as [id] or [id(sort: Desc)]", _are_fields)
_SORT = _Kind("Asc or Desc", _is_word("Asc", "Desc"))
_INDEX_TYPE = _Kind(
    "BTree, Hash, Gist, Gin, SpGist or Brin", _is_word("BTree", "Hash", "Gist", "Gin", "SpGist", "Brin")
)
_ACTION = _Kind(
    "Cascade, Restrict, NoAction, SetNull or SetDefault",
    _is_word("Cascade", "Restrict", "NoAction", "SetNull", "SetDefault"),
)
_CONDITION = _Kind('raw("...") or { field: value }', _is_condition)


@frozen
class _Form:
    """The arguments that an attribute takes. The one called `first` may be written without its name."""

    arguments: Mapping[str, _Kind]
    first: str = ""
    is_required: bool = False


_NOTHING = _Form({})
_MAPPED = _Form({"name": _NAME}, "name", is_required=True)
_IN_SCHEMA = _Form({"map": _NAME}, "map", is_required=True)
_KEY_OF_FIELD = {"map": _NAME, "length": _NUMBER, "sort": _SORT, "clustered": _TRUTH}
_OVER_FIELDS = {"fields": _FIELDS, "name": _NAME, "map": _NAME}

FIELD_ATTRIBUTES: Mapping[str, _Form] = {
    "id": _Form(_KEY_OF_FIELD),
    "unique": _Form({**_KEY_OF_FIELD, "where": _CONDITION}),
    "default": _Form({"value": _VALUE, "map": _NAME}, "value", is_required=True),
    "map": _MAPPED,
    "relation": _Form(
        {
            "name": _NAME,
            "fields": _FIELDS,
            "references": _FIELDS,
            "onDelete": _ACTION,
            "onUpdate": _ACTION,
            "map": _NAME,
        },
        "name",
    ),
    "updatedAt": _NOTHING,
    "ignore": _NOTHING,
    "shardKey": _NOTHING,
}
MODEL_ATTRIBUTES: Mapping[str, _Form] = {
    "id": _Form({**_OVER_FIELDS, "clustered": _TRUTH}, "fields", is_required=True),
    "unique": _Form({**_OVER_FIELDS, "clustered": _TRUTH, "where": _CONDITION}, "fields", is_required=True),
    "index": _Form(
        {**_OVER_FIELDS, "type": _INDEX_TYPE, "clustered": _TRUTH, "where": _CONDITION}, "fields", is_required=True
    ),
    "fulltext": _Form(_OVER_FIELDS, "fields", is_required=True),
    "map": _MAPPED,
    "schema": _IN_SCHEMA,
    "ignore": _NOTHING,
    "shardKey": _Form({"fields": _FIELDS}, "fields", is_required=True),
}
ENUM_ATTRIBUTES: Mapping[str, _Form] = {"map": _MAPPED, "schema": _IN_SCHEMA}
VALUE_ATTRIBUTES: Mapping[str, _Form] = {"map": _MAPPED}
_REPEATABLE = frozenset({"index", "unique", "fulltext"})


def field_attribute_faults(attributes: tuple[Attribute, ...], known: Mapping[str, _Form]) -> Iterator[Fault]:
    """What Prisma refuses in the attributes of a field or a value. Native types are not looked at."""
    named = [attribute for attribute in attributes if "." not in attribute.name.text]
    for attribute in named:
        yield from _faults("@", attribute, known)
    yield from _repeated("@", attributes, frozenset())


def block_attribute_faults(attributes: tuple[Attribute, ...], known: Mapping[str, _Form]) -> Iterator[Fault]:
    """What Prisma refuses in the attributes of a block."""
    for attribute in attributes:
        yield from _faults("@@", attribute, known)
    yield from _repeated("@@", attributes, _REPEATABLE)


def _faults(sign: str, attribute: Attribute, known: Mapping[str, _Form]) -> Iterator[Fault]:
    name = attribute.name.text
    form = known.get(name)
    if form is None:
        message = f'Unknown attribute "{sign}{name}".{did_you_mean(name, known, sign)}'
        yield Fault(message, attribute.name.span)
        return
    if not attribute.arguments and not form.is_required:
        return
    fault = _argument_fault(f"{sign}{name}", attribute, form)
    if fault is not None:
        yield fault


def _argument_fault(written: str, attribute: Attribute, form: _Form) -> Fault | None:
    seen: set[str] = set()
    for argument in attribute.arguments:
        name = argument.name.text if argument.name else form.first
        fault = _fault_of(written, argument, name, form, seen)
        if fault is not None:
            return fault
        seen.add(name)
    if form.is_required and form.first not in seen:
        return Fault(f"{written} needs {form.arguments[form.first].words}.", attribute.span)
    return None


def _fault_of(written: str, argument: Argument, name: str, form: _Form, seen: set[str]) -> Fault | None:
    kind = form.arguments.get(name)
    if kind is None and argument.name is not None:
        hint = did_you_mean(name, form.arguments)
        return Fault(f'Unknown argument "{name}" of {written}.{hint}', argument.name.span)
    if kind is None:
        return Fault(f"{written} takes no argument without a name.", argument.span)
    if name in seen:
        return Fault(f'{written} has two values for "{name}". Remove one.', argument.span)
    if not kind.takes(argument.value):
        return Fault(f'"{name}" of {written} must be {kind.words}.', argument.span)
    return None


def _repeated(sign: str, attributes: Iterable[Attribute], repeatable: frozenset[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for attribute in attributes:
        name = attribute.name.text.partition(".")[0]
        if name in seen and name not in repeatable:
            yield Fault(f"{sign}{name} is written twice. Remove one.", attribute.span)
        seen.add(name)
