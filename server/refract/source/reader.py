"""Reads one file of code from its beginning to its end, and notes what it uses.

Calls of Prisma Client are recognised by their form (`….user.findMany(…)`), what they are given is read by the schema,
and what they answer is followed through the names that hold it, within one file.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, evolve, field

from refract.source.arguments import OF_ARGUMENT, OTHER_ARGUMENTS, Arguments, Mode
from refract.source.client import Client, ClientModel, Target
from refract.source.extents import (
    after,
    body_of,
    end_of_body,
    end_of_expression,
    end_of_generic,
    end_of_type,
    parts,
)
from refract.source.generated import Generated
from refract.source.names import Names
from refract.source.raw_sql import uses_in_sql
from refract.source.shapes import Delegate, Input, Members, Rows, Shape, Types
from refract.source.tokens import TokenKind, Tokens, tokens_of
from refract.source.uses import Use
from refract.text import Span

_MANY = frozenset({"findMany", "createManyAndReturn", "updateManyAndReturn", "groupBy"})
_ONE = frozenset(
    {"findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow", "create", "update", "upsert", "delete"}
)
_NO_ROWS = frozenset({"createMany", "updateMany", "deleteMany", "count", "aggregate", "findRaw", "aggregateRaw"})
_METHODS = _MANY | _ONE | _NO_ROWS
_COMMON = frozenset({"create", "update", "delete", "count"})
"""Methods that many other things have as well: these calls must also look like Prisma's inside."""

_SAME_ROWS = frozenset({"filter", "slice", "sort", "toSorted", "reverse", "toReversed", "concat"})
_ONE_OF_ROWS = frozenset({"find", "findLast", "at", "pop", "shift"})
_WITH_ROWS = _SAME_ROWS | frozenset({"find", "findLast", "map", "flatMap", "forEach", "some", "every", "findIndex"})
_GOES_ON = frozenset({".", "?.", "[", "(", "!", ")"})
_MODIFIERS = frozenset({"public", "private", "protected", "readonly", "override", "..."})
_BEFORE_VALUE = frozenset({"await", "("})
_AT_ONCE = frozenset({"all", "$transaction", "allSettled"})
_WIDE = 2_000  # tokens of an extension of the client


def read(text: str, client: Client, wanted: frozenset[Target]) -> Iterator[Use]:
    """The uses of what is `wanted`."""
    tokens = tokens_of(text)
    reader = _Reader(tokens, client, wanted)
    reader.run()
    yield from reader.found
    yield from uses_in_sql(tokens, client, wanted)


@define(eq=False)
class _Reader:
    """What is known while a file is read. `given` are shapes for patterns that come: where each begins."""

    tokens: Tokens
    client: Client
    wanted: frozenset[Target]
    found: list[Use] = field(factory=list)
    names: Names = field(factory=Names)
    types: Types = field(init=False)
    arguments: Arguments = field(init=False)
    generated: Generated = field(init=False)
    given: dict[int, Shape] = field(factory=dict)
    awaited: dict[int, tuple[int, int]] = field(factory=dict)
    loose: list[tuple[str, int]] = field(factory=list)
    near: set[str] = field(factory=set)
    _open: list[int] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.types = Types(self.tokens, self.client)
        self.arguments = Arguments(self.tokens, self.client, self.wanted, _objects(self.tokens), self.found)
        self.generated = Generated(self.tokens, self.client, self.types, self.arguments, self.near)
        self.near.update(name for name, _ in self.types.imported.values())

    def run(self) -> None:
        """Reads the file."""
        for at, token in enumerate(self.tokens.all):
            if token.kind is TokenKind.NAME:
                self._name(at, token.text)
            elif token.text == "(":
                self._parameters(at)
            elif token.text == "{":
                self._open.append(at)
            elif token.text == "}" and self._open:
                self._open.pop()
        self._loose_uses()

    def _name(self, at: int, name: str) -> None:
        tokens = self.tokens
        if name in ("const", "let", "var"):
            self._declaration(at)
        elif name in ("satisfies", "as"):
            self.generated.read_vouched(at)
        elif tokens.sign(at - 1) in (".", "?."):
            return
        elif name == "Prisma" and tokens.sign(at + 1) == ".":
            self.generated.read_prisma(at)
        elif tokens.sign(at + 1) == "=>":
            self.names.declare(name, self.given.get(at), end_of_body(self.tokens, at + 2))
        elif (enum := self.types.enum(name)) is not None and tokens.sign(at - 2) != "import":
            self.generated.read_enum(enum, at, at)
        elif self.types.model(name) is not None and self.generated.is_type(at):
            self.generated.read_type(at)
        elif at in self.awaited or tokens.sign(at + 1) in _GOES_ON:
            self._chain(at)

    # Declarations

    def _declaration(self, at: int) -> None:
        """`const user = ...`: until its value is read, nothing is known of the name."""
        tokens, pattern = self.tokens, at + 1
        end = after(tokens, pattern)
        if tokens.sign(end) == "!":
            end += 1
        shape, equals = None, end
        if tokens.sign(end) == ":":
            equals = end_of_type(tokens, end + 1)
            shape = self.types.of(end + 1, equals)
        value = equals + 1
        self._bind(pattern, shape)
        if tokens.sign(equals) not in ("=", "of"):
            return
        if isinstance(shape, Input):
            self.arguments.read_value(value, end_of_expression(self.tokens, value), shape.model, shape.mode)
        elif shape is None:
            self._await(pattern, value, is_each=tokens.sign(equals) == "of")

    def _await(self, pattern: int, value: int, *, is_each: bool) -> None:
        """The pattern gets what the chain at `value` answers, or those in a list of things done at once."""
        tokens = self.tokens
        while tokens.sign(value) in _BEFORE_VALUE:
            value += 1
        if tokens.sign(pattern) == "[" and self._opens_list(value):
            self._await_all(pattern, self._opens_list(value))
        else:
            self.awaited[value] = (pattern, int(is_each))

    def _opens_list(self, value: int) -> int:
        """Where the list in `Promise.all([...])` or `prisma.$transaction([...])` opens; 0 if there is none."""
        tokens = self.tokens
        for at in range(value, min(value + 8, len(tokens.all))):
            if tokens.name(at) in _AT_ONCE and tokens.sign(at + 1) == "(" and tokens.sign(at + 2) == "[":
                return at + 2
        return 0

    def _await_all(self, pattern: int, opening: int) -> None:
        patterns = parts(self.tokens, pattern)
        for name, value in zip(patterns, parts(self.tokens, opening), strict=False):
            self._await(name, value, is_each=False)

    def _bind(self, pattern: int, shape: Shape | None, until: int | None = None) -> None:
        """The names in a pattern have parts of the shape."""
        end = self._end_of_scope() if until is None else until
        tokens = self.tokens
        if tokens.sign(pattern) == "{":
            self._bind_properties(pattern, shape, end)
        elif tokens.sign(pattern) == "[":
            item = _item(shape)
            for part in parts(self.tokens, pattern):
                self._bind(part, item, end)
        elif tokens.name(pattern):
            self.names.declare(tokens.name(pattern), shape, end)

    def _bind_properties(self, pattern: int, shape: Shape | None, end: int) -> None:
        entries = self.arguments.entries
        members = (
            {name: (start, stop) for name, _, start, stop in entries(shape.opening)}
            if isinstance(shape, Members)
            else {}
        )
        for name, key, start, _ in entries(pattern):
            part: Shape | None = None
            if name == "...":
                part = shape
            elif isinstance(shape, Rows) and not shape.many:
                part = self.generated.use_field(shape, name, key)
            elif name in members:
                part = self.types.of(*members[name], 1)
            elif shape is None and name in self.client.accessors and self._is_client(pattern):
                part = Delegate(self.client.accessors[name])
            if shape is None and part is None and name != "...":
                self.loose.append((name, key))
            if self.tokens.sign(start) in ("{", "["):
                if key > pattern:  # a pattern within the pattern
                    self._bind(start, part, end)
            else:
                self.names.declare(self.tokens.name(start) or name, part, end)

    def _is_client(self, pattern: int) -> bool:
        equals = after(self.tokens, pattern)
        return self.tokens.sign(equals) == "=" and self.tokens.name(equals + 1) in ("prisma", "db", "tx")

    def _parameters(self, at: int) -> None:
        """The parameters of the function whose list opens here, if it is one."""
        tokens = self.tokens
        found = body_of(tokens, at)
        if found is None:
            return
        body, returned = found[0], self.types.of(*found[1:])
        end = end_of_body(self.tokens, body)
        for part in parts(self.tokens, at):
            pattern = part
            while tokens.sign(pattern) in _MODIFIERS:
                pattern += 1
            colon = after(tokens, pattern)
            if tokens.sign(colon) == "?":
                colon += 1
            shape = self.given.get(part)
            if tokens.sign(colon) == ":":
                shape = self.types.of(colon + 1, end_of_type(tokens, colon + 1))
            self._bind(pattern, shape, end)
        if isinstance(returned, Input):
            if tokens.sign(body) == "{":
                for opening in self.arguments.returned(body):
                    self.arguments.read_object(opening, returned.model, returned.mode)
            else:
                self.arguments.read_value(body, end, returned.model, returned.mode)

    def _end_of_scope(self) -> int:
        return self.tokens.pair[self._open[-1]] if self._open else len(self.tokens.all)

    # Chains: a name and what follows it

    def _chain(self, first: int) -> None:
        tokens, name = self.tokens, self.tokens.name(first)
        shape, at = self.names.at(name, first), first + 1
        pattern, is_each = self.awaited.pop(first, (-1, 0))
        depth = first
        while True:
            shape, at = self._links(shape, at, first)
            depth -= 1
            while tokens.sign(depth) == "await":
                depth -= 1
            if tokens.sign(at) != ")" or tokens.sign(depth) != "(" or tokens.name(depth - 1) not in ("", "return"):
                break
            at += 1  # (await prisma.user.findFirst()).name
        if pattern >= 0 and shape is not None:
            self._bind(pattern, _item(shape) if is_each else shape)

    def _links(self, shape: Shape | None, at: int, first: int) -> tuple[Shape | None, int]:
        """Follows a chain: what it comes to, and where it ends."""
        tokens = self.tokens
        while at < len(tokens.all):
            sign = tokens.sign(at)
            if sign in (".", "?.") and tokens.name(at + 1):
                shape, at = self._property(shape, at + 1, first)
            elif sign in ("?.", "!"):
                if tokens.sign(at + 1) not in (".", "?.", "[", "(", ")", ";", ","):
                    return shape, at
                at += 1
            elif sign == "[":
                shape, at = self._index(shape, at), tokens.pair[at] + 1
            elif sign == "(":
                shape, at = None, tokens.pair[at] + 1
            else:
                break
        return shape, at

    def _index(self, shape: Shape | None, at: int) -> Shape | None:
        name = self.tokens.string(at + 1)
        if name is None:
            return _item(shape)
        model = self.client.accessors.get(name)
        if isinstance(shape, Rows) and not shape.many:
            return self.generated.use_field(shape, name, at + 1)
        return Delegate(model) if model and shape is None else None

    def _property(self, shape: Shape | None, at: int, first: int) -> tuple[Shape | None, int]:
        """One `.name` of a chain, with the call that follows it."""
        tokens, name = self.tokens, self.tokens.name(at)
        if name == "$extends" and tokens.sign(at + 1) == "(":
            self._extension(at + 1)
        opening = self._call(at + 1)
        if isinstance(shape, Delegate) or (name in self.client.accessors and self._calls_client(at, first)):
            if isinstance(shape, Delegate) and name in _METHODS and opening:
                return self._client_call(shape.model, name, opening), tokens.pair[opening] + 1
            if name in self.client.accessors:
                model = self.client.accessors[name]
                self.near.add(model.name)
                self.arguments.use_model(model, at)
                return Delegate(model), at + 1
        if isinstance(shape, Input):
            self._assigned(shape, at)
            return None, at + 1
        if isinstance(shape, Rows):
            return self._of_rows(shape, at, opening)
        if isinstance(shape, Members):
            found = next((e for e in self.arguments.entries(shape.opening) if e[0] == name), None)
            return (self.types.of(found[2], found[3], 1) if found else None), at + 1
        if (enum := self.client.enums.get(name)) and tokens.sign(at + 1) == "." and tokens.name(at + 2) in enum:
            self.generated.read_enum((name, tokens.name(first) == "$Enums"), at, first)
        if first < at - 1 and not opening:
            self.loose.append((name, at))
        return None, at + 1

    def _of_rows(self, rows: Rows, at: int, opening: int) -> tuple[Shape | None, int]:
        tokens, name = self.tokens, self.tokens.name(at)
        end = after(tokens, opening or at)
        if opening and name in ("then", "finally"):
            self._give(opening, rows)
            return None, end
        if rows.many:
            if opening and name in _WITH_ROWS:
                self._give(opening, evolve(rows, many=False))
            if name in _SAME_ROWS:
                return rows, end
            return (_item(rows), end) if name in _ONE_OF_ROWS else (None, end)
        part = self.generated.use_field(rows, name, at)
        if opening and part is not None:  # prisma.user.findUnique(...).posts(...)
            self.arguments.read_value(opening + 1, tokens.pair[opening], part.model, Mode.ARGUMENTS)
        return part, end

    def _give(self, opening: int, shape: Shape) -> None:
        """The function that a call is given gets this as its first argument."""
        first = opening + 1
        if self.tokens.sign(first) == "async":
            first += 1
        self.given[first + 1 if self.tokens.sign(first) == "(" else first] = shape

    def _assigned(self, shape: Input, at: int) -> None:
        """`where.name = ...`"""
        value = at + 2
        name, end = (
            self.tokens.name(at),
            end_of_expression(self.tokens, value) if self.tokens.sign(at + 1) == "=" else value,
        )
        if shape.mode is Mode.ARGUMENTS and name in OF_ARGUMENT:
            self.arguments.read_value(value, end, shape.model, OF_ARGUMENT[name])
        elif shape.mode is not Mode.ARGUMENTS:
            self.arguments.read_entry(name, at, value, end, shape.model, shape.mode)

    # Calls of the client

    def _call(self, at: int) -> int:
        """Where the parentheses of a call open, behind a generic if need be; 0 if it is none."""
        tokens = self.tokens
        if tokens.sign(at) == "<":
            at = end_of_generic(self.tokens, at) + 1
        elif tokens.sign(at) == "?.":
            at += 1
        return at if tokens.sign(at) == "(" else 0

    def _calls_client(self, at: int, first: int) -> bool:
        """Whether `.user` is followed by a method of Prisma Client, with something before it that may be the client."""
        tokens = self.tokens
        method = at + 2 if tokens.sign(at + 1) in (".", "?.") else at + 3
        name = tokens.name(method)
        if name not in _METHODS or tokens.sign(method - 1) not in (".", "?."):
            return False
        opening = self._call(method + 1)
        return bool(opening) and (name not in _COMMON or self._looks_like_arguments(opening))

    def _looks_like_arguments(self, opening: int) -> bool:
        tokens = self.tokens
        if tokens.sign(opening + 1) == "{":
            keys = [entry[0] for entry in self.arguments.entries(opening + 1)]
            return bool(keys) and all(key in OF_ARGUMENT or key in OTHER_ARGUMENTS or key == "..." for key in keys)
        return tokens.sign(opening + 1) == ")" and tokens.name(opening - 1) == "count"

    def _client_call(self, model: ClientModel, method: str, opening: int) -> Shape | None:
        self.arguments.read_value(opening + 1, self.tokens.pair[opening], model, Mode.ARGUMENTS)
        if method in _NO_ROWS:
            return None
        return Rows(model, method in _MANY)

    def _extension(self, opening: int) -> None:
        """`$extends({ result: { user: { fullName: { needs: { name: true } } } } })`."""
        entries = self.arguments.entries
        if self.tokens.sign(opening + 1) != "{":
            return
        for part, _, start, _ in entries(opening + 1):
            for accessor, place, first, _ in entries(start) if self.tokens.sign(start) == "{" else ():
                model = self.client.accessors.get(accessor)
                if model is not None and part in ("result", "query", "model"):
                    self.arguments.use_model(model, place)
                    self._needs(model, first)

    def _needs(self, model: ClientModel, opening: int) -> None:
        for at in range(opening, min(self.tokens.pair[opening], opening + _WIDE)):
            if self.tokens.name(at) == "needs" and self.tokens.sign(at + 1) == ":":
                self.arguments.read_value(at + 2, end_of_expression(self.tokens, at + 2), model, Mode.SELECTION)

    def _loose_uses(self) -> None:
        """Properties of unknown things in files that have to do with the model: perhaps uses of its field."""
        names: dict[str, list[Target]] = {}
        for target in self.wanted:
            if target.member and target.block in self.near:
                names.setdefault(target.member, []).append(target)
        for name, at in self.loose if names else ():
            for target in names.get(name, ()):
                token = self.tokens.all[at]
                self.found.append(Use(target, Span(token.start, token.end), sure=False))


def _item(shape: Shape | None) -> Shape | None:
    return evolve(shape, many=False) if isinstance(shape, Rows) and shape.many else None


def _objects(tokens: Tokens) -> dict[str, list[int]]:
    """Names that stand for objects: `const select = { ... }`, with a type or `Prisma.validator` if need be."""
    found: dict[str, list[int]] = {}
    for at, token in enumerate(tokens.all):
        if token.text not in ("const", "let", "var") or token.kind is not TokenKind.NAME or not tokens.name(at + 1):
            continue
        equals = at + 2
        while tokens.sign(at + 2) == ":" and equals < at + 60 and tokens.sign(equals) not in ("=", ";", ""):
            equals = max(tokens.pair[equals], equals) + 1
        if tokens.sign(equals) != "=":
            continue
        opening = equals + 1
        if tokens.sign(opening) == "{":
            found.setdefault(tokens.name(at + 1), []).append(opening)
        elif tokens.name(opening) == "Prisma":
            call = next((p for p in range(opening, min(opening + 20, len(tokens.all))) if tokens.sign(p) == "{"), None)
            if call is not None and tokens.sign(call - 1) == "(":
                found.setdefault(tokens.name(at + 1), []).append(call)
    return found
