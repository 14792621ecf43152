"""What a change does to data, to a migration, to running queries and to code: the harm of a risk, as values.

A rule states effects and their facts; `refract.rendering.harm` has the sentence of each.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from attrs import frozen

from refract.providers.operation import Blocks, Operation


class HarmKind(StrEnum):
    """What kind of harm an effect is."""

    DATA_LOST = "data-lost"
    DATA_CHANGED = "data-changed"  # values or rows differ from what users expect, and nothing fails
    MIGRATION_FAILS = "migration-fails"
    BLOCKS = "blocks"  # queries wait
    CODE_BREAKS = "code-breaks"  # app instances, scripts or queries fail or read the wrong thing
    HISTORY_BREAKS = "history-breaks"  # databases and migrations no longer agree
    COSTS = "costs"  # space, time or money
    NOT_CHECKED = "not-checked"  # Refract, or the database, cannot vouch for it


class Effect(Enum):
    """One effect, by kind. Its value is the kind and the name in JSON; its sentence is in `refract.rendering.harm`."""

    # data-lost
    TABLE_DROPPED_AND_CREATED_EMPTY = HarmKind.DATA_LOST, "table-dropped-and-created-empty"
    ROWS_LOST_UNLESS_COPIED = HarmKind.DATA_LOST, "rows-lost-unless-copied"
    ROWS_LOST = HarmKind.DATA_LOST, "rows-lost"
    REFERRING_TABLES_EMPTIED = HarmKind.DATA_LOST, "referring-tables-emptied"
    REPLICAS_LACK_ROWS = HarmKind.DATA_LOST, "replicas-lack-rows"
    PRAGMA_IGNORED_IN_TRANSACTION = HarmKind.DATA_LOST, "pragma-ignored-in-transaction"
    NOTHING_IS_KEPT = HarmKind.DATA_LOST, "nothing-is-kept"
    UNDO_LACKS_VALUES = HarmKind.DATA_LOST, "undo-lacks-values"
    UNDO_LACKS_ROWS = HarmKind.DATA_LOST, "undo-lacks-rows"
    UNDO_LACKS_ENUM_ROWS = HarmKind.DATA_LOST, "undo-lacks-enum-rows"
    UNDO_LACKS_ROW_CHANGES = HarmKind.DATA_LOST, "undo-lacks-row-changes"
    UNDO_LOSES_NEW_VALUES = HarmKind.DATA_LOST, "undo-loses-new-values"
    UNDO_LOSES_NEW_ROWS = HarmKind.DATA_LOST, "undo-loses-new-rows"
    NO_WAY_TO_RESTORE_TABLE = HarmKind.DATA_LOST, "no-way-to-restore-table"
    VALUES_LOST = HarmKind.DATA_LOST, "values-lost"
    VALUES_LOST_UNLESS_COPIED = HarmKind.DATA_LOST, "values-lost-unless-copied"
    COLUMN_DROPPED_AND_ADDED_EMPTY = HarmKind.DATA_LOST, "column-dropped-and-added-empty"
    COLUMN_DROPPED_AND_ADDED_WITH_DEFAULT = HarmKind.DATA_LOST, "column-dropped-and-added-with-default"
    COLUMN_WITHOUT_CAST_RECREATED_EMPTY = HarmKind.DATA_LOST, "column-without-cast-recreated-empty"
    COLUMN_RECREATED_NUMBERED = HarmKind.DATA_LOST, "column-recreated-numbered"
    INDEX_DROPPED_WITH_COLUMN = HarmKind.DATA_LOST, "index-dropped-with-column"
    SCHEMA_CONTENTS_DROPPED = HarmKind.DATA_LOST, "schema-contents-dropped"
    DEPENDENTS_UNKNOWN = HarmKind.DATA_LOST, "dependents-unknown"
    DEPENDENTS_DROPPED = HarmKind.DATA_LOST, "dependents-dropped"
    COLUMNS_RECREATED_EMPTY = HarmKind.DATA_LOST, "columns-recreated-empty"
    DEPENDENTS_DROPPED_BY_NAME = HarmKind.DATA_LOST, "dependents-dropped-by-name"
    TRIGGERS_DROPPED_WITH_TABLE = HarmKind.DATA_LOST, "triggers-dropped-with-table"
    LINKS_LOST = HarmKind.DATA_LOST, "links-lost"
    JOIN_TABLE_REPLACED = HarmKind.DATA_LOST, "join-table-replaced"

    # data-changed
    DELETE_CASCADES = HarmKind.DATA_CHANGED, "delete-cascades"
    DELETE_SETS_NULL = HarmKind.DATA_CHANGED, "delete-sets-null"
    DELETE_SETS_DEFAULT = HarmKind.DATA_CHANGED, "delete-sets-default"
    ONLY_CLIENT_CHECKS_RELATIONS = HarmKind.DATA_CHANGED, "only-client-checks-relations"
    MODIFY_DROPS_CLAUSES = HarmKind.DATA_CHANGED, "modify-drops-clauses"
    VALUES_CUT_OR_REFUSED = HarmKind.DATA_CHANGED, "values-cut-or-refused"
    ONLY_CONVERTED_VALUES_KEPT = HarmKind.DATA_CHANGED, "only-converted-values-kept"
    DATA_STAYS_BEHIND = HarmKind.DATA_CHANGED, "data-stays-behind"
    DOCUMENTS_STAY_IN_OLD = HarmKind.DATA_CHANGED, "documents-stay-in-old"
    VALUES_ADDED_AT_END = HarmKind.DATA_CHANGED, "values-added-at-end"
    DUPLICATES_UNTIL_REBUILT = HarmKind.DATA_CHANGED, "duplicates-until-rebuilt"
    SESSIONS_READ_OTHER_MOMENTS = HarmKind.DATA_CHANGED, "sessions-read-other-moments"
    DOCUMENTS_KEEP_OLD_NAME = HarmKind.DATA_CHANGED, "documents-keep-old-name"
    ROWS_GET_IMPLICIT_VALUE = HarmKind.DATA_CHANGED, "rows-get-implicit-value"
    NUMBERED_IN_ANY_ORDER = HarmKind.DATA_CHANGED, "numbered-in-any-order"
    TIME_OF_DAY_CUT = HarmKind.DATA_CHANGED, "time-of-day-cut"
    DATE_CUT = HarmKind.DATA_CHANGED, "date-cut"
    FRACTIONS_ROUNDED = HarmKind.DATA_CHANGED, "fractions-rounded"
    LIST_BECOMES_TEXT = HarmKind.DATA_CHANGED, "list-becomes-text"
    SQL_GETS_NEW_DEFAULT = HarmKind.DATA_CHANGED, "sql-gets-new-default"
    SQL_GETS_NO_DEFAULT = HarmKind.DATA_CHANGED, "sql-gets-no-default"
    EXISTING_ROWS_KEEP_VALUES = HarmKind.DATA_CHANGED, "existing-rows-keep-values"
    DUPLICATES_ALLOWED = HarmKind.DATA_CHANGED, "duplicates-allowed"
    ORPHANS_POSSIBLE = HarmKind.DATA_CHANGED, "orphans-possible"
    JOIN_COLUMNS_SWAPPED = HarmKind.DATA_CHANGED, "join-columns-swapped"
    LINKS_REVERSED = HarmKind.DATA_CHANGED, "links-reversed"
    REVERSED_WITHOUT_ERROR = HarmKind.DATA_CHANGED, "reversed-without-error"
    FLOAT_ROUNDS = HarmKind.DATA_CHANGED, "float-rounds"
    MONEY_TYPE_INEXACT = HarmKind.DATA_CHANGED, "money-type-inexact"

    # migration-fails
    REFUSED_FOR_DEPENDENTS = HarmKind.MIGRATION_FAILS, "refused-for-dependents"
    RENAME_REFUSED_FOR_DEPENDENTS = HarmKind.MIGRATION_FAILS, "rename-refused-for-dependents"
    DEPENDENTS_HAVE_DEPENDENTS = HarmKind.MIGRATION_FAILS, "dependents-have-dependents"
    PROVIDER_REFUSED = HarmKind.MIGRATION_FAILS, "provider-refused"
    FAILS_ON_ANY_ORPHAN = HarmKind.MIGRATION_FAILS, "fails-on-any-orphan"
    ROWS_CAN_HAVE_VALUE = HarmKind.MIGRATION_FAILS, "rows-can-have-value"
    VALUE_REMOVED_AND_ADDED = HarmKind.MIGRATION_FAILS, "value-removed-and-added"
    ROWS_LEFT_BY_STEP = HarmKind.MIGRATION_FAILS, "rows-left-by-step"
    LATER_STEP_FAILS_ON_NULL = HarmKind.MIGRATION_FAILS, "later-step-fails-on-null"
    FOREIGN_KEYS_NOT_ENABLED = HarmKind.MIGRATION_FAILS, "foreign-keys-not-enabled"
    SECOND_RUN_FAILS = HarmKind.MIGRATION_FAILS, "second-run-fails"
    DEFAULT_IS_A_CONSTRAINT = HarmKind.MIGRATION_FAILS, "default-is-a-constraint"
    FAILS_ON_NULL_DESPITE_DEFAULT = HarmKind.MIGRATION_FAILS, "fails-on-null-despite-default"
    FAILS_ON_NULL_LEFT = HarmKind.MIGRATION_FAILS, "fails-on-null-left"
    OLD_INSERTS_LEAVE_NULL = HarmKind.MIGRATION_FAILS, "old-inserts-leave-null"
    FAILS_ON_NULL = HarmKind.MIGRATION_FAILS, "fails-on-null"
    FAILS_IF_PARTLY_APPLIED = HarmKind.MIGRATION_FAILS, "fails-if-partly-applied"
    BEGIN_HAS_NO_EFFECT = HarmKind.MIGRATION_FAILS, "begin-has-no-effect"
    STATEMENTS_ABOVE_UNDONE = HarmKind.MIGRATION_FAILS, "statements-above-undone"
    APPLIED_BEFORE_COMMIT = HarmKind.MIGRATION_FAILS, "applied-before-commit"
    UNDO_FAILS_ON_ROWS = HarmKind.MIGRATION_FAILS, "undo-fails-on-rows"
    FAILS_ON_ROWS = HarmKind.MIGRATION_FAILS, "fails-on-rows"
    DUPLICATES_BETWEEN = HarmKind.MIGRATION_FAILS, "duplicates-between"
    FAILS_ON_DUPLICATES_LEFT = HarmKind.MIGRATION_FAILS, "fails-on-duplicates-left"
    FAILS_ON_DUPLICATES_WHERE = HarmKind.MIGRATION_FAILS, "fails-on-duplicates-where"
    FAILS_ON_DUPLICATES = HarmKind.MIGRATION_FAILS, "fails-on-duplicates"
    FAILS_ON_VIOLATIONS = HarmKind.MIGRATION_FAILS, "fails-on-violations"
    FAILS_ON_CONFLICTING_ROWS = HarmKind.MIGRATION_FAILS, "fails-on-conflicting-rows"
    FAILS_ON_ORPHANS = HarmKind.MIGRATION_FAILS, "fails-on-orphans"
    FAILS_ON_EMPTY_PARENT = HarmKind.MIGRATION_FAILS, "fails-on-empty-parent"
    FAILS_ON_SECOND_NULL = HarmKind.MIGRATION_FAILS, "fails-on-second-null"
    FAILS_ON_SAME_VALUE = HarmKind.MIGRATION_FAILS, "fails-on-same-value"
    FAILS_ON_DUPLICATE_KEYS = HarmKind.MIGRATION_FAILS, "fails-on-duplicate-keys"
    FAILS_ON_CASE = HarmKind.MIGRATION_FAILS, "fails-on-case"
    NO_DEFAULT = HarmKind.MIGRATION_FAILS, "no-default"
    CLIENT_ONLY_DEFAULT = HarmKind.MIGRATION_FAILS, "client-only-default"
    TYPE_CHANGE_REFUSED = HarmKind.MIGRATION_FAILS, "type-change-refused"
    REFUSED_IN_TRANSACTION = HarmKind.MIGRATION_FAILS, "refused-in-transaction"
    SENT_AS_ONE_TRANSACTION = HarmKind.MIGRATION_FAILS, "sent-as-one-transaction"
    APPLIED_AFTER_COMMIT = HarmKind.MIGRATION_FAILS, "applied-after-commit"
    VALUE_USED_BEFORE_COMMIT = HarmKind.MIGRATION_FAILS, "value-used-before-commit"
    ONE_EXPLICIT_TRANSACTION = HarmKind.MIGRATION_FAILS, "one-explicit-transaction"
    ONE_TRANSACTION_BEFORE_7_4 = HarmKind.MIGRATION_FAILS, "one-transaction-before-7-4"
    FAILS_ON_EVERY_DATABASE = HarmKind.MIGRATION_FAILS, "fails-on-every-database"
    FAILS_ON_NEW_DATABASES = HarmKind.MIGRATION_FAILS, "fails-on-new-databases"
    FAILS_UNLESS_UNFOLLOWED = HarmKind.MIGRATION_FAILS, "fails-unless-unfollowed"
    NAME_OVER_LIMIT = HarmKind.MIGRATION_FAILS, "name-over-limit"
    VALUES_NOT_IN_ENUM = HarmKind.MIGRATION_FAILS, "values-not-in-enum"
    TEXT_KEYS_ARE_NO_NUMBERS = HarmKind.MIGRATION_FAILS, "text-keys-are-no-numbers"
    SERVER_LACKS_RENAME = HarmKind.MIGRATION_FAILS, "server-lacks-rename"
    COLLATIONS_DIFFER = HarmKind.MIGRATION_FAILS, "collations-differ"
    DEFAULT_MUST_BE_CONSTANT = HarmKind.MIGRATION_FAILS, "default-must-be-constant"

    # code-breaks
    DELETE_REFUSED = HarmKind.CODE_BREAKS, "delete-refused"
    REMOVED_VALUE_WRITES_FAIL = HarmKind.CODE_BREAKS, "removed-value-writes-fail"
    ROWS_KEEP_REMOVED_VALUE = HarmKind.CODE_BREAKS, "rows-keep-removed-value"
    ROWS_KEEP_OLD_VALUE = HarmKind.CODE_BREAKS, "rows-keep-old-value"
    OLD_NAME_FAILS = HarmKind.CODE_BREAKS, "old-name-fails"
    NAME_MUST_BE_QUOTED = HarmKind.CODE_BREAKS, "name-must-be-quoted"
    PLANS_UNAWARE_OF_EACH_OTHER = HarmKind.CODE_BREAKS, "plans-unaware-of-each-other"
    KEY_RUNS_OUT = HarmKind.CODE_BREAKS, "key-runs-out"
    RUNNING_CODE_RELIES_ON_IT = HarmKind.CODE_BREAKS, "running-code-relies-on-it"
    CONFIRMED_BUT_USED = HarmKind.CODE_BREAKS, "confirmed-but-used"
    FAILS_ON_LATER_STEP = HarmKind.CODE_BREAKS, "fails-on-later-step"
    ON_DELETE_RESTRICTED = HarmKind.CODE_BREAKS, "on-delete-restricted"
    EXPLICIT_NULL_WRITES_FAIL = HarmKind.CODE_BREAKS, "explicit-null-writes-fail"
    NULL_WRITES_FAIL = HarmKind.CODE_BREAKS, "null-writes-fail"
    NULL_READS_FAIL = HarmKind.CODE_BREAKS, "null-reads-fail"
    NULL_WITHOUT_ERROR = HarmKind.CODE_BREAKS, "null-without-error"
    DISTINCT_FAILS = HarmKind.CODE_BREAKS, "distinct-fails"
    OLD_READS_FAIL = HarmKind.CODE_BREAKS, "old-reads-fail"
    SQL_INSERTS_FAIL = HarmKind.CODE_BREAKS, "sql-inserts-fail"
    STRICT_INSERTS_FAIL = HarmKind.CODE_BREAKS, "strict-inserts-fail"
    OLD_INSERTS_FAIL = HarmKind.CODE_BREAKS, "old-inserts-fail"
    STILL_USED_IN_CODE = HarmKind.CODE_BREAKS, "still-used-in-code"
    DOCUMENTS_LACK_FIELD = HarmKind.CODE_BREAKS, "documents-lack-field"
    INSERTS_LACK_DEFAULT = HarmKind.CODE_BREAKS, "inserts-lack-default"
    INSERTS_LACK_SEQUENCE = HarmKind.CODE_BREAKS, "inserts-lack-sequence"
    LOOKUPS_BY_KEY_BREAK = HarmKind.CODE_BREAKS, "lookups-by-key-break"
    OLD_CODE_STILL_USES = HarmKind.CODE_BREAKS, "old-code-still-uses"
    RELEASE_CANNOT_ROLL_BACK = HarmKind.CODE_BREAKS, "release-cannot-roll-back"
    IGNORED_FIELD_NOT_FILLED = HarmKind.CODE_BREAKS, "ignored-field-not-filled"
    MODEL_USERS_FAIL = HarmKind.CODE_BREAKS, "model-users-fail"
    VIEW_QUERIES_FAIL = HarmKind.CODE_BREAKS, "view-queries-fail"
    TRIGGERED_WRITES_FAIL = HarmKind.CODE_BREAKS, "triggered-writes-fail"
    OLD_READS_REVERSED = HarmKind.CODE_BREAKS, "old-reads-reversed"
    UPSERTS_FAIL = HarmKind.CODE_BREAKS, "upserts-fail"
    DUPLICATES_UPDATED = HarmKind.CODE_BREAKS, "duplicates-updated"
    OLD_READS_OF_VALUES_FAIL = HarmKind.CODE_BREAKS, "old-reads-of-values-fail"
    NO_COMMON_MOMENT = HarmKind.CODE_BREAKS, "no-common-moment"
    NO_DEPLOY_BETWEEN = HarmKind.CODE_BREAKS, "no-deploy-between"

    # history-breaks
    STEP_NOT_UNDONE = HarmKind.HISTORY_BREAKS, "step-not-undone"
    STEP_NOT_FILLED = HarmKind.HISTORY_BREAKS, "step-not-filled"
    STEP_NOT_BUILT = HarmKind.HISTORY_BREAKS, "step-not-built"
    STEP_WRITTEN_FOR_FORMER_SCHEMA = HarmKind.HISTORY_BREAKS, "step-written-for-former-schema"
    STEPS_MAKE_THIS_SAFE = HarmKind.HISTORY_BREAKS, "steps-make-this-safe"
    TRIGGER_STILL_COPIES = HarmKind.CODE_BREAKS, "trigger-still-copies"
    LATER_STEPS_DEPEND_ON_IT = HarmKind.HISTORY_BREAKS, "later-steps-depend-on-it"
    STATEMENTS_SENT_EACH = HarmKind.HISTORY_BREAKS, "statements-sent-each"
    STATEMENTS_COMMITTED_EACH = HarmKind.HISTORY_BREAKS, "statements-committed-each"
    LATER_MIGRATIONS_REFUSED = HarmKind.HISTORY_BREAKS, "later-migrations-refused"
    ORDER_DIFFERS = HarmKind.HISTORY_BREAKS, "order-differs"
    ORDER_FOLLOWS_NAMES = HarmKind.HISTORY_BREAKS, "order-follows-names"
    DATABASES_LACK_CHANGE = HarmKind.HISTORY_BREAKS, "databases-lack-change"
    FIRST_MISSING_STATEMENT = HarmKind.HISTORY_BREAKS, "first-missing-statement"
    UNDO_LACKS_STATEMENT = HarmKind.HISTORY_BREAKS, "undo-lacks-statement"
    COMMITS_STATEMENTS_ABOVE = HarmKind.HISTORY_BREAKS, "commits-statements-above"
    ENDS_NOTHING = HarmKind.HISTORY_BREAKS, "ends-nothing"
    HALF_APPLIED = HarmKind.HISTORY_BREAKS, "half-applied"
    SECOND_FAILS_OR_UNDOES = HarmKind.HISTORY_BREAKS, "second-fails-or-undoes"
    RESET_REQUESTED = HarmKind.HISTORY_BREAKS, "reset-requested"
    MISSING_IN_NEW_DATABASES = HarmKind.HISTORY_BREAKS, "missing-in-new-databases"
    SQL_RUNS_AGAIN = HarmKind.HISTORY_BREAKS, "sql-runs-again"
    OLD_TEXT_APPLIED = HarmKind.HISTORY_BREAKS, "old-text-applied"

    # blocks
    EACH_TABLE_LOCKED_FOR_DROP = HarmKind.BLOCKS, "each-table-locked-for-drop"
    ALL_TABLES_LOCKED = HarmKind.BLOCKS, "all-tables-locked"
    SCANNED_BY_EARLIER_MIGRATION = HarmKind.BLOCKS, "scanned-by-earlier-migration"
    INDEX_BUILT_TWICE = HarmKind.BLOCKS, "index-built-twice"
    SCANNED_BY_ALTER_TABLE_ABOVE = HarmKind.BLOCKS, "scanned-by-alter-table-above"
    LOCKS_HELD_WITHOUT_LIMIT = HarmKind.BLOCKS, "locks-held-without-limit"
    DEADLOCK_POSSIBLE = HarmKind.BLOCKS, "deadlock-possible"
    LOCKED_UNTIL_THE_END = HarmKind.BLOCKS, "locked-until-the-end"
    LOCK_HELD_DURING_CHECK = HarmKind.BLOCKS, "lock-held-during-check"
    FILE_LOCKED_DURING_COPY = HarmKind.BLOCKS, "file-locked-during-copy"
    QUEUES_BEHIND_LOCK_REQUEST = HarmKind.BLOCKS, "queues-behind-lock-request"
    DEFAULT_WRITTEN_TO_ROWS = HarmKind.BLOCKS, "default-written-to-rows"
    NO_ONLINE_FORM = HarmKind.BLOCKS, "no-online-form"
    LOCKS_HELD_TO_THE_END = HarmKind.BLOCKS, "locks-held-to-the-end"
    FOREIGN_KEYS_RECREATED = HarmKind.BLOCKS, "foreign-keys-recreated"
    CATALOG_ONLY = HarmKind.BLOCKS, "catalog-only"
    DOMAIN_CHECK_SCANS_TABLES = HarmKind.BLOCKS, "domain-check-scans-tables"
    DEFAULT_PARTITION_SCANNED = HarmKind.BLOCKS, "default-partition-scanned"
    ROWS_LOCKED_UNTIL_COMMIT = HarmKind.BLOCKS, "rows-locked-until-commit"

    # costs
    SERVED_BY_PRIMARY_KEY = HarmKind.COSTS, "served-by-primary-key"
    SERVED_BY_OTHER_INDEX = HarmKind.COSTS, "served-by-other-index"
    PLAN_AT_STEP = HarmKind.COSTS, "plan-at-step"
    PLAN_LEFTOVERS = HarmKind.COSTS, "plan-leftovers"
    MIXED_STYLES = HarmKind.COSTS, "mixed-styles"
    REPLICAS_FALL_BEHIND = HarmKind.COSTS, "replicas-fall-behind"
    REBUILT_FOR_COLUMNS = HarmKind.COSTS, "rebuilt-for-columns"
    PRECISION_FOUND_DIFFERENT = HarmKind.COSTS, "precision-found-different"
    UNDO_WRITTEN_IN_INCIDENT = HarmKind.COSTS, "undo-written-in-incident"
    NAME_DESCRIBES_NOTHING = HarmKind.COSTS, "name-describes-nothing"
    KEY_TYPE_COSTLY = HarmKind.COSTS, "key-type-costly"
    SLOW_UNTIL_REBUILT = HarmKind.COSTS, "slow-until-rebuilt"
    FIELDS_SELDOM_HELP = HarmKind.COSTS, "fields-seldom-help"
    EVERY_INSERT_WRITES_INDEXES = HarmKind.COSTS, "every-insert-writes-indexes"
    TOOLS_NEED_PRIMARY_KEY = HarmKind.COSTS, "tools-need-primary-key"
    COLUMN_ORDER_IS_FINAL = HarmKind.COSTS, "column-order-is-final"
    INVALID_INDEX_KEPT = HarmKind.COSTS, "invalid-index-kept"
    INDEX_QUERIES_SLOW = HarmKind.COSTS, "index-queries-slow"
    ENUM_REMOVAL_REWRITES = HarmKind.COSTS, "enum-removal-rewrites"
    LENGTH_SAVES_NOTHING = HarmKind.COSTS, "length-saves-nothing"
    ONLINE_TOOLS_EXCLUDED = HarmKind.COSTS, "online-tools-excluded"
    INDEX_NEVER_USED = HarmKind.COSTS, "index-never-used"
    KEY_NOT_INDEXED = HarmKind.COSTS, "key-not-indexed"
    EVERY_ROW_WRITTEN = HarmKind.COSTS, "every-row-written"

    # not-checked
    STEP_UNCONFIRMED = HarmKind.NOT_CHECKED, "step-unconfirmed"
    STEP_NOT_FINISHED = HarmKind.NOT_CHECKED, "step-not-finished"
    OWNERS_UNAWARE = HarmKind.NOT_CHECKED, "owners-unaware"
    RULE_FAILED = HarmKind.NOT_CHECKED, "rule-failed"
    STATEMENT_NOT_CHECKED = HarmKind.NOT_CHECKED, "statement-not-checked"
    STATE_UNCERTAIN = HarmKind.NOT_CHECKED, "state-uncertain"
    ROWS_WRITTEN_MEANWHILE = HarmKind.NOT_CHECKED, "rows-written-meanwhile"
    SILENCES_NOTHING = HarmKind.NOT_CHECKED, "silences-nothing"
    ORPHANS_STAY = HarmKind.NOT_CHECKED, "orphans-stay"
    BAD_REFERENCES_STAY = HarmKind.NOT_CHECKED, "bad-references-stay"
    DOMAINS_UNKNOWN_TO_PRISMA = HarmKind.NOT_CHECKED, "domains-unknown-to-prisma"

    @property
    def kind(self) -> HarmKind:
        """The kind of harm."""
        return self.value[0]

    @property
    def slug(self) -> str:
        """The name in JSON."""
        return self.value[1]


Fact = tuple[str, str | int]
"""The name of a fact and its value: a label of an object, a vendor's code, a number."""


@frozen
class Harm:
    """One effect with its facts, by the names that its sentence uses."""

    effect: Effect
    facts: tuple[Fact, ...] = ()

    @property
    def kind(self) -> HarmKind:
        """The kind of harm."""
        return self.effect.kind


@frozen
class Blocking:
    """A lock on `tables` (labels) that queries wait for, while the operation does its work.

    `held` are those of them that earlier statements of the transaction keep locked for reads, too.
    """

    operation: Operation
    tables: tuple[str, ...]
    held: tuple[str, ...] = ()

    @property
    def kind(self) -> HarmKind:
        """Always `BLOCKS`."""
        return HarmKind.BLOCKS


AnyHarm = Harm | Blocking


def harm(effect: Effect, **facts: str | int) -> Harm:
    """An effect with its facts."""
    return Harm(effect, tuple(facts.items()))


def blocking(operation: Operation, *tables: str) -> tuple[Blocking, ...]:
    """The wait that an operation causes; empty if nothing waits."""
    return () if operation.blocks is Blocks.NOTHING else (Blocking(operation, tables),)
