"""What hangs on columns that others replace, which no schema shows: rights, comments and statistics go along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from refract.recipes.base import Situation, Step
from refract.recipes.dialects import dialect
from refract.schema.model import QualifiedName


def with_what_hangs(
    s: Situation, table: QualifiedName, olds: Sequence[str], news: Sequence[str], steps: Iterable[Step]
) -> Iterator[Step]:
    """The steps that replace the columns `olds` by `news`: what hangs on the old ones goes along, and comes back."""
    there, back = column_rights(s, table, olds, news), column_rights(s, table, news, olds)
    for step in steps:
        match step.id:
            case "expand":
                yield evolve(step, last=(*step.last, *there))
            case "contract" if step.undo:
                first, *others = step.undo
                yield evolve(step, undo=(evolve(first, last=(*first.last, *back)), *others))
            case _:
                yield step


def column_rights(s: Situation, table: QualifiedName, olds: Sequence[str], news: Sequence[str]) -> tuple[str, ...]:
    """What gives each of `news` the rights of `olds`."""
    sql = dialect(s.provider.name)
    return tuple(statement for new in news for statement in sql.column_rights(table, olds, new))
