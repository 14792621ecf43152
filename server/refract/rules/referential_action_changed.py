"""Deleting or updating a parent row has another effect, and the foreign key is recreated.

## What it does
Finds foreign keys whose `onDelete` or `onUpdate` changes, including changes of Prisma's default.

## Why it is risky
A delete then has another effect: with `Cascade`, rows that refer to the deleted row are deleted, too.
Prisma drops and recreates the foreign key, and the database checks every row again.
During the check PostgreSQL locks both tables, for reads too.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id], onDelete: Cascade)
}
```

## Safer way
Keep the action, or review each place that deletes a parent row.
On PostgreSQL, add the new constraint as `NOT VALID` under another name, validate it in the next migration, and drop the old one last.
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  posts Post[]
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])
}
```

## When to ignore it
When both tables are small, and every place that deletes parent rows expects the new action.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import KeyChange, key_changes, restricts_since_required
from refract.rules.kit.harm import Blocking, Effect, Harm, blocking, harm
from refract.rules.kit.labels import created_here, model_name, table_label
from refract.rules.kit.rule import SQL, rule
from refract.schema.model import ForeignKey, ReferentialAction
from refract.wording import listed

_ACTIONS: Mapping[ReferentialAction, Effect] = {
    ReferentialAction.CASCADE: Effect.DELETE_CASCADES,
    ReferentialAction.SET_NULL: Effect.DELETE_SETS_NULL,
    ReferentialAction.SET_DEFAULT: Effect.DELETE_SETS_DEFAULT,
}
_SETTING = (ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT)


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each foreign key that stays with another action."""
    for change in key_changes(context):
        after = change.after
        if after is not None and change.acts_otherwise and not restricts_since_required(context, change):
            yield Risk(
                key=f"{change.table}.{after.name}",
                what=_headline(context, change, after),
                harm=(*_action(context, change, after), *_lock(context, change, after)),
                now=(
                    action(Do.REVIEW_DELETES),
                    *(cures(context.behaviour.replace_foreign_key) if after.validated else ()),
                ),
                change=change.added,
                related=created_here("The constraint", change.before.origin),
            )


def _headline(context: RuleContext, change: KeyChange, after: ForeignKey) -> str:
    before = change.before
    event, old, new = (
        ("DELETE", before.on_delete, after.on_delete)
        if before.on_delete is not after.on_delete
        else ("UPDATE", before.on_update, after.on_update)
    )
    key = f"{model_name(context, change.table)}({', '.join(after.columns)})"
    return f"Foreign key {code_span(key)} changes from ON {event} {old} to {new}"


def _action(context: RuleContext, change: KeyChange, after: ForeignKey) -> Iterator[Harm]:
    if change.before.on_delete is not after.on_delete:
        child, parent = table_label(context, change.table), table_label(context, after.referenced_table)
        effect = _ACTIONS.get(after.on_delete, Effect.DELETE_REFUSED)
        facts = {"columns": listed(after.columns)} if after.on_delete in _SETTING else {}
        yield harm(effect, parent=parent, child=child, **facts)


def _lock(context: RuleContext, change: KeyChange, after: ForeignKey) -> Iterator[Blocking]:
    if not after.validated:
        return
    both = context.behaviour.locks_referenced_table and change.table != after.referenced_table
    tables = (change.table, after.referenced_table) if both else (change.table,)
    yield from blocking(context.behaviour.replace_foreign_key, *(table_label(context, table) for table in tables))
