"""What a configuration in TypeScript or JavaScript declares, imports and exports, as places in its tokens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from attrs import frozen

from refract.typescript import TokenKind, Tokens

Extent = tuple[int, int]
"""Where an expression begins and where it ends, as numbers of tokens."""

_DECLARING = frozenset({"const", "let", "var"})
_MOST = 200  # declarations, and words of the type of one
_CONTINUING = frozenset({"as", "satisfies", "in", "instanceof", "of"})
_EXPECTING = frozenset({"new", "await", "typeof", "return", "async", "function", "as", "satisfies", "default"})


@frozen
class Declarations:
    """`constants` are the values of each name, `imported` the modules and the names in them by the local name,
    `from_environment` the names that are taken from the environment, `modules` what is imported from.
    `exports` are the expressions that the file exports as its default.
    """

    constants: Mapping[str, tuple[Extent, ...]]
    imported: Mapping[str, tuple[str, str]]
    from_environment: frozenset[str]
    modules: frozenset[str]
    exports: tuple[Extent, ...]


def declarations_of(tokens: Tokens) -> Declarations:
    """The declarations of a file, wherever in it they are."""
    constants: dict[str, list[Extent]] = defaultdict(list)
    imported: dict[str, tuple[str, str]] = {}
    environment: set[str] = set()
    for at in range(len(tokens.all)):
        word = tokens.name(at)
        if word in _DECLARING:
            _declare(tokens, at, constants, imported, environment)
        elif word == "function" and tokens.name(at + 1):
            constants[tokens.name(at + 1)].append((at, _end_of_function(tokens, at)))
        elif word == "import":
            imported.update(_imports(tokens, at))
        elif _is_set_again(tokens, at):
            constants[word].append((at + 2, expression_end(tokens, at + 2)))
    return Declarations(
        {name: tuple(extents) for name, extents in list(constants.items())[:_MOST]},
        imported,
        frozenset(environment),
        frozenset(_modules(tokens)),
        tuple(_exports(tokens)),
    )


def outer(tokens: Tokens, extent: Extent) -> Iterator[int]:
    """The places of an extent that are outside of brackets and templates."""
    at, end = extent
    while at < end:
        yield at
        at = max(tokens.pair[at], at) + 1


def split(tokens: Tokens, extent: Extent, separator: str) -> list[Extent]:
    """An extent cut at each `separator` outside brackets."""
    pieces, start = [], extent[0]
    for at in outer(tokens, extent):
        if tokens.sign(at) == separator:
            pieces.append((start, at))
            start = at + 1
    return [*pieces, (start, extent[1])]


def expression_end(tokens: Tokens, start: int) -> int:
    """Where the expression ends: at a comma, semicolon or closing bracket, or at a line end after which another begins."""
    for at in outer(tokens, (start, len(tokens.all))):
        sign = tokens.sign(at)
        if sign in (",", ";", ")", "]", "}") or (at > start and _begins_another(tokens, at)):
            return at
    return len(tokens.all)


def _begins_another(tokens: Tokens, at: int) -> bool:
    """Whether the token begins a statement of its own, since nothing before it asks for more on the next line."""
    before, token = tokens.all[at - 1], tokens.all[at]
    if token.kind not in (TokenKind.NAME, TokenKind.STRING) or token.text in _CONTINUING:
        return False
    if before.kind is TokenKind.SIGN and before.text not in (")", "]", "}", "!"):
        return False
    return before.text not in _EXPECTING and "\n" in tokens.text[before.end : token.start]


def _is_set_again(tokens: Tokens, at: int) -> bool:
    """Whether a variable gets another value here."""
    if not tokens.name(at) or tokens.sign(at + 1) != "=" or at + 2 >= len(tokens.all):
        return False
    return tokens.name(at - 1) not in _DECLARING and tokens.sign(at - 1) not in (".", ":", "|", "&", ">")


def _declare(
    tokens: Tokens,
    at: int,
    constants: dict[str, list[Extent]],
    imported: dict[str, tuple[str, str]],
    environment: set[str],
) -> None:
    """`const a = 1, b = 2`, `const { a, b: c } = process.env` and `= require(..)`."""
    name = at + 1
    while name < len(tokens.all):
        equals = next(
            (i for i in outer(tokens, (name, min(name + _MOST, len(tokens.all)))) if tokens.sign(i) == "="), None
        )
        if equals is None:
            return
        end = expression_end(tokens, equals + 1)
        module = _required(tokens, equals + 1)
        if tokens.sign(name) == "{":
            local = dict(_names(tokens, name, ":"))
            if module is not None:
                imported.update({mine: (module, theirs) for mine, theirs in local.items()})
            elif [tokens.name(equals + 1), tokens.name(equals + 3)] == ["process", "env"] and end == equals + 4:
                environment.update(local)
            else:
                imported.update({mine: (tokens.name(equals + 1), theirs) for mine, theirs in local.items()})
        elif module is not None:
            imported[tokens.name(name)] = (module, "default")
        elif tokens.name(name):
            constants[tokens.name(name)].append((equals + 1, end))
        if tokens.sign(end) != ",":
            return
        name = end + 1


def _required(tokens: Tokens, at: int) -> str | None:
    is_call = tokens.name(at) == "require" and tokens.sign(at + 1) == "("
    return tokens.string(at + 2) if is_call else None


def _imports(tokens: Tokens, at: int) -> Iterator[tuple[str, tuple[str, str]]]:
    """The names that an import brings: `import a, { b as c } from 'm'` and `import * as d from 'm'`."""
    last = next((i for i in range(at + 1, min(at + _MOST, len(tokens.all))) if tokens.string(i) is not None), None)
    if last is None or tokens.name(last - 1) != "from":
        return
    module, place = str(tokens.string(last)), at + 1
    while place < last - 1:
        if tokens.sign(place) == "{":
            yield from ((mine, (module, theirs)) for mine, theirs in _names(tokens, place, "as"))
            place = tokens.pair[place]
        elif tokens.name(place) and tokens.name(place) not in ("as", "type"):
            yield tokens.name(place), (module, "default")
        place += 1


def _names(tokens: Tokens, opening: int, between: str) -> Iterator[tuple[str, str]]:
    """The local names in braces, with what they are called outside: `{ a, b as c }` or `{ a, b: c }`."""
    for start, end in split(tokens, (opening + 1, min(tokens.pair[opening], len(tokens.all))), ","):
        if not tokens.name(start) or start >= end:
            continue
        renamed = tokens.sign(start + 1) == between and start + 2 < end
        yield tokens.name(start + 2) if renamed else tokens.name(start), tokens.name(start)


def _modules(tokens: Tokens) -> Iterator[str]:
    for at in range(1, len(tokens.all)):
        module = tokens.string(at)
        if module and (tokens.name(at - 1) in ("from", "import") or tokens.name(at - 2) == "require"):
            yield module


def _end_of_function(tokens: Tokens, at: int) -> int:
    body = next((i for i in outer(tokens, (at, len(tokens.all))) if tokens.sign(i) == "{"), len(tokens.all) - 1)
    return min(max(tokens.pair[body], body) + 1, len(tokens.all))


def _exports(tokens: Tokens) -> Iterator[Extent]:
    """The expressions that are the default export. A file of JSON is one."""
    if tokens.sign(0) == "{":
        yield 0, len(tokens.all)
        return
    for at in outer(tokens, (0, len(tokens.all))):
        start = _exported_at(tokens, at)
        if start is not None and start < len(tokens.all):
            yield start, expression_end(tokens, start)


def _exported_at(tokens: Tokens, at: int) -> int | None:
    """Where the expression begins that is exported here: `export default`, `export =`, `module.exports =`,
    `exports.default =` or `export { config as default }`.
    """
    if tokens.name(at) == "export":
        if tokens.name(at + 1) == "default":
            return at + 2
        if tokens.sign(at + 1) == "=":
            return at + 2
        if tokens.sign(at + 1) == "{":
            inner = range(at + 2, min(tokens.pair[at + 1], len(tokens.all)))
            named = (i for i in inner if tokens.name(i) == "default")
            default = next(named, None)
            return None if default is None else default - 2 if tokens.name(default - 1) == "as" else default
    dotted = [tokens.sign(at + i) for i in range(4)]
    return at + 4 if dotted in (["module", ".", "exports", "="], ["exports", ".", "default", "="]) else None
