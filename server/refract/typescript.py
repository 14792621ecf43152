"""Splits TypeScript and JavaScript into tokens, and pairs their brackets.

As much as is needed to recognise calls and objects: strings, templates, comments and regular expressions are
distinguished from code. What is not code, such as text between tags, may become any tokens. Never raises, and takes
time in proportion to the text.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from attrs import field, frozen


class TokenKind(IntEnum):
    """What a token is."""

    NAME = 0  # numbers, too
    STRING = 1
    TEMPLATE = 2  # a stretch of text in a template
    REGEX = 3
    SIGN = 4


class CodeToken(NamedTuple):
    """A token. The `text` of a string is what is between its quotes, `start` and `end` the whole."""

    kind: TokenKind
    text: str
    start: int
    end: int


@frozen(eq=False)
class Tokens:
    """The tokens of a text. `pair` gives for each bracket its other one (for one without, the end), for the first
    stretch of a template the last. `ends` are the ends of expressions that have been looked up so far.
    """

    text: str
    all: list[CodeToken]
    pair: list[int]
    ends: dict[int, int] = field(factory=dict, repr=False)
    _signs: list[str] = field(init=False, repr=False)

    @_signs.default
    def _find_signs(self) -> list[str]:
        shown = (TokenKind.SIGN, TokenKind.NAME)
        return [token.text if token.kind in shown else "" for token in self.all] + [""] * _BESIDE

    def sign(self, at: int) -> str:
        """The sign or name at a place; empty for anything else, and outside."""
        return self._signs[at]

    def name(self, at: int) -> str:
        """The name at a place; empty for anything else."""
        return self.all[at].text if 0 <= at < len(self.all) and self.all[at].kind is TokenKind.NAME else ""

    def string(self, at: int) -> str | None:
        """The content of the string at a place."""
        return self.all[at].text if 0 <= at < len(self.all) and self.all[at].kind is TokenKind.STRING else None


_BESIDE = 16
"""How far before the first and after the last token a reader may look."""

_LINE = 2_000
"""Characters of a line within which an apostrophe without another may be one of a text, not a string's beginning."""

_TOKEN = re.compile(
    r"""(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)*+
    (?:(?P<name>[\w$\#]+)
    |(?P<string>"(?:[^"\\\n]|\\[\s\S])*+["\\]?|'(?:[^'\\\n]|\\[\s\S])*+['\\]?)
    |(?P<sign>=>|\?\.(?!\d)|\.\.\.|[=!]==?|&&|\|\||\?\?|\S))""",
    re.VERBOSE,
)
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*+")
_REGEX = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n]){0,80}+\]){1,500}+/[a-z]{0,8}")
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = {")": "(", "]": "[", "}": "{"}
_BEFORE_REGEX = frozenset("([{},;:?!&|=+-*%~^") | {
    *("=>", "&&", "||", "??", "==", "===", "!=", "!==", "..."),
    *("return", "typeof", "case", "of", "in"),
}


def tokens_of(text: str) -> Tokens:
    """The tokens of a text."""
    found: list[CodeToken] = []
    pair: list[int] = []
    opened: list[int] = []
    templates: list[int] = []  # the first stretch of each template that is open
    position, end = 0, len(text)
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            break
        kind, start, position = match.lastgroup, match.start(match.lastgroup or 0), match.end()
        if kind == "name":
            found.append(CodeToken(TokenKind.NAME, match["name"], start, position))
        elif kind == "string":
            token = _string(match["string"], start, text)
            found.append(token)
            position = token.end
        elif match["sign"] == "`":
            templates.append(len(found))
            position = _stretch(text, position, found, pair, templates, opened)
            continue
        elif match["sign"] == "/" and _begins_regex(found) and (regex := _REGEX.match(text, start)):
            found.append(CodeToken(TokenKind.REGEX, "", start, regex.end()))
            position = regex.end()
        else:
            sign = match["sign"]
            found.append(CodeToken(TokenKind.SIGN, sign, start, position))
            if sign in _OPEN:
                opened.append(len(pair))
            elif sign in _CLOSE:
                pair.append(_closed(sign, opened, found, pair))
                if sign == "}" and pair[-1] >= 0 and found[pair[-1]].text == "${":
                    position = _stretch(text, position, found, pair, templates, opened)
                continue
        pair.append(-1)
    last = len(found)
    return Tokens(text, found, [last if p < 0 and found[i].text in _OPEN else p for i, p in enumerate(pair)])


def _string(written: str, start: int, text: str) -> CodeToken:
    """A string; an apostrophe that nothing closes on its line is a sign."""
    end = start + len(written)
    is_closed = len(written) > 1 and written[-1] == written[0]
    if is_closed or len(written) > _LINE:
        return CodeToken(TokenKind.STRING, written[1:-1] if is_closed else written[1:], start, end)
    return CodeToken(TokenKind.SIGN, written[0], start, start + 1)


def _stretch(
    text: str, position: int, found: list[CodeToken], pair: list[int], templates: list[int], opened: list[int]
) -> int:
    """Reads text of the innermost template up to its end or to `${`; gives the position after that."""
    match = _TEMPLATE.match(text, position)
    end = match.end() if match else position
    found.append(CodeToken(TokenKind.TEMPLATE, text[position:end], position, end))
    pair.append(-1)
    if text.startswith("${", end):
        found.append(CodeToken(TokenKind.SIGN, "${", end, end + 2))
        opened.append(len(pair))
        pair.append(-1)
        return end + 2
    if templates:
        first = templates.pop()
        pair[first] = len(found) - 1
    return min(end + 1, len(text))


def _closed(sign: str, opened: list[int], found: list[CodeToken], pair: list[int]) -> int:
    """The bracket that `sign` closes, -1 if none; those left open inside it end there too."""
    wanted = ("{", "${") if sign == "}" else (_CLOSE[sign],)
    for depth in range(1, min(len(opened), 4) + 1):
        if found[opened[-depth]].text in wanted:
            at = opened[-depth]
            for left in opened[-depth + 1 :] if depth > 1 else ():
                pair[left] = len(pair)
            del opened[-depth:]
            pair[at] = len(pair)
            return at
    return -1


def _begins_regex(found: list[CodeToken]) -> bool:
    """Whether a slash after these tokens begins a regular expression, and does not divide or close a tag."""
    if not found:
        return True
    last = found[-1]
    if last.kind not in (TokenKind.SIGN, TokenKind.NAME):
        return False
    return last.text in _BEFORE_REGEX
