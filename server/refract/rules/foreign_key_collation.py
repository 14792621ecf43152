"""A foreign key compares text of two collations.

## What it does
Finds new foreign keys whose text columns have another collation, or another character set, than the columns that they reference.

## Why it is risky
MySQL and MariaDB refuse such a key (error 3780, or 1005 with errno 150).
Each statement is committed by itself, so a table that the migration created for the relation stays behind.

## Example
```sql before
CREATE TABLE `User` (`id` VARCHAR(36) NOT NULL, PRIMARY KEY (`id`)) COLLATE utf8mb4_general_ci;
```
```sql migration
CREATE TABLE `Post` (`id` INTEGER NOT NULL, `userId` VARCHAR(36) NOT NULL, PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `Post` ADD CONSTRAINT `Post_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`);
```

## Safer way
Give the new column the collation of the column that it references.
```sql migration
CREATE TABLE `Post` (`id` INTEGER NOT NULL, `userId` VARCHAR(36) COLLATE utf8mb4_general_ci NOT NULL, PRIMARY KEY (`id`));
ALTER TABLE `Post` ADD CONSTRAINT `Post_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`);
```

## When to ignore it
When another tool has changed the collation of one of the columns.

## Providers
MySQL and MariaDB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.mysql import DEFAULT_COLLATION
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.labels import column_label
from refract.rules.kit.new import new_foreign_keys
from refract.rules.kit.rule import rule
from refract.schema.model import Column, QualifiedName

_TEXTS = frozenset({"CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET"})


@rule(Severity.ERROR, frozenset({"mysql"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each new foreign key, by the first pair of columns whose collations are known and differ."""
    for table, key, change in new_foreign_keys(context):
        for name, referenced in zip(key.columns, key.referenced_columns, strict=False):
            own = _collated(context, table, name)
            other = _collated(context, key.referenced_table, referenced)
            if own is not None and other is not None and _differ(own[1], other[1]):
                yield Risk(
                    key=f"{table}.{key.name}",
                    what=f"The foreign key on {column_label(context, table, own[0])} mixes two collations",
                    harm=(
                        harm(
                            Effect.COLLATIONS_DIFFER,
                            own=code_span(own[1]),
                            column=column_label(context, key.referenced_table, other[0]),
                            other=code_span(other[1]),
                        ),
                    ),
                    now=(action(Do.GIVE_COLLATION, column=code_span(name), clause=_clause(other[1])),),
                    change=change,
                    origin=key.origin,
                )
                break


def _collated(context: RuleContext, name: QualifiedName, column: str) -> tuple[Column, str] | None:
    """The column and its collation; None if it is no text, or the collation is not known.

    A schema holds no collation: a table that exists keeps its own, and a new one gets that which Prisma writes.
    """
    new = context.after.tables.get(name)
    found = new.column(column) if new else None
    if new is None or found is None or found.type.name not in _TEXTS:
        return None
    if context.migration is not None:
        collation = found.collation or new.collation
    else:
        built = context.before.tables.get(name)
        held = built.column(column) if built else None
        collation = (held and held.collation) or (built.collation if built else DEFAULT_COLLATION)
    return (found, _full_name(collation)) if collation else None


def _full_name(collation: str) -> str:
    return re.sub(r"\Autf8(?=_|\Z)", "utf8mb3", collation.strip("`'\"").lower())


def _clause(collation: str) -> str:
    """What gives a column the collation, or the default one of the character set."""
    return code_span(f"{'COLLATE' if '_' in collation else 'CHARACTER SET'} {collation}")


def _differ(one: str, other: str) -> bool:
    """Whether two collations cannot be the same. A character set stands for its default one, which depends on the server."""
    (character_set, _, rules), (other_set, _, other_rules) = one.partition("_"), other.partition("_")
    return character_set != other_set or bool(rules and other_rules and rules != other_rules)
