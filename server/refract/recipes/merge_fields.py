"""Merges several fields into one, such as first and last name into a full name.

## What it does
Adds a column for the merged value and fills existing rows, while all columns are kept in sync in both directions.
You then deploy a version that uses the new field, and the old columns are dropped.

## When to use it
Prisma drops the old columns with their values and adds an empty one.
Merge this way if old and new versions of the app run during the deploy.

## Example
```prisma before
model User {
  id    Int    @id
  first String
  last  String
}
```
```console
refract plan new merge-fields User fields=first,last to=full
```
```prisma after
model User {
  id   Int    @id
  full String
}
```

## Going back
Every step before the last can be undone.
The last step drops the old columns and cannot be undone.
A merged value cannot always be split exactly: a first name with a space becomes two names.

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
from refract.recipes.base import CannotPlan, ModelField, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.dialects import dialect
from refract.wording import listed


@recipe(
    SubjectKind.MODEL,
    Question("fields", "Fields to merge, in order, separated by commas"),
    Question("to", "Name of the new field"),
    Question("how", "What keeps the columns in sync", TRIGGER, (TRIGGER, APPLICATION)),
    Question("forward", "New value as an SQL expression (empty: joined with a space)", "", sql=True),
    Question(
        "backward",
        "SQL expressions for the old values, separated by ` ; ` (empty: split at the first space)",
        "",
        sql=True,
        is_list=True,
    ),
)
def merge_fields(s: Situation) -> Iterator[Step]:
    """A twin of several old fields."""
    refuse_triggers(s)
    model, olds = s.answer("model"), _fields_to_merge(s)
    columns = [old.column.name for old in olds if old.column is not None]
    to = s.new_name(model, s.answer("to"))
    sql, parts = dialect(s.provider.name), s.expressions("backward")
    forward = s.answer("forward") or sql.joined_with_space([row(s, c) for c in columns])
    can_split = len(columns) == 2 and olds[0].type_name == "String"
    if len(parts) != len(columns) and (parts or not can_split):
        raise CannotPlan(
            f"Refract cannot split {code_span(to)} into {listed(o.name for o in olds)}. Pass `backward`, an SQL expression for each."
        )
    backward = parts or sql.split_at_space(row(s, to))
    required = all(old.is_required for old in olds)
    new = NewField(to, olds[0].plain_type, to, olds[0].without("unique", "map", "default"), required=required)
    twin = Twin(
        model=model,
        table=s.table(model),
        olds=olds,
        news=(new,),
        forward=((to, forward),),
        backward=tuple(zip(columns, backward, strict=True)),
        losses=Losses(
            "the expressions give other values" if parts else "the merged value splits into others",
            is_partial=bool(s.answer("forward")),
            to=(to,),
        ),
        lossy="" if parts else f"where {listed(o.name for o in olds)} were separated, if the first one holds a space",
    )
    yield from twin_steps(s, twin, s.answer("how"))


def _fields_to_merge(s: Situation) -> tuple[ModelField, ...]:
    olds = tuple(s.field(s.answer("model"), name) for name in s.names("fields"))
    for old in olds:
        refuse_keys(s, old)
    if len(olds) < 2 or len({old.plain_type for old in olds}) > 1:
        raise CannotPlan("`fields` must list two or more fields of the same type.")
    return olds
