"""Makes an optional field required.

## What it does
You deploy a version that never writes NULL.
Then existing NULLs are replaced, and the column becomes required.

## When to use it
`SET NOT NULL` fails on the first NULL, and scans the table while all reads and writes wait.
A default in the schema does not fill existing rows.

## Example
```prisma before
model User {
  id  Int     @id
  bio String?
}
```
```console
refract plan new make-field-required User.bio value="''"
```
```prisma after
model User {
  id  Int    @id
  bio String
}
```

## Going back
Every step can be undone.
Values that replaced NULL stay in their rows.

## Providers
Every SQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.recipes._answers import value_of
from refract.recipes._sql import row
from refract.recipes.acts import OLD_INSTANCES_STOPPED, Deploy
from refract.recipes.base import (
    UNANSWERED,
    CannotPlan,
    Fill,
    ModelField,
    Phase,
    Question,
    Situation,
    Step,
    SubjectKind,
    recipe,
)
from refract.recipes.schema_edits import RetypeField, SchemaEdit
from refract.wording import listed


@recipe(
    SubjectKind.FIELD,
    Question(
        "value",
        "Replacement for NULL in existing rows, such as NL, or an SQL expression over the columns",
        UNANSWERED,
        sql=True,
    ),
)
def make_field_required(s: Situation) -> Iterator[Step]:
    """The app, existing rows, then the database."""
    old = s.field(s.answer("model"), s.answer("field"))
    if old.column is None:
        raise CannotPlan(f"{code_span(f'{old.model}.{old.name}')} is a relation. Use make-relation-required.")
    if old.is_required or old.is_list:
        raise CannotPlan(f"{code_span(f'{old.model}.{old.name}')} is not optional.")
    yield from required_steps(s, old, (RetypeField(old.model, old.name, old.plain_type),))


def required_steps(s: Situation, old: ModelField, edits: tuple[SchemaEdit, ...]) -> Iterator[Step]:
    """The steps, of which the last makes `edits`."""
    assert old.column is not None, "only a field with a column can be filled"
    yield Step(
        id="switch",
        phase=Phase.DUAL_WRITE,
        title=f"Deploy code that never leaves {listed([old.name])} NULL",
        after=(Deploy(never_null=(old.name,)), OLD_INSTANCES_STOPPED),
    )
    yield Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title=f"Fill {listed([old.name])} in rows where it is NULL",
        fills=(
            Fill(
                s.table(old.model),
                ((old.column.name, value_of(s, "value", old.model, old.type)),),
                f"{row(s, old.column.name)} IS NULL",
            ),
        ),
    )
    yield Step(
        id="validate",
        phase=Phase.VALIDATE,
        title=f"Make {listed([old.name])} required",
        edits=edits,
    )
