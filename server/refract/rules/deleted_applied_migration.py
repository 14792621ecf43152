"""A migration of the base branch was deleted, renamed or squashed on this branch.

## What it does
Finds migrations that existed when the branch began, and that the branch has deleted.
A folder with the same SQL under another name is reported as renamed.
A first migration that builds the same tables as the ones it replaces is reported as a squash, one time for all of them.

## Why it is risky
New databases are built without a deleted migration.
Existing databases run a renamed or squashed one again: it fails, and Prisma refuses all later migrations.
`prisma migrate dev` asks to reset databases that have applied it, and `prisma migrate deploy` reports nothing.

## Example
```sql base 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250101000000_init
```

## Safer way
Keep the migration, and undo its changes in a new one.
```sql here 20250101000000_init
CREATE TABLE "User" ("id" INTEGER);
```
```sql here 20250201000000_drop
DROP TABLE "User";
```

To squash or rename on purpose, mark the new migration as applied on every existing database:

```sh
npx prisma migrate resolve --applied 000000000000_squashed_migrations
```

Then remove the old records there. The finding has the statement.

## When to ignore it
After a squash or a rename whose records were changed on every database.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refract.baseline import Migration
from refract.baseline.history import History, Renamed, Squash
from refract.escaping import code_span, shell
from refract.providers.base import quote_string
from refract.rules.kit.advice import Action, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, harm
from refract.rules.kit.history import head_of
from refract.rules.kit.rule import HISTORY_ONLY, SQL, rule
from refract.wording import counted


@rule(Severity.ERROR, SQL, HISTORY_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each deleted or renamed migration, and a squash."""
    history = context.history
    if history is None:
        return
    yield from (_renamed(found, history) for found in history.renamed)
    if history.squash:
        yield _squashed(history.squash, history)
    for migration in history.deleted:
        yield Risk(
            key=migration.name,
            what=f"Migration {code_span(migration.name)} of {code_span(history.base)} was deleted on this branch",
            harm=(harm(Effect.RESET_REQUESTED), harm(Effect.MISSING_IN_NEW_DATABASES)),
            now=(
                action(Do.RESTORE_FROM_BASE, migration=code_span(migration.name), base=code_span(history.base)),
                action(Do.UNDO_IN_NEW_MIGRATION),
            ),
            change=None,
        )


def _renamed(found: Renamed, history: History) -> Risk:
    before, after = code_span(found.before.name), code_span(found.after.name)
    condition = f"= {quote_string(found.before.name)}"
    return Risk(
        key=found.before.name,
        what=f"Migration {before} of {code_span(history.base)} was renamed to {after}",
        harm=_RUNS_AGAIN,
        now=(action(Do.RENAME_BACK, migration=before), *_recorded(found.after, condition, instead)),
        change=None,
        origin=head_of(found.after),
    )


def _squashed(squash: Squash, history: History) -> Risk:
    name, count = code_span(squash.migration.name), len(squash.replaces)
    new = {m.name for m in history.new if m is not squash.migration}
    kept = ", ".join(quote_string(m.name) for m in history.here if m.name not in new)
    return Risk(
        key=squash.migration.name,
        what=f"{name} replaces {counted(count, 'migration')} of {code_span(history.base)}",
        harm=_RUNS_AGAIN,
        now=_recorded(squash.migration, f"NOT IN ({kept})", action),
        change=None,
        origin=head_of(squash.migration),
    )


def _recorded(migration: Migration, condition: str, first: Callable[..., Action]) -> tuple[Action, ...]:
    """What makes databases agree with a history that was rewritten. A flat folder is not Prisma's."""
    if "/" not in migration.file:
        return (first(Do.RECORD_AS_APPLIED, migration=code_span(migration.name)),)
    sql = f"DELETE FROM _prisma_migrations WHERE migration_name {condition};"
    return (first(Do.MARK_APPLIED, migration=shell(migration.name)), action(Do.DELETE_RECORDS, sql=sql))


_RUNS_AGAIN = (harm(Effect.SQL_RUNS_AGAIN), harm(Effect.LATER_MIGRATIONS_REFUSED), harm(Effect.RESET_REQUESTED))
