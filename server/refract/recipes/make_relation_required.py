"""Makes an optional relation required.

## What it does
You deploy a version that always sets the relation.
Then rows without a key are filled, and the key column becomes required.

## When to use it
The key column becomes `NOT NULL`, which fails on the first row without a key.
It also scans the table while all reads and writes wait.
A required relation cannot be set to NULL when the other row is deleted, so the foreign key also gets other actions.

## Example
```prisma before
model User {
  id    Int    @id
  notes Note[]
}

model Note {
  id     Int   @id
  userId Int?
  user   User? @relation(fields: [userId], references: [id])
}
```
```console
refract plan new make-relation-required Note.user value=1
```
```prisma after
model User {
  id    Int    @id
  notes Note[]
}

model Note {
  id     Int  @id
  userId Int
  user   User @relation(fields: [userId], references: [id])
}
```

## Going back
Every step can be undone.
Keys that replaced NULL stay in their rows.

## Providers
Every SQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.lowering.arguments import field_references
from refract.recipes.base import UNANSWERED, CannotPlan, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.make_field_required import required_steps
from refract.recipes.schema_edits import RetypeField
from refract.wording import listed


@recipe(
    SubjectKind.FIELD,
    Question("value", "Foreign key of rows without one, as an SQL expression", UNANSWERED, sql=True),
)
def make_relation_required(s: Situation) -> Iterator[Step]:
    """The app, existing rows, then the database."""
    field = s.field(s.answer("model"), s.answer("field"))
    node = field.node.attribute("relation")
    names = [r.field for r in field_references(node.argument("fields"))] if node else []
    if not names:
        raise CannotPlan(
            f"{code_span(f'{field.model}.{field.name}')} is not the side of a relation with the foreign key."
        )
    keys = [s.field(field.model, name) for name in names]
    optional = [key for key in keys if not key.is_required]
    if field.is_required or not optional:
        raise CannotPlan(f"{code_span(f'{field.model}.{field.name}')} is not optional.")
    if len(optional) > 1:
        raise CannotPlan(
            f"The foreign key consists of {listed(k.name for k in optional)}. Use make-field-required for each."
        )
    key = optional[0]
    edits = (RetypeField(field.model, key.name, key.plain_type), RetypeField(field.model, field.name, field.plain_type))
    yield from required_steps(s, key, edits)
