"""The words of random schemas: types, names, defaults."""

from __future__ import annotations

import random
from collections.abc import Sequence

NATIVE_TYPES = {
    "postgresql": {
        "String": ["Text", "VarChar", "VarChar(255)", "VarChar(10)", "Char", "Char(10)", "Uuid", "Inet", "Xml", "Citext",
                   "Bit", "Bit(8)", "VarBit", "VarBit(8)"],
        "Boolean": ["Boolean"],
        "Int": ["Integer", "SmallInt", "Oid"],
        "BigInt": ["BigInt"],
        "Float": ["DoublePrecision", "Real"],
        "Decimal": ["Decimal", "Decimal(10,2)", "Decimal(8,0)", "Decimal(65,30)", "Money"],
        "DateTime": ["Timestamp(3)", "Timestamp(6)", "Timestamp", "Timestamptz(3)", "Timestamptz", "Date", "Time(3)",
                     "Time", "Timetz(6)"],
        "Json": ["JsonB", "Json"],
        "Bytes": ["ByteA"],
    },
    "cockroachdb": {
        "String": ["String", "String(255)", "String(10)", "Char(10)", "Uuid", "Inet", "Bit(8)", "VarBit", "VarBit(8)",
                   "CatalogSingleChar"],
        "Boolean": ["Bool"],
        "Int": ["Int4", "Int2", "Oid"],
        "BigInt": ["Int8"],
        "Float": ["Float8", "Float4"],
        "Decimal": ["Decimal", "Decimal(10,2)", "Decimal(65,30)"],
        "DateTime": ["Timestamp(3)", "Timestamp(6)", "Timestamp", "Timestamptz(3)", "Date", "Time(3)", "Time", "Timetz"],
        "Json": ["JsonB"],
        "Bytes": ["Bytes"],
    },
    "sqlite": {},
}  # fmt: skip
SCALARS = ("String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes")
NAMES = (
    "name",
    "title",
    "body",
    "email",
    "count",
    "price",
    "createdAt",
    "data",
    "state",
    "note",
    "code",
    "flag",
    "raw",
)
MODELS = ("User", "Post", "Tag", "order_item", "Team", "Log", "Profile")
ENUMS = ("Role", "Kind", "Status")
VALUES = ("USER", "ADMIN", "MOD", "draft", "Live", "GONE")
STORED_VALUES = ("it's", "two words", "a;b", "--", "é", "'", "x' || 'y")
SEQUENCES = (
    "sequence()",
    "sequence(start: 10)",
    "sequence(start: 10, increment: 5)",
    "sequence(minValue: 5, maxValue: 900)",
    "sequence(cache: 20)",
    "sequence(virtual: true)",
    "sequence(increment: -1, maxValue: -1)",
)
ACTIONS = ("Cascade", "Restrict", "NoAction", "SetNull", "SetDefault")
DEFAULTS: dict[str, Sequence[str]] = {
    "String": ('"x"', '"it\'s"', '""', "uuid()", "cuid()", 'dbgenerated("gen_random_uuid()")', 'dbgenerated("upper(\'a\')")',
               "nanoid()", "ulid()"),
    "Boolean": ("true", "false"),
    "Int": ("0", "1", "-7", "autoincrement()", 'dbgenerated("1 + 1")'),
    "BigInt": ("0", "9007199254740993", "autoincrement()"),
    "Float": ("0", "1.5", "-2.25", "3"),
    "Decimal": ("0", "1.5", "12345678901234567890.5"),
    "DateTime": ("now()", '"2020-01-01T00:00:00+00:00"', 'dbgenerated("now()")', '"2021-05-06T07:08:09+02:00"',
                 '"2021-05-06T07:08:09.5-05:30"', '"2021-05-06T07:08:09.123456789Z"', '"2021-05-06T23:08:09.1234+09:00"'),
    "Json": ('"{}"', '"[1, 2]"', '"{\\"a\\": 1}"', '"\\"s\\""', '"null"', '"1"', '"true"'),
    "Bytes": ('"aGVsbG8="', '""'),
}  # fmt: skip
LIST_DEFAULTS: dict[str, Sequence[str]] = {
    "String": ("[]", '["a", "b"]'),
    "Int": ("[1, 2]", "[]"),
    "BigInt": ("[1]",),
    "Boolean": ("[true, false]",),
    "Float": ("[1.5]",),
    "Decimal": ("[1.5, 2]",),
    "DateTime": ('["2020-01-01T00:00:00+00:00"]', '["2021-05-06T07:08:09+02:00", "2021-05-06T07:08:09.5Z"]'),
    "Json": ('["{}"]',),
    "Bytes": ('["aGVsbG8="]',),
}

_WORDS = (
    "Quarterly",
    "inspection",
    "Report",
    "Items",
    "site",
    "Checks",
    "_of_",
    "Framework",
    "Policy",
    "v2",
    "Editor",
    "Template",
)
_WIDE_WORDS = ("Prüf", "bericht", "検査", "項目", "_для_", "отчёт", "naïve", "😀")
LONGEST_INDEX_NAME = 63  # bytes: Prisma refuses a longer one on PostgreSQL


def long_name(chance: random.Random, least: int = 27, most: int = 80) -> str:
    """A name of so many letters, as a model may have it."""
    return _of_length(chance, _WORDS, chance.randint(least, most)).strip("_")


def wide_name(chance: random.Random, least: int = 27, most: int = 80) -> str:
    """A name of so many bytes in UTF-8, as `map` may hold it: not every letter is one byte."""
    return _of_length(chance, (*_WORDS, *_WIDE_WORDS), chance.randint(least, most))


def _of_length(chance: random.Random, words: Sequence[str], length: int) -> str:
    name = chance.choice(_WORDS[:2])
    while len(name.encode()) < length:
        name += chance.choice(words)
    return name.encode()[:length].decode(errors="ignore")
