"""What findings say about the code of the application: where it still uses what goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Related
from refract.schema.model import Column, Database, QualifiedName
from refract.source import CodeUses, Target, counted

_MOST_PLACES = 10


@frozen
class InCode:
    """A sentence on the code, and places in it; both empty where it uses nothing, or nobody has looked yet."""

    sentence: str = ""
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
    return InCode(f"The code here still uses {counted(found)}.", tuple(_places(found))[:_MOST_PLACES])


def places_of(target: Target, uses: CodeUses) -> tuple[Related, ...]:
    """The places that use something, as far as a finding lists them."""
    return tuple(_places([(target, uses)]))[:_MOST_PLACES]


def field_target(context: RuleContext, table: QualifiedName, column: Column) -> Target:
    """What Prisma Client calls a column: the schema at the base knows, where migrations do not."""
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
        yield from (Related(origin, f"`{target}` is used here") for origin in uses.sure)
