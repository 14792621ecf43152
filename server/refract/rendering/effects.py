"""The sentence of each effect. `{name}` is a fact of the harm.

A sentence has at most 20 words, one idea and no instruction: docs/style.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from refract.rendering.locks import blocking_sentence
from refract.rules.kit.harm import AnyHarm, Blocking, Effect

EFFECTS: Mapping[Effect, str] = {
    # data-lost
    Effect.VALUES_LOST: "The values cannot be restored without a backup.",
    Effect.VALUES_LOST_UNLESS_COPIED: "Only the values that the statements above copied are kept.",
    Effect.DROPPED_AND_ADDED_EMPTY: "Prisma drops column {old} with its values and adds {new} empty.",
    Effect.INDEX_DROPPED_WITH_COLUMN: "The {index} on {columns} is dropped with the column.",
    # data-changed
    Effect.DOCUMENTS_KEEP_OLD_NAME: "Documents keep the value under {old}, where Prisma Client no longer reads it.",
    Effect.ROWS_GET_IMPLICIT_VALUE: "Existing rows of {table} silently get {value}.",
    # migration-fails
    Effect.FAILS_ON_ROWS: "The migration fails if {table} has any row.",
    Effect.FAILS_ON_DUPLICATES: "The migration fails if two rows of {table} have the same values.",
    # code-breaks
    Effect.OLD_READS_FAIL: "App instances built from the old schema fail on every read of {model} (P2022).",
    Effect.OLD_INSERTS_FAIL: "App instances that do not know {field} can no longer insert.",
    Effect.STILL_USED_IN_CODE: "Your code still uses {uses}.",
    # blocks
    Effect.QUEUES_BEHIND_LOCK_REQUEST: "Until it gets the lock, every later query on the table waits behind it.",
    # costs
    # not-checked
    Effect.SILENCES_NOTHING: "The comment silences nothing.",
}


def harm_sentence(harm: AnyHarm) -> str:
    """The sentence of one harm."""
    if isinstance(harm, Blocking):
        return blocking_sentence(harm.operation, harm.tables)
    return EFFECTS[harm.effect].format_map(dict(harm.facts))
