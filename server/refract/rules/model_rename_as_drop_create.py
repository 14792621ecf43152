"""A model is renamed, and Prisma drops its table and creates an empty one.

## What it does
Finds a model that goes while a model with nearly the same fields comes. A changed `@@map` counts too.

## Why it is risky
Prisma compares two schemas and cannot see that a model was renamed.
Its migration drops the old table, with all its rows, and creates a new, empty one.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
}
```
```prisma after
model Account {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
}
```

## Safer way
Keep the table and change only Prisma's name for it: no SQL runs at all.
```prisma after
model Account {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String

  @@map("User")
}
```
If the table itself must be renamed, edit the migration so that it says `ALTER TABLE ... RENAME TO`,
and leave a view under the old name until no program uses it.

## When to ignore it
When the new model is not the old one under another name, and the old one's rows may go.

## Providers
All. On MongoDB the old collection stays, and the new one starts empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.diff import ProbableRename
from refract.rules.kit.code import model_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.rule import rule
from refract.rules.kit.words import because, created_here, join_table, model, sentences, table_label
from refract.schema.changes import CreateTable, DropTable


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped table that is probably a renamed one. Join tables and moves have rules of their own."""
    for rename, dropped in context.renames(DropTable):
        added = rename.added
        if not isinstance(added, CreateTable) or join_table(dropped.table):
            continue
        if dropped.table.name.name == added.table.name.name:
            continue
        code = model_in_code(context, dropped.table.name)
        yield Risk(
            key=str(dropped.table.name),
            what=sentences(_message(context, rename, dropped, added)),
            change=added,
            rename=rename,
            related=(*created_here(f"Table `{dropped.table.name.name}`", dropped.table.origin), *code.places),
        )


def _message(context: RuleContext, rename: ProbableRename, dropped: DropTable, added: CreateTable) -> str:
    old = dropped.table.name.name
    new = table_label(context, added.table.name)
    return sentences(
        f"{new} looks like `{old}` under a new name ({because(rename)}).",
        f"All documents stay in `{old}`, and the new collection starts empty."
        if context.behaviour.schemaless
        else f"Prisma drops table `{old}` with all its rows and creates an empty one.",
        f"""To keep the rows, keep the table: add `@@map("{old}")` to `{model(context, added.table.name)}`.""",
        ""
        if context.behaviour.schemaless
        else "Or make the migration rename the table, once no code uses the old name.",
    )
