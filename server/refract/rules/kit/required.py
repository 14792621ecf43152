"""New required columns for which existing rows have no value: shared by the two rules about them."""

from __future__ import annotations

from collections.abc import Iterator

from refract.escaping import code_span
from refract.rules.kit.advice import AnyAction, Do, action, instead
from refract.rules.kit.context import RuleContext
from refract.rules.kit.finding import Risk, Severity
from refract.rules.kit.harm import Effect, Harm, harm
from refract.rules.kit.labels import column_label, field_name, model_name, table_label
from refract.rules.kit.row_state import rows_before
from refract.schema.changes import AddColumn
from refract.schema.model import Column

_DATES = frozenset({"DATE", "DATETIME", "TIMESTAMP"})
"""MySQL's strict mode has no implicit date: 0000-00-00 is refused (NO_ZERO_DATE, error 1292)."""


def without_value(context: RuleContext) -> Iterator[AddColumn]:
    """Columns added to existing tables that must have a value, and give existing rows none."""
    return (c for c in context.on_existing(AddColumn) if _needs_value(c.column))


def _needs_value(column: Column) -> bool:
    given = column.default is not None or column.auto_increment or column.generated is not None
    return not (column.nullable or given or column.type.is_list)


def risk(context: RuleContext, change: AddColumn, cause: Harm, default: str) -> Risk:
    """The finding about one such column. `cause` is why the database has no value, `default` the attribute that gives one."""
    label = column_label(context, change.table, change.column)
    return Risk(
        key=f"{change.table}.{change.column.name}",
        what=f"Adding required {label} {_outcome(context, change)}",
        harm=_with_cause(cause, *_harm(context, change)),
        now=_actions(context, change, default),
        change=change,
        severity=Severity.WARNING if _is_empty(context, change) else None,
    )


def _with_cause(cause: Harm, first: Harm, *others: Harm) -> tuple[Harm, ...]:
    return (first, cause, *others)


def _is_empty(context: RuleContext, change: AddColumn) -> bool:
    return rows_before(context, change).is_empty(change.table)


def _fills_silently(context: RuleContext, change: AddColumn) -> bool:
    return bool(context.behaviour.implicit_value) and change.column.type.name not in _DATES


def _outcome(context: RuleContext, change: AddColumn) -> str:
    if context.behaviour.schemaless:
        return "breaks reads of existing documents"
    if _is_empty(context, change):
        return "breaks inserts that lack the field"
    return "silently fills existing rows" if _fills_silently(context, change) else "fails on existing rows"


def _harm(context: RuleContext, change: AddColumn) -> Iterator[Harm]:
    table, field = table_label(context, change.table), code_span(field_name(change.column))
    if context.behaviour.schemaless:
        yield harm(Effect.DOCUMENTS_LACK_FIELD, model=code_span(model_name(context, change.table)), field=field)
        return
    if _is_empty(context, change):
        yield harm(Effect.OLD_INSERTS_FAIL, field=field)
        return
    if _fills_silently(context, change):
        yield harm(Effect.ROWS_GET_IMPLICIT_VALUE, table=table, value=context.behaviour.implicit_value)
    else:
        yield harm(Effect.FAILS_ON_ROWS, table=table)
    yield harm(Effect.OLD_INSERTS_FAIL, field=field)


def _actions(context: RuleContext, change: AddColumn, default: str) -> Iterator[AnyAction]:
    field = code_span(field_name(change.column))
    yield action(Do.ADD_AS_OPTIONAL, field=field)
    if not _is_empty(context, change):
        yield action(Do.FILL_ROWS)
    yield action(Do.MAKE_REQUIRED_LAST)
    yield instead(Do.ADD_ATTRIBUTE, attribute=default, field=field)
