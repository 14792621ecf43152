"""What a migration deletes, and what an undo does not restore, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from refract.escaping import code_span
from refract.sql.rollback import Loss, LossKind
from refract.wording import joined, listed

LOSSES: Mapping[LossKind, str] = {
    LossKind.COLUMN_VALUES: "The values of {of} are not restored. Restore them from a backup.",
    LossKind.CONVERTED_VALUES: "Values of {of} that the new type could not hold are not restored.",
    LossKind.TABLE_ROWS: "The rows of {of} are not restored. Restore them from a backup.",
    LossKind.ENUM_ROWS: "Rows that had the value {of} are not changed back.",
    LossKind.ROW_CHANGES: "{of} is not undone. Restore the rows from a backup.",
    LossKind.NEW_VALUES: "Values written to {of} since the migration are lost.",
    LossKind.NEW_ROWS: "Rows inserted into {of} since the migration are lost.",
    LossKind.EMPTY_REQUIRED_COLUMN: "{of} is required, so adding it again fails while the table has rows.",
    LossKind.STATEMENT: "Not undone: {of}",
}
_JOINED = frozenset(
    {
        LossKind.COLUMN_VALUES,
        LossKind.CONVERTED_VALUES,
        LossKind.TABLE_ROWS,
        LossKind.NEW_VALUES,
        LossKind.NEW_ROWS,
    }
)
"""The kinds whose sentence can name several things."""

_DELETED: Mapping[LossKind, str] = {
    LossKind.COLUMN_VALUES: "all values of {of}",
    LossKind.TABLE_ROWS: "all rows of {of}",
    LossKind.CONVERTED_VALUES: "values of {of} that do not fit the new type",
}
"""The end of a sentence that begins with: it deletes."""


def deleted(losses: Iterable[Loss]) -> str:
    """What a migration deletes, as the end of a sentence; empty if it deletes nothing."""
    of: dict[LossKind, list[str]] = {}
    for loss in losses:
        of.setdefault(loss.kind, []).append(loss.of)
    return joined(text.format(of=listed(of[kind])) for kind, text in _DELETED.items() if kind in of) if of else ""


def loss_sentence(loss: Loss) -> str:
    """What is lost."""
    return LOSSES[loss.kind].format(of=loss.of)


def loss_sentences(losses: Iterable[Loss]) -> Iterator[str]:
    """What is lost, in Markdown: one sentence for all columns and tables that lose the same."""
    of: dict[LossKind | Loss, list[str]] = {}
    for loss in losses:
        of.setdefault(loss.kind if loss.kind in _JOINED else loss, []).append(loss.of)
    for key, names in of.items():
        if isinstance(key, Loss):
            yield LOSSES[key.kind].format(of=code_span(key.of))
        else:
            yield LOSSES[key].format(of=listed(names))
