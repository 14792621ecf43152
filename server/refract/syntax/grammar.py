"""The grammar of the Prisma schema language, through lark.

lark is imported only for a line with a sequence of terminals that no earlier line had, in this process or
in an earlier one whose `memory` was given to `learn`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import frozen

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MOST_REMEMBERED = 5_000
"""Shapes of lines; the least recently used are forgotten first."""

MOST_TERMINALS = 60_000
"""Terminals of all remembered shapes together."""

LONGEST_REMEMBERED = 100
"""Terminals of a line; the shape of a line with more is not remembered."""

_UNCLOSED_STRING = r'"(?:[^"\\\x00-\x1f]|\\[^\r\n])*+'

START_RULES = ("header", "model_member", "enum_member", "config_member")


@frozen
class Rejected:
    """The terminal at `index` (or the end, when `index` is their number) is not allowed there; `expected` are."""

    index: int
    expected: frozenset[str]


class Leaf(NamedTuple):
    """A terminal of a line: its name, and its place among the terminals of the line."""

    terminal: str
    place: int


class LineShape(NamedTuple):
    """The tree of a line, without its texts: the rule of the grammar, and its parts in order."""

    rule: str
    children: tuple[LineShape | Leaf, ...]


_parsed: OrderedDict[tuple[str, tuple[str, ...]], LineShape] = OrderedDict()
_held = [0]
"""How many terminals the remembered shapes have."""
_keeping = Lock()
_terminals: list[tuple[str, str]] = []


@cache
def terminals() -> tuple[tuple[str, str], ...]:
    """(name, regular expression) of every terminal, in the order in which to try them."""
    if _terminals:
        return tuple(_terminals)
    found = [(t.priority, t.name, t.pattern.to_regexp()) for t in _lark().terminals]
    return tuple((name, regexp) for _, name, regexp in sorted(found, key=lambda t: -t[0]))


def parse(rule: str, names: Sequence[str]) -> LineShape | Rejected:
    """The shape of one line, given as the names of its terminals."""
    key = (rule, tuple(names))
    known = _parsed.get(key)
    if known is not None:
        with _keeping, suppress(KeyError):  # another thread has just forgotten it
            _parsed.move_to_end(key)
        return known
    found = _parse(rule, names)
    if isinstance(found, LineShape) and len(names) <= LONGEST_REMEMBERED:
        _keep(key, found)
    return found


def _keep(key: tuple[str, tuple[str, ...]], shape: LineShape) -> None:
    with _keeping:
        _held[0] += 0 if key in _parsed else len(key[1])
        _parsed[key] = shape
        while len(_parsed) > MOST_REMEMBERED or _held[0] > MOST_TERMINALS:
            (_, names), _ = _parsed.popitem(last=False)
            _held[0] -= len(names)


def _parse(rule: str, names: Sequence[str]) -> LineShape | Rejected:
    from lark import Token, UnexpectedToken  # noqa: PLC0415

    parser = _lark().parse_interactive(start=rule)
    index = 0
    try:
        for index, name in enumerate(names):
            parser.feed_token(Token(name, str(index)))
        index = len(names)
        return _shape(parser.feed_eof())  # type: ignore[no-untyped-call]
    except UnexpectedToken as error:
        return Rejected(index, frozenset(error.expected))


class Beginning:
    """The beginning of a line whose end is not read yet, parsed as far as its terminals are known."""

    def __init__(self, rule: str) -> None:
        self._parser = _lark().parse_interactive(start=rule)

    def goes_on_with(self, names: Sequence[str]) -> bool:
        """Whether these terminals may follow the previous ones."""
        from lark import Token, UnexpectedToken  # noqa: PLC0415

        try:
            for name in names:
                self._parser.feed_token(Token(name, ""))
        except UnexpectedToken:
            return False
        return True


def _shape(tree: Tree[Token]) -> LineShape:
    return LineShape(
        str(tree.data),
        tuple(Leaf(c.type, int(c)) if isinstance(c, str) else _shape(c) for c in tree.children),
    )


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
    """All terminals as one expression: group number n is `terminals()[n - 1]`, the one after the last is any other
    character, or a string without its end.
    """
    alternatives = "|".join(f"({regexp})" for _, regexp in terminals())
    return re.compile(rf"[^\S\r\n]*(?:{alternatives}|({_UNCLOSED_STRING}|\S))|[^\S\r\n]+")


def memory() -> dict[str, Any] | None:
    """What this process knows of the grammar, as plain values for JSON; None if all of it is from `learn`."""
    if len(_parsed) == _learnt[0]:
        return None
    with _keeping:
        parsed = list(_parsed.items())
    shapes = [[rule, " ".join(names), _plain(found)] for (rule, names), found in parsed]
    return {"grammar": _grammar_hash(), "terminals": [list(t) for t in terminals()], "shapes": shapes}


def learn(remembered: Any) -> None:
    """Take over what an earlier process knew. The memory of another grammar, or any other value, is ignored."""
    try:
        if remembered["grammar"] != _grammar_hash() or _parsed:
            return
        found = {(rule, tuple(names.split(" "))): _from_plain(plain) for rule, names, plain in remembered["shapes"]}
        named = [(str(name), str(regexp)) for name, regexp in remembered["terminals"]]
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError):
        return
    _terminals[:] = named
    for key, shape in found.items():
        _keep(key, shape)
    _learnt[0] = len(_parsed)


_learnt = [0]


def _plain(shape: LineShape) -> list[Any]:
    return [shape.rule, *([c.terminal, c.place] if isinstance(c, Leaf) else _plain(c) for c in shape.children)]


def _from_plain(plain: Any) -> LineShape:
    rule, *children = plain
    return LineShape(str(rule), tuple(_from_plain_child(child) for child in children))


def _from_plain_child(plain: Any) -> LineShape | Leaf:
    if len(plain) == 2 and isinstance(plain[1], int):
        return Leaf(str(plain[0]), plain[1])
    return _from_plain(plain)


@cache
def _grammar_hash() -> str:
    return sha256(grammar_text().encode()).hexdigest()
