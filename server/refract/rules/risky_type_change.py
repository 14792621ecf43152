"""A field's type changes, and values may be lost or the migration may fail.

## What it does
Finds type changes in place that Prisma itself calls risky: shorter text, smaller numbers, less precision.

## Why it is risky
A value that does not fit is cut, rounded or refused, depending on the database and the types.
If it is refused, the migration fails.
Most such changes also rewrite the whole table, and all other queries on it wait.

## Example
```prisma before
model User {
  id    Int    @id @default(autoincrement())
  email String @db.VarChar(200)
}
```
```prisma after
model User {
  id    Int    @id @default(autoincrement())
  email String @db.VarChar(50)
}
```

## Safer way
Find the values that do not fit before you change the type.
If the table is large, add a field of the new type and copy the values in batches.
Then switch to the new field, and drop the old one last.
```prisma after
model User {
  id         Int     @id @default(autoincrement())
  email      String  @db.VarChar(200)
  emailShort String? @db.VarChar(50)
}
```

## When to ignore it
When every value fits, and the table is small.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.type_changes import is_same_type
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, blocking, harm
from refract.rules.kit.labels import column_label, created_here, table_label
from refract.rules.kit.row_state import never_fails
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.types import cast_of, type_name
from refract.schema.changes import AlterColumn, Cast


@rule(Severity.WARNING, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each type change in place that may lose values."""
    for change in context.on_existing(AlterColumn):
        if cast_of(change) in (Cast.RISKY, Cast.NOT_CASTABLE) and not _has_own_rule(context, change):
            yield Risk(
                key=f"{change.table}.{change.after.name}",
                what=f"Changing {column_label(context, change.table, change.after)} {_types(context, change)} {_what_happens(context, change)}",
                harm=(
                    _effect(context, change),
                    *blocking(context.behaviour.rewrite, table_label(context, change.table)),
                ),
                now=(_look(change), *cures(context.behaviour.rewrite)),
                change=change,
                related=created_here(f"Column {code_span(change.before.name)}", change.before.origin),
                severity=Severity.ERROR if _text_ids(context, change) else None,
            )


_NUMBERS = frozenset(
    {"INTEGER", "INT", "BIGINT", "SMALLINT", "MEDIUMINT", "TINYINT", "DECIMAL", "REAL", "FLOAT", "DOUBLE"}
)
_TEXT_IDS = frozenset({"uuid()", "cuid()", "ulid()", "nanoid()"})


def _effect(context: RuleContext, change: AlterColumn) -> Harm:
    """What becomes of the values."""
    function = _text_ids(context, change)
    if function:
        return harm(Effect.TEXT_KEYS_ARE_NO_NUMBERS, function=code_span(function))
    if change.using and never_fails(change.using):
        return harm(Effect.ONLY_CONVERTED_VALUES_KEPT)
    if change.after.type.enum and not change.after.type.is_list:
        return harm(Effect.VALUES_NOT_IN_ENUM, enum=code_span(change.after.type.enum.name))
    return harm(Effect.VALUES_CUT_OR_REFUSED)


def _look(change: AlterColumn) -> Action:
    """What to do before the migration."""
    computed = change.using is not None and never_fails(change.using)
    return action(Do.COUNT_COPIED_VALUES if computed else Do.FIND_VALUES_THAT_DO_NOT_FIT)


def _what_happens(context: RuleContext, change: AlterColumn) -> str:
    effect = _effect(context, change).effect
    fails = (Effect.TEXT_KEYS_ARE_NO_NUMBERS, Effect.VALUES_NOT_IN_ENUM)
    return "fails on existing rows" if effect in fails else "may lose values"


def _text_ids(context: RuleContext, change: AlterColumn) -> str:
    """The function of Prisma Client whose texts no number can hold; empty if the column can hold them.

    SQLite keeps any value in any column, except in the key that is the number of the row.
    """
    function = change.before.client_default or ""
    is_number = change.after.type.name in _NUMBERS and not change.after.type.is_list
    table = context.after.tables.get(change.table)
    key = table.primary_key if table else None
    is_key = key is not None and [part.name for part in key.columns] == [change.after.name]
    refuses = is_key or not context.behaviour.is_file
    return function if function in _TEXT_IDS and is_number and refuses and not change.using else ""


def _has_own_rule(context: RuleContext, change: AlterColumn) -> bool:
    """Other rules report values that are added to or removed from an enum in the column, and a type that stays."""
    before, after = change.before.type, change.after.type
    return before.name == after.name == "ENUM" or is_same_type(context.provider.name, before, after)


def _types(context: RuleContext, change: AlterColumn) -> str:
    before, after = (type_name(context.provider, column.type) for column in (change.before, change.after))
    return f"from {code_span(before)} to {code_span(after)}"
