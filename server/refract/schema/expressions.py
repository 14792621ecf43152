"""Columns in the SQL of checks, predicates, index expressions and generated columns: by tokens, never in strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STRING = r"[eEnNbBxX]?'(?:[^'\\]|''|\\.)*'?|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
_TOKENS = rf"""
    (?P<string>{_STRING})
  | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`{{brackets}})
  | (?P<cast>::\s*(?:"(?:[^"]|"")*"|\w+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|\w+))*)
  | (?P<word>[^\W\d][\w$]*)
  | (?P<other>.)
"""
_TOKEN = re.compile(_TOKENS.format(brackets=""), re.VERBOSE | re.DOTALL)
_TOKEN_OR_BRACKETS = re.compile(_TOKENS.format(brackets=r"|\[[^\]]*\]"), re.VERBOSE | re.DOTALL)
_CALL = re.compile(r"\s*\(")
_LITERAL = re.compile(r"\s*'")
_AS = re.compile(r"\bAS\s*$", re.IGNORECASE)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_OPERATORS = frozenset({"AND", "OR", "NOT", "IN", "ANY", "ALL", "LIKE", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE"})
_TEXT_IN_DOUBLE_QUOTES = frozenset({"mysql"})
"""Databases in which `"a"` is a string."""

_NAMES_IN_BRACKETS = frozenset({"sqlserver", "sqlite"})
_FOLDS_NAMES = frozenset({"postgresql", "cockroachdb"})
"""Databases in which a name without quotes is one in lower case."""


def names_column(sql: str, column: str, provider: str) -> bool:
    """Whether the expression names the column."""
    return any(True for _ in _named(sql, column, provider))


def calls(sql: str, function: str) -> bool:
    """Whether the expression calls the function."""
    for match in _TOKEN.finditer(sql):
        written = match.group()
        name = _unquoted(written) if match.lastgroup == "quoted" else written.lower()
        if match.lastgroup in ("word", "quoted") and name == function and _CALL.match(sql, match.end()):
            return True
    return False


def with_column_renamed(sql: str, before: str, after: str, provider: str) -> str:
    """The expression with a column under its new name."""
    parts, position = [], 0
    for match in _named(sql, before, provider):
        parts += [sql[position : match.start()], _written(match, after)]
        position = match.end()
    return "".join((*parts, sql[position:]))


def _named(sql: str, column: str, provider: str) -> Iterator[re.Match[str]]:
    token = _TOKEN_OR_BRACKETS if provider in _NAMES_IN_BRACKETS else _TOKEN
    for match in token.finditer(sql):
        text = match.group()
        if match.lastgroup == "quoted":
            is_text = text.startswith('"') and provider in _TEXT_IN_DOUBLE_QUOTES
            if not is_text and _unquoted(text) == column:
                yield match
        elif match.lastgroup == "word" and _is_same(text, column, provider) and not _is_call_or_type(match, sql):
            yield match


def _is_same(word: str, column: str, provider: str) -> bool:
    return word.lower() == (column if provider in _FOLDS_NAMES else column.lower())


def _is_call_or_type(match: re.Match[str], sql: str) -> bool:
    """Whether a word is a function `f(`, or a type: `AS date`, `date '2026-01-01'`."""
    called = _CALL.match(sql, match.end()) is not None and match.group().upper() not in _OPERATORS
    literal = _LITERAL.match(sql, match.end()) is not None
    return called or literal or _AS.search(sql, 0, match.start()) is not None


def _unquoted(text: str) -> str:
    closing = "]" if text[0] == "[" else text[0]
    return text[1:-1].replace(closing * 2, closing)


def _written(match: re.Match[str], name: str) -> str:
    if match.lastgroup == "word" and _PLAIN.fullmatch(name):
        return name
    opening = match.group()[0] if match.lastgroup == "quoted" else '"'
    closing = "]" if opening == "[" else opening
    return f"{opening}{name.replace(closing, closing * 2)}{closing}"
