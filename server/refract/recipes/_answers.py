"""The SQL in answers: what must fail is refused when the plan is made, and not at the deploy of its third step."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refract.escaping import code_span
from refract.providers.base import quote_string
from refract.recipes.base import UNANSWERED, CannotPlan, Recipe, Situation
from refract.schema.model import Table
from refract.sql.reader.tokens import QUOTED, SqlToken, statements
from refract.syntax.tree import Keyword

_CONSTANTS = frozenset({
    "NULL", "TRUE", "FALSE", "DEFAULT", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_USER",
    "LOCALTIME", "LOCALTIMESTAMP", "SESSION_USER", "USER",
})  # fmt: skip
_OF_BLOCKS = re.compile(r"(?:low|high|last)_\d+", re.IGNORECASE)
"""The variables of the loop that fills rows."""


def check_answers(recipe: Recipe, situation: Situation) -> None:
    """Raises CannotPlan for an SQL answer that is not one or several whole expressions."""
    for question in recipe.questions:
        given = situation.answers.get(question.name, "") if question.sql else ""
        for expression in given.split(" ; ") if given and given != UNANSWERED else ():
            _check(question.name, expression.strip(), situation)


def value_of(situation: Situation, question: str, model: str, type_: str) -> str:
    """The answer to a question for the value of a field: a bare word is a text, unless it names a column."""
    given, table = situation.answer(question).strip(), situation.table(model)
    if given == UNANSWERED or not re.fullmatch(r"[^\W\d]\w*", given) or given.upper() in _CONSTANTS:
        return given
    if any(column.name.lower() == given.lower() for column in table.columns):
        return given
    block = situation.tree.block(type_.rstrip("?"))
    if type_.rstrip("?") == "String" or (block is not None and block.keyword is Keyword.ENUM):
        return quote_string(given)
    raise CannotPlan(
        f"{code_span(given)} is neither a value of type {code_span(type_)} nor a column of {code_span(model)}."
    )


def _check(question: str, expression: str, situation: Situation) -> None:
    found = [statement.tokens for statement in statements(expression, situation.provider.name)]
    if _has_comment(expression, found):
        raise CannotPlan(f"{code_span(question)} must not have a comment: {code_span(expression)}.")
    if len(found) != 1 or any(_is_open(expression[token.start : token.end]) for token in found[0]):
        raise CannotPlan(f"{code_span(question)} is not one SQL expression: {code_span(expression)}.")
    if not _is_balanced(token.key for token in found[0]):
        raise CannotPlan(f"{code_span(question)} has a bracket without its partner: {code_span(expression)}.")
    _check_names(question, expression, found[0], situation)


def _is_open(token: str) -> bool:
    """Whether a quote has no end, or the token ends a statement."""
    return token == ";" or (token[0] in "'\"`" and (len(token) == 1 or token[-1] != token[0]))


def _has_comment(expression: str, found: list[list[SqlToken]]) -> bool:
    """Whether something stands between the tokens that is no space: they leave out comments."""
    tokens = [token for statement in found for token in statement]
    starts, ends = [*(token.start for token in tokens), len(expression)], [0, *(token.end for token in tokens)]
    return any(expression[end:start].strip(" ;\t\r\n") for start, end in zip(starts, ends, strict=True))


def _is_balanced(keys: Iterable[str]) -> bool:
    depth = 0
    for key in keys:
        depth += (key == "(") - (key == ")")
        if depth < 0:
            return False
    return depth == 0


def _check_names(question: str, expression: str, tokens: list[SqlToken], situation: Situation) -> None:
    model = situation.answers.get("model", "")
    table = situation.table(model) if model else None
    if table is None or any(token.key == "SELECT" for token in tokens):
        return
    known = {column.name.lower() for column in table.columns}
    for name in _names(expression, tokens, table, situation):
        if name.lower() not in known:
            raise CannotPlan(
                f"{code_span(question)} names {code_span(name)}, which is not a column of {code_span(model)}."
            )


def _names(expression: str, tokens: list[SqlToken], table: Table, situation: Situation) -> Iterable[str]:
    """The names of columns: quoted where quotes never hold a text, and those that a block would take for its own."""
    for at, token in enumerate(tokens):
        text = expression[token.start : token.end]
        before, behind = (tokens[n].key if 0 <= n < len(tokens) else "" for n in (at - 1, at + 1))
        if behind in (".", "(") or before in ("::", ".", "AS", "{"):
            continue
        if _OF_BLOCKS.fullmatch(text):
            yield text
        is_name = token.key == QUOTED and text.startswith('"') and situation.provider.quotes[0] == '"'
        if is_name and text[1:-1] != table.name.name:
            yield text[1:-1].replace('""', '"')
