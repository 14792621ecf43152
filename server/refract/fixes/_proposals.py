"""Which recipe takes the place of a risky change, with its answers, and the edits that take the change back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from refract.fixes._schema import WrittenField, field_of, former_field, model_of
from refract.fixes.base import FixContext
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import (
    AddEnumValue,
    AddField,
    RemoveAttribute,
    RemoveField,
    RetypeField,
    SchemaEdit,
)
from refract.schema.changes import AddColumn, AlterColumn, AlterEnum, CreateIndex, DropColumn, RecreateColumn
from refract.schema.model import QualifiedName


@frozen
class Proposal:
    """A recipe for a finding: its answers, and the edits that put the schema back."""

    recipe: str
    answers: Mapping[str, str]
    restore: tuple[SchemaEdit, ...]


def _rename(context: FixContext) -> Proposal | None:
    rename = context.finding.rename
    if rename is None or not isinstance(rename.dropped, DropColumn) or not isinstance(rename.added, AddColumn):
        return None
    new = field_of(context, rename.added.column)
    old = _former(context, rename.dropped.table, rename.dropped.column.name)
    if new is None or old is None:
        return None
    how = "trigger" if dialect(context.provider.name).syncs else "application"
    answers = {"model": new.block, "field": old.field, "to": new.field.name.text, "how": how}
    return Proposal("rename-field", answers, (RemoveField(new.block, new.field.name.text), old))


def _required(context: FixContext) -> Proposal | None:
    change = context.finding.change
    new = field_of(context, change.column) if isinstance(change, AddColumn) else None
    if new is None:
        return None
    attributes = " ".join(a for a in new.attributes)
    answers = {"model": new.block, "field": new.field.name.text, "type": new.type_text, "attributes": attributes}
    return Proposal("add-required-field", answers, (RemoveField(new.block, new.field.name.text),))


def _made_required(context: FixContext) -> Proposal | None:
    change = context.finding.change
    written = field_of(context, change.after) if isinstance(change, AlterColumn) else None
    if written is None or not isinstance(change, AlterColumn) or change.before.type != change.after.type:
        return None
    name = written.field.name.text
    restore = (RetypeField(written.block, name, f"{written.type_text.removesuffix('?')}?"),)
    return Proposal("make-field-required", {"model": written.block, "field": name}, restore)


def _dropped(context: FixContext) -> Proposal | None:
    change = context.finding.change
    if not isinstance(change, DropColumn):
        return None
    old = _former(context, change.table, change.column.name)
    return None if old is None else Proposal("drop-field", {"model": old.model, "field": old.field}, (old,))


def _retyped(context: FixContext) -> Proposal | None:
    change = context.finding.change
    if not isinstance(change, AlterColumn | RecreateColumn):
        return None
    new, old = field_of(context, change.after), _former(context, change.table, change.before.name)
    if new is None or old is None:
        return None
    native = [a for a in new.attributes if a.startswith("@db.")]
    how = "trigger" if dialect(context.provider.name).syncs else "application"
    type_ = " ".join((new.type_text.removesuffix("?"), *native))
    answers = {"model": new.block, "field": old.field, "type": type_, "how": how}
    return Proposal("change-type", answers, (RemoveField(new.block, new.field.name.text), old))


def _unique(context: FixContext) -> Proposal | None:
    change = context.finding.change
    if not isinstance(change, CreateIndex) or len(change.index.columns) != 1:
        return None
    table = context.after.tables.get(change.table)
    column = table.column(change.index.columns[0].name) if table else None
    written = field_of(context, column) if column else None
    if written is None or written.field.attribute("unique") is None:
        return None
    name = written.field.name.text
    return Proposal(
        "add-unique", {"model": written.block, "fields": name}, (RemoveAttribute(written.block, name, "unique"),)
    )


def _value_removed(context: FixContext) -> Proposal | None:
    change = context.finding.change
    if not isinstance(change, AlterEnum) or len(change.removed) != 1 or change.added or not change.after.values:
        return None
    enum, value = change.after.enum_name or change.after.name.name, change.removed[0]
    names = [v.name for v in change.before.values]
    at = names.index(value)
    restore = AddEnumValue(enum, value, names[at - 1] if at else "")
    replacement = change.after.values[0].value_name or change.after.values[0].name
    return Proposal("remove-enum-value", {"enum": enum, "value": value, "replacement": replacement}, (restore,))


def _former(context: FixContext, table: QualifiedName, column: str) -> AddField | None:
    """The edit that puts a field back as the schema of running code has it."""
    model, former = model_of(context, table), former_field(context, table, column)
    block = context.tree.block(model) if model else None
    if former is None or block is None:
        return None
    return AddField(model, former.field.name.text, former.type_text, former.attributes, _above(context, former, model))


def _above(context: FixContext, former: WrittenField, model: str) -> str:
    """The field below which it stood, if that is there still."""
    tree, block = context.deployed(), context.tree.block(model)
    was = tree.block(former.block) if tree else None
    names = [f.name.text for f in was.fields] if was else []
    at = names.index(former.field.name.text) if former.field.name.text in names else 0
    kept = [name for name in names[:at] if block is not None and block.field(name) is not None]
    return kept[-1] if kept else ""


Propose = Callable[[FixContext], Proposal | None]

PROPOSALS: Mapping[str, Propose] = {
    "field-rename-as-drop-add": _rename,
    "add-required-column-without-default": _required,
    "add-required-column-client-default": _required,
    "make-column-required": _made_required,
    "drop-column": _dropped,
    "mssql-drop-defaulted-column": _dropped,
    "change-type-rewrite": _retyped,
    "risky-type-change": _retyped,
    "column-dropped-and-recreated": _retyped,
    "cockroach-type-change": _retyped,
    "add-unique-on-existing-rows": _unique,
    "remove-enum-value": _value_removed,
    "remove-enum-value-in-use": _value_removed,
}
"""By rule: what to do in place of the change that the rule found; None where there is nothing to propose."""
