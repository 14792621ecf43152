"""A model is renamed, so Prisma drops its table and creates an empty one.

## What it does
Finds a removed model and a new model with nearly the same fields. A changed `@@map` counts too.

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
Keep the table with `@@map` and rename only the model. No SQL runs.
```prisma after
model Account {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String

  @@map("User")
}
```
If the table itself must be renamed on PostgreSQL, write `ALTER TABLE ... RENAME TO` in the migration.
Create a view with the old name, and drop the view when no app instance uses that name.
If you can stop the app, write only `ALTER TABLE ... RENAME TO`: app instances that use the old name fail after it.

## When to ignore it
When the two models are unrelated, and you do not need the old rows.

## Providers
All databases. On MongoDB the old collection stays, and the new one starts empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span, prisma_string
from refract.recipes.dialects import dialect
from refract.rules.kit.advice import AnyAction, Do, FollowRecipe, action, instead
from refract.rules.kit.code import model_in_code
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import created_here, is_join_table, model_name
from refract.rules.kit.recipes import offered
from refract.rules.kit.rule import rule
from refract.schema.changes import CreateTable, DropTable
from refract.schema.model import Table


@rule(Severity.ERROR)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each dropped table that is probably a renamed one. Other rules report join tables and moves to another schema."""
    for rename, dropped in context.renames(DropTable):
        added = rename.added
        if not isinstance(added, CreateTable) or is_join_table(dropped.table):
            continue
        if dropped.table.name.name == added.table.name.name:
            continue
        code = model_in_code(context, dropped.table.name)
        yield Risk(
            key=str(dropped.table.name),
            what=_what(context, dropped.table, added.table),
            harm=(_loss(context, dropped.table, added.table), *code.harm),
            now=_actions(context, dropped.table, added.table),
            change=added,
            rename=rename,
            related=(*created_here(f"Table {code_span(dropped.table.name.name)}", dropped.table.origin), *code.places),
        )


def _what(context: RuleContext, old: Table, new: Table) -> str:
    before, after = _names(old, new)
    return f"Renaming {code_span(before)} to {code_span(after)} {'hides its documents' if context.behaviour.schemaless else 'deletes all its rows'}"


def _names(old: Table, new: Table) -> tuple[str, str]:
    """The models' names; the tables' if the model keeps its name and only its table is renamed."""
    before, after = old.model_name or old.name.name, new.model_name or new.name.name
    return (before, after) if before != after else (old.name.name, new.name.name)


def _loss(context: RuleContext, old: Table, new: Table) -> Harm:
    effect = Effect.DOCUMENTS_STAY_IN_OLD if context.behaviour.schemaless else Effect.TABLE_DROPPED_AND_CREATED_EMPTY
    return harm(effect, old=code_span(old.name.name), new=code_span(new.name.name))


def _actions(context: RuleContext, old: Table, new: Table) -> Iterator[AnyAction]:
    yield action(
        Do.ADD_ATTRIBUTE,
        attribute=f"@@map({prisma_string(old.name.name)})",
        field=code_span(model_name(context, new.name)),
    )
    if not context.behaviour.schemaless:
        yield from _plan(context, old, new)
        yield instead(Do.RENAME_TABLE_WHILE_STOPPED)


def _plan(context: RuleContext, old: Table, new: Table) -> tuple[FollowRecipe, ...]:
    """The plan with a view under the old name, where neither table has a name by `@@map`."""
    mapped = any(table.model_name not in ("", table.name.name) for table in (old, new))
    if mapped or not dialect(context.provider.name).has_writable_views:
        return ()
    return offered(context, "rename-model", old.name.name, to=new.name.name, how="view")
