"""SQL expressions that a person gives: what could not stand where a recipe puts them is refused before it is written."""

from __future__ import annotations

import re

from refract.providers import provider
from refract.sql.reader.tokens import BODY, QUOTED, STRING, SqlToken, tokens

RESERVED = "refract_"
"""How the names begin that Refract gives to variables of its procedures."""
_BODY = re.compile(r"\$(\w*)\$.*\$\1\$", re.DOTALL)
_CLOSES = {")": "(", "]": "[", "END": "CASE"}


def fault_of(expression: str, database: str) -> str:
    """Why a text cannot be used as an expression of a database; empty if it can."""
    text = expression.replace("{row}", "x")
    found = tokens(text, database)
    if not found:
        return "it is empty"
    if _has_comment(text, found):
        return "it has a comment"
    has_backslashes = provider(database).backslash_escapes
    if any(_is_open(text[token.start : token.end], token.key, has_backslashes) for token in found):
        return "a quote in it is not closed"
    if any(token.key == ";" for token in found):
        return "it has a semicolon"
    if any(token.key.startswith(RESERVED.upper()) for token in found):
        return f"names that begin with {RESERVED} are Refract's"
    return "" if _is_balanced(found) else "its brackets do not match"


def _has_comment(text: str, found: list[SqlToken]) -> bool:
    """Whether anything but white space is outside of the tokens."""
    starts, ends = (*(token.start for token in found), len(text)), (0, *(token.end for token in found))
    return any(text[end:start].strip() for end, start in zip(ends, starts, strict=True))


def _is_open(written: str, kind: str, has_backslashes: bool) -> bool:
    if kind == BODY:
        return _BODY.fullmatch(written) is None
    if kind not in (STRING, QUOTED):
        return False
    start = next(at for at, char in enumerate(written) if char in "'\"`[")
    escapes = written[start] in "'\"" and (has_backslashes or written[:1] in "eE")
    return _closed(written[start], escapes).fullmatch(written[start:]) is None


def _closed(quote: str, escapes: bool) -> re.Pattern[str]:
    """What is quoted, with the quote doubled inside, or after a backslash."""
    end = re.escape("]" if quote == "[" else quote)
    inside = rf"[^{end}\\]|\\." if escapes else f"[^{end}]"
    return re.compile(f"{re.escape(quote)}(?:{inside}|{end}{end})*{end}", re.DOTALL)


def _is_balanced(found: list[SqlToken]) -> bool:
    opened: list[str] = []
    for token in found:
        if token.key in _CLOSES.values():
            opened.append(token.key)
        elif token.key in _CLOSES and (not opened or opened.pop() != _CLOSES[token.key]):
            return False
    return not opened
