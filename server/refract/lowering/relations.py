"""Lowers relation fields: foreign keys, and the join tables of implicit many-to-many relations."""

from __future__ import annotations

from attrs import evolve

from refract.lowering.arguments import database_name, field_references, text_of, word_of
from refract.lowering.columns import lower_column
from refract.lowering.scope import Scope
from refract.schema.model import (
    Column,
    ForeignKey,
    Index,
    IndexColumn,
    LinkEnd,
    PrimaryKey,
    QualifiedName,
    ReferentialAction,
    Table,
)
from refract.syntax.tree import Arity, Attribute, Block, Field, Keyword
from refract.text import Origin

_ACTIONS = {
    "Cascade": ReferentialAction.CASCADE,
    "Restrict": ReferentialAction.RESTRICT,
    "NoAction": ReferentialAction.NO_ACTION,
    "SetNull": ReferentialAction.SET_NULL,
    "SetDefault": ReferentialAction.SET_DEFAULT,
}


def foreign_key(block: Block, field: Field, path: str, scope: Scope) -> ForeignKey | None:
    """The foreign key of `field`, None if it is not a relation, or the other side of one."""
    target, attribute = scope.blocks.get(field.type.name.text), field.attribute("relation")
    if target is None or attribute is None or target.keyword is not Keyword.MODEL or not _has_foreign_keys(scope):
        return None
    references = field_references(attribute.argument("fields"))
    referenced = field_references(attribute.argument("references"))
    local = [f for r in references if (f := block.field(r.field))]
    remote = [f for r in referenced if (f := target.field(r.field))]
    if not local or len(local) != len(references) or len(remote) != len(referenced) or len(local) != len(remote):
        return None
    columns = tuple(map(scope.column, local))
    table = database_name(block)
    return ForeignKey(
        name=text_of(attribute.argument("map")) or scope.provider.foreign_key_name(table, columns),
        columns=columns,
        referenced_table=scope.qualified(target),
        referenced_columns=tuple(map(scope.column, remote)),
        on_delete=_action(attribute, "onDelete") or _default_on_delete(local, scope),
        on_update=_action(attribute, "onUpdate") or ReferentialAction.CASCADE,
        origin=Origin(path, block.name.text, attribute.span),
    )


def _has_foreign_keys(scope: Scope) -> bool:
    return scope.relation_mode != "prisma" and not scope.provider.schemaless


def _action(attribute: Attribute, argument: str) -> ReferentialAction | None:
    return _ACTIONS.get(word_of(attribute.argument(argument)) or "")


def _default_on_delete(local: list[Field], scope: Scope) -> ReferentialAction:
    """Prisma: SET NULL when every column of the key may be NULL, else RESTRICT (NO ACTION if the database lacks it)."""
    if all(f.type.arity is Arity.OPTIONAL for f in local):
        return ReferentialAction.SET_NULL
    return ReferentialAction.NO_ACTION if scope.provider.restrict_is_no_action else ReferentialAction.RESTRICT


def join_table(block: Block, field: Field, path: str, scope: Scope) -> Table | None:
    """The join table of the implicit many-to-many relation of which `field` is the first side, else None."""
    other = scope.blocks.get(field.type.name.text)
    if other is None or field.type.arity is not Arity.LIST or other.keyword is not Keyword.MODEL:
        return None
    opposite = _opposite(block, field, other)
    if opposite is None or scope.provider.schemaless:
        return None
    if (block.name.text, field.name.text) > (other.name.text, opposite.name.text):
        return None
    sides = (_id_column(block, scope), _id_column(other, scope))
    if sides[0] is None or sides[1] is None:
        return None
    origin = Origin(path, block.name.text, field.name.span)
    table = _join_table(block, other, field, (sides[0], sides[1]), origin, scope)
    ends = (LinkEnd(scope.qualified(b), f.name.text) for b, f in ((block, field), (other, opposite)))
    return evolve(table, ends=tuple(ends))


def _relation_name(field: Field) -> str | None:
    attribute = field.attribute("relation")
    return text_of(attribute.argument("name", 0)) if attribute else None


def _opposite(block: Block, field: Field, other: Block) -> Field | None:
    """The list field of `other` that is the other side of `field`."""
    for candidate in other.fields_of_type(block.name.text):
        if candidate is field:
            continue
        if candidate.type.arity is Arity.LIST and _relation_name(candidate) == _relation_name(field):
            return candidate
    return None


def _id_column(block: Block, scope: Scope) -> Column | None:
    """The single column that identifies a row of `block`."""
    field = next((f for f in block.fields if f.attribute("id")), None)
    if field is None:
        composite = block.attribute("id")
        names = field_references(composite.argument("fields", 0)) if composite else ()
        field = block.field(names[0].field) if len(names) == 1 else None
    field = field or next((f for f in block.fields if f.attribute("unique")), None)
    return lower_column(block, field, Origin("", "", field.name.span), scope) if field else None


def _join_table(
    first: Block, second: Block, field: Field, sides: tuple[Column, Column], origin: Origin, scope: Scope
) -> Table:
    provider = scope.provider
    relation = _relation_name(field) or f"{first.name.text}To{second.name.text}"
    name = QualifiedName(scope.qualified(first).schema, provider.join_table_name(relation))
    columns = tuple(Column(letter, evolve(side.type), origin=origin) for letter, side in zip("AB", sides, strict=True))
    both = (IndexColumn("A"), IndexColumn("B"))
    with_key = scope.join_tables_have_keys
    primary_key = PrimaryKey(provider.join_table_index_name(relation, "_AB_pkey"), both, origin=origin)
    unique = Index(
        provider.join_table_index_name(relation, "_AB_unique"),
        both,
        unique=True,
        clustered=_nonclustered(scope),
        origin=origin,
    )
    by_second = Index(
        provider.join_table_index_name(relation, "_B_index"),
        (IndexColumn("B"),),
        clustered=_nonclustered(scope),
        origin=origin,
    )
    to_itself = first is second and provider.refuses_cycles
    action = ReferentialAction.NO_ACTION if to_itself else ReferentialAction.CASCADE
    keys = tuple(
        ForeignKey(
            provider.join_table_key_name(relation, letter),
            (letter,),
            scope.qualified(block),
            (side.name,),
            action,
            action,
            origin=origin,
        )
        for letter, block, side in zip("AB", (first, second), sides, strict=True)
    )
    return Table(
        name=name,
        columns=columns,
        primary_key=primary_key if with_key else None,
        indexes=(by_second,) if with_key else (unique, by_second),
        foreign_keys=keys if _has_foreign_keys(scope) else (),
        origin=origin,
    )


def _nonclustered(scope: Scope) -> bool | None:
    return False if scope.provider.clusters else None
