"""Merges several fields into one: first and last name into a full one.

Why it takes steps
    As for renaming, and the values have to be put together on the way and taken apart on the way back.

Ways
    The new column comes beside the old ones and is kept in step in both directions. The way back is exact only for
    values that can be taken apart again: a first name that holds a space cannot.

Example
    refract plan new merge-fields User fields=first,last to=full

Providers
    how=trigger: PostgreSQL, MySQL, MariaDB. how=application: every SQL database, with expressions given by you.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.recipes._sql import row
from refract.recipes._twin import APPLICATION, TRIGGER, NewField, Twin, refuse_keys, refuse_triggers, twin_steps
from refract.recipes.base import CannotPlan, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.split_field import at_the_first_space, with_a_space
from refract.wording import listed


@recipe(
    SubjectKind.MODEL,
    Question("fields", "The fields to merge, parted by commas"),
    Question("to", "The name of the new field"),
    Question("how", "What keeps the columns in step", TRIGGER, (TRIGGER, APPLICATION)),
    Question("forward", "The SQL expression for the new value (empty: with a space between)", "", sql=True),
    Question(
        "backward", "An SQL expression for each old value, parted by ` ; ` (empty: at the first space)", "", sql=True
    ),
)
def merge_fields(s: Situation) -> Iterator[Step]:
    """A twin of several old fields."""
    refuse_triggers(s)
    model = s.answer("model")
    olds = [s.field(model, n.strip()) for n in s.answer("fields").split(",") if n.strip()]
    for old in olds:
        refuse_keys(s, old)
    columns = [old.column.name for old in olds if old.column is not None]
    if len(olds) < 2 or len({old.plain_type for old in olds}) > 1:
        raise CannotPlan("fields are two or more of one type, parted by commas.")
    to = s.new_name(model, s.answer("to"))
    forward = s.answer("forward") or with_a_space(s, [row(s, c) for c in columns])
    given = [e.strip() for e in s.answer("backward").split(" ; ") if e.strip()]
    if len(given or columns) != len(columns) or (not given and (len(columns) != 2 or olds[0].type_name != "String")):
        raise CannotPlan(f"how {listed(o.name for o in olds)} come out of `{to}` is for you to say: give `backward`.")
    backward = given or list(at_the_first_space(s, row(s, to)))
    required = all(old.is_required for old in olds)
    new = NewField(to, olds[0].plain_type, to, olds[0].without("unique", "map", "default"), required=required)
    yield from twin_steps(
        s,
        Twin(
            model=model,
            table=s.table(model),
            olds=tuple(olds),
            news=(new,),
            forward=((to, forward),),
            backward=tuple(zip(columns, backward, strict=True)),
            lossy="" if given else f"what {listed(o.name for o in olds)} were, where the first of them holds a space.",
        ),
        s.answer("how"),
    )
