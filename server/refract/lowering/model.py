"""Lowers one model to its table, and to the join tables of its implicit many-to-many relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from refract.lowering.arguments import (
    FieldReference,
    database_name,
    field_references,
    predicate,
    reference_options,
    text_of,
    truth_of,
    word_of,
)
from refract.lowering.columns import lower_column
from refract.lowering.fault import doubts_of, problems_of
from refract.lowering.faults import is_relation, model_faults, table_faults
from refract.lowering.relations import foreign_key, join_table
from refract.lowering.scope import Scope
from refract.schema.model import Column, Index, IndexColumn, PrimaryKey, Table
from refract.syntax import PlacedBlock
from refract.syntax.tree import Attribute, Block, Field
from refract.text import Origin, Problem

__all__ = ["LoweredModel", "Scope", "lower_model"]


@frozen(eq=False)
class LoweredModel:
    """A lowered model. `reads` names every other block on which it depends, `doubtful` those that its problems are
    about.
    """

    table: Table
    join_tables: tuple[Table, ...]
    reads: frozenset[str]
    problems: tuple[Problem, ...]
    doubtful: frozenset[str]


def lower_model(placed: PlacedBlock, scope: Scope) -> LoweredModel:
    """The table of the model `placed`. What Prisma refuses is left out as far as it must, and reported in `problems`."""
    block, path = placed.block, placed.path
    columns = tuple(_columns(block, path, scope))
    primary_key = _primary_key(block, path, scope)
    if primary_key is not None:
        columns = _with_row_id(columns, primary_key, scope)
    keys = tuple(k for f in block.fields if (k := foreign_key(block, f, path, scope)))
    table = Table(
        name=scope.qualified(block),
        columns=columns,
        primary_key=primary_key,
        indexes=tuple(_indexes(block, path, scope)),
        foreign_keys=keys,
        model_name=block.name.text,
        full_name=scope.full_name(database_name(block)),
        ignored=block.attribute("ignore") is not None,
        origin=Origin(path, block.name.text, block.name.span),
    )
    joins = tuple(t for f in block.fields if (t := join_table(block, f, path, scope)))
    reads = frozenset(f.type.name.text for f in block.fields if f.type.name.text not in scope.provider.scalars)
    faults = (*model_faults(block, scope), *table_faults(block, table))
    return LoweredModel(table, joins, reads, problems_of(faults, placed), doubts_of(faults, placed))


def _columns(block: Block, path: str, scope: Scope) -> Iterator[Column]:
    seen: set[str] = set()
    for field in block.fields:
        if is_relation(field, scope) or field.name.text in seen:
            continue
        seen.add(field.name.text)
        column = lower_column(block, field, Origin(path, block.name.text, field.name.span), scope)
        if column is not None:
            yield column


def _with_row_id(columns: tuple[Column, ...], key: PrimaryKey, scope: Scope) -> tuple[Column, ...]:
    """The columns, with the one that the database numbers implicitly marked: Prisma writes AUTOINCREMENT on it."""
    row_id = scope.provider.row_id_type
    if not row_id or len(key.columns) != 1:
        return columns
    return tuple(
        evolve(c, auto_increment=True, default=None)
        if c.name == key.columns[0].name and c.type.name == row_id and c.default is None
        else c
        for c in columns
    )


def _primary_key(block: Block, path: str, scope: Scope) -> PrimaryKey | None:
    field = next((f for f in block.fields if f.attribute("id")), None)
    if field is not None:
        attribute = field.attribute("id")
        assert attribute is not None
        references: tuple[FieldReference, ...] = (reference_options(field.name.text, attribute.arguments),)
    else:
        attribute = block.attribute("id")
        if attribute is None:
            return None
        references = _known_references(block, attribute)
        if not references:
            return None
    name = _constraint_name(attribute, on_field=field) or scope.provider.primary_key_name(database_name(block))
    return PrimaryKey(
        name if scope.provider.names_primary_keys else "",
        _index_columns(block, references, scope),
        _clustered(attribute, scope, default=True),
        origin=Origin(path, block.name.text, attribute.span),
    )


def _constraint_name(attribute: Attribute, on_field: Field | None) -> str | None:
    return text_of(attribute.argument("map", 0 if on_field else None))


def _clustered(attribute: Attribute, scope: Scope, default: bool) -> bool | None:
    if not scope.provider.clusters:
        return None
    value = truth_of(attribute.argument("clustered"))
    return default if value is None else value


def _index_columns(block: Block, references: tuple[FieldReference, ...], scope: Scope) -> tuple[IndexColumn, ...]:
    return tuple(
        IndexColumn(_column_of(block, r.field, scope), r.sort, r.length, r.ops, sort_written=r.sort_written)
        for r in references
    )


def _column_of(block: Block, field_name: str, scope: Scope) -> str:
    field = block.field(field_name)
    return scope.column(field) if field else field_name


def _indexes(block: Block, path: str, scope: Scope) -> Iterator[Index]:
    for field in block.fields:
        attribute = field.attribute("unique")
        if attribute is not None:
            references: tuple[FieldReference, ...] = (reference_options(field.name.text, attribute.arguments),)
            yield _index(block, attribute, references, path, scope, _constraint_name(attribute, field))
    for kind in ("index", "unique", "fulltext"):  # the order in which Prisma reads them, and so writes them
        for attribute in (a for a in block.attributes if a.name.text == kind):
            references = _known_references(block, attribute)
            if references:
                yield _index(block, attribute, references, path, scope, _constraint_name(attribute, None))


def _known_references(block: Block, attribute: Attribute) -> tuple[FieldReference, ...]:
    """The fields of a key or an index; none if one of them does not exist."""
    references = field_references(attribute.argument("fields", 0))
    return () if _unknown(block, references) else references


def _unknown(block: Block, references: Iterable[FieldReference]) -> list[str]:
    """Names of fields that the model does not have. A dot leads into a composite type, which is not checked."""
    return [r.field for r in references if block.field(r.field.partition(".")[0]) is None]


def _index(
    block: Block,
    attribute: Attribute,
    references: tuple[FieldReference, ...],
    path: str,
    scope: Scope,
    name: str | None,
) -> Index:
    unique = attribute.name.text == "unique"
    columns = _index_columns(block, references, scope)
    derive = scope.provider.unique_name if unique else scope.provider.index_name
    if name is None and attribute.name.text != "unique":
        name = text_of(attribute.argument("name"))
    return Index(
        name=name or derive(database_name(block), [c.name for c in columns]),
        columns=columns,
        unique=unique,
        type="FULLTEXT"
        if attribute.name.text == "fulltext"
        else (word_of(attribute.argument("type")) or "BTree").upper(),
        where=predicate(
            attribute.argument("where"), lambda field: scope.provider.quote(_column_of(block, field, scope))
        ),
        clustered=_clustered(attribute, scope, default=False),
        constraint=unique and scope.provider.unique_is_constraint,
        origin=Origin(path, block.name.text, attribute.span),
    )
