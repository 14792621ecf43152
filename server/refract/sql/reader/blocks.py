"""Runs blocks of PL/pgSQL on the model: DO, and the bodies of functions that a migration calls.

Conditions are decided by the model where it knows what they ask. Where it does not, the statements inside are not
followed, and the rest of the block is. An exception is caught if the model tells that the statement fails so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum as Choice

from refract.schema.changes import Misfit, Reason
from refract.sql.reader.catalogue import Catalogue, Row
from refract.sql.reader.conditions import Evaluator
from refract.sql.reader.cursor import Cursor, UnreadableStatement, body_text, unquoted
from refract.sql.reader.data import VERBS, backfill
from refract.sql.reader.joining import Query
from refract.sql.reader.plpgsql import Block, Declaration, Handler, If, Loop, Node, Plain, parse_block
from refract.sql.reader.routines import Call, Routine, changing_call
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import BODY, QUOTED, STRING, SqlToken, statements, tokens
from refract.sql.reader.values import UNKNOWN, Ordered, Value

Read = Callable[[str, list[SqlToken], ReadingState], None]
"""Reads one statement of a text, whose tokens are given."""

_DEEPEST = 8
_MOST_STEPS = 2_000
"""Statements that a block may run, loops included."""

_IDLE = frozenset({"NULL", "RAISE", "ASSERT", "SELECT", "GET", "OPEN", "FETCH", "CLOSE", "MOVE", "PERFORM", "RETURN"})
_ABOUT_ROWS = frozenset({*VERBS, "SELECT", "WITH", "VALUES", "ANALYZE", "REFRESH", "LOCK", "SET"})
_ABOUT_RIGHTS = re.compile(
    r"\s*(?:GRANT|REVOKE|COMMENT|CREATE POLICY|ALTER (?:TABLE|VIEW|FUNCTION) %s "
    r"(?:OWNER TO|SET \(|ENABLE ROW|FORCE ROW|ALTER %I SET STATISTICS|SECURITY DEFINER))",
    re.IGNORECASE,
)
_PASSING = ("NOTICE", "WARNING", "INFO", "LOG", "DEBUG")


class _Flow(Choice):
    """How a statement leaves off."""

    NEXT = "next"
    RETURN = "return"
    EXIT = "exit"
    CONTINUE = "continue"


class _Failed(Exception):
    """A statement fails under these conditions, which a handler may catch."""

    def __init__(self, conditions: frozenset[str]) -> None:
        super().__init__(*sorted(conditions))
        self.conditions = conditions


def run_block(body: str, session: ReadingState, read: Read, arguments: dict[str, Value] | None = None) -> bool:
    """Run the block in `body` with these arguments. False if it has no form that is known."""
    try:
        block = parse_block(tokens(body, session.provider.name))
    except UnreadableStatement:
        return False
    run = _Run(body, session, read, arguments or {})
    try:
        run.block(block)
    except (_Failed, UnreadableStatement):
        session.not_followed()
    return True


def run_call(call: Call, session: ReadingState, read: Read) -> bool:
    """Run the body of a routine that is called. False if it is not known, or cannot be read."""
    routine = call.routine
    if routine is None or session.depth >= _DEEPEST:
        return False
    session.depth += 1
    try:
        if routine.language == "plpgsql":
            return run_block(routine.body, session, read, _arguments(routine, call.arguments, session))
        for statement in statements(routine.body, session.provider.name) if routine.language == "sql" else ():
            read(routine.body, statement.tokens, session)
        return routine.language == "sql"
    finally:
        session.depth -= 1


def _arguments(routine: Routine, arguments: Cursor, session: ReadingState) -> dict[str, Value]:
    values: dict[str, Value] = dict.fromkeys(routine.parameters, UNKNOWN)
    given = (Evaluator(Catalogue(session), {}).value(item) for item in arguments.items())
    values.update(zip(routine.parameters, given, strict=False))
    return {**values, **{f"${place}": values[name] for place, name in enumerate(routine.parameters, 1)}}


class _Run:
    """One run of a block, with its variables."""

    def __init__(self, text: str, session: ReadingState, read: Read, variables: dict[str, Value]) -> None:
        self._text = text
        self._session = session
        self._read = read
        self._variables: dict[str, Value] = {"found": UNKNOWN, **variables}
        self._guards = 0
        self._steps = 0

    def block(self, block: Block) -> _Flow:
        for declaration in block.declarations:
            self._declare(declaration)
        return self._guarded(block) if block.handlers else self._body(block.body)

    def _declare(self, declaration: Declaration) -> None:
        name = self._name(declaration.name)
        is_record = any(token.key in ("RECORD", "ROWTYPE", "CURSOR", "REFCURSOR") for token in declaration.type)
        value = None if not declaration.value else self._value(declaration.value)
        self._variables[name] = UNKNOWN if is_record else value

    def _guarded(self, block: Block) -> _Flow:
        before = self._session.moment()
        self._guards += 1
        try:
            return self._body(block.body)
        except _Failed as failure:
            handler = self._handler(block.handlers, failure)
            if handler is None:
                raise
        finally:
            self._guards -= 1
        self._session.return_to(before)
        return self._body(handler.body)

    def _handler(self, handlers: Iterable[Handler], failure: _Failed) -> Handler | None:
        for handler in handlers:
            named = {token.key.lower() for token in handler.conditions}
            codes = {_CODES.get(self._string(token), "") for token in handler.conditions if token.key == STRING}
            if "others" in named or (named | codes) & failure.conditions:
                return handler
        return None

    def _body(self, nodes: Iterable[Node]) -> _Flow:
        for node in nodes:
            flow = self._node(node)
            if flow is not _Flow.NEXT:
                return flow
        return _Flow.NEXT

    def _node(self, node: Node) -> _Flow:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise UnreadableStatement("too many steps")
        match node:
            case Block():
                return self.block(node)
            case If():
                return self._if(node)
            case Loop():
                return self._loop(node)
            case Plain():
                return self._plain(node.tokens)

    def _if(self, node: If) -> _Flow:
        for branch in node.branches:
            holds = self._value(branch.condition)
            if holds is True:
                return self._body(branch.body)
            if holds is UNKNOWN:
                return self._undecided(node)
        return self._body(node.otherwise)

    def _undecided(self, node: If | Loop) -> _Flow:
        """Rows are changed by a part that may run; the model is not followed where it may be changed."""
        inside = list(_plain_in(node))
        for found in inside:
            self._forget(found)
            if found[0].key in VERBS or found[0].key == "WITH":
                backfill(self._cursor(found), self._session)
        leaves = any(found[0].key == "RETURN" for found in inside)
        if leaves or not all(self._is_idle(found) for found in inside):
            part = self._text if leaves else self._source(node.tokens)
            self._session.not_followed(text=part)
        return _Flow.RETURN if leaves else _Flow.NEXT

    def _is_idle(self, found: list[SqlToken]) -> bool:
        """Whether a statement changes rows at most."""
        key = found[0].key
        if key == "EXECUTE":
            return self._executes_nothing_modelled(found)
        if changing_call(self._cursor(found), self._session) is not None:
            return False
        return key in _IDLE or key in _ABOUT_ROWS or _assigned(found) > 0 or key in ("EXIT", "CONTINUE", "COMMIT")

    def _executes_nothing_modelled(self, found: list[SqlToken]) -> bool:
        """Whether the text that is run begins with a word about rows or rights, whatever else it is made of."""
        texts = [self._string(token) for token in found if token.key in (STRING, BODY)]
        words = texts[0].split(maxsplit=1) if texts else []
        if not words:
            return False
        return words[0].upper() in _ABOUT_ROWS or _ABOUT_RIGHTS.match(texts[0]) is not None

    def _forget(self, found: list[SqlToken]) -> None:
        """What a statement that may have run has perhaps put into a variable is not known."""
        for name in self._targets(found):
            self._variables[name] = UNKNOWN
        self._variables["found"] = UNKNOWN

    def _targets(self, found: list[SqlToken]) -> list[str]:
        if _assigned(found):
            return [self._name(found[0])]
        into = _place(found, "INTO") if found[0].key in ("SELECT", "WITH", "EXECUTE", "FETCH") else None
        return [] if into is None else [self._name(token) for token in _into(found, into)[0]]

    def _loop(self, node: Loop) -> _Flow:
        rows = self._iterations(node)
        if rows is None:
            return self._undecided(node)
        for row in rows:
            self._variables.update(row)
            flow = self._body(node.body)
            if flow is _Flow.RETURN:
                return flow
            if flow is _Flow.EXIT:
                break
        return _Flow.NEXT

    def _iterations(self, node: Loop) -> list[dict[str, Value]] | None:
        """What a loop sets before each turn; None if that is not known."""
        head = node.head
        if len(head) < 4 or head[0].key not in ("FOR", "FOREACH"):
            return None
        name = self._name(head[1])
        if head[0].key == "FOREACH":
            value = self._value(head[4:]) if head[3].key == "ARRAY" else UNKNOWN
            return [{name: item} for item in value.items] if isinstance(value, Ordered) else None
        rest = head[3:]
        if len(rest) == 1 and ".." in (written := self._source(rest)):
            return _counted(name, written)
        if rest[0].key == "(" and rest[-1].key == ")":
            rest = rest[1:-1]
        if rest[0].key != "SELECT":
            return None
        return _records(name, Evaluator(Catalogue(self._session), self._variables).query(self._cursor(rest)))

    def _plain(self, found: list[SqlToken]) -> _Flow:
        if not found:
            return _Flow.NEXT
        match found[0].key:
            case "NULL" | "ASSERT" | "OPEN" | "CLOSE" | "MOVE":
                pass
            case "RAISE":
                self._raise(found)
            case "RETURN":
                return _Flow.NEXT if len(found) > 1 and found[1].key in ("NEXT", "QUERY") else _Flow.RETURN
            case "EXIT" | "CONTINUE":
                return self._leave(found)
            case "EXECUTE":
                self._execute(found)
            case "PERFORM":
                self._select(found, [])
            case "GET" | "FETCH":
                self._forget(found)
            case _ if (sign := _assigned(found)) > 0:
                self._variables[self._name(found[0])] = self._value(found[sign:])
            case "SELECT" | "WITH" if (into := _place(found, "INTO")) is not None:
                targets, rest = _into(found, into)
                self._select(rest, [self._name(token) for token in targets])
            case _:
                self._run(self._text, found)
        return _Flow.NEXT

    def _leave(self, found: list[SqlToken]) -> _Flow:
        when = _place(found, "WHEN")
        holds = True if when is None else self._value(found[when + 1 :])
        if holds is UNKNOWN:
            raise UnreadableStatement("a loop that ends somewhere")
        flow = _Flow.EXIT if found[0].key == "EXIT" else _Flow.CONTINUE
        return flow if holds is True else _Flow.NEXT

    def _raise(self, found: list[SqlToken]) -> None:
        """An exception ends a block that catches it. Outside of one the migration would have failed, which it has not."""
        if self._guards and not (len(found) > 1 and found[1].key in _PASSING):
            raise _Failed(frozenset({"raise_exception"}))

    def _execute(self, found: list[SqlToken]) -> None:
        end = min((at for key in ("INTO", "USING") if (at := _place(found, key)) is not None), default=len(found))
        self._forget(found)
        value = self._value(found[1:end])
        if isinstance(value, str):
            for statement in statements(value, self._session.provider.name):
                self._run(value, statement.tokens)
        elif not self._executes_nothing_modelled(found):
            self._session.not_followed(text=self._source(found))

    def _select(self, found: list[SqlToken], targets: list[str]) -> None:
        """SELECT INTO and PERFORM: variables, and whether a row was found; perhaps functions that change the model."""
        cursor = self._cursor(found)
        if changing_call(cursor, self._session) is not None:
            text = "SELECT " + self._source(found[1:])
            self._run(text, tokens(text, self._session.provider.name))
            return
        cursor.position = 0
        query = Query((), None)
        if cursor.accept("PERFORM") or cursor.accept("SELECT"):
            query = Evaluator(Catalogue(self._session), self._variables).items(cursor)
        self._variables["found"] = query.exists
        self._assign(targets, query)

    def _assign(self, targets: list[str], query: Query) -> None:
        rows = query.certain
        for place, name in enumerate(targets):
            value: Value = UNKNOWN
            if rows is not None:
                value = rows[0][place] if rows and place < len(rows[0]) else None if not rows else UNKNOWN
            self._variables[name] = value
        if len(targets) == 1 and rows:
            self._variables.update(_fields(targets[0], query.names, rows[0]))

    def _run(self, text: str, found: list[SqlToken]) -> None:
        known = len(self._session.misfits)
        self._read(text, found, self._session)
        misfits = self._session.misfits[known:]
        if misfits and self._guards:
            raise _Failed(_conditions(misfits[0]))

    def _value(self, found: list[SqlToken]) -> Value:
        if not found:
            return UNKNOWN
        return Evaluator(Catalogue(self._session), self._variables).value(self._cursor(found))

    def _cursor(self, found: list[SqlToken]) -> Cursor:
        return Cursor(self._text, found, self._session.kept_names)

    def _name(self, token: SqlToken) -> str:
        text = self._text[token.start : token.end]
        return unquoted(text) if token.key == QUOTED else text.lower()

    def _string(self, token: SqlToken) -> str:
        text = self._text[token.start : token.end]
        return body_text(text) if token.key == BODY else unquoted(text)

    def _source(self, found: list[SqlToken]) -> str:
        return self._text[found[0].start : found[-1].end] if found else ""


def _plain_in(node: Node) -> Iterator[list[SqlToken]]:
    """All plain statements inside."""
    match node:
        case Plain(tokens=found):
            if found:
                yield found
        case If(branches=branches, otherwise=otherwise):
            for inner in (*(x for branch in branches for x in branch.body), *otherwise):
                yield from _plain_in(inner)
        case Loop(body=body):
            for inner in body:
                yield from _plain_in(inner)
        case Block(body=body, handlers=handlers):
            for inner in (*body, *(x for handler in handlers for x in handler.body)):
                yield from _plain_in(inner)


def _assigned(found: list[SqlToken]) -> int:
    """Where the value begins in `name := value` or `name = value`; 0 for any other statement."""
    keys = [token.key for token in found[:3]]
    if keys[1:] == [":", "="]:
        return 3
    return 2 if keys[1:2] == ["="] else 0


def _place(found: list[SqlToken], key: str) -> int | None:
    """Where the word stands outside parentheses."""
    depth = 0
    for at, token in enumerate(found):
        depth += (token.key == "(") - (token.key == ")")
        if depth == 0 and token.key == key:
            return at
    return None


def _into(found: list[SqlToken], at: int) -> tuple[list[SqlToken], list[SqlToken]]:
    """The variables after INTO, and the statement without them."""
    end = at + 1
    if end < len(found) and found[end].key == "STRICT":
        end += 1
    targets = []
    while end < len(found):
        targets.append(found[end])
        end += 1
        if end >= len(found) or found[end].key != ",":
            break
        end += 1
    return targets, [*found[:at], *found[end:]]


def _counted(name: str, written: str) -> list[dict[str, Value]] | None:
    first, _, last = written.partition("..")
    if not (first.isdigit() and last.isdigit() and len(first) < 9 and len(last) < 9):
        return None
    if int(last) - int(first) > _MOST_STEPS:
        return None
    return [{name: number} for number in range(int(first), int(last) + 1)]


def _records(name: str, query: Query) -> list[dict[str, Value]] | None:
    rows = query.certain
    if rows is None or len(rows) > _MOST_STEPS:
        return None
    return [{name: row[0] if len(row) == 1 else UNKNOWN, **_fields(name, query.names, row)} for row in rows]


def _fields(name: str, names: tuple[str, ...], row: tuple[Value, ...]) -> Row:
    return {f"{name}.{field}": value for field, value in zip(names, row, strict=False)}


def _conditions(misfit: Misfit) -> frozenset[str]:
    """The names of the errors that PostgreSQL raises for it."""
    if misfit.reason is Reason.EXISTS:
        return _EXISTING.get(misfit.what, frozenset({"duplicate_object"}))
    return _ABSENT.get(misfit.what, frozenset({"undefined_object"}))


_EXISTING = {
    "table": frozenset({"duplicate_table"}),
    "index": frozenset({"duplicate_table", "duplicate_object"}),
    "view": frozenset({"duplicate_table"}),
    "sequence": frozenset({"duplicate_table"}),
    "column": frozenset({"duplicate_column"}),
    "schema": frozenset({"duplicate_schema"}),
    "primary key": frozenset({"invalid_table_definition"}),
}
_ABSENT = {
    "table": frozenset({"undefined_table"}),
    "column": frozenset({"undefined_column"}),
    "schema": frozenset({"invalid_schema_name"}),
    "index": frozenset({"undefined_object", "undefined_table"}),
    "view": frozenset({"undefined_table"}),
    "sequence": frozenset({"undefined_table"}),
}
_CODES = {
    "42P07": "duplicate_table",
    "42701": "duplicate_column",
    "42710": "duplicate_object",
    "42P06": "duplicate_schema",
    "42P16": "invalid_table_definition",
    "42P01": "undefined_table",
    "42703": "undefined_column",
    "42704": "undefined_object",
    "3F000": "invalid_schema_name",
}
