"""A date type without a precision, which Prisma rewrites in every migration.

## What it does
Finds `@db.Timestamp`, `@db.DateTime` and `@db.Time` without a precision, and the `MODIFY` clauses that Prisma writes for them.

## Why it is risky
MySQL stores precision 0 for these types. Prisma compares 0 with no precision, finds a difference, and writes a `MODIFY` for each such column into every new migration.
The clauses change nothing in the database, and they hide the real change. `MODIFY` also drops the comment and the `ON UPDATE` of a column that it does not repeat.

## Example
```prisma before
model User {
  id        Int      @id
  createdAt DateTime @db.Timestamp(0)
}
```
```prisma after
model User {
  id        Int      @id
  createdAt DateTime @db.Timestamp
}
```

## Safer way
Write the precision that the database has.
```prisma after
model User {
  id        Int      @id
  createdAt DateTime @db.Timestamp(0)
}
```

## When to ignore it
Never: the precision in the schema costs nothing.

## Providers
MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refract.providers.type_changes import is_same_type
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, harm
from refract.rules.kit.labels import column_label, table_label
from refract.rules.kit.rule import rule
from refract.schema.changes import AlterColumn, Statement
from refract.schema.model import QualifiedName

_NATIVE = {"TIMESTAMP": "Timestamp", "DATETIME": "DateTime", "TIME": "Time"}


@rule(Severity.WARNING, frozenset({"mysql"}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each table whose columns Prisma rewrites, and each statement that rewrites columns without a change."""
    rewritten: dict[QualifiedName, list[AlterColumn]] = {}
    for change in context.on_existing(AlterColumn):
        if is_same_type(context.provider.name, change.before.type, change.after.type):
            rewritten.setdefault(change.table, []).append(change)
    for table, changes in rewritten.items():
        yield Risk(
            key=str(table),
            what=f"Prisma rewrites {_columns(context, table, changes)} in every migration",
            harm=_harm(),
            now=_actions(change.after.type.name for change in changes),
            change=changes[0],
        )
    for number, statement in enumerate(context.statements):
        if _rewrites_without_change(statement):
            yield Risk(
                key=f"statement {number}",
                what="This statement rewrites columns without a change",
                harm=_harm(),
                now=_actions(word for word in statement.words if word in _NATIVE),
                change=None,
                origin=statement.origin,
            )


def _columns(context: RuleContext, table: QualifiedName, changes: list[AlterColumn]) -> str:
    if len(changes) == 1:
        return column_label(context, table, changes[0].after)
    return f"{len(changes)} columns of {table_label(context, table)}"


def _rewrites_without_change(statement: Statement) -> bool:
    """Whether a MODIFY of a date column has no effect on the model."""
    altered = sum(isinstance(change, AlterColumn) for change in statement.changes)
    return statement.words.count("MODIFY") > altered and any(word in _NATIVE for word in statement.words)


def _harm() -> tuple[AnyHarm, ...]:
    return harm(Effect.PRECISION_FOUND_DIFFERENT), harm(Effect.MODIFY_DROPS_CLAUSES)


def _actions(types: Iterable[str]) -> tuple[Action, ...]:
    names = dict.fromkeys(_NATIVE[name] for name in types)
    return tuple(action(Do.USE_NATIVE_TYPE, attribute=f"@db.{name}(0)") for name in names)
