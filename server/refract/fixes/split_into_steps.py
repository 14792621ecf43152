"""Splits a risky change into safe steps: the schema goes back to what it was, then the first step is taken.

One edit: the schema, the migrations of the first step, and the plan that says what comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from attrs import evolve, frozen

from refract.fixes._schema import WrittenField, field_of, former_field, model_of
from refract.fixes.base import Fix, FixContext, fixes
from refract.plans.model import PlanMigration, with_step
from refract.recipes.base import CannotPlan, Recipe, Situation, Step, all_recipes
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import (
    AddEnumValue,
    AddField,
    RemoveAttribute,
    RemoveField,
    RetypeField,
    SchemaEdit,
    apply_schema_edits,
    file_edits,
)
from refract.schema.changes import AddColumn, AlterColumn, AlterEnum, CreateIndex, DropColumn, RecreateColumn
from refract.schema.model import QualifiedName
from refract.text import FileChange, NewFile


@frozen
class _Proposal:
    """A recipe for a finding: its answers, and the edits that put the schema back."""

    recipe: str
    answers: Mapping[str, str]
    restore: tuple[SchemaEdit, ...]


Propose = Callable[[FixContext], _Proposal | None]


@fixes("field-rename-as-drop-add")
def renamed_field(context: FixContext) -> Iterator[Fix]:
    """A column beside the old one, kept in step."""
    yield from _offered(context, _rename)


@fixes("add-required-column-without-default", "add-required-column-client-default")
def required_field(context: FixContext) -> Iterator[Fix]:
    """Optional, written, filled, required."""
    yield from _offered(context, _required)


@fixes("make-column-required")
def field_made_required(context: FixContext) -> Iterator[Fix]:
    """Written, filled, required."""
    yield from _offered(context, _made_required)


@fixes("drop-column", "mssql-drop-defaulted-column")
def dropped_field(context: FixContext) -> Iterator[Fix]:
    """Left out by programs first."""
    yield from _offered(context, _dropped)


@fixes("change-type-rewrite", "risky-type-change", "column-dropped-and-recreated", "cockroach-type-change")
def retyped_field(context: FixContext) -> Iterator[Fix]:
    """A column of the new type beside the old one."""
    yield from _offered(context, _retyped)


@fixes("add-unique-on-existing-rows")
def unique_field(context: FixContext) -> Iterator[Fix]:
    """Duplicates first."""
    yield from _offered(context, _unique)


@fixes("remove-enum-value", "remove-enum-value-in-use")
def removed_value(context: FixContext) -> Iterator[Fix]:
    """Programs and rows first."""
    yield from _offered(context, _value_removed)


def _offered(context: FixContext, propose: Propose) -> Iterator[Fix]:
    proposal = None if context.statements else propose(context)
    if proposal is None:
        return
    recipe = all_recipes()[proposal.recipe]
    try:
        situation = _situation(context, recipe, proposal)
        steps = recipe.steps(situation)
    except (CannotPlan, LookupError):
        return
    if len(steps) < 2:
        return
    yield Fix(
        title=f"Split into {len(steps)} safe steps: {_phases(steps)}",
        build=partial(_first_step, context, recipe, situation),
        note="The schema goes back to what it was, and the first step is taken; `refract plan next` takes the others.",
    )


def _situation(context: FixContext, recipe: Recipe, proposal: _Proposal) -> Situation:
    tree = apply_schema_edits(context.tree, proposal.restore)
    return Situation(tree, context.provider, context.versions, recipe.complete(proposal.answers))


def _phases(steps: tuple[Step, ...]) -> str:
    return ", ".join(dict.fromkeys(str(step.phase) for step in steps))


def _first_step(context: FixContext, recipe: Recipe, situation: Situation) -> tuple[FileChange, ...]:
    from refract.plans.file import plan_text  # noqa: PLC0415  only when a plan is made

    try:
        plan, file = context.new_plan(recipe, situation)
    except CannotPlan as error:
        raise LookupError(str(error)) from error
    step = plan.steps[0]
    files = [NewFile(context.new_migration(migration.name), migration.sql) for migration in step.migrations]
    written = tuple(_with_folder(m, f) for m, f in zip(step.migrations, files, strict=True))
    plan = with_step(plan, 0, evolve(step, migrations=written))
    edited = file_edits(context.tree, apply_schema_edits(situation.tree, step.schema))
    return (*edited, *files, NewFile(file.path, plan_text(plan)))


def _with_folder(migration: PlanMigration, file: NewFile) -> PlanMigration:
    return evolve(migration, folder=Path(file.path).parent.name)


def _rename(context: FixContext) -> _Proposal | None:
    rename = context.finding.rename
    if rename is None or not isinstance(rename.dropped, DropColumn) or not isinstance(rename.added, AddColumn):
        return None
    new = field_of(context, rename.added.column)
    old = _former(context, rename.dropped.table, rename.dropped.column.name)
    if new is None or old is None:
        return None
    how = "trigger" if dialect(context.provider.name).syncs else "application"
    answers = {"model": new.block, "field": old.field, "to": new.field.name.text, "how": how}
    return _Proposal("rename-field", answers, (RemoveField(new.block, new.field.name.text), old))


def _required(context: FixContext) -> _Proposal | None:
    change = context.finding.change
    new = field_of(context, change.column) if isinstance(change, AddColumn) else None
    if new is None:
        return None
    attributes = " ".join(a for a in new.attributes)
    answers = {"model": new.block, "field": new.field.name.text, "type": new.type_text, "attributes": attributes}
    return _Proposal("add-required-field", answers, (RemoveField(new.block, new.field.name.text),))


def _made_required(context: FixContext) -> _Proposal | None:
    change = context.finding.change
    written = field_of(context, change.after) if isinstance(change, AlterColumn) else None
    if written is None or not isinstance(change, AlterColumn) or change.before.type != change.after.type:
        return None
    name = written.field.name.text
    restore = (RetypeField(written.block, name, f"{written.type_text.removesuffix('?')}?"),)
    return _Proposal("make-field-required", {"model": written.block, "field": name}, restore)


def _dropped(context: FixContext) -> _Proposal | None:
    change = context.finding.change
    if not isinstance(change, DropColumn):
        return None
    old = _former(context, change.table, change.column.name)
    return None if old is None else _Proposal("drop-field", {"model": old.model, "field": old.field}, (old,))


def _retyped(context: FixContext) -> _Proposal | None:
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
    return _Proposal("change-type", answers, (RemoveField(new.block, new.field.name.text), old))


def _unique(context: FixContext) -> _Proposal | None:
    change = context.finding.change
    if not isinstance(change, CreateIndex) or len(change.index.columns) != 1:
        return None
    table = context.after.tables.get(change.table)
    column = table.column(change.index.columns[0].name) if table else None
    written = field_of(context, column) if column else None
    if written is None or written.field.attribute("unique") is None:
        return None
    name = written.field.name.text
    return _Proposal(
        "add-unique", {"model": written.block, "fields": name}, (RemoveAttribute(written.block, name, "unique"),)
    )


def _value_removed(context: FixContext) -> _Proposal | None:
    change = context.finding.change
    if not isinstance(change, AlterEnum) or len(change.removed) != 1 or change.added or not change.after.values:
        return None
    enum, value = change.after.enum_name or change.after.name.name, change.removed[0]
    names = [v.name for v in change.before.values]
    at = names.index(value)
    restore = AddEnumValue(enum, value, names[at - 1] if at else "")
    replacement = change.after.values[0].value_name or change.after.values[0].name
    return _Proposal("remove-enum-value", {"enum": enum, "value": value, "replacement": replacement}, (restore,))


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
