"""Gives a model uuids for a key in place of numbers.

Why it takes steps
    A number cannot become a uuid: Prisma drops the key column, and each column that points at it, with their values.

Ways
    A uuid comes beside the number, made by the database for old rows and new ones; each table that points at the key gets
    a column for it, kept in step in both directions by looking up the other table. The fields keep their names: programs
    move over in one deploy, and `Int` becomes `String` in their code. At the end the index of the new column becomes the
    primary key.
    PostgreSQL before 13 has `gen_random_uuid()` only with the extension pgcrypto: there is a plan for it where the schema
    lists that.

Example
    refract plan new primary-key-to-uuid User

Providers
    PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.providers.versions import Version
from refract.recipes._primary_key import NewKey, key_of_model, key_steps
from refract.recipes.base import CannotPlan, Situation, Step, SubjectKind, recipe

_MADE = "gen_random_uuid()"
_MADE_SINCE: Version = (13,)
_MADE_BY_EXTENSION = "pgcrypto"


@recipe(
    SubjectKind.MODEL,
    providers=frozenset({"postgresql"}),
    elsewhere="tables are kept in step here by triggers, and an index becomes the primary key, which only PostgreSQL can do. "
    "Elsewhere add the uuid as a field of its own (add-required-field, then add-unique), let programs find rows by it, and "
    "keep the number as the key inside the database.",
)
def primary_key_to_uuid(s: Situation) -> Iterator[Step]:
    """Twins of the key everywhere."""
    _assert_uuids_can_be_made(s)
    old = key_of_model(s, s.answer("model"))
    if old.type_name not in ("Int", "BigInt"):
        raise CannotPlan(f"`{old.model}.{old.name}` is of type {old.type_name}, not a number.")
    column = old.column
    if column is None or not (column.auto_increment or column.default):
        raise CannotPlan(
            f"`{old.model}.{old.name}` gets its number from programs: new ones could not insert a row while the number is "
            "still the key. Give it @default(autoincrement()) first."
        )
    new = NewKey(
        "String",
        ("@db.Uuid",),
        default=f'@default(dbgenerated("{_MADE}"))',
        filler=_MADE,
        loses="the numbers that rows had. If they may be wanted, copy them with the uuids first.",
    )
    yield from key_steps(s, old, new)


def _assert_uuids_can_be_made(s: Situation) -> None:
    if s.versions.server >= _MADE_SINCE or _MADE_BY_EXTENSION in s.database.extensions:
        return
    number = ".".join(map(str, s.versions.server))
    raise CannotPlan(
        f"PostgreSQL {number} has no {_MADE}, which would make the keys; the extension {_MADE_BY_EXTENSION} brings it. Add "
        f"extensions = [{_MADE_BY_EXTENSION}] to the datasource and migrate that first. If the server is newer than that, "
        "say so in the settings: [database] version."
    )
