"""Changes an Int primary key to BigInt before its numbers run out.

## What it does
Adds BigInt columns to the table and to each table that refers to it, and triggers keep old and new columns in sync.
The new columns are filled, validated, indexed and related.
You then deploy one version in which `Int` becomes `BigInt`; the fields keep their names, with `@map` for the columns.
Last, the index of the new column becomes the primary key, and the sequence continues there.
Numbers beyond the old type are refused before the last step.

## When to use it
`SET DATA TYPE` rewrites the table and each table that refers to it, while all reads and writes wait.
A foreign key must have the type of the key it refers to, so the tables cannot be changed one by one.

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
refract plan new primary-key-to-bigint User
```
```prisma after
model User {
  id    BigInt @map("id_v2") @id @default(autoincrement())
  notes Note[]
}

model Note {
  id     Int    @id
  userId BigInt @map("userId_v2")
  user   User   @relation(fields: [userId], references: [id])
}
```

## Going back
Every step can be undone before the first old column is dropped.
The new columns have the same numbers, so no data is lost.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.recipes._primary_key import NewKey, key_of_model, key_steps
from refract.recipes.base import CannotPlan, Situation, Step, SubjectKind, recipe


@recipe(
    SubjectKind.MODEL,
    providers=frozenset({"postgresql"}),
    elsewhere="Only PostgreSQL can turn an index into a primary key while triggers keep tables in sync. On MySQL and MariaDB, "
    "copy the tables with gh-ost or pt-online-schema-change, those with foreign keys to this table first. CockroachDB changes "
    "INT4 to INT8 online. SQLite integers already have 64 bits. On SQL Server, stop the app and alter the columns.",
)
def primary_key_to_bigint(s: Situation) -> Iterator[Step]:
    """Twins of the key everywhere."""
    old = key_of_model(s, s.answer("model"))
    if old.type_name != "Int":
        raise CannotPlan(f"{code_span(f'{old.model}.{old.name}')} is of type {old.type_name}, not Int.")
    new = NewKey("BigInt")
    yield from key_steps(s, old, new)
