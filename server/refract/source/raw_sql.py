"""SQL in code: templates and strings that name a table and its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from refract.source.client import Client, ClientModel, Target
from refract.source.use import Use
from refract.text import Span
from refract.typescript import TokenKind, Tokens

_TAGS = frozenset({"$queryRaw", "$executeRaw", "sql", "raw", "$queryRawUnsafe", "$executeRawUnsafe"})
_WORD = re.compile(r"[\w$]+")
_BACK = 40  # tokens of a type between a tag and its template


def uses_in_sql(tokens: Tokens, client: Client, wanted: Iterable[Target]) -> Iterator[Use]:
    """The uses in SQL that is given to Prisma Client. A column is sure if no other table named in it has one of that
    name.
    """
    targets = [(target, client.models[target.block]) for target in wanted if target.block in client.models]
    for at, token in enumerate(tokens.all) if targets else ():
        if token.kind in (TokenKind.TEMPLATE, TokenKind.STRING) and _is_sql(tokens, at):
            yield from _uses(_parts(tokens, at), targets, client)


def _is_sql(tokens: Tokens, at: int) -> bool:
    before = at - 1
    if tokens.sign(before) == "(":
        before -= 1
    elif tokens.all[at].kind is TokenKind.STRING:
        return False
    if tokens.sign(before) == ">":
        return any(tokens.name(back) in _TAGS for back in range(before - 1, max(before - _BACK, 0), -1))
    return tokens.name(before) in _TAGS


def _parts(tokens: Tokens, at: int) -> list[tuple[int, str]]:
    """The texts of a string or template, with their places."""
    token = tokens.all[at]
    if token.kind is TokenKind.STRING:
        return [(token.start + 1, token.text)]
    last = max(tokens.pair[at], at)
    depth, found = 0, list[tuple[int, str]]()
    for each in tokens.all[at : last + 1]:
        if each.kind is TokenKind.TEMPLATE and depth == 0:
            found.append((each.start, each.text))
        depth += (each.text in ("{", "${")) - (each.text == "}") if each.kind is TokenKind.SIGN else 0
    return found


def _uses(parts: list[tuple[int, str]], targets: list[tuple[Target, ClientModel]], client: Client) -> Iterator[Use]:
    words: dict[str, list[Span]] = {}
    for start, text in parts:
        for match in _WORD.finditer(text):
            words.setdefault(match[0], []).append(Span(start + match.start(), start + match.end()))
    tables = [model for model in client.models.values() if model.table in words]
    for target, model in targets if tables else ():
        field = model.fields.get(target.member)
        sought = field.column if field else model.table
        if model.table not in words or sought not in words or (target.member and field is None):
            continue
        others = (m for m in tables if m is not model) if field else ()
        is_sure = not any(f.column == sought for m in others for f in m.fields.values())
        yield from (Use(target, span, is_sure) for span in words[sought])
