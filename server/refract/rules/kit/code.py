"""Where the application's code still uses an object that is dropped or renamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from refract.escaping import code_span
from refract.rules.kit.advice import Action, Do, action
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import PlaceRole, Related
from refract.rules.kit.harm import Effect, Harm, harm
from refract.schema.model import Column, Database, QualifiedName
from refract.source import CodeUses, Target, counted

_MOST_PLACES = 200


@frozen
class InCode:
    """The harm, action and places of code that still uses an object; all empty if no use is known (yet)."""

    harm: tuple[Harm, ...] = ()
    now: tuple[Action, ...] = ()
    places: tuple[Related, ...] = ()


def field_in_code(context: RuleContext, table: QualifiedName, column: Column) -> InCode:
    """Where the code uses a field."""
    return in_code(context, (field_target(context, table, column),))


def model_in_code(context: RuleContext, table: QualifiedName) -> InCode:
    """Where the code uses a model."""
    return in_code(context, (model_target(context, table),))


def in_code(context: RuleContext, targets: Iterable[Target]) -> InCode:
    """Where the code uses any of these."""
    found = [(target, uses) for target in targets if (uses := context.uses(target)) is not None and uses.sure]
    if not found:
        return InCode()
    still_used = harm(Effect.STILL_USED_IN_CODE, uses=counted(found))
    return InCode((still_used,), (action(Do.STOP_USING),), tuple(_places(found))[:_MOST_PLACES])


def places_of(target: Target, uses: CodeUses) -> tuple[Related, ...]:
    """The places that use something, at most as many as a finding lists."""
    return tuple(_places([(target, uses)]))[:_MOST_PLACES]


def field_target(context: RuleContext, table: QualifiedName, column: Column) -> Target:
    """What Prisma Client calls a column. Migrations do not name fields, but the schema at the base does."""
    for database in _named(context):
        known = database.tables.get(table)
        found = known.column(column.name) if known else None
        if found is not None and found.field_name:
            return Target(model_target(context, table).block, found.field_name)
    return Target(model_target(context, table).block, column.field_name or column.name)


def model_target(context: RuleContext, table: QualifiedName) -> Target:
    """What Prisma Client calls a table."""
    names = (known.model_name for db in _named(context) if (known := db.tables.get(table)) is not None)
    return Target(next(filter(None, names), table.name))


def _named(context: RuleContext) -> Iterator[Database]:
    if context.deployed is not None:
        yield context.deployed
    yield from (context.before, context.after)


def _places(found: Iterable[tuple[Target, CodeUses]]) -> Iterator[Related]:
    for target, uses in found:
        yield from (Related(origin, PlaceRole.USED, code_span(target)) for origin in uses.sure)
