"""The sentence of each effect. `{name}` is a fact of the harm.

A sentence has at most 20 words, one idea and no instruction: docs/style.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from refract.rendering.locks import blocking_sentence
from refract.rules.kit.harm import AnyHarm, Blocking, Effect

EFFECTS: Mapping[Effect, str] = {
    # data-lost
    Effect.ROWS_LOST: "The rows cannot be restored without a backup.",
    Effect.REFERRING_TABLES_EMPTIED: "`CASCADE` also empties every table that refers to this one.",
    Effect.REPLICAS_LACK_ROWS: "PostgreSQL empties the table when it starts after a crash, and replicas never have its rows.",
    Effect.PRAGMA_IGNORED_IN_TRANSACTION: "Prisma drops the old table in a transaction, where `PRAGMA foreign_keys=OFF` has no effect.",
    Effect.NOTHING_IS_KEPT: "Nothing after `BEGIN` is kept.",
    Effect.UNDO_LACKS_VALUES: "The values of `{of}` are not restored.",
    Effect.UNDO_LACKS_ROWS: "The rows of `{of}` are not restored.",
    Effect.UNDO_LACKS_ENUM_ROWS: "Rows that had the value `{of}` are not changed back.",
    Effect.UNDO_LACKS_ROW_CHANGES: "`{of}` is not undone.",
    Effect.UNDO_LOSES_NEW_VALUES: "Values written to `{of}` since the migration are lost.",
    Effect.UNDO_LOSES_NEW_ROWS: "Rows inserted into `{of}` since the migration are lost.",
    Effect.NO_WAY_TO_RESTORE_TABLE: "The table cannot be restored quickly if something still needs it.",
    Effect.VALUES_LOST: "The values cannot be restored without a backup.",
    Effect.VALUES_LOST_UNLESS_COPIED: "Only the values that the statements above copied are kept.",
    Effect.DROPPED_AND_ADDED_EMPTY: "Prisma drops column {old} with its values and adds {new} empty.",
    Effect.RECREATED_EMPTY: "Prisma has no cast between the two types, so column {column} is dropped and added empty.",
    Effect.INDEX_DROPPED_WITH_COLUMN: "The {index} on {columns} is dropped with the column.",
    Effect.SCHEMA_CONTENTS_DROPPED: "If the {container} is not empty, its tables are lost or the migration fails.",
    Effect.DEPENDENTS_DROPPED: "This includes dependent views and foreign keys that the migration does not name.",
    Effect.COLUMNS_RECREATED_EMPTY: "Prisma drops and recreates {columns}, which loses all values.",
    Effect.LINKS_LOST: "The links cannot be restored without a backup.",
    Effect.JOIN_TABLE_REPLACED: "Prisma names the join table after the relation, so {old} is dropped and {new} is created empty.",
    # data-changed
    Effect.SESSIONS_READ_OTHER_MOMENTS: "Sessions in another time zone read another moment.",
    Effect.DOCUMENTS_KEEP_OLD_NAME: "Documents keep the value under {old}, where Prisma Client no longer reads it.",
    Effect.ROWS_GET_IMPLICIT_VALUE: "Existing rows of {table} silently get {value}.",
    Effect.NUMBERED_IN_ANY_ORDER: "Existing rows get their numbers in no particular order.",
    Effect.TIME_OF_DAY_CUT: "The time of day is cut off, without an error.",
    Effect.DATE_CUT: "The date is cut off, without an error.",
    Effect.FRACTIONS_ROUNDED: "Fractions of a second are rounded, without an error.",
    Effect.LIST_BECOMES_TEXT: "Each list becomes one text such as `{{a,b}}`, without an error.",
    Effect.SQL_GETS_NEW_DEFAULT: "SQL that leaves out the column writes {default}.",
    Effect.SQL_GETS_NO_DEFAULT: "SQL that leaves out the column gets no value from the database.",
    Effect.EXISTING_ROWS_KEEP_VALUES: "Existing rows keep their values.",
    Effect.DUPLICATES_ALLOWED: "Nothing prevents two rows of {table} with the same {key}.",
    Effect.ORPHANS_POSSIBLE: "{columns} can then reference rows of {parent} that do not exist, and nothing reports them.",
    Effect.JOIN_COLUMNS_SWAPPED: "Columns `A` and `B` swap their meaning in the new table.",
    Effect.FLOAT_ROUNDS: "Binary fractions cannot hold 0.10, so sums are off by cents.",
    Effect.MONEY_TYPE_INEXACT: "`money` rounds in divisions or depends on the locale of the server.",
    # migration-fails
    Effect.FAILS_IF_PARTLY_APPLIED: "It fails if the migration was only partly applied.",
    Effect.NO_SECOND_TRANSACTION: "This `BEGIN` does nothing.",
    Effect.NOTHING_TO_END: "The statements above were applied one by one.",
    Effect.UNDO_FAILS_ON_ROWS: "`{of}` is required, so adding it again fails while the table has rows.",
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
    Effect.VALUE_USED_BEFORE_COMMIT: "PostgreSQL refuses a value until the transaction that adds the value is committed (55P04).",
    Effect.ONE_TRANSACTION_BEFORE_7_4: "Prisma before 7.4 runs the whole file in one transaction.",
    Effect.NAME_OVER_LIMIT: "The name has {size} bytes. The database cuts or refuses names above {limit} bytes.",
    # code-breaks
    Effect.DISTINCT_FAILS: "`DISTINCT` and `GROUP BY` fail on the column.",
    Effect.OLD_TABLE_NAME_FAILS: "The rows are kept, but app instances that use {old} fail until they are replaced.",
    Effect.QUERIES_RELY_ON_INDEX: "Queries may still rely on the index.",
    Effect.OLD_READS_FAIL: "App instances built from the old schema fail on every read of {model} (P2022).",
    Effect.OLD_INSERTS_FAIL: "App instances that do not know {field} can no longer insert.",
    Effect.STILL_USED_IN_CODE: "Your code still uses {uses}.",
    Effect.DOCUMENTS_LACK_FIELD: "Prisma Client fails when it reads an existing document of {model} without {field}.",
    Effect.INSERTS_LACK_DEFAULT: "App instances that rely on the default {default} can no longer insert.",
    Effect.LOOKUPS_BY_KEY_BREAK: "Code that finds rows by {key} breaks.",
    Effect.OLD_CODE_STILL_USES: "Old app instances use {object} (in {files}) and fail until they are replaced.",
    Effect.RELEASE_CANNOT_ROLL_BACK: "The release cannot be rolled back to the old code.",
    Effect.IGNORED_FIELD_NOT_FILLED: "{field} has no default in the database, and Prisma Client does not fill ignored fields.",
    Effect.MODEL_USERS_FAIL: "App instances that still use {model} fail (P2021).",
    Effect.UNIQUE_LOOKUPS_FAIL: "Code that finds, connects or upserts rows of {table} by {fields} fails.",
    Effect.OLD_READS_OF_VALUES_FAIL: "App instances built from the old schema fail when they read a row that holds a new value (P2023).",
    Effect.NO_COMMON_MOMENT: "Old and new code cannot both work during the deploy.",
    # history-breaks
    Effect.DATABASES_LACK_CHANGE: "Databases do not get what the code expects.",
    Effect.UNDO_LACKS: "The first missing statement is {statement}.",
    Effect.UNDO_LACKS_STATEMENT: "`{of}` is not undone.",
    Effect.HALF_APPLIED: "If one of them fails (error XXA00), the others stay applied.",
    Effect.SECOND_FAILS_OR_UNDOES: "Both change {objects}: the migration that runs second fails, or undoes the first.",
    Effect.RESET_REQUESTED: "`prisma migrate dev` asks to reset databases that have applied the migration.",
    Effect.MISSING_IN_NEW_DATABASES: "New databases are built without the migration.",
    Effect.OLD_TEXT_APPLIED: "Databases that have applied the migration keep the result of the old text.",
    # blocks
    Effect.LOCK_HELD_DURING_CHECK: "The lock of `ADD CONSTRAINT` on {table} is held while every row is checked.",
    Effect.FILE_LOCKED_DURING_COPY: "All other writes to the database file wait while the rows are copied.",
    Effect.QUEUES_BEHIND_LOCK_REQUEST: "Every later query on the table waits behind the lock request.",
    Effect.DEFAULT_WRITTEN_TO_ROWS: "This version of the database writes the default into every row.",
    Effect.NO_ONLINE_FORM: "PostgreSQL cannot add this constraint online.",
    Effect.LOCKS_HELD_TO_THE_END: "The locks of earlier statements are held until every row is updated.",
    Effect.FOREIGN_KEYS_RECREATED: "Foreign keys that reference the old key are dropped and recreated.",
    Effect.CATALOG_ONLY: "No row is rewritten, so the change itself is brief at any table size.",
    Effect.DOMAIN_CHECK_SCANS_TABLES: "Each new check scans every table that uses the domain, and locks the tables one by one.",
    # costs
    Effect.FIELDS_SELDOM_HELP: "More than {most} fields seldom help a query, and each one costs on every write.",
    Effect.EVERY_INSERT_WRITES_INDEXES: "Every insert writes all of them.",
    Effect.TOOLS_NEED_PRIMARY_KEY: "Replication, online schema changes and batched backfills need a primary key.",
    Effect.COLUMN_ORDER_IS_FINAL: "The order of columns cannot be changed once the table exists.",
    Effect.INDEX_QUERIES_SLOW: "Queries that use the index become slow.",
    Effect.ENUM_REMOVAL_REWRITES: "Removing a value later rewrites every table that uses the enum.",
    Effect.LENGTH_SAVES_NOTHING: "A length limit saves no space, and a shorter one rewrites the table.",
    Effect.ONLINE_TOOLS_EXCLUDED: "Online migration tools such as gh-ost cannot change tables with foreign keys.",
    Effect.KEY_NOT_INDEXED: "No index begins with {fields}, so queries over the relation scan the table too.",
    # not-checked
    Effect.STATEMENT_NOT_CHECKED: "Refract does not check {statement} and ignores its effect.",
    Effect.SILENCES_NOTHING: "The comment silences nothing.",
    Effect.ORPHANS_STAY: "Existing rows of {table} that reference a missing row of {parent} stay, without an error.",
    Effect.BAD_REFERENCES_STAY: "Rows that reference a missing row are accepted, and nothing finds them later.",
    Effect.DOMAINS_UNKNOWN_TO_PRISMA: "Prisma does not know domains.",
}


def harm_sentence(harm: AnyHarm) -> str:
    """The sentence of one harm."""
    if isinstance(harm, Blocking):
        return blocking_sentence(harm.operation, harm.tables)
    return EFFECTS[harm.effect].format_map(dict(harm.facts))
