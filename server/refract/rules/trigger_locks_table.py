"""A trigger is created or dropped on a table in use.

## What it does
Finds `CREATE TRIGGER` and `DROP TRIGGER` on tables that exist, in migrations without a lock timeout.

## Why it is risky
PostgreSQL takes a SHARE ROW EXCLUSIVE lock to create a trigger, and ACCESS EXCLUSIVE to drop one.
The change is brief, but it waits for running transactions. Every later query that conflicts waits, too.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE FUNCTION "stamp"() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql;
```
```sql migration
CREATE TRIGGER "stamp_user" BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION "stamp"();
```

## Safer way
Limit the wait, and run the migration again if it times out.
```sql migration
SET lock_timeout = '500ms';
CREATE TRIGGER "stamp_user" BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION "stamp"();
```

## When to ignore it
When no long transaction uses the table.

## Providers
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from refract.providers.costs import cost_of_verb
from refract.providers.operation import Blocks, Cure, Operation
from refract.rules.kit.context import RuleContext
from refract.rules.kit.cures import cures
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import blocking
from refract.rules.kit.labels import table_label
from refract.rules.kit.locks import gives_up_waiting
from refract.rules.kit.rule import MIGRATION_ONLY, rule
from refract.schema.changes import Statement
from refract.schema.model import DatabaseObject, ObjectKind, QualifiedName

_TRIGGER_VERBS = ("CREATE TRIGGER", "DROP TRIGGER")


@rule(Severity.INFO, frozenset({"postgresql"}), MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """The strongest such statement about each table."""
    if gives_up_waiting(context):
        return
    strongest: dict[QualifiedName, tuple[Statement, Operation]] = {}
    for statement, table, operation in _locked(context):
        known = strongest.get(table)
        if known is None or (known[1].blocks is Blocks.WRITES and operation.blocks is Blocks.EVERYTHING):
            strongest[table] = (statement, operation)
    for table, (statement, operation) in strongest.items():
        label = table_label(context, table)
        act = "Creating" if statement.verb.startswith("CREATE") else "Dropping"
        yield Risk(
            key=str(table),
            what=f"{act} a trigger locks {label}",
            harm=blocking(operation, label),
            now=cures(operation),
            change=None,
            origin=statement.origin,
        )


def _locked(context: RuleContext) -> Iterator[tuple[Statement, QualifiedName, Operation]]:
    for statement in context.statements:
        cost = cost_of_verb(statement.verb, context.provider.name) if statement.verb in _TRIGGER_VERBS else None
        if cost is not None:
            operation = evolve(cost.operation, cure=Cure.SHORT_LOCK_TIMEOUT)
            yield from ((statement, table, operation) for table in _tables(context, statement))


def _tables(context: RuleContext, statement: Statement) -> Iterator[QualifiedName]:
    """The tables in use that have the trigger before or after the statement."""
    if statement.verb == "DROP TRIGGER":
        triggers = (o for o in _triggers(statement.objects) if statement.mentions(o.key.name.name))
    else:
        triggers = (o for o in _triggers(context.after.objects.values()) if o.origin == statement.origin)
    for trigger in triggers:
        table = trigger.key.table
        if table is not None and table in context.before.tables and not context.is_new(table):
            yield table


def _triggers(objects: Iterable[DatabaseObject]) -> Iterator[DatabaseObject]:
    return (o for o in objects if o.key.kind is ObjectKind.TRIGGER)
