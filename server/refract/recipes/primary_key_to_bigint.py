"""Gives a model a key of type BigInt, before its numbers run out.

Why it takes steps
    `SET DATA TYPE` writes the table and each one that points at it anew while nobody can use them, and a key has to have
    the type of what it points at: they cannot be changed one by one.

Ways
    New columns of the new type come beside the old ones in all these tables, under names of their own (`@map`), and are
    kept in step in both directions. The fields keep their names: programs move over in one deploy, and `Int` becomes
    `BigInt` in their code. No name is swapped in the database, so that no prepared statement fails. At the end the index
    of the new column becomes the primary key, and the sequence goes on counting there.
    Numbers that the old type cannot hold are refused until then.

Example
    refract plan new primary-key-to-bigint User

Providers
    PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.recipes._primary_key import NewKey, key_of_model, key_steps
from refract.recipes.base import CannotPlan, Situation, Step, SubjectKind, recipe


@recipe(
    SubjectKind.MODEL,
    providers=frozenset({"postgresql"}),
    elsewhere="tables are kept in step here by triggers, and an index becomes the primary key, which only PostgreSQL can do. On "
    "MySQL and MariaDB let gh-ost or pt-online-schema-change copy the tables, those that point at the key first; "
    "CockroachDB changes INT4 to INT8 online; SQLite's integers hold 64 bits already; on SQL Server do it in a pause.",
)
def primary_key_to_bigint(s: Situation) -> Iterator[Step]:
    """Twins of the key everywhere."""
    old = key_of_model(s, s.answer("model"))
    if old.type_name != "Int":
        raise CannotPlan(f"`{old.model}.{old.name}` is of type {old.type_name}, not Int.")
    new = NewKey("BigInt", loses="the old key column; the new one holds the same numbers.")
    yield from key_steps(s, old, new)
