"""A statement that rows can make fail stands behind others that stay applied.

## What it does
Finds statements that fail on certain rows (unique, NOT NULL, foreign key, CHECK) behind other changes in a migration that is no
one transaction: always on MySQL and MariaDB, with Prisma 7.4 or newer on PostgreSQL too.

## Why it is risky
When it fails, what stands before it stays applied. Prisma marks the migration as failed and refuses all later ones (P3009); running the
file again fails at its first statement, because that is done already.

## Example
```sql before
CREATE TABLE `User` (`id` INTEGER NOT NULL, `email` VARCHAR(191), PRIMARY KEY (`id`));
```
```sql migration
ALTER TABLE `User` ADD COLUMN `age` INTEGER;
CREATE UNIQUE INDEX `User_email_key` ON `User`(`email`);
```

## Safer way
What may fail comes first, or alone in a migration of its own. On PostgreSQL, BEGIN and COMMIT make it one transaction.
```sql before
CREATE TABLE `User` (`id` INTEGER NOT NULL, `email` VARCHAR(191), PRIMARY KEY (`id`));
```
```sql migration
CREATE UNIQUE INDEX `User_email_key` ON `User`(`email`);
```

## When to ignore it
When you know that no row breaks it.

## Providers
MySQL, MariaDB; PostgreSQL with Prisma 7.4 or newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.indexes import already_unique
from refract.rules.kit.rows import emptied
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import AddCheck, AddForeignKey, AlterColumn, Change, CreateIndex, TableChange
from refract.schema.model import QualifiedName
from refract.sql.transactions import BEGINNINGS, is_one_transaction


@rule(Severity.WARNING, frozenset({"postgresql", "mysql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The first statement that may fail behind others."""
    if _is_whole(context):
        return
    done = 0
    for statement in context.statements:
        if done and any(_may_fail(context, change) for change in statement.changes):
            yield Risk(
                key="atomic",
                what=f"If a row makes this fail, the {_counted(done)} before it stay{'s' if done == 1 else ''} applied: "
                f"{_why(context)} Prisma then refuses every later migration (P3009), and running this file again fails at its first "
                f"statement. {_cure(context)}",
                change=None,
                origin=statement.origin,
            )
            return
        done += bool(statement.changes)


def _is_whole(context: RuleContext) -> bool:
    if context.provider.name == "mysql":
        return False
    return is_one_transaction(context.versions) or any(s.verb in BEGINNINGS for s in context.statements)


def _may_fail(context: RuleContext, change: Change) -> bool:
    """Whether rows that exist decide; those in a new column are all the same, and are judged by other rules."""
    if not isinstance(change, TableChange) or context.is_new(change.table) or emptied(context, change.table):
        return False
    match change:
        case CreateIndex():
            columns = [part.name for part in change.index.columns]
            known = already_unique(context, change.table, columns) or _some_are_new(context, change.table, columns)
            return change.index.unique and not known
        case AddForeignKey():
            key = change.foreign_key
            return key.validated and not _some_are_new(context, change.table, key.columns)
        case AddCheck():
            return change.check.validated
        case AlterColumn():
            return change.before.nullable and not change.after.nullable
    return False


def _some_are_new(context: RuleContext, table: QualifiedName, columns: Iterable[str]) -> bool:
    return any(context.added_column(table, column) is not None for column in columns)


def _counted(done: int) -> str:
    return "statement" if done == 1 else f"{done} statements"


def _why(context: RuleContext) -> str:
    return (
        "MySQL commits each one." if context.provider.name == "mysql" else "Prisma 7.4 and newer send them one by one."
    )


def _cure(context: RuleContext) -> str:
    first = "Put it first, or into a migration of its own"
    return f"{first}." if context.provider.name == "mysql" else f"{first}, or write BEGIN and COMMIT around the file."
