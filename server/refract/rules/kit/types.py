"""What a change of a type means for values, as rules judge it."""

from __future__ import annotations

from collections.abc import Mapping

from refract.providers.base import Provider
from refract.providers.type_changes import SilentLoss, always_fits, is_unlimited_text, loses_silently
from refract.rules.kit.harm import Effect
from refract.schema.changes import AlterColumn, Cast
from refract.schema.model import ColumnType

_EFFECTS: Mapping[SilentLoss, Effect] = {
    SilentLoss.LIST_BECOMES_TEXT: Effect.LIST_BECOMES_TEXT,
    SilentLoss.TIME_OF_DAY_CUT: Effect.TIME_OF_DAY_CUT,
    SilentLoss.DATE_CUT: Effect.DATE_CUT,
    SilentLoss.FRACTIONS_ROUNDED: Effect.FRACTIONS_ROUNDED,
}


def cast_of(change: AlterColumn) -> Cast:
    """Prisma's view of the cast, except that what always fits is safe."""
    if _is_enum_to_text(change.before.type, change.after.type):
        return Cast.SAFE
    if change.cast is Cast.RISKY and always_fits(change.before.type, change.after.type):
        return Cast.SAFE
    return change.cast


def _is_enum_to_text(before: ColumnType, after: ColumnType) -> bool:
    """A value of an enum is a text already."""
    is_enum = before.enum is not None or before.name == "ENUM"
    return is_enum and is_unlimited_text(after) and not (before.is_list or after.is_list)


def type_name(provider: Provider, type_: ColumnType) -> str:
    """A type as a finding names it: an enum by its own name."""
    return provider.render_type(type_) or (type_.enum.name if type_.enum else "")


def silent_loss(before: ColumnType, after: ColumnType) -> Effect | None:
    """What a cast that Prisma calls safe does to values without an error."""
    loss = loses_silently(before, after)
    return _EFFECTS[loss] if loss else None
