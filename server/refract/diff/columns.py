"""The changes in a kept column, as Prisma's differ sees them."""

from __future__ import annotations

import json
from enum import StrEnum

from attrs import frozen

from refract.diff.server_words import same_expression
from refract.diff.traits import AutoIncrement, DifferTraits
from refract.schema.changes import Cast
from refract.schema.model import Column, Default, DefaultKind

_DATES = ("DATE", "TIME")
_WHOLE_NUMBERS = ("INT", "SERIAL", "OID")
_VALUES = (DefaultKind.STRING, DefaultKind.NUMBER, DefaultKind.BOOLEAN, DefaultKind.LIST)


class ColumnArity(StrEnum):
    """Prisma's three: `String`, `String?`, `String[]`."""

    REQUIRED = "required"
    NULLABLE = "nullable"
    LIST = "list"


@frozen
class ColumnChanges:
    """Which parts of a column change. `cast` is NONE if the type is unchanged."""

    arity: bool
    default: bool
    cast: Cast
    auto_increment: bool
    numbering: bool = False

    def __bool__(self) -> bool:
        return self.arity or self.default or self.auto_increment or self.numbering or self.cast is not Cast.NONE


def arity(column: Column) -> ColumnArity:
    """Prisma's view of nullability: a list is neither required nor nullable."""
    if column.type.is_list:
        return ColumnArity.LIST
    return ColumnArity.NULLABLE if column.nullable else ColumnArity.REQUIRED


def column_changes(before: Column, after: Column, cast: Cast, traits: DifferTraits) -> ColumnChanges:
    """The parts that differ. `cast` is the provider's verdict on the types."""
    switched = before.auto_increment != after.auto_increment
    return ColumnChanges(
        arity=arity(before) is not arity(after),
        default=not _defaults_match(before, after, traits),
        cast=cast,
        auto_increment=switched and traits.auto_increment is AutoIncrement.SEQUENCE,
        numbering=_counts_otherwise(before, after),
    )


def _counts_otherwise(before: Column, after: Column) -> bool:
    return before.numbering is not None and after.numbering is not None and before.numbering != after.numbering


def _defaults_match(before: Column, after: Column, traits: DifferTraits) -> bool:
    if traits.auto_increment is AutoIncrement.DEFAULT and before.auto_increment != after.auto_increment:
        return after.auto_increment or after.default is None  # Prisma neither adds nor removes numbers
    if before.generated is not None and (after.default is None or _is_expression(after.default)):
        return True  # PostgreSQL has no default there, and refuses to set or drop one
    if before.auto_increment or after.auto_increment:
        return _match_without_sequence(before, after)
    return not _are_compared(before, after, traits) or _values_match(before, after)


def _are_compared(before: Column, after: Column, traits: DifferTraits) -> bool:
    """Whether Prisma compares the defaults of such columns on this database."""
    if not traits.compares_json_defaults and "JSON" in (before.type.name, after.type.name):
        return False
    has_expression = _is_expression(before.default) or _is_expression(after.default)
    return traits.holds_bytes_defaults or has_expression or not _are_bytes(before, after)


def _values_match(before: Column, after: Column) -> bool:
    old, new = before.default, after.default
    if old is None or new is None:
        return old is new or _is_unknown_expression(new)
    if _is_date_value(old, before) or _is_date_value(new, after) or _is_unknown_expression(new):
        return True  # Prisma cannot compare these, and reports nothing
    if old.kind is DefaultKind.LIST and new.kind is DefaultKind.LIST:
        return _lists_match(old, new, before, after)
    if "JSON" in before.type.name or "JSON" in after.type.name:
        return _json_match(old, new)
    if old.kind is DefaultKind.EXPRESSION and new.kind is DefaultKind.EXPRESSION:
        return same_expression(old.text, new.text)
    return old == new and _same_numbers(old, before, after)


def _match_without_sequence(before: Column, after: Column) -> bool:
    """A sequence is added and dropped separately; only another default in its place is a change of default."""
    if before.auto_increment and not after.auto_increment:
        return after.default is None or _is_unknown_expression(after.default)
    return True


def _are_bytes(before: Column, after: Column) -> bool:
    return all(_holds_bytes(column) for column in (before, after))


def _holds_bytes(column: Column) -> bool:
    name, default = column.type.name, column.default
    bits = name == "BIT" and (default is None or default.kind is DefaultKind.STRING)
    return bits or "BLOB" in name or "BINARY" in name


def _is_expression(default: Default | None) -> bool:
    return default is not None and default.kind is DefaultKind.EXPRESSION


def _is_unknown_expression(default: Default | None) -> bool:
    """`dbgenerated()` without an argument: whatever the database has is right."""
    return default is not None and default.kind is DefaultKind.EXPRESSION and not default.text


def _is_date_value(default: Default, column: Column) -> bool:
    return default.kind is DefaultKind.STRING and any(d in column.type.name for d in _DATES)


def _lists_match(old: Default, new: Default, before: Column, after: Column) -> bool:
    if len(old.items) != len(new.items):
        return False
    if any(d in before.type.name or d in after.type.name for d in _DATES):
        return True
    if "JSON" in before.type.name or "JSON" in after.type.name:
        return all(_json_match(a, b) for a, b in zip(old.items, new.items, strict=True))
    return old.items == new.items and (not old.items or _same_numbers(old.items[0], before, after))


def _json_match(old: Default, new: Default) -> bool:
    if old.kind is not DefaultKind.STRING or new.kind is not DefaultKind.STRING:
        return old == new
    try:
        return _canonical_json(old.text) == _canonical_json(new.text)
    except (ValueError, RecursionError):
        return True


def _canonical_json(text: str) -> str:
    """The same text for equal values; true is not 1 here, as it is in Python."""
    return json.dumps(json.loads(text), sort_keys=True)


def _same_numbers(old: Default, before: Column, after: Column) -> bool:
    """To Prisma a whole number and a decimal one are different values, even when they are equal."""
    return old.kind is not DefaultKind.NUMBER or _is_whole(before) == _is_whole(after)


def _is_whole(column: Column) -> bool:
    return any(n in column.type.name for n in _WHOLE_NUMBERS)
