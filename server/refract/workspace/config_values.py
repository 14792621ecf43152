"""Evaluates a configuration in TypeScript or JavaScript as data, without running it.

What people write around plain values is known: constants of the same file, spreads, templates, `path.join(..)` and its
kin, `__dirname` and `import.meta.url`, environment variables with a default, functions without arguments.
Anything else is unknown, which is an answer, not an error. Paths are relative to the folder of the file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum

from attrs import field, frozen

from refract.typescript import TokenKind, Tokens, tokens_of
from refract.workspace.config_declarations import Declarations, Extent, declarations_of, expression_end, outer, split

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LONGEST_TEXT = 4_096
_LONGEST_EXPRESSION = 500  # tokens of one that is no object, list or function
_DEEPEST = 24
_MOST_EVALUATIONS = 20_000
_THIS_FILE = "./prisma.config"  # its name does not matter: only its folder is ever asked for
_HERE = {
    "__dirname": ".",
    "__filename": _THIS_FILE,
    "import.meta.dirname": ".",
    "import.meta.dir": ".",
    "import.meta.url": _THIS_FILE,
    "import.meta.filename": _THIS_FILE,
    "import.meta.path": _THIS_FILE,
    "process.cwd()": ".",
    "Deno.cwd()": ".",
    "path.sep": "/",
}
_ENVIRONMENT = re.compile(r"(?:process\.env|Bun\.env|import\.meta\.env)\b.*|(?:Deno\.env\.get|env)\(.*\)", re.DOTALL)
_UNCHANGED = ("href", "pathname", "toString()", "trim()")
_LIKE_THEIR_ARGUMENT = frozenset({"defineConfig", "fileURLToPath", "pathToFileURL", "String"})
_PATH_MODULES = frozenset({"path", "node:path", "path/posix", "node:path/posix", "pathe", "upath"})
_TYPE_WORDS = ("as", "satisfies")


class Special(Enum):
    """A value that is neither a text nor an object."""

    UNKNOWN = "unknown"
    UNSET = "unset"
    """Not there, or `undefined`."""
    ENVIRONMENT = "environment"
    """A variable of the environment: nothing is known of it here, and it may be unset."""


_FALSY = (Special.UNSET, Special.ENVIRONMENT, "")


@frozen
class ObjectValue:
    """An object literal: its parts in order, each a name (None: a spread) and the extent of its value."""

    parts: tuple[tuple[str | None, Extent], ...]


@frozen
class ListValue:
    """An array literal."""

    items: tuple[Extent, ...]


@frozen
class _Function:
    """A function of the file; `results` are what it may return."""

    results: tuple[Extent, ...]


@frozen
class _Either:
    """One of two objects: which, only running the file would show."""

    one: ObjectValue
    other: ObjectValue


Value = str | ObjectValue | ListValue | _Function | _Either | Special


@frozen
class ConfigValues:
    """What a configuration file exports."""

    _tokens: Tokens
    _declared: Declarations
    _known: dict[str, Value] = field(factory=dict)
    _left: list[int] = field(factory=lambda: [_MOST_EVALUATIONS])

    def at(self, *names: str) -> Value:
        """The value below these names of the exported object; UNSET if it is not there."""
        value = self._exported()
        for name in names:
            value = self._member(value, name, 0)
        return value

    def text(self, *names: str) -> str | Special:
        """The text below these names."""
        value = self.at(*names)
        return value if isinstance(value, str | Special) else Special.UNKNOWN

    def texts(self, *names: str) -> tuple[str, ...] | Special:
        """The list of texts below these names."""
        value = self.at(*names)
        if not isinstance(value, ListValue):
            return value if isinstance(value, Special) else Special.UNKNOWN
        found = tuple(self._value(item, 0) for item in value.items)
        texts = tuple(item for item in found if isinstance(item, str))
        return texts if len(texts) == len(found) else Special.UNKNOWN

    def plain(self) -> object:
        """Everything as dictionaries, lists and texts; None for what is neither."""
        return self._plain(self._exported(), 0)

    def has(self, name: str) -> bool:
        """Whether the exported object is known, and has the property written out."""
        exported = self._exported()
        return isinstance(exported, ObjectValue) and any(name == known for known, _ in exported.parts)

    def calls(self, name: str) -> bool:
        """Whether a function of that name is called anywhere."""
        tokens = self._tokens
        return any(tokens.name(at) == name and tokens.sign(at + 1) == "(" for at in range(len(tokens.all)))

    def imports(self, beginning: str) -> bool:
        """Whether anything is imported from a module whose name begins so."""
        return any(module.startswith(beginning) for module in self._declared.modules)

    def _plain(self, value: Value, depth: int) -> object:
        if depth > _DEEPEST:
            return None
        if isinstance(value, ListValue):
            return [self._plain(self._value(item, 0), depth + 1) for item in value.items]
        if isinstance(value, ObjectValue):
            names = dict.fromkeys(name for name, _ in value.parts if name is not None)
            return {name: self._plain(self._property(value, name, 0), depth + 1) for name in names}
        return value if isinstance(value, str) else None

    def _exported(self) -> Value:
        """What the file exports; UNSET if it exports nothing."""
        if not self._declared.exports:
            return Special.UNSET
        value = self._value(self._declared.exports[0], 0)
        return self._returned(value, 0) if isinstance(value, _Function) else value

    def _value(self, extent: Extent, depth: int) -> Value:
        self._left[0] -= 1
        if depth > _DEEPEST or self._left[0] < 0:
            return Special.UNKNOWN
        start, end = self._bare(extent)
        if start >= end:
            return Special.UNKNOWN
        for reader in (self._literal, self._function):
            found = reader((start, end), depth + 1)
            if found is not None:
                return found
        return self._combined((start, end), depth + 1) if end - start <= _LONGEST_EXPRESSION else Special.UNKNOWN

    def _combined(self, extent: Extent, depth: int) -> Value:
        """What several values give, or a name, a member or a call."""
        for reader in (self._choice, self._first_set, self._sum):
            found = reader(extent, depth)
            if found is not None:
                return found
        return self._chain(extent, depth)

    def _bare(self, extent: Extent) -> Extent:
        """The expression without what only types it, waits for it or puts it in brackets."""
        tokens, (start, end) = self._tokens, extent
        while start < end:
            if tokens.name(start) == "await":
                start += 1
            elif tokens.sign(end - 1) == "!":
                end -= 1
            elif tokens.sign(start) == "(" and tokens.pair[start] == end - 1:
                start, end = split(tokens, (start + 1, end - 1), ",")[-1]  # `(0, name)`: the last one counts
            else:
                break
        for at in outer(tokens, (start, end)):
            if at > start and tokens.name(at) in _TYPE_WORDS and tokens.sign(at - 1) != ".":
                return self._bare((start, at))
        return start, end

    def _function(self, extent: Extent, depth: int) -> Value | None:
        """A function with the expressions that it may return; None for anything else."""
        tokens, (start, end) = self._tokens, extent
        first = start + (tokens.name(start) == "async")
        if tokens.name(first) == "function":
            body = next((at for at in outer(tokens, (first, end)) if tokens.sign(at) == "{"), end)
            return self._block(body, end)
        arrow = next((at for at in outer(tokens, extent) if tokens.sign(at) == "=>"), None)
        if arrow is None or (arrow > first + 1 and tokens.sign(first) not in ("(", "<")):
            return None
        if tokens.sign(arrow + 1) == "{":
            return self._block(arrow + 1, end)
        return _Function(((arrow + 1, end),))

    def _block(self, start: int, end: int) -> Value:
        if start >= end:
            return Special.UNKNOWN
        tokens, last = self._tokens, min(self._tokens.pair[start], end)
        places = (at for at in range(start + 1, last) if tokens.name(at) == "return" and tokens.sign(at - 1) != ".")
        return _Function(tuple((at + 1, expression_end(tokens, at + 1)) for at in places))

    def _choice(self, extent: Extent, depth: int) -> Value | None:
        """`condition ? one : other`: what both give, or the other if the first is asked of the environment only."""
        tokens, (_, end) = self._tokens, extent
        mark = next((at for at in outer(tokens, extent) if tokens.sign(at) == "?"), None)
        if mark is None:
            return None
        colons = [at for at in outer(tokens, (mark, end)) if tokens.sign(at) == ":"]
        if not colons:
            return Special.UNKNOWN
        one, other = self._value((mark + 1, colons[0]), depth), self._value((colons[0] + 1, end), depth)
        if one is Special.ENVIRONMENT:
            return other
        if isinstance(one, ObjectValue) and isinstance(other, ObjectValue):
            return _Either(one, other)
        return one if one == other else Special.UNKNOWN

    def _first_set(self, extent: Extent, depth: int) -> Value | None:
        """`a ?? b || c`: the first that is set."""
        pieces = [extent]
        for sign in ("??", "||"):
            pieces = [inner for piece in pieces for inner in split(self._tokens, piece, sign)]
        if len(pieces) == 1:
            return None
        found = [self._value(piece, depth) for piece in pieces]
        return next((value for value in found if value not in _FALSY), found[-1])

    def _sum(self, extent: Extent, depth: int) -> Value | None:
        pieces = split(self._tokens, extent, "+")
        return None if len(pieces) == 1 else _together([self._value(piece, depth) for piece in pieces])

    def _literal(self, extent: Extent, depth: int) -> Value | None:
        tokens, (start, end) = self._tokens, extent
        kind, is_one = tokens.all[start].kind, end == start + 1
        if kind is TokenKind.STRING and is_one:
            return _ESCAPE.sub(r"\1", tokens.all[start].text)
        if kind is TokenKind.TEMPLATE and tokens.pair[start] in (end - 1, -1):
            return self._template(extent, depth)
        if tokens.sign(start) == "{" and tokens.pair[start] == end - 1:
            return ObjectValue(tuple(self._parts((start + 1, end - 1))))
        if tokens.sign(start) == "{" and tokens.pair[start] >= len(tokens.all):
            return ObjectValue(tuple(self._parts((start + 1, end))))
        if tokens.sign(start) == "[" and tokens.pair[start] == end - 1:
            return ListValue(tuple(piece for piece in split(tokens, (start + 1, end - 1), ",") if piece[0] < piece[1]))
        return None

    def _template(self, extent: Extent, depth: int) -> Value:
        tokens, (at, end) = self._tokens, extent
        found: list[Value] = []
        while at < end:
            if tokens.sign(at) == "${":
                last = min(tokens.pair[at], end) if tokens.pair[at] > at else end  # else it is never closed
                found.append(self._value((at + 1, last), depth))
                at = last + 1
            else:
                found.append(_ESCAPE.sub(r"\1", tokens.all[at].text))
                at += 1
        return _together(found)

    def _parts(self, extent: Extent) -> Iterator[tuple[str | None, Extent]]:
        tokens = self._tokens
        for start, end in split(tokens, extent, ","):
            if tokens.sign(start) == "..." and start < end:
                yield None, (start + 1, end)
                continue
            name = tokens.name(start) or tokens.string(start)
            if name is not None and tokens.sign(start + 1) == ":" and start + 1 < end:
                yield name, (start + 2, end)
            elif name is not None and end == start + 1:  # shorthand: { schema }
                yield name, (start, end)
            elif name is not None and tokens.sign(start + 1) == "(":  # a method, or a getter without its `get`
                yield name, (end, end)

    def _member(self, value: Value, name: str, depth: int) -> Value:
        if isinstance(value, _Function):
            value = self._returned(value, depth)
        if isinstance(value, _Either):
            one, other = (self._member(each, name, depth) for each in (value.one, value.other))
            return one if one == other else Special.UNKNOWN
        if isinstance(value, ObjectValue):
            return self._property(value, name, depth)
        return value if isinstance(value, Special) else Special.UNKNOWN

    def _property(self, value: ObjectValue, name: str, depth: int) -> Value:
        """The last part that sets the name: by itself, or by what it spreads."""
        for at in range(len(value.parts) - 1, -1, -1):
            known, extent = value.parts[at]
            if known == name:
                return self._value(extent, depth + 1)
            found = self._member(self._value(extent, depth + 1), name, depth + 1) if known is None else Special.UNSET
            if found is not Special.UNSET:
                return found
        return Special.UNSET

    def _returned(self, function: _Function, depth: int) -> Value:
        values = [self._value(result, depth + 1) for result in function.results]
        return values[0] if values and all(value == values[0] for value in values) else Special.UNKNOWN

    def _chain(self, extent: Extent, depth: int) -> Value:
        """A name, a member or a call."""
        tokens, (start, end) = self._tokens, extent
        if end == start + 1:
            return self._named(tokens.name(start), depth)
        written = "".join(_written(tokens, at) for at in range(start, min(end, start + 40)))
        if written in _HERE:
            return _HERE[written]
        if _ENVIRONMENT.fullmatch(written) and tokens.name(start) not in self._declared.constants:
            return Special.ENVIRONMENT
        if tokens.sign(end - 1) == ")" and start < tokens.pair[end - 1]:
            return self._call((start, tokens.pair[end - 1]), (tokens.pair[end - 1] + 1, end - 1), depth)
        if tokens.name(end - 1) and tokens.sign(end - 2) in (".", "?.") and end - 2 > start:
            before, name = self._value((start, end - 2), depth), tokens.name(end - 1)
            return before if name in _UNCHANGED and isinstance(before, str) else self._member(before, name, depth)
        return self._indexed(extent, depth)

    def _indexed(self, extent: Extent, depth: int) -> Value:
        """`paths["schema"]`."""
        tokens, (start, end) = self._tokens, extent
        opening = tokens.pair[end - 1]
        if tokens.sign(end - 1) != "]" or not start < opening:
            return Special.UNKNOWN
        name = self._value((opening + 1, end - 1), depth)
        return (
            self._member(self._value((start, opening), depth), name, depth)
            if isinstance(name, str)
            else Special.UNKNOWN
        )

    def _named(self, name: str, depth: int) -> Value:
        """What a constant or a function of the file holds. Each is looked up once, and none refers to itself."""
        declared = self._declared
        if name in declared.from_environment:
            return Special.ENVIRONMENT
        if name in ("undefined", "null"):
            return Special.UNSET
        if name not in declared.constants:
            return _HERE.get(name, Special.UNKNOWN)
        if name not in self._known:
            self._known[name] = Special.UNKNOWN
            values = [self._value(extent, depth) for extent in declared.constants[name]]
            self._known[name] = values[0] if all(value == values[0] for value in values) else Special.UNKNOWN
        return self._known[name]

    def _call(self, callee: Extent, inner: Extent, depth: int) -> Value:
        tokens, (start, end) = self._tokens, callee
        arguments = [piece for piece in split(tokens, inner, ",") if piece[0] < piece[1]]
        if tokens.name(start) == "new":
            is_url = tokens.name(start + 1) == "URL" and end == start + 2
            return _url([self._value(a, depth) for a in arguments]) if is_url else Special.UNKNOWN
        if tokens.sign(end - 2) in (".", "?.") and f"{tokens.name(end - 1)}()" in _UNCHANGED:
            return self._value((start, end - 2), depth)
        name, module = self._callee(callee)
        if name == "env" and module.endswith("prisma/config"):
            return Special.ENVIRONMENT
        if name in _PATHS and module in _PATH_MODULES:
            return _PATHS[name]([self._value(a, depth) for a in arguments])
        if name in _LIKE_THEIR_ARGUMENT or module.endswith("prisma/config"):
            return self._value(arguments[0], depth) if arguments else Special.UNKNOWN
        function = self._value(callee, depth)
        return self._returned(function, depth) if isinstance(function, _Function) else Special.UNKNOWN

    def _callee(self, callee: Extent) -> tuple[str, str]:
        """The name of a function as its module exports it, and the module."""
        tokens, (start, end) = self._tokens, self._bare(callee)
        names = [tokens.name(at) for at in range(start, end) if tokens.name(at)]
        if not names or len(names) > 4:
            return "", ""
        module, name = self._declared.imported.get(names[0], ("path" if names[0] == "path" else "", names[0]))
        if len(names) == 1:
            is_path = not module and name in _PATHS and name not in self._declared.constants
            return name, "path" if is_path else module
        return names[-1], module


def read_values(text: str) -> ConfigValues:
    """The configuration in `text`: TypeScript, JavaScript or JSON."""
    tokens = tokens_of(text)
    return ConfigValues(tokens, declarations_of(tokens))


def _url(values: list[Value]) -> Value:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values) or len(texts) not in (1, 2):
        return Special.UNKNOWN
    if len(texts) == 1:
        return texts[0]
    is_folder = texts[0].endswith("/") or posixpath.basename(texts[0]) in (".", "..")
    return _joined([_folder(texts[1]), texts[0]]) + "/" * is_folder


def _written(tokens: Tokens, at: int) -> str:
    token = tokens.all[at]
    return f"'{token.text}'" if token.kind is TokenKind.STRING else token.text


def _joined(parts: list[str]) -> str:
    """`path.join`: a part that begins with a slash is one more part."""
    filled = [part for part in parts if part]
    return posixpath.normpath("/".join(filled)) if filled else "."


def _resolved(parts: list[str]) -> str:
    """`path.resolve`: a part that begins with a slash begins again."""
    return posixpath.normpath(posixpath.join(".", *parts))


def _folder(path: str) -> str:
    """`path.dirname`, of a path in a folder whose own name is not known."""
    known = posixpath.normpath(path)
    return (
        posixpath.normpath(f"{known}/..") if known == "." or known.endswith("..") else posixpath.dirname(known) or "."
    )


def _of_texts(function: Callable[[list[str]], str]) -> Callable[[Iterable[Value]], Value]:
    """The function for values, of which none may be unknown and all together not too long."""

    def of_values(values: Iterable[Value]) -> Value:
        listed = list(values)
        texts = [value for value in listed if isinstance(value, str)]
        is_short = len(texts) == len(listed) and sum(map(len, texts)) <= _LONGEST_TEXT
        return function(texts) if texts and is_short else Special.UNKNOWN

    return of_values


_together = _of_texts("".join)
_PATHS = {
    "join": _of_texts(_joined),
    "resolve": _of_texts(_resolved),
    "normalize": _of_texts(lambda texts: posixpath.normpath(texts[0])),
    "dirname": _of_texts(lambda texts: _folder(texts[0])),
    "relative": _of_texts(lambda texts: posixpath.relpath(texts[-1], texts[0])),
}
"""The functions of Node's `path` that lead to a path."""
