"""The plans that a finding offers in place of its change, with the answers that a rule can know."""

from __future__ import annotations

from refract.providers.base import Provider
from refract.recipes.dialects import dialect
from refract.recipes.dialects.base import TEXTS
from refract.rules.kit.advice import Action, AnyAction, FollowRecipe
from refract.rules.kit.code import field_target
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Judged
from refract.rules.kit.labels import field_name, model_name
from refract.schema.changes import AlterColumn, DropColumn, RecreateColumn
from refract.schema.model import ColumnType, Table

MOST_ACTIONS = 4
"""How many actions a finding may have."""

_CONVERTED_BOTH_WAYS = {*TEXTS, "INTEGER", "INT", "BIGINT", "SMALLINT", "UUID", "BOOLEAN", "DATE"}
"""Types that the recipe converts there and back without an expression of the user's."""

_LARGER_KEYS = {"BIGINT": "primary-key-to-bigint", "UUID": "primary-key-to-uuid"}


def offered(context: RuleContext, recipe: str, subject: str, **answers: str) -> tuple[FollowRecipe, ...]:
    """A plan for a change of the schema; none for a migration, since the plan writes its own, or for documents."""
    if context.judged is not Judged.SCHEMA or context.behaviour.schemaless:
        return ()
    given = tuple((name, answer) for name, answer in answers.items() if answer)
    return (FollowRecipe(recipe, subject, given),)


def type_change(context: RuleContext, change: AlterColumn | RecreateColumn) -> tuple[FollowRecipe, ...]:
    """The plan for another type, or for a larger primary key; nothing if the answers are not known."""
    table = context.before.tables.get(change.table)
    if table is None or not change.before.field_name:
        return ()
    if _key_columns(table) == (change.before.name,):
        recipe = _LARGER_KEYS.get(change.after.type.name) if context.provider.name == "postgresql" else None
        return offered(context, recipe, model_name(context, change.table)) if recipe else ()
    type_ = _prisma_type(context.provider, change.after.type)
    if not {change.before.type.name, change.after.type.name} <= _CONVERTED_BOTH_WAYS:
        return ()
    if not type_ or change.before.auto_increment or _is_in_key(table, change.before.name):
        return ()
    subject = f"{model_name(context, change.table)}.{field_name(change.before)}"
    return offered(context, "change-type", subject, type=type_, how=synchronised_by(context))


def synchronised_by(context: RuleContext) -> str:
    """The answer to `how` if the default, a trigger, is not available; empty if it is."""
    return "" if dialect(context.provider.name, context.versions.flavour).syncs else "application"


def field_dropped(context: RuleContext, change: DropColumn) -> tuple[FollowRecipe, ...]:
    """The plan that drops a field; nothing for columns of a key, which the recipe refuses."""
    table = context.before.tables.get(change.table)
    if table is None or _is_in_key(table, change.column.name):
        return ()
    return offered(context, "drop-field", str(field_target(context, change.table, change.column)))


def within_limit(actions: tuple[Action, ...], plan: tuple[AnyAction, ...]) -> tuple[AnyAction, ...]:
    """Actions and a plan. If they are too many, the plan replaces all actions but the first."""
    return (*(actions if len(actions) + len(plan) <= MOST_ACTIONS else actions[:1]), *plan)


def _prisma_type(provider: Provider, type_: ColumnType) -> str:
    """How a schema writes the type; empty for types that need an attribute, and for enums."""
    single = ColumnType(type_.name, type_.args, enum=type_.enum)
    scalar = next((name for name, known in provider.scalars.items() if known == single), "")
    return f"{scalar}[]" if scalar and type_.is_list else scalar


def _key_columns(table: Table) -> tuple[str, ...]:
    return tuple(part.name for part in table.primary_key.columns) if table.primary_key else ()


def _is_in_key(table: Table, column: str) -> bool:
    """Whether the column is part of a key, which the recipe refuses."""
    return column in _key_columns(table) or any(column in key.columns for key in table.foreign_keys)
