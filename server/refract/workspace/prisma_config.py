"""Reads `prisma.config.*` as data: where the schema and the migrations are.

The file is TypeScript or JavaScript that Prisma runs. Refract never runs it: a small tolerant reader finds the
exported object and evaluates literals, `path.join(..)`, `__dirname`, `+` and constants of the same file.
Whatever is computed in another way is unknown, which is an answer, not an error.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

from attrs import field, frozen

_STEMS = (
    "prisma7.config",
    ".config/prisma7",
    *("prisma.config", "prisma.config/index"),
    *(".config/prisma", ".config/prisma/index"),
    *(".config/prisma.config", ".config/prisma.config/index"),
)
_EXTENSIONS = ("js", "ts", "mjs", "cjs", "mts", "cts", "json")

CONFIG_FILES = tuple(f"{stem}.{extension}" for stem in _STEMS for extension in _EXTENSIONS)
"""The files that Prisma looks for in a folder, in its order: the first existing one counts. (Since 7.10 `prisma7`.)"""

CONFIG_PATTERNS = tuple(f"{stem}.{{{','.join(_EXTENSIONS)}}}" for stem in _STEMS)
"""The same as patterns of an editor."""

_CONFIG_NAMES = frozenset(file.rpartition("/")[2] for file in CONFIG_FILES)
_DEEPEST = max(file.count("/") for file in CONFIG_FILES) + 1

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<string>(?P<quote>["'])(?:(?!(?P=quote))[^\\\n]|\\.)*+(?P<closed>(?P=quote))?)
      | (?P<template>`(?:[^`\\$]|\\.|\$(?!\{))*+(?P<closed_by>`|\$\{|\Z))
      | (?P<word>[A-Za-z_$][\w$]*)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OPENING = {"{": "}", "[": "]", "(": ")"}
_CLOSING = frozenset(_OPENING.values())
_HERE = frozenset({"__dirname", "import.meta.dirname", "process.cwd()"})
_JOINING = frozenset({"join", "resolve", "path.join", "path.resolve", "path.posix.join", "path.posix.resolve"})
_STATEMENTS = frozenset({"const", "let", "var", "export"})
_BEFORE_OBJECT = frozenset({("defineConfig", "("), ("export", "default"), ("exports", "=")})
_MAX_LENGTH = 200_000  # characters; a longer configuration is not read
_MOST_CONSTANTS = 100
_MOST_EXPORTS = 20
_LONGEST_PATH = 4_096
_DEEPEST_EXPRESSION = 8


class _Token(NamedTuple):
    kind: str
    text: str


@frozen
class _Constants:
    """The constants of a file: the tokens of their values, and the paths that were found for them."""

    tokens: Mapping[str, list[_Token]]
    _paths: dict[str, str | None] = field(factory=dict)

    def path(self, name: str, depth: int) -> str | None:
        """The path that a constant holds. Each is looked up a single time, and none refers to itself."""
        if name not in self._paths:
            self._paths[name] = None
            self._paths[name] = _path(self.tokens[name], self, depth)
        return self._paths[name]


@frozen
class PrismaConfig:
    """What the file sets, as paths from its own folder; None is unset or not readable as data.

    `computed` names settings that exist but could not be read without running the file.
    """

    schema: str | None = None
    migrations: str | None = None
    computed: tuple[str, ...] = ()


def configured_folder(file: Path) -> Path | None:
    """The folder that a file configures, if its name is that of a configuration."""
    if file.name not in _CONFIG_NAMES:
        return None
    for depth in range(_DEEPEST, 0, -1):
        if "/".join(file.parts[-depth:]) in CONFIG_FILES:
            return file.parents[depth - 1]
    return None


def read_prisma_config(text: str) -> PrismaConfig:
    """The configuration in `text`: the source of a `prisma.config.*` file, or JSON."""
    tokens = [] if len(text) > _MAX_LENGTH else list(_tokens(text))
    constants = _Constants(dict(islice(_constants(tokens), _MOST_CONSTANTS)))
    settings = _exported(tokens, constants)
    schema = settings.get("schema")
    migrations = _properties(settings["migrations"]).get("path") if "migrations" in settings else None
    found = {"schema": schema, "migrations.path": migrations}
    values = {name: _path(value, constants) for name, value in found.items() if value is not None}
    return PrismaConfig(
        values.get("schema"),
        values.get("migrations.path"),
        tuple(name for name, value in values.items() if value is None),
    )


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "string" and match["closed"] is None:
            yield _Token("unclosed", match.group())
        elif kind == "template":
            yield _Token("string" if match["closed_by"] == "`" else "unclosed", match.group())
            if match["closed_by"] == "${":
                yield _Token("other", "{")
        elif kind != "space":
            yield _Token(kind, match.group())


def _constants(tokens: list[_Token]) -> Iterator[tuple[str, list[_Token]]]:
    """`const name = ...` and the tokens of its value."""
    for place, token in enumerate(tokens[:-3]):
        if token.text in ("const", "let", "var") and tokens[place + 1].kind == "word":
            start = next((i for i in range(place + 2, min(place + 12, len(tokens))) if tokens[i].text == "="), None)
            if start is not None:
                yield tokens[place + 1].text, _value(tokens, start + 1)


def _exported(tokens: list[_Token], constants: _Constants) -> dict[str, list[_Token]]:
    """The properties of the configuration object, wherever the file keeps it."""
    if tokens and tokens[0].text == "{":  # JSON
        return _properties(tokens)
    for start in islice(_beginnings(tokens), _MOST_EXPORTS):
        properties = _object(tokens[start:], constants)
        if properties or tokens[start - 2].text == "defineConfig":
            return properties
    return {}


def _beginnings(tokens: list[_Token]) -> Iterator[int]:
    """The beginnings of objects that may be the configuration: after `defineConfig(`, `export default` or `exports =`."""
    for place, (before, token) in enumerate(pairwise(tokens), 2):
        if (before.text, token.text) in _BEFORE_OBJECT:
            yield place


def _object(tokens: list[_Token], constants: _Constants) -> dict[str, list[_Token]]:
    if tokens and tokens[0].kind == "word":
        tokens = constants.tokens.get(tokens[0].text, tokens)
    return _properties(tokens)


def _properties(tokens: list[_Token]) -> dict[str, list[_Token]]:
    """Names and value tokens of the object literal that `tokens` begin with; the first of a name wins."""
    properties: dict[str, list[_Token]] = {}
    if not tokens or tokens[0].text != "{":
        return properties
    place = 1
    while place < len(tokens) and tokens[place].text != "}":
        name = _unquoted(tokens[place])
        value = _value(tokens, place)
        if len(value) > 2 and value[1].text == ":" and name is not None:
            properties.setdefault(name, value[2:])
        elif len(value) == 1 and tokens[place].kind == "word":  # shorthand: { schema }
            properties.setdefault(tokens[place].text, value)
        place += max(len(value), 1) + (place + len(value) < len(tokens) and tokens[place + len(value)].text == ",")
    return properties


def _value(tokens: list[_Token], start: int) -> list[_Token]:
    """The tokens from `start` to the end of the expression: a comma, semicolon or closing bracket outside brackets."""
    depth = 0
    for place in range(start, len(tokens)):
        text = tokens[place].text
        if tokens[place].kind == "other":
            if depth == 0 and (text in ",;" or text in _CLOSING):
                return tokens[start:place]
            depth += (text in _OPENING) - (text in _CLOSING)
        elif depth == 0 and place > start and text in _STATEMENTS:
            return tokens[start:place]
    return tokens[start:]


def _path(tokens: list[_Token], constants: _Constants, depth: int = 0) -> str | None:
    """The path that an expression gives, or None when it is not plain data."""
    if depth > _DEEPEST_EXPRESSION or not tokens:
        return None
    pieces = _split(tokens, "+")
    if len(pieces) > 1:
        values = [_path(piece, constants, depth + 1) for piece in pieces]
        return _short(values, "".join)
    if len(tokens) == 1:
        text = _unquoted(tokens[0])
        if tokens[0].kind == "string":
            return text
        if tokens[0].text in constants.tokens:
            return constants.path(tokens[0].text, depth + 1)
    if "".join(t.text for t in tokens) in _HERE:
        return "."
    return _joined(tokens, constants, depth)


def _joined(tokens: list[_Token], constants: _Constants, depth: int) -> str | None:
    opening = next((i for i, t in enumerate(tokens) if t.text == "("), len(tokens))
    if "".join(t.text for t in tokens[:opening]) not in _JOINING or tokens[-1].text != ")":
        return None
    parts = [_path(part, constants, depth + 1) for part in _split(tokens[opening + 1 : -1], ",") if part]
    return _short(parts, lambda known: posixpath.normpath(posixpath.join(".", *known)))


def _short(parts: Sequence[str | None], joined: Callable[[Sequence[str]], str]) -> str | None:
    """What the parts make together; None if one is unknown, or for what is too long for a path."""
    known = [part for part in parts if part is not None]
    is_short = len(known) == len(parts) and sum(map(len, known)) <= _LONGEST_PATH
    return joined(known) if is_short else None


def _split(tokens: list[_Token], separator: str) -> list[list[_Token]]:
    """`tokens` cut at each `separator` outside brackets."""
    pieces: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "other":
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if depth == 0 and token.text == separator:
                pieces.append([])
                continue
        pieces[-1].append(token)
    return pieces


def _unquoted(token: _Token) -> str | None:
    if token.kind == "string":
        return _ESCAPE.sub(r"\1", token.text[1:-1])
    return token.text if token.kind == "word" else None
