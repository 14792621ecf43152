"""PL/pgSQL blocks with a clear outcome: statements that are guarded so that they can run again.

    BEGIN CREATE TYPE ..; EXCEPTION WHEN duplicate_object THEN NULL; END
    BEGIN IF NOT EXISTS (SELECT ..) THEN ALTER TABLE ..; END IF; END

The model decides the condition: a statement that does not fit has run before.
Blocks with variables, loops, alternatives or computed statements are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refract.sql.reader.cursor import Cursor, unquoted
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import STRING, SqlToken, tokens

_NOT_PLAIN = {
    "LOOP",
    "FOR",
    "WHILE",
    "DECLARE",
    "ELSE",
    "ELSIF",
    "ELSEIF",
    "CASE",
    "RETURN",
    "RAISE",
    "CALL",
    "PERFORM",
}

Dispatch = Callable[[Cursor, ReadingState], bool]


def block_body(text: str) -> str:
    """The text between the dollar quotes (or quotes) of a block."""
    if text.startswith("$"):
        tag = text[: text.index("$", 1) + 1] if "$" in text[1:] else "$"
        return text[len(tag) :].removesuffix(tag)
    return unquoted(text)


def read_block(body: str, found: list[SqlToken], session: ReadingState, dispatch: Dispatch) -> bool:
    """Whether the block could be read, with its statements."""
    plain = list(_statements(found))
    keys = {token.key for statement in plain for token in statement}
    if not plain or keys & _NOT_PLAIN:
        return False
    unread = [statement for statement in plain if not _run(body, statement, session, dispatch)]
    session.forgive()
    return not unread


def _run(body: str, statement: list[SqlToken], session: ReadingState, dispatch: Dispatch) -> bool:
    if statement[0].key != "EXECUTE":
        return dispatch(Cursor(body, statement, session.folds), session)
    if len(statement) != 2 or statement[1].key != STRING:
        return False
    inner = unquoted(body[statement[1].start : statement[1].end])
    return dispatch(Cursor(inner, tokens(inner, session.provider.name), session.folds), session)


def _statements(found: list[SqlToken]) -> Iterator[list[SqlToken]]:
    """The statements between BEGIN and EXCEPTION or END, without the conditions around them."""
    current: list[SqlToken] = []
    for token in found:
        if token.key in ("BEGIN", "THEN") and (not current or current[0].key in ("IF", "BEGIN")):
            current = []
        elif token.key == "EXCEPTION":
            return
        elif token.key == ";":
            if current and current[0].key != "END":
                yield current
            current = []
        else:
            current.append(token)
