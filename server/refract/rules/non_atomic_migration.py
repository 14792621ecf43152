"""A statement that can fail on rows follows others, which stay applied if it fails.

## What it does
Finds statements that fail on certain rows (unique, NOT NULL, foreign key, CHECK) and follow other changes,
in a migration that is not one transaction. This is every migration on MySQL and MariaDB,
and every migration without BEGIN on PostgreSQL with Prisma 7.4 or newer.

## Why it is risky
If the statement fails, the statements before it stay applied.
Prisma marks the migration as failed and refuses all later ones (P3009).
A second run fails at the first statement that is already applied.

## Example
```sql before
CREATE TABLE `User` (`id` INTEGER NOT NULL, `email` VARCHAR(191), PRIMARY KEY (`id`));
```
```sql migration
ALTER TABLE `User` ADD COLUMN `age` INTEGER;
CREATE UNIQUE INDEX `User_email_key` ON `User`(`email`);
```

## Safer way
Put the statement that can fail first, or in a separate migration. On PostgreSQL you can also write BEGIN and COMMIT around the statements.
```sql before
CREATE TABLE `User` (`id` INTEGER NOT NULL, `email` VARCHAR(191), PRIMARY KEY (`id`));
```
```sql migration
CREATE UNIQUE INDEX `User_email_key` ON `User`(`email`);
```

## When to ignore it
When you know that no row makes the statement fail.

## Providers
MySQL and MariaDB, and PostgreSQL with Prisma 7.4 or newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refract.rules.kit.advice import AnyAction, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.foreign_keys import key_changes
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.indexes import already_unique
from refract.rules.kit.rows import emptied
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import AddCheck, AddForeignKey, AlterColumn, Change, CreateIndex, TableChange
from refract.schema.model import QualifiedName
from refract.sql.transactions import BEGINNINGS, is_one_transaction


@rule(Severity.WARNING, frozenset({"postgresql", "mysql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first statement that can fail after others."""
    if _is_whole(context):
        return
    changed = False
    for statement in context.statements:
        if changed and any(_may_fail(context, change) for change in statement.changes):
            yield Risk(
                key="atomic",
                what="If a row makes this fail, earlier statements stay applied",
                harm=(
                    harm(Effect.LATER_MIGRATIONS_REFUSED),
                    harm(Effect.SECOND_RUN_FAILS),
                    harm(
                        Effect.STATEMENTS_COMMITTED_EACH
                        if context.behaviour.commits_each_statement
                        else Effect.STATEMENTS_SENT_EACH
                    ),
                ),
                now=_actions(context),
                change=None,
                origin=statement.origin,
            )
            return
        changed = changed or bool(statement.changes)


def _is_whole(context: RuleContext) -> bool:
    if context.behaviour.commits_each_statement:
        return False
    return is_one_transaction(context.versions) or any(s.verb in BEGINNINGS for s in context.statements)


def _may_fail(context: RuleContext, change: Change) -> bool:
    """Whether existing rows decide. In a new column all values are the same, which other rules report."""
    if not isinstance(change, TableChange) or context.is_new(change.table) or emptied(context, change.table):
        return False
    match change:
        case CreateIndex():
            columns = [part.name for part in change.index.columns]
            known = already_unique(context, change.table, columns) or _some_are_new(context, change.table, columns)
            return change.index.unique and not known
        case AddForeignKey():
            key = change.foreign_key
            known = any(
                c.added is not None and c.added.foreign_key == key and c.before.validated for c in key_changes(context)
            )
            return key.validated and not known and not _some_are_new(context, change.table, key.columns)
        case AddCheck():
            return change.check.validated
        case AlterColumn():
            return change.before.nullable and not change.after.nullable
    return False


def _some_are_new(context: RuleContext, table: QualifiedName, columns: Iterable[str]) -> bool:
    return any(context.added_column(table, column) is not None for column in columns)


def _actions(context: RuleContext) -> Iterator[AnyAction]:
    yield action(Do.PUT_FIRST)
    yield instead(Do.MOVE_TO_SEPARATE_MIGRATION)
    if not context.behaviour.commits_each_statement:
        yield instead(Do.WRITE_TRANSACTION)
