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
    Effect.NUMBERED_IN_ANY_ORDER: "Existing rows get their numbers in no particular order.",
    Effect.TIME_OF_DAY_CUT: "The time of day is cut off, without an error.",
    Effect.DATE_CUT: "The date is cut off, without an error.",
    Effect.FRACTIONS_ROUNDED: "Fractions of a second are rounded, without an error.",
    Effect.LIST_BECOMES_TEXT: "Each list becomes one text such as `{{a,b}}`, without an error.",
    Effect.OLD_INSTANCES_WRITE_OLD_DEFAULT: "App instances built from the old schema still write {default}.",
    Effect.SQL_GETS_NEW_DEFAULT: "SQL that leaves out the column writes {default}.",
    Effect.SQL_GETS_NO_DEFAULT: "SQL that leaves out the column gets no value from the database.",
    Effect.EXISTING_ROWS_KEEP_VALUES: "Existing rows keep their values.",
    Effect.DUPLICATES_ALLOWED: "Nothing prevents two rows of {table} with the same {key}.",
    # migration-fails
    Effect.FAILS_ON_ROWS: "The migration fails if {table} has any row.",
    Effect.FAILS_ON_DUPLICATES: "The migration fails if two rows of {table} have the same values.",
    Effect.FAILS_ON_VIOLATIONS: "The migration fails if any row of {table} violates {constraint}.",
    Effect.FAILS_ON_CONFLICTING_ROWS: "The migration fails if two rows of {table} conflict.",
    Effect.FAILS_ON_ORPHANS: "The migration fails if any row of {table} references a missing row of {parent}.",
    Effect.FAILS_ON_EMPTY_PARENT: "{parent} is new and empty, so the migration fails if {columns} has a value in any row.",
    Effect.FAILS_ON_SAME_VALUE: "Every row gets the same value, so the migration fails if {table} has two rows.",
    Effect.FAILS_ON_DUPLICATE_KEYS: "The migration fails if two rows have the same {key}, or a row has none.",
    Effect.FAILS_ON_CASE: "A unique index fails if two values differ only in case.",
    Effect.NO_DEFAULT: "The database has no default for {field}.",
    Effect.CLIENT_ONLY_DEFAULT: "Only Prisma Client knows the default {default}. The database has none.",
    Effect.TYPE_CHANGE_REFUSED: "CockroachDB converts only a few types in place, and refuses the others.",
    Effect.REFUSED_IN_TRANSACTION: "PostgreSQL refuses {sql} between BEGIN and COMMIT (error 25001).",
    Effect.SENT_AS_ONE_TRANSACTION: "Prisma before 7.4 sends the file as one transaction, in which PostgreSQL refuses {sql} (error 25001).",
    Effect.APPLIED_AFTER_COMMIT: "CockroachDB applies the changes one by one after COMMIT.",
    # code-breaks
    Effect.OLD_READS_FAIL: "App instances built from the old schema fail on every read of {model} (P2022).",
    Effect.OLD_INSERTS_FAIL: "App instances that do not know {field} can no longer insert.",
    Effect.STILL_USED_IN_CODE: "Your code still uses {uses}.",
    Effect.DOCUMENTS_LACK_FIELD: "Prisma Client fails when it reads an existing document of {model} without {field}.",
    Effect.INSERTS_LACK_DEFAULT: "App instances that rely on the default {default} can no longer insert.",
    Effect.LOOKUPS_BY_KEY_BREAK: "Code that finds rows by {key} breaks.",
    # history-breaks
    Effect.HALF_APPLIED: "If one of them fails (error XXA00), the others stay applied.",
    Effect.SECOND_FAILS_OR_UNDOES: "Both change {objects}: the migration that runs second fails, or undoes the first.",
    # blocks
    Effect.QUEUES_BEHIND_LOCK_REQUEST: "Until it gets the lock, every later query on the table waits behind it.",
    Effect.DEFAULT_WRITTEN_TO_ROWS: "This version of the database writes the default into every row.",
    Effect.NO_ONLINE_FORM: "PostgreSQL cannot add this constraint online.",
    Effect.LOCKS_HELD_TO_THE_END: "The locks of earlier statements are held until every row is updated.",
    Effect.FOREIGN_KEYS_RECREATED: "Foreign keys that reference the old key are dropped and recreated.",
    Effect.CATALOG_ONLY: "No row is rewritten, so the change itself is brief at any table size.",
    # costs
    Effect.COLUMN_ORDER_IS_FINAL: "The order of columns cannot be changed once the table exists.",
    # not-checked
    Effect.SILENCES_NOTHING: "The comment silences nothing.",
    Effect.ORPHANS_STAY: "Existing rows of {table} that reference a missing row of {parent} stay, without an error.",
    Effect.BAD_REFERENCES_STAY: "Rows that reference a missing row are accepted, and nothing finds them later.",
}


def harm_sentence(harm: AnyHarm) -> str:
    """The sentence of one harm."""
    if isinstance(harm, Blocking):
        return blocking_sentence(harm.operation, harm.tables)
    return EFFECTS[harm.effect].format_map(dict(harm.facts))
