"""Only the name of an index changes, and Prisma makes it anew.

## What it does
Finds renamed indexes on databases where Prisma drops the old one and builds the new one.

## Why it is risky
For a moment there is no index: queries that use it are slow, and where it is unique, duplicates may slip in
so that building it again fails.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name])
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name], map: "by_name")
}
```

## Safer way
Keep the name with `map:`, or let the migration rename the index where the database can.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  name  String

  @@index([name])
}
```

## When to ignore it
When the table is small.

## Providers
SQLite, MariaDB. Elsewhere Prisma renames.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import SCHEMA_ONLY, SQL, rule
from refract.rules.kit.words import table_label
from refract.schema.changes import RenameIndex


@rule(Severity.INFO, SQL, SCHEMA_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each index that would only need another name."""
    if context.versions.flavour not in context.behaviour.recreates_renamed_indexes:
        return
    for change in context.on_existing(RenameIndex):
        meanwhile = (
            "duplicates may slip in meanwhile" if change.before.unique else "queries that use it are slow meanwhile"
        )
        yield Risk(
            key=f"{change.table}.{change.after.name}",
            what=f"Index `{change.before.name}` of {table_label(context, change.table)} is only renamed, to "
            f"`{change.after.name}`, but Prisma drops it and builds it anew: {meanwhile}. "
            f"""Keep the name with `map: "{change.before.name}"`.""",
            change=change,
        )
