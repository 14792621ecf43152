"""What an undo does not restore, in a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from refract.sql.rollback import Loss, LossKind

LOSSES: Mapping[LossKind, str] = {
    LossKind.COLUMN_VALUES: "The values of {of} are not restored: take them from a backup.",
    LossKind.CONVERTED_VALUES: "Values of {of} that the new type could not hold are not restored.",
    LossKind.TABLE_ROWS: "The rows of {of} are not restored: take them from a backup.",
    LossKind.ENUM_ROWS: "Rows that had the value {of} are not changed back.",
    LossKind.ROW_CHANGES: "{of} is not undone: take the rows from a backup.",
    LossKind.NEW_VALUES: "Values written to {of} since the migration are lost.",
    LossKind.NEW_ROWS: "Rows inserted into {of} since the migration are lost.",
    LossKind.EMPTY_REQUIRED_COLUMN: "{of} is required, so adding it again fails while the table has rows.",
    LossKind.STATEMENT: "Not undone: {of}",
}


def loss_sentence(loss: Loss) -> str:
    """What is lost."""
    return LOSSES[loss.kind].format(of=loss.of)
