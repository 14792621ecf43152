"""Recipes for changes of relations: added over existing columns, made required, given other referential actions."""

from __future__ import annotations

from refract.fixes._proposal import Proposal
from refract.fixes._schema import field_of, other_side, relation_of
from refract.fixes.base import FixContext
from refract.lowering.arguments import field_references
from refract.recipes.change_referential_actions import ACTIONS
from refract.recipes.schema_edits import AddAttribute, RemoveAttribute, RemoveField, RetypeField, SchemaEdit
from refract.schema.changes import AddForeignKey, AlterColumn, DropForeignKey
from refract.schema.model import ForeignKey
from refract.syntax.written import WrittenField


def related(context: FixContext) -> Proposal | None:
    """A relation over existing columns."""
    change = context.finding.change
    if not isinstance(change, AddForeignKey) or _former_key(context, change) is not None:
        return None
    table, key = context.before.tables.get(change.table), change.foreign_key
    relation = relation_of(context, change.table, key.columns)
    back = other_side(context, relation) if relation else None
    if table is None or any(table.column(c) is None for c in key.columns) or relation is None or back is None:
        return None
    node = relation.node.attribute("relation")
    arguments = node.arguments if node else ()
    others = [relation.slice(a.span) for a in arguments if (a.name.text if a.name else "") not in _GIVEN]
    answers = {
        "model": relation.model,
        "field": relation.name,
        "to": relation.type_name,
        "back": back.name,
        "arguments": ", ".join(others),
    }
    for name in _GIVEN:
        value = node.argument(name) if node else None
        answers[name] = ",".join(reference.field for reference in field_references(value))
    restore = (RemoveField(relation.model, relation.name), RemoveField(back.model, back.name))
    return Proposal("add-relation", answers, restore)


_GIVEN = ("fields", "references")


def relation_required(context: FixContext, change: AlterColumn) -> Proposal | None:
    """A relation that becomes required together with its key field."""
    table = context.after.tables.get(change.table)
    keys = [k for k in table.foreign_keys if k.columns == (change.after.name,)] if table else []
    relation = relation_of(context, change.table, keys[0].columns) if keys else None
    key = field_of(context, change.after)
    if relation is None or key is None or relation.type.endswith("?"):
        return None
    restore = tuple(RetypeField(f.model, f.name, f"{f.type}?") for f in (key, relation))
    return Proposal("make-relation-required", {"model": relation.model, "field": relation.name}, restore)


def acts_otherwise(context: FixContext) -> Proposal | None:
    """A foreign key with other referential actions."""
    change = context.finding.change
    before = _former_key(context, change) if isinstance(change, AddForeignKey) else None
    if not isinstance(change, AddForeignKey) or before is None:
        return None
    relation = relation_of(context, change.table, change.foreign_key.columns)
    if relation is None:
        return None
    after = change.foreign_key
    answers = {"model": relation.model, "field": relation.name}
    if before.on_delete is not after.on_delete:
        answers["onDelete"] = _NAMES[after.on_delete]
    if before.on_update is not after.on_update:
        answers["onUpdate"] = _NAMES[after.on_update]
    return Proposal("change-referential-actions", answers, _acting_as(relation, before))


_NAMES = {action: name for name, action in ACTIONS.items()}


def _acting_as(relation: WrittenField, key: ForeignKey) -> tuple[SchemaEdit, ...]:
    """The edits that give the relation the referential actions of a foreign key."""
    node = relation.node.attribute("relation")
    arguments = node.arguments if node else ()
    kept = [relation.slice(a.span) for a in arguments if (a.name.text if a.name else "") not in _ACTIONS]
    actions = f"onDelete: {_NAMES[key.on_delete]}", f"onUpdate: {_NAMES[key.on_update]}"
    name = relation.name
    written = f"@relation({', '.join((*kept, *actions))})"
    return (RemoveAttribute(relation.model, name, "relation"), AddAttribute(relation.model, name, written))


_ACTIONS = ("onDelete", "onUpdate")


def _former_key(context: FixContext, change: AddForeignKey) -> ForeignKey | None:
    """The dropped foreign key of the same columns."""
    dropped = (x for x in context.diff.changes if isinstance(x, DropForeignKey) and x.table == change.table)
    return next((x.foreign_key for x in dropped if x.foreign_key.columns == change.foreign_key.columns), None)
