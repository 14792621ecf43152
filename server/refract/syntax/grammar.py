"""The grammar of the Prisma schema language, through lark.

lark is imported only when a line has a sequence of terminals that no earlier line had.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

START_RULES = ("header", "model_member", "enum_member", "config_member")


@frozen
class Rejected:
    """The terminal at `index` (or the end, when `index` is their number) cannot stand there; `expected` could."""

    index: int
    expected: frozenset[str]


@cache
def terminals() -> tuple[tuple[str, str], ...]:
    """(name, regular expression) of every terminal, in the order in which they are to be tried."""
    found = [(t.priority, t.name, t.pattern.to_regexp()) for t in _lark().terminals]
    return tuple((name, regexp) for _, name, regexp in sorted(found, key=lambda t: -t[0]))


def parse(rule: str, names: Sequence[str]) -> Tree[Token] | Rejected:
    """lark's tree of one line, given as the names of its terminals. The value of each token is its index."""
    from lark import Token, UnexpectedToken  # noqa: PLC0415

    parser = _lark().parse_interactive(start=rule)
    index = 0
    try:
        for index, name in enumerate(names):
            parser.feed_token(Token(name, str(index)))
        index = len(names)
        tree: Tree[Token] = parser.feed_eof()  # type: ignore[no-untyped-call]
        return tree
    except UnexpectedToken as error:
        return Rejected(index, frozenset(error.expected))


def grammar_text() -> str:
    """The grammar: from the repository when running in a checkout, else from the installed package."""
    in_checkout = Path(__file__).parents[3] / "grammar" / "prisma.lark"
    if in_checkout.is_file():
        return in_checkout.read_text(encoding="utf-8")
    return resources.files("refract.syntax").joinpath("prisma.lark").read_text(encoding="utf-8")


@cache
def _lark() -> Lark:
    from lark import Lark  # noqa: PLC0415

    return Lark(
        grammar_text(),
        parser="lalr",
        lexer="contextual",
        start=list(START_RULES),
        keep_all_tokens=True,
        maybe_placeholders=False,
    )


@cache
def line_regex() -> re.Pattern[str]:
    """All terminals as one expression: group number n is `terminals()[n - 1]`, the one after the last is any other character."""
    alternatives = "|".join(f"({regexp})" for _, regexp in terminals())
    return re.compile(rf"[^\S\r\n]*(?:{alternatives}|(\S))|[^\S\r\n]+")
