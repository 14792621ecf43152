"""What hangs on columns that others replace, which no schema shows: rights, comments and statistics go along, and so do
checks and indexes where the new column holds the same values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from refract.recipes.base import Phase, Situation, Step
from refract.recipes.dialects import dialect
from refract.schema.changes import AddCheck, Change, CreateIndex, DropCheck, DropIndex
from refract.schema.expressions import names_column, with_column_renamed
from refract.schema.indexes import index_for, index_names, is_beyond_schema
from refract.schema.model import QualifiedName
from refract.wording import listed


@frozen
class Replaced:
    """Columns of a table that others replace. `copies` are the pairs (old, new) that hold the same values."""

    table: QualifiedName
    olds: tuple[str, ...]
    news: tuple[str, ...]
    copies: tuple[tuple[str, str], ...] = ()


def with_what_hangs(s: Situation, replaced: Replaced, steps: Iterable[Step]) -> Iterator[Step]:
    """The steps that replace columns: what hangs on the old ones goes along, and comes back."""
    there = column_rights(s, replaced.table, replaced.olds, replaced.news)
    back = column_rights(s, replaced.table, replaced.news, replaced.olds)
    repeated, restored = tuple(_repeated(s, replaced)), tuple(_restored(s, replaced))
    for step in steps:
        if step.phase is Phase.SWITCH and repeated:
            olds, news = listed(replaced.olds), listed(replaced.news)
            yield Step(
                id="constraints",
                phase=Phase.VALIDATE,
                title=f"Repeat the checks and indexes of {olds} for {news}",
                changes=repeated,
                undo=(Step(id="constraints", phase=Phase.VALIDATE, title="", changes=tuple(_dropped(repeated))),),
            )
        match step.id:
            case "expand":
                yield evolve(step, last=(*step.last, *there))
            case "contract" if step.undo:
                first, *others = step.undo
                last = (Step(id="constraints", phase=Phase.VALIDATE, title="", changes=restored),) if restored else ()
                yield evolve(step, undo=(evolve(first, last=(*first.last, *back)), *others, *last))
            case _:
                yield step


def column_rights(s: Situation, table: QualifiedName, olds: Sequence[str], news: Sequence[str]) -> tuple[str, ...]:
    """What gives each of `news` the rights of `olds`."""
    sql = dialect(s.provider.name)
    return tuple(statement for new in news for statement in sql.column_rights(table, olds, new))


def _repeated(s: Situation, replaced: Replaced) -> Iterator[AddCheck | CreateIndex]:
    """The checks and indexes of the old columns, for the new ones."""
    taken = {index.name for index in s.table_built(replaced.table).indexes}
    for change, (old, new) in _hanging(s, replaced):
        if isinstance(change, AddCheck):
            expression = with_column_renamed(change.check.expression, old, new, s.provider.name)
            check = evolve(change.check, name=_name(s, change.check.name, old, new), expression=expression, origin=None)
            yield evolve(change, check=check)
        else:
            name = _name(s, change.index.name, old, new)
            if name not in taken:
                yield evolve(
                    change, index=evolve(index_for(change.index, old, new, s.provider.name), name=name, origin=None)
                )


def _dropped(changes: Iterable[AddCheck | CreateIndex]) -> Iterator[Change]:
    for change in changes:
        if isinstance(change, AddCheck):
            yield DropCheck(table=change.table, check=change.check)
        else:
            yield DropIndex(table=change.table, index=change.index)


def _restored(s: Situation, replaced: Replaced) -> Iterator[Change]:
    """The checks and indexes of the old columns, as they were."""
    return (change for change, _ in _hanging(s, replaced))


def _hanging(s: Situation, replaced: Replaced) -> Iterator[tuple[AddCheck | CreateIndex, tuple[str, str]]]:
    """What adds each check and index on an old column, with the pair of columns."""
    built = s.table_built(replaced.table)
    for old, new in replaced.copies if dialect(s.provider.name).repeats_constraints else ():
        for check in built.checks:
            if check.not_null is None and names_column(check.expression, old, s.provider.name):
                yield AddCheck(table=replaced.table, check=check), (old, new)
        for index in built.indexes:
            if is_beyond_schema(index) and index.type != "EXCLUDE" and index_names(index, old, s.provider.name):
                yield CreateIndex(table=replaced.table, index=index), (old, new)


def _name(s: Situation, name: str, old: str, new: str) -> str:
    """A name like the old one that is not used yet."""
    renamed = name.replace(old, new)
    return s.provider.kept_name(renamed if renamed != name else f"{name}_{new}")
