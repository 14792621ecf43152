"""A view, policy or trigger uses a column or table that the migration drops or changes.

## What it does
Finds dropped columns and tables, and columns of another type, that a view, materialized view, policy, rule, trigger or
generated column uses. The migrations show what uses a column; Prisma's schema does not.

## Why it is risky
PostgreSQL refuses the statement, so the migration fails. SQLite refuses to rebuild a table under a view, and drops its
triggers without an error. On MySQL the migration succeeds, and every later read of the view fails.
With `CASCADE`, PostgreSQL drops the view instead.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "nickname" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE VIEW "UserInfo" AS SELECT "id", "nickname" FROM "User";
```
```sql migration
ALTER TABLE "User" DROP COLUMN "nickname";
```

## Safer way
Drop the view before the statement. After the statement, create the view again without the column.
```sql migration
DROP VIEW "UserInfo";
ALTER TABLE "User" DROP COLUMN "nickname";
CREATE VIEW "UserInfo" AS SELECT "id" FROM "User";
```

## When to ignore it
When the object no longer exists in any database.

## Providers
All SQL databases. CockroachDB refuses what PostgreSQL refuses. On SQL Server later reads of the view fail, as on MySQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.dependents import (
    Ending,
    Ends,
    broken_by,
    cascades,
    endings,
    failing_triggers,
    held_back_by,
    labels,
    surroundings,
)
from refract.rules.kit.finding import Related, Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import column_label, created_here, table_label
from refract.rules.kit.rebuilds import Rebuilt, lost_triggers, readers_of, rebuilt_tables
from refract.rules.kit.rule import SQL, rule
from refract.schema.dependents import Dependent, DependentKind


@rule(Severity.ERROR, SQL)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each change that something else holds back, or that breaks something else."""
    for ending in endings(context):
        if ending.statement is None or not cascades(ending.statement):
            yield from _refused(context, ending)
        yield from _broken(context, ending)
    for rebuilt in rebuilt_tables(context) if context.behaviour.is_file else ():
        yield from _rebuilt(context, rebuilt)


def _refused(context: RuleContext, ending: Ending) -> Iterator[Risk]:
    code, users = held_back_by(context, ending)
    if not users:
        return
    above = surroundings(context, ending.statement).views_on(users)
    yield Risk(
        key=f"{_key(ending)} refused",
        what=f"{_what_ends(context, ending)} fails while {_named(users)} {_verb(users)} it",
        harm=_refusal(code, users, above),
        now=_around(ending, (*reversed(above), *users)),
        change=ending.change,
        origin=ending.statement.origin if ending.statement else None,
        related=_places((*users, *above)),
    )


def _refusal(code: str, users: tuple[Dependent, ...], above: tuple[Dependent, ...]) -> Iterator[Harm]:
    yield harm(Effect.REFUSED_FOR_DEPENDENTS, code=code, objects=labels(users))
    if above:
        yield harm(Effect.DEPENDENTS_HAVE_DEPENDENTS, objects=labels(above))


def _around(ending: Ending, users: tuple[Dependent, ...]) -> Iterator[Action]:
    """What to do before and after the statement."""
    generated = [d for d in users if d.kind is DependentKind.GENERATED_COLUMN]
    others = [d for d in users if d.kind is not DependentKind.GENERATED_COLUMN]
    yield action(Do.DROP_DEPENDENTS_BEFORE, objects=labels((*others, *generated)))
    if ending.ends is Ends.TYPE:
        yield action(Do.RECREATE_DEPENDENTS_AFTER)
    elif others:
        yield action(Do.RECREATE_DEPENDENTS_WITHOUT, what="table" if ending.column is None else "column")


def _broken(context: RuleContext, ending: Ending) -> Iterator[Risk]:
    code, views = broken_by(context, ending)
    if views:
        yield _breaking(context, ending, views, harm(Effect.VIEW_QUERIES_FAIL, code=code, objects=labels(views)))
    code, triggers = failing_triggers(context, ending)
    if triggers:
        effect = harm(Effect.TRIGGERED_WRITES_FAIL, code=code, objects=labels(triggers))
        yield _breaking(context, ending, triggers, effect)


def _breaking(context: RuleContext, ending: Ending, users: tuple[Dependent, ...], effect: Harm) -> Risk:
    return Risk(
        key=f"{_key(ending)} {users[0].kind.value}",
        what=f"{_what_ends(context, ending)} breaks {_named(users)}",
        harm=(effect,),
        now=(action(Do.REDEFINE_DEPENDENTS, objects=labels(users)),),
        change=ending.change,
        origin=ending.statement.origin if ending.statement else None,
        related=_places(users),
        severity=Severity.WARNING,
    )


def _rebuilt(context: RuleContext, rebuilt: Rebuilt) -> Iterator[Risk]:
    subject = f"Rebuilding {table_label(context, rebuilt.table)}"
    readers, triggers = readers_of(context, rebuilt), lost_triggers(context, rebuilt)
    if readers:
        yield Risk(
            key=f"{rebuilt.table} rebuilt",
            what=f"{subject} fails while {_named(readers)} {_verb(readers)} it",
            harm=(harm(Effect.RENAME_REFUSED_FOR_DEPENDENTS, objects=labels(readers)),),
            now=(
                action(Do.DROP_DEPENDENTS_BEFORE, objects=labels(readers)),
                action(Do.RECREATE_DEPENDENTS_AFTER),
            ),
            change=rebuilt.changes[0],
            related=_places(readers),
        )
    if triggers:
        yield Risk(
            key=f"{rebuilt.table} triggers",
            what=f"{subject} drops {_named(triggers)}",
            harm=(harm(Effect.TRIGGERS_DROPPED_WITH_TABLE, objects=labels(triggers)),),
            now=(action(Do.RECREATE_TRIGGERS, objects=labels(triggers)),),
            change=rebuilt.changes[0],
            related=_places(triggers),
        )


def _key(ending: Ending) -> str:
    return str(ending.table.name) if ending.column is None else f"{ending.table.name}.{ending.column.name}"


def _what_ends(context: RuleContext, ending: Ending) -> str:
    if ending.column is None:
        return f"Dropping {table_label(context, ending.table.name)}"
    column = column_label(context, ending.table.name, ending.column)
    return {
        Ends.TYPE: f"Changing the type of {column}",
        Ends.NAME: f"Renaming {column}",
    }.get(ending.ends, f"Dropping {column}")


def _named(users: tuple[Dependent, ...]) -> str:
    first, *others = users
    return f"{len(users)} objects" if others else f"{first.kind.value} {code_span(first.name)}"


def _verb(users: tuple[Dependent, ...]) -> str:
    return "use" if len(users) > 1 else "uses"


def _places(users: tuple[Dependent, ...]) -> tuple[Related, ...]:
    made = (created_here(f"{d.kind.value.capitalize()} {code_span(d.name)}", d.origin) for d in users)
    return tuple(place for places in made for place in places)
