"""When two indexes are one to Prisma: it does not see all that an index has, and takes what is carried for a column."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from refract.diff.server_words import same_predicate
from refract.diff.traits import DifferTraits
from refract.schema.model import Index, IndexColumn

_DEFAULT_CLASSES: Mapping[str, frozenset[str]] = {
    "GIN": frozenset(["array_ops", "jsonb_ops", "tsvector_ops", "gin_hstore_ops", "gin__int_ops"]),
    "GIST": frozenset(
        [
            "box_ops",
            "circle_ops",
            "multirange_ops",
            "point_ops",
            "poly_ops",
            "range_ops",
            "tsquery_ops",
            "tsvector_ops",
            "gist_ltree_ops",
            "gist__ltree_ops",
            "gist_hstore_ops",
            "gist_geometry_ops_2d",
            "gist_geography_ops",
            "gist_cube_ops",
            "gist_int4_ops",
            "gist_int8_ops",
            "gist_text_ops",
            "gist_timestamp_ops",
            "gist_timestamptz_ops",
            "gist_date_ops",
            "gist_uuid_ops",
        ]
    ),
    "SPGIST": frozenset(["box_ops", "inet_ops", "poly_ops", "quad_point_ops", "range_ops", "text_ops"]),
    "BRIN": frozenset(
        [
            "bit_minmax_ops",
            "box_inclusion_ops",
            "bpchar_minmax_ops",
            "bytea_minmax_ops",
            "char_minmax_ops",
            "date_minmax_ops",
            "float4_minmax_ops",
            "float8_minmax_ops",
            "inet_inclusion_ops",
            "int2_minmax_ops",
            "int4_minmax_ops",
            "int8_minmax_ops",
            "interval_minmax_ops",
            "macaddr_minmax_ops",
            "name_minmax_ops",
            "numeric_minmax_ops",
            "oid_minmax_ops",
            "range_inclusion_ops",
            "text_minmax_ops",
            "time_minmax_ops",
            "timestamp_minmax_ops",
            "timestamptz_minmax_ops",
            "timetz_minmax_ops",
            "uuid_minmax_ops",
            "varbit_minmax_ops",
        ]
    ),
    "IVFFLAT": frozenset(["vector_l2_ops"]),
}
"""The operator classes that an index method has for a type unless another is named, PostGIS and pgvector included."""


def indexes_match(before: Index, after: Index, traits: DifferTraits) -> bool:
    """Whether two indexes differ at most in name."""
    return (
        before.unique == after.unique
        and before.type == after.type
        and same_predicate(before.where, after.where)
        and _parts_match(before, after, traits)
        and not (traits.compares_clustering and bool(before.clustered) != bool(after.clustered))
    )


def seen_columns(index: Index, traits: DifferTraits) -> list[str]:
    """The columns that an index has to Prisma."""
    return [*(part.name for part in index.columns), *(index.include if traits.takes_included_for_columns else ())]


def _parts_match(before: Index, after: Index, traits: DifferTraits) -> bool:
    if seen_columns(before, traits) != seen_columns(after, traits):
        return False
    return all(
        _is_same(old, new, before) for old, new in zip_longest(before.columns, after.columns, fillvalue=None) if old
    )


def _is_same(old: IndexColumn, new: IndexColumn | None, index: Index) -> bool:
    if new is None:  # a column that the other index only carries, which has no order
        return True
    return (old.sort, old.length, old.expression) == (new.sort, new.length, new.expression) and (
        old.ops == new.ops or _are_not_compared(old, new, index)
    )


def _are_not_compared(old: IndexColumn, new: IndexColumn, index: Index) -> bool:
    """Whether the operator class is one that Prisma does not look at in a database, or takes for none."""
    if index.origin is not None and index.origin.block:
        return False
    return index.type == "BTREE" or (new.ops is None and old.ops in _DEFAULT_CLASSES.get(index.type, ()))
