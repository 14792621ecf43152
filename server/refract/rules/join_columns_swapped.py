"""The two columns of a join table change places, so every link points the wrong way.

## What it does
Finds join tables of implicit many-to-many relations that stay while `A` and `B` change places.

## Why it is risky
`A` belongs to the model whose name sorts first; in a relation of a model with itself, to the field whose name sorts first.
If you rename a model or a field across that order, Prisma reads each column as the other one and changes no row.
In a self-relation Prisma sees no change at all. Between two models it recreates the foreign keys, which fail only if an id is missing.

## Example
```prisma before
model Animal {
  id    Int      @id
  eats  Animal[] @relation("Food")
  prey  Animal[] @relation("Food")
}
```
```prisma after
model Animal {
  id    Int      @id
  zEats Animal[] @relation("Food")
  prey  Animal[] @relation("Food")
}
```

## Safer way
Choose a name that keeps the order. To use the other name, swap the two columns in a migration of the same release:
```sql
ALTER TABLE "_Food" RENAME COLUMN "A" TO "C";
ALTER TABLE "_Food" RENAME COLUMN "B" TO "A";
ALTER TABLE "_Food" RENAME COLUMN "C" TO "B";
```
```prisma after
model Animal {
  id      Int      @id
  devours Animal[] @relation("Food")
  prey    Animal[] @relation("Food")
}
```

## When to ignore it
When the table is empty, or a migration swaps the values of the two columns.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refract.escaping import code_span
from refract.rules.kit.advice import AnyAction, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, harm
from refract.rules.kit.labels import created_here, is_join_table, model_name, swaps_join_columns
from refract.rules.kit.rule import SQL, rule
from refract.schema.changes import AddForeignKey, RenameColumn
from refract.schema.model import LinkEnd, QualifiedName, Table

_Ends = tuple[str, str]  # labels of what A and B belong to


@rule(Severity.ERROR, SQL, unchanged=True)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each join table that stays and whose columns change places."""
    renamed = {old.name: new.name for old, new in context.table_renames()}
    for table in context.judged_unchanged:
        before = context.before.tables.get(table.name) if is_join_table(table) else None
        if before is None:
            continue
        if swaps_join_columns(context, table.name):
            yield _swapped_by_migration(context, table)
            continue
        ends = _swapped_targets(context, before, table, renamed) or _swapped_fields(context, before, table)
        if ends:
            yield Risk(
                key=str(table.name),
                what=f"`A` and `B` of {code_span(table.name.name)} change places, so every link is reversed",
                harm=_harm(table, ends),
                now=_actions(context, table, ends),
                change=_recreated_key(context, table),
                origin=table.origin,
                related=created_here(f"Table {code_span(table.name.name)}", before.origin),
            )


def _swapped_by_migration(context: RuleContext, table: Table) -> Risk:
    renames = (
        c for s in context.statements for c in s.changes if isinstance(c, RenameColumn) and c.table == table.name
    )
    return Risk(
        key=f"{table.name} renamed",
        what=f"Swapping `A` and `B` of {code_span(table.name.name)} reverses links for running app instances",
        harm=(harm(Effect.OLD_READS_REVERSED),),
        now=(action(Do.STOP_APP_DURING_MIGRATION),),
        change=next(renames, None),
        severity=Severity.WARNING,
    )


def _swapped_targets(
    context: RuleContext, before: Table, after: Table, renamed: Mapping[QualifiedName, QualifiedName]
) -> _Ends | None:
    """Of two models: whether each column refers to the table of the other one, which its foreign keys show."""
    a, b = _target(before, "A"), _target(before, "B")
    if a is None or b is None or a == b:
        return None
    old = (renamed.get(a, a), renamed.get(b, b))
    new = (_target(after, "A"), _target(after, "B"))
    if old != new[::-1]:
        return None
    return code_span(model_name(context, old[1])), code_span(model_name(context, old[0]))


def _swapped_fields(context: RuleContext, before: Table, after: Table) -> _Ends | None:
    """Of one model: whether a field has moved to the other column, which the deployed schema shows."""
    if not _is_of_one_model(after.ends) or [c.name for c in before.columns] != ["A", "B"]:
        return None  # in the other order, a migration has swapped the columns
    deployed = context.deployed
    former = deployed.tables.get(after.name) if deployed else None
    if former is None or not _is_of_one_model(former.ends) or former.ends[0].table != after.ends[0].table:
        return None
    was, now = ([end.field for end in table.ends] for table in (former, after))
    is_moved = any(name in now and now.index(name) != at for at, name in enumerate(was))
    return (code_span(now[0]), code_span(now[1])) if is_moved else None


def _is_of_one_model(ends: tuple[LinkEnd, ...]) -> bool:
    return len(ends) == 2 and ends[0].table == ends[1].table


def _target(table: Table, column: str) -> QualifiedName | None:
    return next((k.referenced_table for k in table.foreign_keys if k.columns == (column,)), None)


def _recreated_key(context: RuleContext, table: Table) -> AddForeignKey | None:
    keys = (c for c in context.diff.changes if isinstance(c, AddForeignKey) and c.table == table.name)
    return next(keys, None)


def _harm(table: Table, ends: _Ends) -> Iterator[AnyHarm]:
    yield harm(Effect.LINKS_REVERSED, a=ends[0], b=ends[1])
    yield harm(Effect.REVERSED_WITHOUT_ERROR)


def _actions(context: RuleContext, table: Table, ends: _Ends) -> Iterator[AnyAction]:
    if context.migration is None:  # a migration does not show the names of models, which give the order
        yield action(Do.KEEP_NAME_ORDER, first=ends[1], second=ends[0])
    yield instead(Do.RENAME_JOIN_COLUMNS, table=code_span(table.name.name))
