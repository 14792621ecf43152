"""Recipes for changes of one field: renamed, retyped, added, removed, moved, made required or unique, without default."""

from __future__ import annotations

from collections.abc import Iterator

from refract.fixes._proposal import Proposal, by_trigger, former
from refract.fixes._relation_proposals import relation_required
from refract.fixes._schema import field_of, fields_of, list_of
from refract.fixes.base import FixContext
from refract.lowering.arguments import text_of
from refract.providers.behaviour import behaviour
from refract.recipes.schema_edits import (
    AddAttribute,
    AddField,
    RemoveAttribute,
    RemoveBlockAttribute,
    RemoveField,
    RetypeField,
    SchemaEdit,
)
from refract.schema.changes import AddColumn, AlterColumn, CreateIndex, DropColumn, RecreateColumn
from refract.syntax.tree import Attribute
from refract.syntax.written import WrittenField
from refract.text import Span


def renamed(context: FixContext) -> Proposal | None:
    """A dropped and an added column that are the same."""
    rename = context.finding.rename
    if rename is None or not isinstance(rename.dropped, DropColumn) or not isinstance(rename.added, AddColumn):
        return None
    new = field_of(context, rename.added.column)
    old = former(context, rename.dropped.table, rename.dropped.column.name)
    if new is None or old is None:
        return None
    answers = {"model": new.model, "field": old.field, "to": new.name, "how": by_trigger(context)}
    return Proposal("rename-field", answers, (RemoveField(new.model, new.name), old))


def added_required(context: FixContext) -> Proposal | None:
    """A new required field, without a value for existing rows."""
    change = context.finding.change
    new = field_of(context, change.column) if isinstance(change, AddColumn) else None
    if new is None:
        return None
    attributes = " ".join(a for a in new.attributes)
    answers = {"model": new.model, "field": new.name, "type": new.type, "attributes": attributes}
    return Proposal("add-required-field", answers, (RemoveField(new.model, new.name),))


def made_required(context: FixContext) -> Proposal | None:
    """A field, or the key of a relation, that loses its `?`."""
    change = context.finding.change
    written = field_of(context, change.after) if isinstance(change, AlterColumn) else None
    if written is None or not isinstance(change, AlterColumn) or change.before.type != change.after.type:
        return None
    name = written.name
    relation = relation_required(context, change)
    if relation is not None:
        return relation
    restore = (RetypeField(written.model, name, f"{written.type.removesuffix('?')}?"),)
    return Proposal("make-field-required", {"model": written.model, "field": name}, restore)


def dropped(context: FixContext) -> Proposal | None:
    """A removed field."""
    change = context.finding.change
    if not isinstance(change, DropColumn):
        return None
    old = former(context, change.table, change.column.name)
    return None if old is None else Proposal("drop-field", {"model": old.model, "field": old.field}, (old,))


def retyped(context: FixContext) -> Proposal | None:
    """A field with another type."""
    change = context.finding.change
    if not isinstance(change, AlterColumn | RecreateColumn):
        return None
    new, old = field_of(context, change.after), former(context, change.table, change.before.name)
    if new is None or old is None:
        return None
    key = key_retyped(context, change, new, old)
    if key is not None:
        return key
    native = [a for a in new.attributes if a.startswith("@db.")]
    type_ = " ".join((new.type.removesuffix("?"), *native))
    answers = {"model": new.model, "field": old.field, "type": type_, "how": by_trigger(context)}
    return Proposal("change-type", answers, (RemoveField(new.model, new.name), old))


def unique(context: FixContext) -> Proposal | None:
    """A new unique index over one or several fields."""
    change = context.finding.change
    if not isinstance(change, CreateIndex) or not change.index.unique:
        return None
    fields = fields_of(context, change.table, [part.name for part in change.index.columns])
    if len(fields) == 1 and fields[0].node.attribute("unique") is not None:
        name = fields[0].name
        answers = {"model": fields[0].model, "fields": name, "map": _map_of(fields[0].node.attribute("unique"))}
        return Proposal("add-unique", answers, (RemoveAttribute(fields[0].model, name, "unique"),))
    written = list_of(context, fields, "unique")
    if written is None:
        return None
    attribute, text = written
    if any(a.name is not None and a.name.text not in ("fields", "map") for a in attribute.arguments):
        return None
    names = ",".join(f.name for f in fields)
    answers = {"model": fields[0].model, "fields": names, "map": _map_of(attribute)}
    return Proposal("add-unique", answers, (RemoveBlockAttribute(fields[0].model, text),))


def indexed(context: FixContext) -> Proposal | None:
    """A new index; a database that builds indexes concurrently has another fix for it."""
    change = context.finding.change
    if not isinstance(change, CreateIndex) or behaviour(context.provider.name).concurrent_indexes:
        return None
    fields = fields_of(context, change.table, [part.name for part in change.index.columns])
    written = list_of(context, fields, "index")
    if written is None:
        return None
    attribute, text = written
    first, *rest = (fields[0].slice(argument.span) for argument in attribute.arguments)
    names = first.partition("[")[2].rpartition("]")[0]
    answers = {"model": fields[0].model, "fields": names, "arguments": ", ".join(rest)}
    return Proposal("add-index", answers, (RemoveBlockAttribute(fields[0].model, text),))


def moved(context: FixContext) -> Proposal | None:
    """A field that moves from one model to a related one."""
    change = context.finding.change
    if not isinstance(change, DropColumn):
        return None
    new = next((f for f in _added_fields(context, change) if f.node.name.span == _place(context)), None)
    old = former(context, change.table, change.column.name)
    if new is None or old is None:
        return None
    answers = {"model": old.model, "field": old.field, "to": new.model, "name": new.name}
    return Proposal("move-field", answers, (RemoveField(new.model, new.name), old))


def default_removed(context: FixContext) -> Proposal | None:
    """A removed default. A default that is replaced affects only new rows and needs no steps."""
    change = context.finding.change
    if not isinstance(change, AlterColumn) or change.after.default is not None:
        return None
    new, old = field_of(context, change.after), former(context, change.table, change.before.name)
    if new is None or old is None or new.node.attribute("default") is not None:
        return None
    default = next((a for a in old.attributes if a.startswith("@default(")), "")
    restore = (AddAttribute(new.model, new.name, default),)
    answers = {"model": new.model, "field": new.name, "default": ""}
    return Proposal("change-default", answers, restore) if default else None


def key_retyped(
    context: FixContext, change: AlterColumn | RecreateColumn, new: WrittenField, old: AddField
) -> Proposal | None:
    """A primary key that becomes a larger number or a UUID, with all columns that refer to it."""
    table = context.after.tables.get(change.table)
    key = table.primary_key if table else None
    if key is None or [part.name for part in key.columns] != [change.after.name]:
        return None
    recipe = {"BIGINT": "primary-key-to-bigint", "UUID": "primary-key-to-uuid"}.get(change.after.type.name)
    restore: list[SchemaEdit] = [RemoveField(new.model, new.name), old]
    for pointing in _pointing(context, change):
        child, known = field_of(context, pointing.after), former(context, pointing.table, pointing.before.name)
        if child is None or known is None:
            return None
        restore += [RemoveField(child.model, child.name), known]
    return Proposal(recipe, {"model": new.model}, tuple(restore)) if recipe else None


def _pointing(context: FixContext, key: AlterColumn | RecreateColumn) -> Iterator[AlterColumn | RecreateColumn]:
    """The changes of the columns that refer to a key."""
    for change in context.diff.changes:
        if not isinstance(change, AlterColumn | RecreateColumn):
            continue
        table = context.after.tables.get(change.table)
        keys = table.foreign_keys if table else ()
        if any(k.columns == (change.after.name,) and k.referenced_table == key.table for k in keys):
            yield change


def _added_fields(context: FixContext, dropped: DropColumn) -> Iterator[WrittenField]:
    for change in context.diff.changes:
        if isinstance(change, AddColumn) and change.column.name == dropped.column.name:
            found = field_of(context, change.column)
            if found is not None:
                yield found


def _place(context: FixContext) -> Span | None:
    return context.finding.origin.span if context.finding.origin else None


def _map_of(attribute: Attribute | None) -> str:
    """The name in the database that an attribute sets, or empty."""
    return text_of(attribute.argument("map")) or "" if attribute is not None else ""
