"""Cuts SQL into tokens, and tokens into statements. Any text has tokens; what is not SQL becomes symbols."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import NamedTuple

from refract.sql.atomic_block import inside
from refract.sql.reader.traits import ReaderTraits, reader_traits

STRING = "'"
QUOTED = '"'
NUMBER = "0"
BODY = "$"
END = ""


class SqlToken(NamedTuple):
    """`key` is a word in capitals, a symbol, or the class of a token whose text varies (STRING, QUOTED, ...)."""

    key: str
    start: int
    end: int


class StatementTokens(NamedTuple):
    """The tokens of one statement, without the semicolon."""

    tokens: list[SqlToken]

    @property
    def start(self) -> int:
        """Where the first token begins."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Where the last token ends."""
        return self.tokens[-1].end


_COMMON = r"""
    (?P<space>[\s\ufeff]+ | --[^\n]* | {comment} {hash})
  | (?P<word>{word})
  | (?P<string>{string})
  | (?P<quoted>{quoted})
  | (?P<number>\d[\w.]*)
  {body}
  | (?P<symbol>::|[|<>!=]{{1,2}}|@+\w*|.)
"""
_WORD = r"[^\W\d][\w$]*"
_PLAIN_STRING = r"'[^']*(?:''[^']*)*'?"
_ESCAPED_STRING = r"[\"'](?:(?<=')(?:[^'\\]|\\.|'')*'? | (?<=\")(?:[^\"\\]|\\.|\"\")*\"?)"
_DOUBLE = r'"[^"]*(?:""[^"]*)*"?'
_BACKTICK = r"`[^`]*(?:``[^`]*)*`?"
_BRACKET = r"\[[^\]]*(?:\]\][^\]]*)*\]?"


_COMMENT = r"/\*.*?(?:\*/|\Z)"
_EXECUTED = r"/\*M?!(?:9[1-9]\d{3,4}\b.*?(?:\*/|\Z)|\d{5,6}\b)? | \*/ | /\*(?!M?!).*?(?:\*/|\Z)"
"""MySQL runs what is in `/*!40101 ... */`, unless the number is a version above its own."""


def _lexer(
    string: str, quoted: str, extra_space: str = "", body: str = "", comment: str = _COMMENT, word: str = _WORD
) -> re.Pattern[str]:
    text = _COMMON.format(string=string, quoted=quoted, hash=extra_space, body=body, comment=comment, word=word)
    return re.compile(text, re.VERBOSE | re.DOTALL)


_BODY = r"| (?P<body>\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))"
_POSTGRESQL = _lexer(
    r"[eE]'(?:[^'\\]|\\.|'')*'?|(?:[uU]&|[nNbBxX])?" + _PLAIN_STRING,
    "(?:[uU]&)?" + _DOUBLE,
    body=_BODY,
    word=r"(?![uU]&[\"'])" + _WORD,
)
_LEXERS = {
    "postgresql": _POSTGRESQL,
    "cockroachdb": _POSTGRESQL,
    "mysql": _lexer(_ESCAPED_STRING, _BACKTICK, r"| \#[^\n]*", comment=_EXECUTED),
    "sqlite": _lexer(_PLAIN_STRING, f"{_DOUBLE}|{_BACKTICK}|{_BRACKET}"),
    "sqlserver": _lexer(_PLAIN_STRING, f"{_DOUBLE}|{_BRACKET}"),
}
_KEYS = {"string": STRING, "quoted": QUOTED, "number": NUMBER, "body": BODY}
_PREFIXED = {"E'", "N'", "B'", "X'"}


def tokens(sql: str, provider: str) -> list[SqlToken]:
    """All tokens of `sql`, without white space and comments."""
    return list(_each_token(sql, provider))


def first_words(sql: str) -> str:
    """The beginning of a statement on one line, of at most 60 characters."""
    return " ".join(sql[:200].split())[:60]


def _each_token(sql: str, provider: str) -> Iterator[SqlToken]:
    lexer = _LEXERS.get(provider, _POSTGRESQL)
    position, length = 0, len(sql)
    nests = provider in _NESTS_COMMENTS
    while position < length:
        match = lexer.match(sql, position)
        if match is None:
            break
        kind = match.lastgroup
        start, position = position, match.end()
        if kind == "space":
            if nests and match.group().startswith("/*"):
                position = _comment_end(sql, start)
            continue
        if kind == "word":
            text = match.group()
            if sql[position : position + 1] == "'" and text.upper() + "'" in _PREFIXED:
                position = _string_end(lexer, sql, start, position)
                yield SqlToken(STRING, start, position)
            else:
                yield SqlToken(text.upper(), start, position)
        elif kind == "symbol":
            yield SqlToken(match.group(), start, position)
        else:
            yield SqlToken(BODY if kind == "tag" else _KEYS[kind or "string"], start, position)


_NESTS_COMMENTS = frozenset({"postgresql", "cockroachdb", "sqlserver"})
_COMMENT_MARK = re.compile(r"/\*|\*/")


def _comment_end(sql: str, start: int) -> int:
    """The end of a comment that may have others inside."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(sql, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(sql)


def _string_end(lexer: re.Pattern[str], sql: str, start: int, quote: int) -> int:
    """The end of a string with a prefix: PostgreSQL's E'..' has additional escapes."""
    escaped = _ESCAPES.match(sql, quote) if sql[start] in "eE" and lexer is _POSTGRESQL else None
    match = escaped or lexer.match(sql, quote)
    return match.end() if match else len(sql)


_ESCAPES = re.compile(r"'(?:[^'\\]|\\.|'')*'?", re.DOTALL)
_DELIMITER = re.compile(r"^[ \t]*DELIMITER[ \t]+(\S+)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_GO = re.compile(r"^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_PROGRAMS = {"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"}
_LAST = SqlToken(END, 0, 0)
_DEFINING = {"CREATE", "ALTER", "DROP"}
_MOST_TOKENS = 50_000
"""Tokens of a statement that are kept, if it defines nothing."""

_OPENS = {"BEGIN", "CASE"}
_NOT_CLOSING = {"IF", "LOOP", "WHILE", "REPEAT"}


def statements(sql: str, provider: str) -> Iterator[StatementTokens]:
    """The statements of `sql`, in order."""
    traits = reader_traits(provider)
    if traits.changes_delimiter and _DELIMITER.search(sql):
        yield from _delimited(sql, provider, traits)
    elif traits.is_transact_sql:
        yield from _batches(sql, provider, traits)
    else:
        for statement in _split(_each_token(sql, provider), traits):
            yield from _opened(statement, sql, provider)


def _opened(statement: StatementTokens, sql: str, provider: str) -> Iterator[StatementTokens]:
    """The statements in a block that Refract writes in place of BEGIN and COMMIT, between these two."""
    literal = statement.tokens[-1]
    found = inside(sql[literal.start : literal.end]) if _is_block(statement) else None
    if found is None:
        yield statement
        return
    begin, body, end = (slice(part.start + literal.start, part.stop + literal.start) for part in found)
    yield StatementTokens([SqlToken("BEGIN", begin.start, begin.stop)])
    yield from _split(_shifted(tokens(sql[body], provider), body.start), reader_traits(provider))
    yield StatementTokens([SqlToken("COMMIT", end.start, end.stop)])


def _is_block(statement: StatementTokens) -> bool:
    return [token.key for token in statement.tokens] == ["DO", BODY]


def _delimited(sql: str, provider: str, traits: ReaderTraits) -> Iterator[StatementTokens]:
    """MySQL's client can end statements with another text than a semicolon."""
    delimiter, position = ";", 0
    for match in [*_DELIMITER.finditer(sql), None]:
        end = match.start() if match else len(sql)
        yield from _between(sql[position:end], position, delimiter, provider, traits)
        if match:
            delimiter, position = match.group(1), match.end()


def _between(sql: str, offset: int, delimiter: str, provider: str, traits: ReaderTraits) -> Iterator[StatementTokens]:
    """The statements of a part of a text that begins at `offset` and has this delimiter."""
    if delimiter == ";":
        yield from _split(_shifted(tokens(sql, provider), offset), traits)
        return
    for part in sql.split(delimiter):
        found = _shifted(tokens(part, provider), offset)
        if found:
            yield StatementTokens(found)
        offset += len(part) + len(delimiter)


def _shifted(found: list[SqlToken], by: int) -> list[SqlToken]:
    return [SqlToken(t.key, t.start + by, t.end + by) for t in found]


_BATCH_STARTS = {
    "CREATE",
    "ALTER",
    "DROP",
    "EXEC",
    "EXECUTE",
    "INSERT",
    "UPDATE",
    "DELETE",
    "DECLARE",
    "PRINT",
    "MERGE",
}
_OBJECTS = {"TABLE", "INDEX", "UNIQUE", "VIEW", "SCHEMA", "TYPE", "NONCLUSTERED", "CLUSTERED", "SEQUENCE", "DATABASE"}


def _batches(sql: str, provider: str, traits: ReaderTraits) -> Iterator[StatementTokens]:
    """SQL Server: GO ends a batch, and a statement needs no semicolon."""
    position = 0
    for match in [*_GO.finditer(sql), None]:
        end = match.start() if match else len(sql)
        found = _shifted(tokens(sql[position:end], provider), position)
        if len(found) > 1 and found[0].key in ("CREATE", "ALTER") and any(t.key in _PROGRAMS for t in found[1:4]):
            yield StatementTokens(found)
        else:
            for statement in _split(found, traits):
                yield from _without_semicolons(statement, sql)
        position = match.end() if match else end


def _without_semicolons(statement: StatementTokens, sql: str) -> Iterator[StatementTokens]:
    """Cut where a line begins with a word that only a new statement begins with."""
    found, start, depth = statement.tokens, 0, 0
    for index in range(1, len(found)):
        key = found[index].key
        depth += (key == "(") - (key == ")")
        following = found[index + 1].key if index + 1 < len(found) else END
        if depth or key not in _BATCH_STARTS or "\n" not in sql[found[index - 1].end : found[index].start]:
            continue
        if key in ("CREATE", "ALTER", "DROP") and following not in _OBJECTS:
            continue
        if found[start].key in ("WITH", "MERGE", "CREATE") and key in ("UPDATE", "DELETE", "INSERT", "MERGE"):
            continue
        yield StatementTokens(found[start:index])
        start = index
    yield StatementTokens(found[start:])


def _split(found: Iterable[SqlToken], traits: ReaderTraits) -> Iterator[StatementTokens]:
    current: list[SqlToken] = []
    depth, program, atomic = 0, False, False
    for token, following in pairwise(chain(found, [_LAST])):
        key = token.key
        if key == ";" and depth == 0:
            if current:
                yield StatementTokens(current)
            current, program, atomic = [], False, False
            continue
        if len(current) < _MOST_TOKENS or current[0].key in _DEFINING:
            current.append(token)
        else:  # the rows of a data dump, which are not read
            current[-1] = token
        if not traits.bodies_have_statements:
            continue
        if not program:
            program = key in _PROGRAMS and len(current) <= 8 and current[0].key == "CREATE"
            continue
        atomic = atomic or not traits.bodies_are_strings or key == "ATOMIC"
        if not atomic:
            continue
        if key in _OPENS or key == "ATOMIC":
            depth += 1
        elif key == "END" and depth and following.key not in _NOT_CLOSING:
            depth -= 1
    if current:
        yield StatementTokens(current)
