"""When two pieces of SQL are one: PostgreSQL gives predicates and defaults back in words of its own."""

from __future__ import annotations

import re

from refract.providers.defaults import bare_expression

_STRING = re.compile(r"('(?:[^']|'')*')")
_TYPE = r"(?:\"[^\"]*\"|[a-z_][\w.]*(?:\s+(?:varying|precision))?)(?:\(\d+\))?(?:\s+with(?:out)?\s+time\s+zone)?"
_CAST = re.compile(rf"::\s*{_TYPE}(?:\[\])*")
_TEXT_CAST = re.compile(r"::\s*(?:text|varchar|character varying)\b(?!\s*\[)")
_TYPED = re.compile(r"\b(interval|date|time|timestamp|timestamptz|text)\s*\0")
_NOISE = re.compile(r'[\s()"]+')
_SPACES = re.compile(r"\s+")
_REWRITTEN = (("=anyarray[", "in["), ("<>allarray[", "notin["), ("<>", "!="), ("!~~", "notlike"), ("~~", "like"))


def same_predicate(one: str | None, other: str | None) -> bool:
    """Whether two predicates differ at most in case, spaces, quotes, casts and parentheses, and in how the server
    spells an operator.
    """
    return one == other or (one is not None and other is not None and _predicate(one) == _predicate(other))


def same_expression(one: str, other: str) -> bool:
    """Whether two expressions differ at most in case, spaces, the parentheses around them, casts to text, and in
    `interval '1 day'` for `'1 day'::interval`.
    """
    one, other = bare_expression(one), bare_expression(other)
    return one.casefold() == other.casefold() or _expression(one) == _expression(other)


def _predicate(sql: str) -> str:
    text, strings = _apart(sql)
    text = _NOISE.sub("", _CAST.sub("", text))
    for written, plain in _REWRITTEN:
        text = text.replace(written, plain)
    return text.replace("[", "").replace("]", "") + strings


def _expression(sql: str) -> str:
    text, strings = _apart(sql)
    return _SPACES.sub("", _TEXT_CAST.sub("", _TYPED.sub("\0::\\1", text))) + strings


def _apart(sql: str) -> tuple[str, str]:
    """The SQL in lower case with a mark for each string, and the strings."""
    parts = _STRING.split(sql)
    return "\0".join(part.lower() for part in parts[::2]), "\0".join(("", *parts[1::2]))
