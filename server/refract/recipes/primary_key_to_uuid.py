"""Changes a numeric primary key to a UUID.

## What it does
Adds a UUID column, filled by the database for existing and new rows.
Each table that refers to the key gets a UUID column too, which triggers keep in sync by looking up the other table.
You then deploy one version in which `Int` becomes `String`; the fields keep their names.
Last, the index of the new column becomes the primary key.

## When to use it
A number cannot be converted to a UUID.
Prisma drops the key column, and each column that refers to it, with their values.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  notes Note[]
}

model Note {
  id     Int  @id
  userId Int
  user   User @relation(fields: [userId], references: [id])
}
```
```console
refract plan new primary-key-to-uuid User
```
```prisma after
model User {
  id    String @db.Uuid @map("id_v2") @default(dbgenerated("gen_random_uuid()")) @id
  notes Note[]
}

model Note {
  id     Int    @id
  userId String @db.Uuid @map("userId_v2")
  user   User   @relation(fields: [userId], references: [id])
}
```

## Going back
Every step can be undone before the first old column is dropped.
The last step loses the numbers. Copy them together with the UUIDs if you may need them.

## Providers
PostgreSQL.
Before PostgreSQL 13, `gen_random_uuid()` needs the extension `pgcrypto` in the datasource.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.versions import Version
from refract.recipes._primary_key import NewKey, key_of_model, key_steps
from refract.recipes.base import CannotPlan, Situation, Step, SubjectKind, recipe

_MADE = "gen_random_uuid()"
_MADE_SINCE: Version = (13,)
_MADE_BY_EXTENSION = "pgcrypto"


@recipe(
    SubjectKind.MODEL,
    providers=frozenset({"postgresql"}),
    elsewhere="Only PostgreSQL can turn an index into a primary key while triggers keep tables in sync. Instead, add the UUID "
    "as a separate unique field (add-required-field, then add-unique). Look rows up by that field, and keep the number as the "
    "primary key.",
)
def primary_key_to_uuid(s: Situation) -> Iterator[Step]:
    """Twins of the key everywhere."""
    _assert_uuids_can_be_made(s)
    old = key_of_model(s, s.answer("model"))
    if old.type_name not in ("Int", "BigInt"):
        raise CannotPlan(f"{code_span(f'{old.model}.{old.name}')} is of type {old.type_name}, not a number.")
    column = old.column
    if column is None or not (column.auto_increment or column.default):
        raise CannotPlan(
            f"The app sets {code_span(f'{old.model}.{old.name}')}, so a version without the number could not insert rows. Give the field "
            "`@default(autoincrement())` first."
        )
    new = NewKey(
        "String",
        ("@db.Uuid",),
        default=f'@default(dbgenerated("{_MADE}"))',
        filler=_MADE,
        loses=f"the numbers in {code_span(f'{old.model}.{old.name}')}",
    )
    yield from key_steps(s, old, new)


def _assert_uuids_can_be_made(s: Situation) -> None:
    if s.versions.server >= _MADE_SINCE or _MADE_BY_EXTENSION in s.database.extensions:
        return
    number = ".".join(map(str, s.versions.server))
    raise CannotPlan(
        f"PostgreSQL {number} has no {_MADE} without the extension {_MADE_BY_EXTENSION}. Add "
        f"{code_span(f'extensions = [{_MADE_BY_EXTENSION}]')} to the datasource and migrate first. If the server is newer, set `version` "
        "under `[database]` in the settings."
    )
