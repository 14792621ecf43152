"""A statement contradicts what the migrations before it have built.

## What it does
Finds statements of a new migration about objects that no statement before them creates, and those that create what already exists.
On SQLite, also statements that the database does not have, such as `ADD CONSTRAINT` or a new column that is `UNIQUE`.
On MySQL before 8.0.3 and MariaDB before 10.5.2, also `RENAME COLUMN`.

## Why it is risky
The migration fails: on databases that have the history, or on new ones such as the shadow database and those of CI.

## Example
```sql before
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
```
```sql migration
ALTER TABLE "User" DROP COLUMN "nickname";
```

## Safer way
Correct the name, or add the statement that is missing.
```sql migration
ALTER TABLE "User" DROP COLUMN "name";
```

## When to ignore it
When another tool creates the object in each database.

## Providers
All SQL databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.providers.versions import is_since
from refract.rules.kit.advice import Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Related, Risk, Severity
from refract.rules.kit.harm import AnyHarm, Effect, harm
from refract.rules.kit.rule import MIGRATION_ONLY, SQL, rule
from refract.schema.changes import Misfit, NotFollowed, Reason, RenameColumn, Statement


@rule(Severity.ERROR, SQL, MIGRATION_ONLY)
def check(context: RuleContext) -> Iterator[Risk]:
    """Each statement that does not fit. One about an object that may exist is no error."""
    for number, statement in enumerate(context.statements):
        for change in statement.changes:
            if isinstance(change, NotFollowed) and change.misfit is not None:
                yield _risk(f"statement {number}", change, change.misfit, statement, context)
            if isinstance(change, NotFollowed) and change.reason is Reason.REFUSED and change.misfit is None:
                yield _refused(f"statement {number}", change, statement)
            if isinstance(change, RenameColumn) and statement.says("RENAME", "COLUMN"):
                yield from _unknown_rename(f"statement {number}", change, statement, context)


def _unknown_rename(key: str, change: RenameColumn, statement: Statement, context: RuleContext) -> Iterator[Risk]:
    """MySQL and MariaDB know RENAME COLUMN from a version on."""
    versions = context.versions
    since = context.behaviour.renames_columns_since.get(versions.flavour, ())
    if is_since(versions.server, since):
        return
    yield Risk(
        key=key,
        what="The server version does not have `RENAME COLUMN`",
        harm=(
            harm(
                Effect.SERVER_LACKS_RENAME,
                server="MariaDB" if versions.flavour else "MySQL",
                version=".".join(map(str, since)),
            ),
        ),
        now=(action(Do.USE_INSTEAD, sql=f"CHANGE {change.before.name} {change.after.name} ..."),),
        change=change,
        origin=statement.origin,
    )


def _refused(key: str, change: NotFollowed, statement: Statement) -> Risk:
    return Risk(
        key=key,
        what="The database refuses this statement",
        harm=(harm(Effect.FAILS_ON_EVERY_DATABASE),),
        now=(action(Do.CORRECT_STATEMENT),),
        change=change,
        origin=change.origin or statement.origin,
    )


def _risk(key: str, change: NotFollowed, misfit: Misfit, statement: Statement, context: RuleContext) -> Risk:
    doubt = context.doubt(*change.touches)
    is_unknown = misfit.reason is Reason.UNKNOWN
    return Risk(
        key=f"{key} {misfit.what} {misfit.name}",
        what=_headline(misfit, context.before.default_schema),
        harm=_harm(doubt, is_unknown),
        now=(action(Do.CORRECT_STATEMENT), instead(Do.CREATE_OBJECT_BEFORE)) if is_unknown else (action(Do.CORRECT_STATEMENT),),
        change=change,
        origin=change.origin or statement.origin,
        related=doubt,
        severity=Severity.WARNING if doubt or is_unknown else None,
    )  # fmt: skip


def _headline(misfit: Misfit, schema: str) -> str:
    name = code_span(misfit.name.removeprefix(f"{schema}."))
    if misfit.reason is Reason.UNKNOWN:
        return f"No migration creates {misfit.what} {name}"
    if misfit.reason is Reason.NEEDED:
        return f"{misfit.what.capitalize()} {name} is needed by a foreign key"
    return (
        f"{misfit.what.capitalize()} {name} {'already exists' if misfit.reason is Reason.EXISTS else 'does not exist'}"
    )


def _harm(doubt: tuple[Related, ...], is_unknown: bool) -> tuple[AnyHarm, ...]:
    if doubt:
        return (harm(Effect.FAILS_UNLESS_UNFOLLOWED),)
    return (harm(Effect.FAILS_ON_NEW_DATABASES if is_unknown else Effect.FAILS_ON_EVERY_DATABASE),)
