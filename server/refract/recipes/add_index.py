"""Adds an index without blocking writes.

## What it does
Builds the index in a separate migration, on PostgreSQL with `CREATE INDEX CONCURRENTLY`.

## When to use it
The `CREATE INDEX` that Prisma writes blocks all writes to the table until the index is built.

## Example
```prisma before
model Post {
  id        Int      @id
  authorId  Int
  createdAt DateTime
}
```
```console
refract plan new add-index Post fields=authorId,createdAt
```
```prisma after
model Post {
  id        Int      @id
  authorId  Int
  createdAt DateTime

  @@index([authorId, createdAt])
}
```

## Going back
Undoing the step drops the index. No data is lost.

## Providers
PostgreSQL builds the index concurrently.
MySQL and MariaDB build it online, and the migration fails if they cannot.
CockroachDB always builds indexes online.
SQLite and SQL Server run the SQL that Prisma writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.recipes.base import Phase, Question, Situation, Step, SubjectKind, recipe
from refract.recipes.schema_edits import AddBlockAttribute
from refract.wording import listed


@recipe(
    SubjectKind.MODEL,
    Question("fields", "Fields, in order, separated by commas (Prisma syntax)"),
    Question("arguments", "More arguments of @@index, such as type: Hash", ""),
)
def add_index(s: Situation) -> Iterator[Step]:
    """One migration."""
    model = s.answer("model")
    names = s.names("fields")
    for name in names:
        s.field(model, name.split("(", 1)[0])
    arguments = f", {s.answer('arguments')}" if s.answer("arguments") else ""
    yield Step(
        id="index",
        phase=Phase.EXPAND,
        title=f"Build the index on {listed(names)}",
        edits=(AddBlockAttribute(model, f"@@index([{', '.join(names)}]{arguments})"),),
    )
