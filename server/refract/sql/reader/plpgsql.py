"""Parses a block of PL/pgSQL: its declarations, statements and exception handlers. What they do is for `blocks`."""

from __future__ import annotations

from attrs import frozen

from refract.sql.reader.cursor import UnreadableStatement
from refract.sql.reader.tokens import END, SqlToken

_DEEPEST = 40
"""Nested blocks; more are no SQL that a person wrote."""


@frozen
class Plain:
    """One statement, without its semicolon."""

    tokens: list[SqlToken]


@frozen
class Branch:
    """The statements of an IF that run if the condition holds."""

    condition: list[SqlToken]
    body: tuple[Node, ...]


@frozen
class If:
    """IF, ELSIF and ELSE. `tokens` are all of it."""

    branches: tuple[Branch, ...]
    otherwise: tuple[Node, ...]
    tokens: list[SqlToken]


@frozen
class Loop:
    """A loop of any kind: `head` is what stands before LOOP."""

    head: list[SqlToken]
    body: tuple[Node, ...]
    tokens: list[SqlToken]


@frozen
class Declaration:
    """A variable, with the expression that it begins with (perhaps none). `type` are the words between."""

    name: SqlToken
    type: list[SqlToken]
    value: list[SqlToken]


@frozen
class Handler:
    """`WHEN conditions THEN body`. A SQLSTATE is kept as its token."""

    conditions: list[SqlToken]
    body: tuple[Node, ...]


@frozen
class Block:
    """BEGIN ... EXCEPTION ... END."""

    declarations: tuple[Declaration, ...]
    body: tuple[Node, ...]
    handlers: tuple[Handler, ...]
    tokens: list[SqlToken]


Node = Plain | If | Loop | Block


def parse_block(found: list[SqlToken]) -> Block:
    """The block in these tokens, without the options for the compiler. Raises UnreadableStatement."""
    parser = _Parser(found)
    parser.skip_options()
    return parser.block()


class _Parser:
    def __init__(self, found: list[SqlToken]) -> None:
        self._tokens = found
        self._position = 0
        self._depth = 0

    def skip_options(self) -> None:
        """Pass over options for the compiler, such as `#variable_conflict use_column`."""
        while self._accept("#"):
            self._position += 2

    def block(self) -> Block:
        start = self._position
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnreadableStatement("too deep")
        self._label()
        declarations = self._declarations() if self._accept("DECLARE") else ()
        self._expect("BEGIN")
        self._accept("ATOMIC")
        body = self._body("END", "EXCEPTION")
        handlers = self._handlers() if self._accept("EXCEPTION") else ()
        self._expect("END")
        self._to_semicolon()
        self._depth -= 1
        return Block(declarations, body, handlers, self._tokens[start : self._position])

    def _label(self) -> None:
        if self._key() == "<<":
            while self._key() not in (">>", END):
                self._position += 1
            self._position += 1

    def _declarations(self) -> tuple[Declaration, ...]:
        found = []
        while self._key() not in ("BEGIN", END):
            found.append(_declaration(self._statement()))
        return tuple(found)

    def _body(self, *ends: str) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while self._key() not in ends:
            if self._key() == END:
                raise UnreadableStatement("block without end")
            if not self._accept(";"):
                nodes.append(self._node())
        return tuple(nodes)

    def _node(self) -> Node:
        start = self._position
        self._label()
        match self._key():
            case "BEGIN" | "DECLARE":
                self._position = start
                return self.block()
            case "IF":
                return self._if()
            case "LOOP" | "FOR" | "FOREACH" | "WHILE":
                return self._loop()
            case "CASE":
                return self._case()
            case _:
                return Plain(self._statement())

    def _if(self) -> If:
        start = self._position
        branches = []
        while self._accept("IF") or self._accept("ELSIF") or self._accept("ELSEIF"):
            condition = self._until("THEN")
            branches.append(Branch(condition, self._body("ELSIF", "ELSEIF", "ELSE", "END")))
        otherwise = self._body("END") if self._accept("ELSE") else ()
        self._expect("END")
        self._expect("IF")
        self._to_semicolon()
        return If(tuple(branches), otherwise, self._tokens[start : self._position])

    def _loop(self) -> Loop:
        start = self._position
        head = self._until("LOOP")
        body = self._body("END")
        self._expect("END")
        self._expect("LOOP")
        self._to_semicolon()
        return Loop(head, body, self._tokens[start : self._position])

    def _case(self) -> If:
        """CASE as a statement: an IF whose conditions are not decided."""
        start = self._position
        self._position += 1
        branches = []
        self._until("WHEN")
        while True:
            self._until("THEN")
            branches.append(Branch([], self._body("WHEN", "ELSE", "END")))
            if not self._accept("WHEN"):
                break
        otherwise = self._body("END") if self._accept("ELSE") else ()
        self._expect("END")
        self._expect("CASE")
        self._to_semicolon()
        return If(tuple(branches), otherwise, self._tokens[start : self._position])

    def _handlers(self) -> tuple[Handler, ...]:
        found = []
        while self._accept("WHEN"):
            conditions = self._until("THEN")
            found.append(Handler(conditions, self._body("WHEN", "END")))
        return tuple(found)

    def _statement(self) -> list[SqlToken]:
        start = self._position
        while self._key() not in (";", END):
            self._position += 1
        found = self._tokens[start : self._position]
        self._position += 1
        return found

    def _until(self, word: str) -> list[SqlToken]:
        """The tokens up to a word outside parentheses and CASE, and past it."""
        start, depth = self._position, 0
        while depth or self._key() != word:
            key = self._key()
            if key in (END, ";"):
                raise UnreadableStatement(f"{word} expected")
            depth += (key in ("(", "CASE")) - (key in (")", "END"))
            self._position += 1
        found = self._tokens[start : self._position]
        self._position += 1
        return found

    def _to_semicolon(self) -> None:
        while self._key() not in (";", END):
            self._position += 1
        self._position += 1

    def _key(self) -> str:
        return self._tokens[self._position].key if self._position < len(self._tokens) else END

    def _accept(self, key: str) -> bool:
        found = self._key() == key
        self._position += found
        return found

    def _expect(self, key: str) -> None:
        if not self._accept(key):
            raise UnreadableStatement(f"{key} expected")


def _declaration(found: list[SqlToken]) -> Declaration:
    """`name [CONSTANT] type [NOT NULL] [{DEFAULT | := | =} expression]`; `:=` is two tokens."""
    if not found:
        raise UnreadableStatement("declaration expected")
    sign = next((at for at, token in enumerate(found) if token.key in ("DEFAULT", "=", ":=")), len(found))
    type_ = [token for token in found[1:sign] if token.key not in (":", "CONSTANT")]
    return Declaration(found[0], type_, found[sign + 1 :])
