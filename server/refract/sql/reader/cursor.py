"""Reads along the tokens of one statement."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from itertools import chain, pairwise

from refract.schema.model import QualifiedName
from refract.sql.reader.tokens import BODY, END, NUMBER, QUOTED, STRING, SqlToken
from refract.sql.reader.traits import KeptNames
from refract.text import Span


class UnreadableStatement(Exception):
    """The reader does not know the statement. Never raised outside this package."""


_NOT_NAMES = frozenset({"(", ")", ",", ";", ".", "=", "::", "*", END, NUMBER, BODY, "+", "-", "/", "<", ">"})


_COMMENT_MARKS = ("--", "/*", "#")


def _has_comment(text: str) -> bool:
    """Whether there may be a comment in a text."""
    return any(mark in text for mark in _COMMENT_MARKS)


class Cursor:
    """A position in a list of tokens. `names` is how the database keeps names."""

    __slots__ = ("_names", "_tokens", "position", "sql")

    def __init__(self, sql: str, tokens: list[SqlToken], names: KeptNames) -> None:
        self.sql = sql
        self._tokens = tokens
        self._names = names
        self.position = 0

    def key(self, ahead: int = 0) -> str:
        """The key of the current token (or of one further on); END after the last."""
        index = self.position + ahead
        return self._tokens[index].key if index < len(self._tokens) else END

    @property
    def token(self) -> SqlToken:
        """The current token; END, without a length, after the last."""
        if self.position < len(self._tokens):
            return self._tokens[self.position]
        end = self._tokens[-1].end if self._tokens else 0
        return SqlToken(END, end, end)

    @property
    def done(self) -> bool:
        """Whether no tokens are left."""
        return self.position >= len(self._tokens)

    @property
    def rest_length(self) -> int:
        """How many tokens are left."""
        return len(self._tokens) - self.position

    def without(self, place: int, count: int) -> None:
        """Leave out tokens from a place on."""
        self._tokens = [*self._tokens[:place], *self._tokens[place + count :]]

    def ahead(self) -> Cursor:
        """A cursor of its own over the remaining tokens."""
        return Cursor(self.sql, self._tokens[self.position :], self._names)

    def text(self) -> str:
        """The current token, as written."""
        token = self.token
        return self.sql[token.start : token.end]

    def start_of(self, position: int) -> int:
        """Where the token at a position begins in `sql`; after the last, where that ends."""
        return self._tokens[position].start if position < len(self._tokens) else self._tokens[-1].end

    def whole(self) -> str:
        """The text of all tokens, as written."""
        return self._written(self._tokens)

    def span(self) -> Span:
        """The span of all its tokens in `sql`."""
        return Span(self._tokens[0].start, self._tokens[-1].end) if self._tokens else Span(0, 0)

    def at(self, *keys: str) -> bool:
        """Whether these tokens are next, one after another."""
        return all(self.key(i) == key for i, key in enumerate(keys))

    def ends_with(self, key: str) -> bool:
        """Whether this is the last token, and not the only one."""
        return len(self._tokens) > 1 and self._tokens[-1].key == key

    def accept(self, *keys: str) -> bool:
        """Step over these tokens if they are next."""
        if self.key() != keys[0] or (len(keys) > 1 and not self.at(*keys)):
            return False
        self.position += len(keys)
        return True

    def one_of(self, *keys: str) -> str | None:
        """Step over one of these tokens."""
        key = self.key()
        if key not in keys:
            return None
        self.position += 1
        return key

    def expect(self, *keys: str) -> None:
        """Step over these tokens. Raises Unreadable."""
        if not self.accept(*keys):
            raise UnreadableStatement(f"{' '.join(keys)} expected")

    def if_exists(self) -> bool:
        """Step over IF EXISTS."""
        return self.accept("IF", "EXISTS")

    def if_not_exists(self) -> bool:
        """Step over IF NOT EXISTS."""
        return self.accept("IF", "NOT", "EXISTS")

    def identifier(self) -> str:
        """A name, without its quotes. Raises Unreadable."""
        token = self.token
        if token.key in _NOT_NAMES:
            raise UnreadableStatement("name expected")
        text = self.sql[token.start : token.end]
        self.position += 1
        if token.key == QUOTED or (token.key == STRING and text[0] in "'\""):
            return self._names.quoted(unquoted(text))
        return self._names.unquoted(text)

    def dotted(self) -> list[str]:
        """A name and those before it, with dots between."""
        parts = [self.identifier()]
        while self.accept("."):
            parts.append(self.identifier())
        return parts

    def name(self, default_schema: str) -> QualifiedName:
        """A name in a schema. It is empty on databases without schemas, whatever precedes the dot."""
        parts = self.dotted()
        if not default_schema:
            return QualifiedName("", parts[-1])
        return QualifiedName(parts[-2] if len(parts) > 1 else default_schema, parts[-1])

    def string(self) -> str:
        """A string's value. Raises Unreadable."""
        if self.key() != STRING:
            raise UnreadableStatement("string expected")
        text = self.text()
        self.position += 1
        return unquoted(text)

    def group(self) -> Cursor:
        """The tokens between the parentheses that open here. Raises Unreadable."""
        self.expect("(")
        start, depth = self.position, 1
        while depth:
            if self.done:
                raise UnreadableStatement("parenthesis without end")
            depth += (self.key() == "(") - (self.key() == ")")
            self.position += 1
        return Cursor(self.sql, self._tokens[start : self.position - 1], self._names)

    def items(self) -> list[Cursor]:
        """The remaining tokens, split at the commas outside parentheses."""
        parts: list[Cursor] = []
        start, depth = self.position, 0
        for index in range(self.position, len(self._tokens)):
            key = self._tokens[index].key
            depth += (key in "([" and key != END) - (key in ")]" and key != END)
            if key == "," and depth == 0:
                parts.append(Cursor(self.sql, self._tokens[start:index], self._names))
                start = index + 1
        parts.append(Cursor(self.sql, self._tokens[start:], self._names))
        self.position = len(self._tokens)
        return [part for part in parts if not part.done]

    def names(self) -> tuple[str, ...]:
        """Names in parentheses."""
        return tuple(item.identifier() for item in self.group().items())

    def until(self, stops: frozenset[str]) -> str:
        """The text up to one of these words outside parentheses; at least one token."""
        return self.until_true(lambda: self.key() in stops)

    def until_true(self, stops: Callable[[], bool]) -> str:
        """The text up to where `stops` is true outside parentheses; at least one token."""
        start, depth = self.position, 0
        while not self.done:
            key = self.key()
            if depth == 0 and self.position != start and stops():
                break
            depth += (key in ("(", "[")) - (key in (")", "]"))
            self.position += 1
        return self._written(self._tokens[start : self.position])

    def _written(self, tokens: list[SqlToken]) -> str:
        """The text of tokens in a row: as written, with a space for each comment, which could hide what follows it when
        the text is written on one line.
        """
        if not tokens:
            return ""
        text = self.sql[tokens[0].start : tokens[-1].end]
        if not _has_comment(text):
            return text
        gaps = (self.sql[one.end : other.start] for one, other in pairwise(tokens))
        kept = (" " if _has_comment(gap) else gap for gap in gaps)
        return "".join(chain.from_iterable(zip(map(self._text_of, tokens), (*kept, ""), strict=True)))

    def _text_of(self, token: SqlToken) -> str:
        return self.sql[token.start : token.end]

    def rest(self) -> str:
        """The text of the remaining tokens."""
        return self.until(frozenset())


def body_text(text: str) -> str:
    """The text between the dollar quotes (or quotes) of a block or a function."""
    if text.startswith("$"):
        tag = text[: text.index("$", 1) + 1] if "$" in text[1:] else "$"
        return text[len(tag) :].removesuffix(tag)
    return unquoted(text)


def unquoted(text: str) -> str:
    """A string's or a quoted name's value. Line ends are those of a migration that git has checked out with `\\n`."""
    if text[:2] in ("U&", "u&"):
        return _UNICODE.sub(_code_point, unquoted(text[2:]))
    if text[:1] in "nNeEbBxX" and text[1:2] == "'":
        text = text[1:]
    closing = "]" if text[:1] == "[" else text[:1]
    inner = text[1:-1] if len(text) > 1 and text[-1] == closing else text[1:]
    return inner.replace(closing * 2, closing).replace("\r\n", "\n")


_UNICODE = re.compile(r"\\(?:\\|\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4}))")


def _code_point(match: re.Match[str]) -> str:
    digits = match.group(1) or match.group(2)
    number = int(digits, 16) if digits else ord("\\")
    return chr(number) if number <= sys.maxunicode else match.group()
