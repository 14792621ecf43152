"""Changes to the values of an enum, wherever the database keeps them: shared by the rules about enums."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from refract.diff.renames import value_renames
from refract.escaping import code_span
from refract.providers.behaviour import EnumHome
from refract.rules.kit.context import RuleContext
from refract.rules.kit.labels import field_name, model_name
from refract.schema.changes import AlterColumn, AlterEnum, Change
from refract.schema.model import Column, Enum, EnumValue, QualifiedName
from refract.text import Origin


@frozen
class EnumChange:
    """Values that are added and removed. `pairs` are removed values, each with the added one that is probably its new name.

    `columns` are labels of the columns that use the enum, `users` their tables and names, `tables` their tables. `written` is the enum in the schema.
    """

    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    users: tuple[tuple[QualifiedName, str], ...]
    tables: tuple[QualifiedName, ...]
    change: Change
    written: Enum | None

    @property
    def origin(self) -> Origin | None:
        """The place where the enum is written, if that is known."""
        return self.written.origin if self.written else None

    def origin_of(self, value: str) -> Origin | None:
        """Where an added value is written."""
        values = self.written.values if self.written else ()
        return next((v.origin for v in values if v.name == value), None)


@lru_cache(maxsize=1)  # each rule about enums asks, one after the other
def enum_changes(context: RuleContext) -> tuple[EnumChange, ...]:
    """The enums in use whose values change."""
    if context.behaviour.enum_home is EnumHome.COLUMN:
        return tuple(_in_columns(context))
    return tuple(_in_types(context))


def _in_types(context: RuleContext) -> Iterator[EnumChange]:
    in_database = context.behaviour.enum_home is EnumHome.TYPE
    for change in context.changes(AlterEnum):
        users = tuple(_users(context, change.before.name))
        if users or not in_database:
            yield _enum_change(context, change.after, change, users, change)


def _users(context: RuleContext, enum: QualifiedName) -> Iterator[tuple[QualifiedName, Column]]:
    for table in context.before.tables.values():
        for column in [c for c in table.columns if c.type.enum is not None and c.type.enum == enum]:
            kept = context.after.tables.get(table.name)
            now = kept.column(column.name) if kept else None
            if now is not None:
                yield table.name, now


def _field(context: RuleContext, table: QualifiedName, column: Column) -> str:
    return f"{code_span(f'{model_name(context, table)}.{field_name(column)}')}"


def _in_columns(context: RuleContext) -> Iterator[EnumChange]:
    """Columns whose list of values changes in the same way use the same enum."""
    groups: dict[tuple[object, object], list[AlterColumn]] = {}
    for change in context.on_existing(AlterColumn):
        before, after = change.before.type, change.after.type
        if before.name == after.name == "ENUM" and before.args != after.args:
            groups.setdefault((before.args, after.args), []).append(change)
    for changes in groups.values():
        users = tuple((c.table, c.after) for c in changes)
        as_types = AlterEnum(before=_as_type(changes[0].before), after=_as_type(changes[0].after))
        yield _enum_change(context, _written(context, changes[0]), as_types, users, changes[0])


def _as_type(column: Column) -> Enum:
    return Enum(QualifiedName("", column.name), tuple(EnumValue(str(v)) for v in column.type.args))


def _written(context: RuleContext, change: AlterColumn) -> Enum | None:
    """The schema's enum that has the column's values."""
    values = change.after.type.args
    return next((e for e in context.after.enums.values() if tuple(v.name for v in e.values) == values), None)


def _enum_change(
    context: RuleContext,
    written: Enum | None,
    values: AlterEnum,
    users: tuple[tuple[QualifiedName, Column], ...],
    change: Change,
) -> EnumChange:
    pairs = tuple((r.before, r.after) for r in value_renames(values))
    renamed = {value for pair in pairs for value in pair}
    return EnumChange(
        name=_name(written or values.after),
        added=tuple(v for v in values.added if v not in renamed),
        removed=tuple(v for v in values.removed if v not in renamed),
        pairs=pairs,
        columns=tuple(_field(context, table, column) for table, column in users),
        users=tuple((table, column.name) for table, column in users),
        tables=tuple(dict.fromkeys(table for table, _ in users)),
        change=change,
        written=written,
    )


def _name(enum: Enum) -> str:
    return enum.enum_name or enum.name.name
