"""A primary key of another type, in its table and in all tables that refer to it.

New columns are added, kept in sync by triggers, filled, validated, indexed and related. One deploy moves the app over,
in which the fields keep their names. Then the old columns are dropped, and the index of the new key becomes the primary
key without a rebuild.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from refract.escaping import code_span, prisma_string
from refract.lowering.arguments import field_references
from refract.recipes._hanging import column_rights
from refract.recipes._sql import differs, row
from refract.recipes.acts import OLD_INSTANCES_STOPPED, SURE_TO_STAY, BackUp, Deploy
from refract.recipes.base import CannotPlan, Fill, ModelField, Phase, Situation, Step, Sync
from refract.recipes.dialects import dialect
from refract.recipes.schema_edits import (
    AddAttribute,
    AddBlockAttribute,
    AddField,
    RemoveAttribute,
    RemoveBlockAttribute,
    RemoveField,
    RenameField,
    RetypeField,
    SchemaEdit,
)
from refract.schema.model import ForeignKey, Table
from refract.syntax.tree import Attribute
from refract.wording import listed

_LISTS = ("index", "unique", "id")


@frozen
class NewKey:
    """The future key. `default` numbers new rows in the end, `filler` is the SQL that numbers existing rows (empty: the
    old value); `loses` is what is lost with the old key.
    """

    type: str
    attributes: tuple[str, ...] = ()
    default: str = ""
    filler: str = ""
    loses: str = ""


@frozen
class _Child:
    """A relation to the key: its field and the one that holds the key in the child, the list on the other side."""

    table: Table
    key: ModelField
    relation: ModelField
    back: ModelField
    name: str

    @property
    def column(self) -> str:
        return f"{_column(self.key)}_v2"


@frozen
class _Keys:
    """A primary key, its table and what points at it."""

    table: Table
    old: ModelField
    new: NewKey
    children: tuple[_Child, ...]

    @property
    def column(self) -> str:
        return f"{_column(self.old)}_v2"

    @property
    def model(self) -> str:
        return self.old.model


def key_of_model(s: Situation, model: str) -> ModelField:
    """The field that is the model's key. Raises CannotPlan if the key has several fields, or none exists."""
    s.table(model)
    found = next((f for f in s.fields(model) if f.attribute("id")), None)
    if found is None or found.column is None:
        raise CannotPlan(f"{code_span(model)} has no @id on a single field, which this recipe needs.")
    return found


def key_steps(s: Situation, old: ModelField, new: NewKey) -> Iterator[Step]:
    """The steps from one key to the other. Raises CannotPlan."""
    keys = _Keys(s.table(old.model), old, new, tuple(_children(s, old)))
    yield from _expand_steps(s, keys)
    yield from _fill_and_validate_steps(s, keys)
    yield _switch_step(keys)
    yield from _contract_steps(s, keys)


def _children(s: Situation, old: ModelField) -> Iterator[_Child]:
    parent = s.table(old.model)
    for table in s.database.tables.values():
        for key in table.foreign_keys:
            if key.referenced_table == parent.name and _column(old) in key.referenced_columns:
                yield _child(s, old, table, key)


def _child(s: Situation, old: ModelField, table: Table, key: ForeignKey) -> _Child:
    if not table.model_name:
        raise CannotPlan(
            f"The implicit join table {code_span(table.name.name)} refers to {code_span(old.model)}. Turn it into a model first "
            "(explicit-many-to-many)."
        )
    if len(key.columns) > 1:
        raise CannotPlan(
            f"The foreign key {code_span(key.name)} has more fields than {code_span(old.name)}. Change it to this field alone first."
        )
    held = next(f for f in s.fields(table.model_name) if f.column is not None and f.column.name == key.columns[0])
    if held.attribute("id"):
        raise CannotPlan(
            f"{code_span(f'{held.model}.{held.name}')} is both the primary key of {code_span(held.model)} and the foreign key to {code_span(old.model)}. "
            f"Give {code_span(held.model)} a separate primary key first."
        )
    relation = next(f for f in s.fields(held.model) if _relation_fields(f) == [held.name])
    backs = [
        f
        for f in s.fields(old.model)
        if f.type_name == held.model and f.column is None and not _relation_fields(f)
        if _relation_name(f) == _relation_name(relation)
    ]
    if not backs:
        raise CannotPlan(
            f"{code_span(old.model)} has no field for the other side of {code_span(f'{held.model}.{relation.name}')}."
        )
    name = f"{held.model}{relation.name[:1].upper()}{relation.name[1:]}V2"
    return _Child(table, held, relation, backs[0], name)


def _expand_steps(s: Situation, keys: _Keys) -> Iterator[Step]:
    yield Step(
        id="expand",
        phase=Phase.EXPAND,
        title=f"Add {listed([_v2(keys.old)])} to {listed([keys.model])}",
        edits=(_new_field(s, keys.old, keys.new, keys.column),),
        begins=_parent_sync(s, keys),
        last=column_rights(s, keys.table.name, (_column(keys.old),), (keys.column,)),
    )
    if keys.new.filler:
        yield Step(
            id="default",
            phase=Phase.EXPAND,
            title=f"Give {listed([_v2(keys.old)])} a default in the database",
            edits=(AddAttribute(keys.model, _v2(keys.old), keys.new.default),),
        )
    if keys.children:
        yield Step(
            id="expand-relations",
            phase=Phase.EXPAND,
            title=f"Add {_names_of(keys, lambda c: f'{c.key.model}.{_v2(c.key)}')}, synced by triggers",
            edits=tuple(_new_field(s, c.key, keys.new, c.column) for c in keys.children),
            begins=tuple(_child_sync(s, keys, c) for c in keys.children),
            last=tuple(
                statement
                for child in keys.children
                for statement in column_rights(s, child.table.name, (_column(child.key),), (child.column,))
            ),
        )


def _fill_and_validate_steps(s: Situation, keys: _Keys) -> Iterator[Step]:
    yield Step(
        id="backfill",
        phase=Phase.BACKFILL,
        title="Fill the new columns in existing rows, the key first",
        fills=(_parent_fill(s, keys), *(_child_fill(s, keys, c) for c in keys.children)),
    )
    required = [keys.old, *(c.key for c in keys.children if c.key.is_required)]
    yield Step(
        id="validate",
        phase=Phase.VALIDATE,
        title=f"Make {listed(f'{f.model}.{_v2(f)}' for f in required)} required",
        edits=tuple(RetypeField(f.model, _v2(f), keys.new.type) for f in required),
    )
    yield Step(
        id="index",
        phase=Phase.VALIDATE,
        title="Build the indexes for the new columns",
        edits=(
            AddAttribute(keys.model, _v2(keys.old), "@unique"),
            *(AddAttribute(c.key.model, _v2(c.key), "@unique") for c in keys.children if c.key.attribute("unique")),
            *_copied_lists(s, keys),
        ),
    )
    if keys.children:
        yield Step(
            id="relate",
            phase=Phase.VALIDATE,
            title=f"Add and validate the foreign keys of {_names_of(keys, lambda c: f'{c.key.model}.{_v2(c.key)}')}",
            edits=tuple(edit for c in keys.children for edit in _relation_edits(s, keys, c)),
        )


def _relation_edits(s: Situation, keys: _Keys, child: _Child) -> Iterator[SchemaEdit]:
    actions = [text for name, text in _arguments(s, child.relation) if name in ("onDelete", "onUpdate")]
    optional = "" if child.relation.is_required else "?"
    parts = (f'"{child.name}"', f"fields: [{_v2(child.key)}]", f"references: [{_v2(keys.old)}]", *actions)
    holds, is_held = (f"@relation({', '.join(parts)})", "@ignore"), (f'@relation("{child.name}")', "@ignore")
    yield AddField(child.key.model, _v2(child.relation), f"{keys.model}{optional}", holds, child.relation.name)
    yield AddField(keys.model, _v2(child.back), child.back.type, is_held, child.back.name)


def _switch_step(keys: _Keys) -> Step:
    edits: list[SchemaEdit] = [*_switch_edits(keys.old)]
    if keys.old.attribute("default") and not keys.new.filler:
        # The trigger gives the new column its value: it has one in the database, although not by a DEFAULT.
        edits.append(AddAttribute(keys.model, keys.old.name, "@default(dbgenerated())"))
    for child in keys.children:
        for moved in (child.key, child.relation, child.back):
            edits += _switch_edits(moved)
    return Step(
        id="switch",
        phase=Phase.SWITCH,
        title=f"Deploy code that uses {code_span(f'{keys.model}.{keys.old.name}')} as {code_span(keys.new.type)}",
        edits=tuple(edits),
        after=(Deploy(uses=tuple(_holders(keys)), as_type=keys.new.type), OLD_INSTANCES_STOPPED, SURE_TO_STAY),
    )


def _holders(keys: _Keys) -> Iterator[str]:
    """The key and the fields that point to it."""
    yield from (f"{field.model}.{field.name}" for field in (keys.old, *(c.key for c in keys.children)))


def _switch_edits(old: ModelField) -> Iterator[SchemaEdit]:
    """The new field gets the old one's name, and the app no longer sees the old one."""
    yield RenameField(old.model, old.name, _old_name(old))
    if old.column is not None and not old.attribute("map"):
        yield AddAttribute(old.model, _old_name(old), f"@map({prisma_string(old.column.name)})")
    yield AddAttribute(old.model, _old_name(old), "@ignore")
    yield RenameField(old.model, _v2(old), old.name)
    yield RemoveAttribute(old.model, old.name, "ignore")


def _contract_steps(s: Situation, keys: _Keys) -> Iterator[Step]:
    if keys.children:
        yield Step(
            id="contract-relations",
            phase=Phase.CONTRACT,
            title=f"Drop the old columns that point to {listed([keys.model])}",
            edits=tuple(edit for c in keys.children for edit in _child_removal(s, c)),
            ends=tuple(_child_sync(s, keys, c) for c in keys.children),
            point_of_no_return=True,
        )
    default = keys.new.default or keys.old.attribute("default")
    counted = () if keys.new.filler or not default else (AddAttribute(keys.model, keys.old.name, default),)
    bridged = (RemoveAttribute(keys.model, keys.old.name, "default"),) if counted else ()
    yield Step(
        id="contract",
        phase=Phase.CONTRACT,
        title=f"Make the new column the primary key, and drop {listed([_column(keys.old)])}",
        edits=(
            *(edit for a in _lists_of(s, keys.old) for edit in _list_removal(s, keys.old, a)),
            RemoveField(keys.model, _old_name(keys.old)),
            RemoveAttribute(keys.model, keys.old.name, "unique"),
            *bridged,
            AddAttribute(keys.model, keys.old.name, keys.old.attribute("id")),
            *counted,
        ),
        ends=_parent_sync(s, keys),
        before=(BackUp((f"{keys.model}.{keys.old.name}",)),) if keys.new.loses else (),
        point_of_no_return=True,
        loses=keys.new.loses,
    )


def _child_removal(s: Situation, child: _Child) -> Iterator[SchemaEdit]:
    model = child.key.model
    yield RemoveField(model, _old_name(child.relation))
    yield RemoveField(child.back.model, _old_name(child.back))
    for attribute in _lists_of(s, child.key):
        yield from _list_removal(s, child.key, attribute)
    yield RemoveField(model, _old_name(child.key))
    yield RemoveAttribute(model, child.relation.name, "relation")
    kept = ", ".join(text for name, text in _arguments(s, child.relation) if name != "map")
    yield AddAttribute(model, child.relation.name, f"@relation({kept})")
    yield RemoveAttribute(child.back.model, child.back.name, "relation")
    if child.back.attribute("relation"):
        yield AddAttribute(child.back.model, child.back.name, child.back.attribute("relation"))


def _new_field(s: Situation, old: ModelField, new: NewKey, column: str) -> AddField:
    name = s.new_name(old.model, _v2(old))
    # Prisma refuses `@map("id")` above a field `id`, even if that is mapped to another column itself.
    return AddField(
        old.model, name, f"{new.type}?", (*new.attributes, f"@map({prisma_string(column)})", "@ignore"), before=old.name
    )


def _parent_sync(s: Situation, keys: _Keys) -> tuple[Sync, ...]:
    if keys.new.filler:
        return ()
    old_type = s.provider.render_type(keys.old.column.type) if keys.old.column else ""
    return (
        Sync(
            name=s.provider.sync_name(keys.table.name.name, keys.column),
            table=keys.table.name,
            forward=((keys.column, row(s, _column(keys.old))),),
            backward=((_column(keys.old), f"CAST({row(s, keys.column)} AS {old_type})"),),
        ),
    )


def _child_sync(s: Situation, keys: _Keys, child: _Child) -> Sync:
    return Sync(
        name=s.provider.sync_name(child.table.name.name, child.column),
        table=child.table.name,
        forward=((child.column, _key_held(s, keys, child)),),
        backward=((_column(child.key), _old_key_held(s, keys, child)),),
    )


def _key_held(s: Situation, keys: _Keys, child: _Child) -> str:
    """The new key of the row that a child points at by the old one."""
    if not keys.new.filler:
        return row(s, _column(child.key))
    return _looked_up(s, keys, child, (keys.column, _column(keys.old), _column(child.key)))


def _old_key_held(s: Situation, keys: _Keys, child: _Child) -> str:
    if not keys.new.filler:
        old_type = s.provider.render_type(child.key.column.type) if child.key.column else ""
        return f"CAST({row(s, child.column)} AS {old_type})"
    return _looked_up(s, keys, child, (_column(keys.old), keys.column, child.column))


def _looked_up(s: Situation, keys: _Keys, child: _Child, names: tuple[str, str, str]) -> str:
    """One column of the parent row whose other column is that of the child; a row may point at itself."""
    quote = s.provider.quote
    wanted, known, held = names
    parent = dialect(s.provider.name).table(keys.table.name)
    found = f"(SELECT parent.{quote(wanted)} FROM {parent} AS parent WHERE parent.{quote(known)} = {row(s, held)})"
    if child.table.name != keys.table.name:
        return found
    return f"CASE WHEN {row(s, held)} = {row(s, known)} THEN {row(s, wanted)} ELSE {found} END"


def _parent_fill(s: Situation, keys: _Keys) -> Fill:
    if keys.new.filler:
        return Fill(keys.table, ((keys.column, keys.new.filler),), f"{row(s, keys.column)} IS NULL")
    old = row(s, _column(keys.old))
    return Fill(keys.table, ((keys.column, old),), differs(s, row(s, keys.column), old))


def _child_fill(s: Situation, keys: _Keys, child: _Child) -> Fill:
    held = _key_held(s, keys, child)
    return Fill(child.table, ((child.column, held),), differs(s, row(s, child.column), held))


def _copied_lists(s: Situation, keys: _Keys) -> Iterator[SchemaEdit]:
    """The indexes of the old fields for the new ones; a key of several fields is a unique index until the end."""
    for field in (keys.old, *(c.key for c in keys.children)):
        for attribute in _lists_of(s, field):
            text = _for_field(s, field, attribute, _v2(field))
            yield AddBlockAttribute(field.model, re.sub(r"^@@id\b", "@@unique", text))


def _list_removal(s: Situation, field: ModelField, attribute: Attribute) -> Iterator[SchemaEdit]:
    """The index of the old field is dropped; a key of several fields moves to the new one."""
    written = s.text(field.model, *attribute.span)
    yield RemoveBlockAttribute(field.model, _renamed_in(written, field.name, _old_name(field)))
    if attribute.name.text == "id":
        unique = re.sub(r"^@@id\b", "@@unique", _for_field(s, field, attribute, field.name))
        yield RemoveBlockAttribute(field.model, unique)
        yield AddBlockAttribute(field.model, written)


def _lists_of(s: Situation, field: ModelField) -> Iterator[Attribute]:
    for attribute in s.block(field.model).attributes:
        fields = [r.field for r in field_references(attribute.argument("fields", 0))]
        if attribute.name.text in _LISTS and field.name in fields:
            yield attribute


def _for_field(s: Situation, field: ModelField, attribute: Attribute, name: str) -> str:
    """A field's attribute, rewritten for another field; a name in the database cannot be used twice."""
    text = _renamed_in(s.text(field.model, *attribute.span), field.name, name)
    return re.sub(r",\s*(map|name):\s*\"[^\"]*\"", "", text)


def _renamed_in(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![\w\".]){re.escape(old)}(?![\w\":])", new, text)


def _arguments(s: Situation, relation: ModelField) -> Iterator[tuple[str, str]]:
    """The arguments of `@relation`: the name of each (empty for the relation's own name), and its text."""
    node = relation.node.attribute("relation")
    for argument in node.arguments if node else ():
        yield argument.name.text if argument.name else "", s.text(relation.model, *argument.span)


def _relation_fields(field: ModelField) -> list[str]:
    node = field.node.attribute("relation")
    return [r.field for r in field_references(node.argument("fields"))] if node else []


def _relation_name(field: ModelField) -> str:
    node = field.node.attribute("relation")
    return str(getattr(node.argument("name", 0), "value", "")) if node else ""


def _column(field: ModelField) -> str:
    return field.column.name if field.column else field.name


def _v2(field: ModelField) -> str:
    return f"{field.name}V2"


def _old_name(field: ModelField) -> str:
    return f"{field.name}Old"


def _names_of(keys: _Keys, name: Callable[[_Child], str]) -> str:
    return listed(name(child) for child in keys.children)
