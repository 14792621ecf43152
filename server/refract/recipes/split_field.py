"""Splits a field into several, such as a full name into first and last name.

## What it does
Adds the new columns and fills existing rows, while all columns are kept in sync in both directions.
You then deploy a version that uses the new fields, and the old column is dropped.
Test on all rows first that the split values merge into the original: values that do not are changed.

## When to use it
Prisma drops the old column with its values and adds empty ones.
Split this way if old and new versions of the app run during the deploy.

## Example
```prisma before
model User {
  id   Int    @id
  full String
}
```
```console
refract plan new split-field User.full into=first,last
```
```prisma after
model User {
  id    Int    @id
  first String
  last  String
}
```

## Going back
With `how=trigger`, every step can be undone.
With `how=application`, the last step cannot be undone: the old column is no longer up to date.

## Providers
`how=trigger`: PostgreSQL, MySQL, MariaDB.
`how=application`: every SQL database. Pass `forward` and `backward` on SQLite and SQL Server.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.recipes._losses import Losses
from refract.recipes._sql import row
from refract.recipes._twin import APPLICATION, TRIGGER, NewField, Twin, refuse_keys, refuse_triggers, twin_steps
from refract.recipes.base import CannotPlan, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.dialects import dialect
from refract.wording import listed


@recipe(
    SubjectKind.FIELD,
    Question("into", "Names of the new fields, in order, separated by commas"),
    Question("how", "What keeps the columns in sync", TRIGGER, (TRIGGER, APPLICATION)),
    Question(
        "forward",
        "SQL expressions for the new values, separated by ` ; ` (empty: split at the first space)",
        "",
        sql=True,
        is_list=True,
    ),
    Question("backward", "Old value as an SQL expression (empty: joined with a space)", "", sql=True),
)
def split_field(s: Situation) -> Iterator[Step]:
    """A twin of several fields."""
    refuse_triggers(s)
    old = s.field(s.answer("model"), s.answer("field"))
    refuse_keys(s, old)
    assert old.column is not None, "a field without a column is refused above"
    names = [s.new_name(old.model, name) for name in s.names("into")]
    if len(names) < 2:
        raise CannotPlan("`into` must list two or more fields.")
    given = s.expressions("forward")
    if given and len(given) != len(names):
        raise CannotPlan(f"`forward` has {len(given)} expressions for {len(names)} fields.")
    if not given and (len(names) != 2 or old.type_name != "String"):
        raise CannotPlan(
            f"Refract cannot split {code_span(old.name)} into {listed(names)}. Pass `forward` and `backward` as SQL expressions."
        )
    whole = row(s, old.column.name)
    forward = given or list(dialect(s.provider.name).split_at_space(whole))
    parts = [row(s, n) for n in names]
    backward = s.answer("backward") or dialect(s.provider.name).joined_with_space(parts)
    attributes = old.without("unique", "map", "default")
    news = tuple(NewField(n, old.plain_type, n, attributes, required=old.is_required) for n in names)
    yield from twin_steps(
        s,
        Twin(
            model=old.model,
            table=s.table(old.model),
            olds=(old,),
            news=news,
            forward=tuple(zip(names, forward, strict=True)),
            backward=((old.column.name, backward),),
            losses=Losses(
                "the parts merge into another value", is_partial=bool(given) and old.is_required, to=tuple(names)
            ),
        ),
        s.answer("how"),
    )
