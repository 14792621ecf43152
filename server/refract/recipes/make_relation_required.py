"""Makes an optional relation required: the fields that hold its key, and what happens on delete.

Why it takes steps
    The key column becomes `NOT NULL`, which fails on the first row that points nowhere, and reads the whole table while
    nobody can use it. A relation that is required cannot be set to NULL when the other row is deleted, so the foreign
    key gets other actions as well.

Ways
    Programs always set the relation first, then the rows are filled, then the database holds it.

Example
    refract plan new make-relation-required Note.user value=1

Providers
    Every SQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.lowering.arguments import field_references
from refract.recipes.base import UNANSWERED, CannotPlan, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.make_field_required import required_steps
from refract.recipes.schema_edits import RetypeField
from refract.wording import listed


@recipe(
    SubjectKind.FIELD,
    Question("value", "The SQL expression for the key of rows that point nowhere", UNANSWERED, sql=True),
)
def make_relation_required(s: Situation) -> Iterator[Step]:
    """Programs, rows, the database."""
    field = s.field(s.answer("model"), s.answer("field"))
    node = field.node.attribute("relation")
    names = [r.field for r in field_references(node.argument("fields"))] if node else []
    if not names:
        raise CannotPlan(f"`{field.model}.{field.name}` is not the side of a relation that holds its key.")
    keys = [s.field(field.model, name) for name in names]
    optional = [key for key in keys if not key.is_required]
    if field.is_required or not optional:
        raise CannotPlan(f"`{field.model}.{field.name}` is not optional.")
    if len(optional) > 1:
        raise CannotPlan(
            f"the key is made of {listed(k.name for k in optional)}: make each of them required by itself."
        )
    key = optional[0]
    edits = (RetypeField(field.model, key.name, key.plain_type), RetypeField(field.model, field.name, field.plain_type))
    yield from required_steps(s, key, edits)
