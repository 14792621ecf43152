"""A branch that is not merged yet changes the same object.

## What it does
Compares the pending change and the new migrations with the migrations of other branches that are not merged.
Only branches in this clone count: the ten newest with a commit in the last 30 days.
Only changes are reported of which the second would fail, or undo the first.

## Why it is risky
Both branches work by themselves, and git merges their migrations without a conflict.
The branch that is merged second fails in the deploy, or silently undoes the first.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER, "name" TEXT);
```
```sql open origin/nicknames 20250201000000_drop_name
ALTER TABLE "User" DROP COLUMN "name";
```
```sql here 20250202000000_mine
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;
```

## Safer way
Agree on one of the changes with the author of the other branch.
```sql here 20250202000000_mine
ALTER TABLE "User" ADD COLUMN "label" TEXT;
```

## When to ignore it
If the other branch is abandoned, or its author knows and will adapt it.

## Providers
All with migrations.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from refract.baseline.history import History
from refract.escaping import code_span
from refract.rules.kit.advice import Do, action
from refract.rules.kit.context import OpenBranch, RuleContext
from refract.rules.kit.finding import Judged, Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import SQL, rule
from refract.rules.kit.touched import Touched, shown_names, touched
from refract.text import Origin


@rule(Severity.WARNING, SQL, frozenset({Judged.SCHEMA, Judged.HISTORY}))
def check(context: RuleContext) -> Iterator[Risk]:
    """Each pending change, or each new migration, against each branch that is not merged."""
    for mine in _of_schema(context) if context.history is None else _of_migrations(context.history):
        for branch in context.open_branches:
            shared = mine.touched.clashes_with(branch.touched)
            if shared:
                yield _risk(context, mine, branch, shared)


@frozen
class _Mine:
    """A pending change, or the new migration of that name, with its place."""

    migration: str
    touched: Touched
    origin: Origin | None


def _of_schema(context: RuleContext) -> Iterator[_Mine]:
    for change in context.diff.changes:
        yield _Mine("", touched((change,)), change.origin)


def _of_migrations(history: History) -> Iterator[_Mine]:
    for migration in history.new:
        yield _Mine(migration.name, touched(history.changes.get(migration.name, ())), head_of(migration))


def _risk(context: RuleContext, mine: _Mine, branch: OpenBranch, shared: frozenset[str]) -> Risk:
    label = code_span(mine.migration) if mine.migration else shown_names((min(shared),), context.provider)
    return Risk(
        key=f"{mine.migration or min(shared)}/{branch.name}",
        what=f"{label} conflicts with the open branch {code_span(branch.name)}",
        harm=(harm(Effect.SECOND_FAILS_OR_UNDOES, objects=shown_names(shared, context.provider)),),
        now=(
            action(Do.AGREE_WITH_BRANCH, branch=code_span(branch.name)),
            action(Do.CREATE_AFTER_MERGE, branch=code_span(branch.name)),
        ),
        change=None,
        origin=mine.origin,
    )
