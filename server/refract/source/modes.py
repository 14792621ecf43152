"""What the keys of an object mean that code hands to Prisma Client: arguments, a selection, a condition, data."""

from __future__ import annotations

import re
from enum import Enum, auto


class Mode(Enum):
    """What the keys of an object are."""

    ARGUMENTS = auto()  # of a call: `where`, `select`, `data`
    SELECTION = auto()  # fields to return, or to leave out
    CONDITION = auto()  # fields with what they must be; also how rows are sorted
    DATA = auto()  # fields with what they become
    NESTED = auto()  # what is done with related rows: `create`, `connect`
    FIELDS = auto()  # names of fields as strings


OF_ARGUMENT = {
    "select": Mode.SELECTION,
    "include": Mode.SELECTION,
    "omit": Mode.SELECTION,
    "where": Mode.CONDITION,
    "cursor": Mode.CONDITION,
    "having": Mode.CONDITION,
    "orderBy": Mode.CONDITION,
    "data": Mode.DATA,
    "create": Mode.DATA,
    "update": Mode.DATA,
    "by": Mode.FIELDS,
    "distinct": Mode.FIELDS,
    "_count": Mode.SELECTION,
    "_sum": Mode.SELECTION,
    "_avg": Mode.SELECTION,
    "_min": Mode.SELECTION,
    "_max": Mode.SELECTION,
}
OTHER_ARGUMENTS = frozenset({"take", "skip", "skipDuplicates", "relationLoadStrategy", "limit"})
OF_NESTED = {
    "create": Mode.DATA,
    "connect": Mode.CONDITION,
    "disconnect": Mode.CONDITION,
    "set": Mode.CONDITION,
    "delete": Mode.CONDITION,
    "deleteMany": Mode.CONDITION,
    "update": Mode.ARGUMENTS,
    "upsert": Mode.ARGUMENTS,
    "connectOrCreate": Mode.ARGUMENTS,
    "updateMany": Mode.ARGUMENTS,
    "createMany": Mode.ARGUMENTS,
}
OF_RELATED = {Mode.SELECTION: Mode.ARGUMENTS, Mode.DATA: Mode.NESTED}
"""How the object of a relation field is read, if not as a condition."""

OF_CONDITION = frozenset({"some", "every", "none", "is", "isNot", "AND", "OR", "NOT"}) | frozenset(
    {"_count", "_sum", "_avg", "_min", "_max"}
)
"""Keys of a condition that are no fields, and hold another condition."""

_OF_TYPE = (
    (re.compile(r"(Select|Include|Omit)(Scalar)?$"), Mode.SELECTION),
    (re.compile(r"(CreateOrConnect\w*Input|Upsert\w*Input|(Update|UpdateMany)With\w*Input|Args)$"), Mode.ARGUMENTS),
    (re.compile(r"(Where|OrderBy|ScalarWhere)\w*Input$|(List)?RelationFilter$"), Mode.CONDITION),
    (re.compile(r"\w*Nested\w*Input$"), Mode.NESTED),
    (re.compile(r"(Unchecked)?(Create|Update)\w*Input$"), Mode.DATA),
)


def mode_of_type(name: str) -> Mode | None:
    """The mode of a generated type, by its name without the model's: `WhereInput`, `Select`."""
    return next((mode for pattern, mode in _OF_TYPE if pattern.match(name)), None)
