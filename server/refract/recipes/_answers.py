"""The names and values in answers: what must fail is refused when the plan is made, and not at the deploy of its third step."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refract.escaping import code_span
from refract.providers.base import quote_string
from refract.recipes.base import UNANSWERED, CannotPlan, Recipe, Situation
from refract.schema.model import Table
from refract.sql.reader.tokens import QUOTED, SqlToken, tokens
from refract.syntax.tree import Keyword

_CONSTANTS = frozenset({
    "NULL", "TRUE", "FALSE", "DEFAULT", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_USER",
    "LOCALTIME", "LOCALTIMESTAMP", "SESSION_USER", "USER",
})  # fmt: skip


def check_names(recipe: Recipe, situation: Situation) -> None:
    """Raises CannotPlan for an SQL answer that names a column which the model does not have."""
    for question in recipe.questions:
        given = situation.answers.get(question.name, "") if question.sql else ""
        if given and given != UNANSWERED:
            _check_names(question.name, given, situation)


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


def _check_names(question: str, expression: str, situation: Situation) -> None:
    found = tokens(expression, situation.provider.name)
    model = situation.answers.get("model", "")
    table = situation.table(model) if model else None
    if table is None or any(token.key == "SELECT" for token in found):
        return
    known = {column.name.lower() for column in table.columns}
    for name in _names(expression, found, table, situation):
        if name.lower() not in known:
            raise CannotPlan(
                f"{code_span(question)} names {code_span(name)}, which is not a column of {code_span(model)}."
            )


def _names(expression: str, found: list[SqlToken], table: Table, situation: Situation) -> Iterable[str]:
    """The names of columns that are quoted, if quotes never hold a text."""
    for at, token in enumerate(found):
        text = expression[token.start : token.end]
        before, behind = (found[n].key if 0 <= n < len(found) else "" for n in (at - 1, at + 1))
        if behind in (".", "(") or before in ("::", ".", "AS", "{"):
            continue
        is_name = token.key == QUOTED and text.startswith('"') and situation.provider.quotes[0] == '"'
        if is_name and text[1:-1] != table.name.name:
            yield text[1:-1].replace('""', '"')
