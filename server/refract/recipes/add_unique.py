"""Makes one or several fields unique in a table that has rows.

## What it does
You first remove the duplicates.
Then the unique index is built without blocking writes.

## When to use it
Building the index fails on the first duplicate, and blocks writes until the build ends.
A concurrent build does not block, but a failed one leaves an invalid index that Prisma does not see.
The app must handle a duplicate (P2002) before the build begins.

## Example
```prisma before
model User {
  id    Int    @id
  email String
}
```
```console
refract plan new add-unique User fields=email
```
```prisma after
model User {
  id    Int    @id
  email String @unique
}
```

## Going back
Undoing the step drops the index.
Duplicates that you removed are not restored.

## Providers
Every SQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span, prisma_string
from refract.recipes.acts import Decide, Deploy, Trouble
from refract.recipes.base import CannotPlan, Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import AddAttribute, AddBlockAttribute
from refract.wording import listed


@recipe(
    SubjectKind.MODEL,
    Question("fields", "Fields that are unique together, separated by commas"),
    Question("map", "Name of the index in the database (empty: chosen by Prisma)", ""),
)
def add_unique(s: Situation) -> Iterator[Step]:
    """Duplicates, then the index."""
    model = s.answer("model")
    names = s.names("fields")
    fields = [s.field(model, name) for name in names]
    columns = [f.column.name for f in fields if f.column is not None]
    if not fields or len(columns) != len(fields):
        raise CannotPlan(f"`fields` must list fields of {code_span(model)} that have a column.")
    quoted = ", ".join(s.provider.quote(c) for c in columns)
    sql, table = dialect(s.provider.name), s.table(model)
    filled = " AND ".join(f"{s.provider.quote(c)} IS NOT NULL" for c in columns)
    duplicates = (
        f"SELECT count(*) FROM (SELECT 1 AS one FROM {sql.table(table.name)} WHERE {filled} "
        f"GROUP BY {quoted} HAVING count(*) > 1) AS duplicates"
    )
    yield Step(
        id="dedupe",
        phase=Phase.BACKFILL,
        title=f"Remove duplicates of {listed(names)}",
        after=(
            Deploy(no_duplicates=tuple(names), handles=("P2002",)),
            Decide(Trouble.DUPLICATES, duplicates, model, tuple(names)),
        ),
    )
    arguments = f", map: {prisma_string(s.answer('map'))}" if s.answer("map") else ""
    single = len(names) == 1
    attribute = f"@unique({arguments[2:]})" if arguments else "@unique"
    yield Step(
        id="index",
        phase=Phase.VALIDATE,
        title=f"Make {listed(names)} unique",
        edits=(
            AddAttribute(model, names[0], attribute)
            if single
            else AddBlockAttribute(model, f"@@unique([{', '.join(names)}]{arguments})"),
        ),
    )
