"""What a proposal is: the recipe for a risky change, and the edits that undo the change in the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from refract.fixes._rebuilt import rebuilt_field
from refract.fixes._schema import former_field, model_of
from refract.fixes.base import FixContext
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import AddField, SchemaEdit
from refract.schema.model import QualifiedName


@frozen
class Proposal:
    """A recipe for a finding: its answers, and the edits that restore the schema."""

    recipe: str
    answers: Mapping[str, str]
    restore: tuple[SchemaEdit, ...]


Propose = Callable[[FixContext], Proposal | None]


def by_trigger(context: FixContext) -> str:
    """How old and new columns are synchronised: by a trigger if the database supports that, else by the application."""
    return "trigger" if dialect(context.provider.name).syncs else "application"


def former(context: FixContext, table: QualifiedName, column: str) -> AddField | None:
    """The edit that restores a field: as the deployed schema has it, or else as its column was."""
    model, known = model_of(context, table), former_field(context, table, column)
    if not model or context.tree.block(model) is None:
        return None
    if known is None:
        return rebuilt_field(context, table, column, model)
    return AddField(model, known.name, known.type, known.attributes, *_place(context, known.name, model))


def _place(context: FixContext, name: str, model: str) -> tuple[str, str]:
    """The nearest remaining field above it, or else the nearest remaining field below it: one of the two is empty."""
    tree, block = context.deployed(), context.tree.block(model)
    was = tree.block(model) if tree else None
    names = [f.name.text for f in was.fields] if was else []
    at = names.index(name) if name in names else 0
    above, below = (
        [n for n in part if n != name and block is not None and block.field(n) is not None]
        for part in (names[:at], names[at + 1 :])
    )
    return (above[-1], "") if above else ("", below[0] if below else "")
