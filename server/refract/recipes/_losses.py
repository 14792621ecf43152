"""What a conversion does not keep: counted before the first step, and before a new column becomes required."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from refract.recipes._sql import values_differ
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Decide, Deploy, Review, Trouble
from refract.recipes.base import ModelField, Phase, Situation, Step
from refract.recipes.dialects import dialect
from refract.schema.model import Table
from refract.wording import listed

_Columns = Sequence[tuple[str, str]]


@frozen
class Losses:
    """What becomes of values on their way: `changes` describes those that do not come back as they were (empty: all do);
    `is_partial`: some have no new value at all. `to` is what they become; `back_to` is the old type if not every new value
    has one of it: until the old column is dropped, the app must not write the others.
    """

    changes: str = ""
    is_partial: bool = False
    to: tuple[str, ...] = ()
    back_to: tuple[str, ...] = ()


NOTHING_LOST = Losses()


def review_step(
    s: Situation, losses: Losses, table: Table, olds: Sequence[ModelField], forward: _Columns, backward: _Columns
) -> Iterator[Step]:
    """A step that counts the rows whose values do not survive, before anything is changed."""
    if not losses.changes:
        return
    names = tuple(old.name for old in olds)
    yield Step(
        id="review",
        phase=Phase.EXPAND,
        title=f"Count the values of {listed(names)} that would change",
        after=(Review(_changed(s, table, forward, backward), olds[0].model, names, losses.changes),),
    )


def decision_step(
    s: Situation, losses: Losses, table: Table, olds: Sequence[ModelField], required: Sequence[str]
) -> Iterator[Step]:
    """A step that leaves no row without a new value. `required` are the columns that will take no NULL."""
    if not (losses.is_partial and required):
        return
    sql, names = dialect(s.provider.name), tuple(old.name for old in olds)
    empty = " OR ".join(f"{sql.quote(column)} IS NULL" for column in required)
    query = f"SELECT count(*) FROM {sql.table(table.name)} WHERE {empty}"
    yield Step(
        id="convert",
        phase=Phase.BACKFILL,
        title=f"Fix the values of {listed(names)} that cannot be converted",
        after=(
            Deploy(convertible=names, convertible_to=losses.to),
            OLD_INSTANCES_STOPPED,
            Decide(Trouble.UNCONVERTED, query, olds[0].model, names, ", ".join(losses.to)),
        ),
    )


def copied_back(deploy: Deploy, losses: Losses) -> Deploy:
    """A version that uses the new fields while a trigger copies them back: the old column may refuse other values."""
    if not losses.back_to:
        return deploy
    return evolve(deploy, convertible=deploy.uses, convertible_to=losses.back_to)


def checks_removed(s: Situation, losses: Losses, table: Table, required: Sequence[str]) -> tuple[str, ...]:
    """What removes the checks that a failed validation has left: they refuse rows that cannot be converted."""
    sql = dialect(s.provider.name)
    columns = required if losses.is_partial else ()
    return tuple(statement for column in columns for statement in sql.without_check(table.name, column))


def _changed(s: Situation, table: Table, forward: _Columns, backward: _Columns) -> str:
    """The query for the rows whose old values do not come back. The new columns do not exist yet."""
    sql, name = dialect(s.provider.name), table.name
    own = sql.quote(name.name)
    news = ", ".join(f"{sql.here(expression, name)} AS {sql.quote(column)}" for column, expression in forward)
    differ = " OR ".join(
        values_differ(s, table.column(column), f"{own}.{sql.quote(column)}", f"({sql.here(expression, name)})")
        for column, expression in backward
    )
    return f"SELECT count(*) FROM (SELECT {own}.*, {news} FROM {sql.table(name)}) AS {own} WHERE {differ}"
