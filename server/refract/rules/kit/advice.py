"""What to do about a risk: ordered actions, as values.

A rule states what to do and to what; `refract.rendering.advice` has the sentence of each.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from attrs import frozen

from refract.rules.kit.harm import Fact


class ActionKind(StrEnum):
    """Where an action happens."""

    EDIT_SCHEMA = "edit-schema"
    WRITE_SQL = "write-sql"
    RUN_QUERY = "run-query"
    CHANGE_CODE = "change-code"
    DEPLOY = "deploy"
    RUN_COMMAND = "run-command"
    FOLLOW_RECIPE = "follow-recipe"
    REVIEW = "review"


class Do(Enum):
    """One action, by kind. Its value is the kind and the name in JSON; its sentence is in `refract.rendering.advice`."""

    # edit-schema
    REMOVE_INDEX = ActionKind.EDIT_SCHEMA, "remove-index"
    INDEX_RELATION_FIELDS = ActionKind.EDIT_SCHEMA, "index-relation-fields"
    KEEP_COLUMN_WITH_MAP = ActionKind.EDIT_SCHEMA, "keep-column-with-map"
    KEEP_VALUE_WITH_MAP = ActionKind.EDIT_SCHEMA, "keep-value-with-map"
    MAP_TO_OTHER_NAME = ActionKind.EDIT_SCHEMA, "map-to-other-name"
    REMOVE_VALUES_LATER = ActionKind.EDIT_SCHEMA, "remove-values-later"
    RESTORE_PROVIDER = ActionKind.EDIT_SCHEMA, "restore-provider"
    RESTORE_OBJECT = ActionKind.EDIT_SCHEMA, "restore-object"
    RESTORE_RENAME = ActionKind.EDIT_SCHEMA, "restore-rename"
    RESTORE_REMOVAL = ActionKind.EDIT_SCHEMA, "restore-removal"
    RESTORE_TYPE = ActionKind.EDIT_SCHEMA, "restore-type"
    UNDO_EDIT = ActionKind.EDIT_SCHEMA, "undo-edit"
    REMOVE_ATTRIBUTE_OF = ActionKind.EDIT_SCHEMA, "remove-attribute-of"
    RESTORE_FIELD = ActionKind.EDIT_SCHEMA, "restore-field"
    RENAME_AND_MAP = ActionKind.EDIT_SCHEMA, "rename-and-map"
    KEEP_DATABASE_SCHEMA = ActionKind.EDIT_SCHEMA, "keep-database-schema"
    USE_LARGER_KEY = ActionKind.EDIT_SCHEMA, "use-larger-key"
    KEEP_INDEX_NAME = ActionKind.EDIT_SCHEMA, "keep-index-name"
    USE_NATIVE_TYPE = ActionKind.EDIT_SCHEMA, "use-native-type"
    REMOVE_ATTRIBUTE = ActionKind.EDIT_SCHEMA, "remove-attribute"
    KEEP_SELECTIVE_FIELDS = ActionKind.EDIT_SCHEMA, "keep-selective-fields"
    DROP_UNUSED_INDEXES = ActionKind.EDIT_SCHEMA, "drop-unused-indexes"
    MAKE_UNIQUE_FIELD_ID = ActionKind.EDIT_SCHEMA, "make-unique-field-id"
    CHANGE_WITHOUT_COPY = ActionKind.EDIT_SCHEMA, "change-without-copy"
    ADD_ATTRIBUTE = ActionKind.EDIT_SCHEMA, "add-attribute"
    MARK_IGNORED = ActionKind.EDIT_SCHEMA, "mark-ignored"
    REMOVE_FIELD_LATER = ActionKind.EDIT_SCHEMA, "remove-field-later"
    ADD_AS_OPTIONAL = ActionKind.EDIT_SCHEMA, "add-as-optional"
    MAKE_REQUIRED_LAST = ActionKind.EDIT_SCHEMA, "make-required-last"
    ADD_WITHOUT_UNIQUE = ActionKind.EDIT_SCHEMA, "add-without-unique"
    MAKE_UNIQUE_LAST = ActionKind.EDIT_SCHEMA, "make-unique-last"
    KEEP_KEY = ActionKind.EDIT_SCHEMA, "keep-key"
    KEEP_KEY_WITH_UNIQUE = ActionKind.EDIT_SCHEMA, "keep-key-with-unique"
    DROP_DEFAULT_LATER = ActionKind.EDIT_SCHEMA, "drop-default-later"
    PUT_WIDE_FIELDS_FIRST = ActionKind.EDIT_SCHEMA, "put-wide-fields-first"
    MARK_MODEL_IGNORED = ActionKind.EDIT_SCHEMA, "mark-model-ignored"
    REMOVE_MODEL_LATER = ActionKind.EDIT_SCHEMA, "remove-model-later"
    KEEP_RELATION = ActionKind.EDIT_SCHEMA, "keep-relation"
    MAKE_OPTIONAL = ActionKind.EDIT_SCHEMA, "make-optional"
    GIVE_DATABASE_DEFAULT = ActionKind.EDIT_SCHEMA, "give-database-default"
    APPEND_VALUES = ActionKind.EDIT_SCHEMA, "append-values"
    KEEP_VALUE_ORDER = ActionKind.EDIT_SCHEMA, "keep-value-order"
    USE_MODEL_FOR_VALUES = ActionKind.EDIT_SCHEMA, "use-model-for-values"
    KEEP_OLD_FIELD = ActionKind.EDIT_SCHEMA, "keep-old-field"
    USE_PLAIN_STRING = ActionKind.EDIT_SCHEMA, "use-plain-string"
    USE_DECIMAL = ActionKind.EDIT_SCHEMA, "use-decimal"
    USE_WHOLE_CENTS = ActionKind.EDIT_SCHEMA, "use-whole-cents"
    SET_RELATION_MODE = ActionKind.EDIT_SCHEMA, "set-relation-mode"
    SHORTEN_NAME = ActionKind.EDIT_SCHEMA, "shorten-name"
    KEEP_NAME_ORDER = ActionKind.EDIT_SCHEMA, "keep-name-order"
    NAME_RELATION = ActionKind.EDIT_SCHEMA, "name-relation"

    # write-sql
    UPDATE_ROWS_WITH_VALUES = ActionKind.WRITE_SQL, "update-rows-with-values"
    DROP_KEYS_TABLE_BY_TABLE = ActionKind.WRITE_SQL, "drop-keys-table-by-table"
    ADD_KEYS_TABLE_BY_TABLE = ActionKind.WRITE_SQL, "add-keys-table-by-table"
    COMBINE_ALTER_TABLES = ActionKind.WRITE_SQL, "combine-alter-tables"
    COMBINE_WITH_EARLIER = ActionKind.WRITE_SQL, "combine-with-earlier"
    BUILD_INDEX_LAST = ActionKind.WRITE_SQL, "build-index-last"
    REMOVE_EARLIER_INDEX = ActionKind.WRITE_SQL, "remove-earlier-index"
    GIVE_DEFAULT_BEFORE = ActionKind.WRITE_SQL, "give-default-before"
    REPLACE_PLACEHOLDER = ActionKind.WRITE_SQL, "replace-placeholder"
    RENAME_FOLDER_AFTER = ActionKind.WRITE_SQL, "rename-folder-after"
    RENAME_FOLDER_AS = ActionKind.WRITE_SQL, "rename-folder-as"
    RENAME_FOLDER = ActionKind.WRITE_SQL, "rename-folder"
    MOVE_EACH_STATEMENT = ActionKind.WRITE_SQL, "move-each-statement"
    ADD_CLAUSE = ActionKind.WRITE_SQL, "add-clause"
    WRITE_TRANSACTION = ActionKind.WRITE_SQL, "write-transaction"
    PUT_FIRST = ActionKind.WRITE_SQL, "put-first"
    PUT_BEFORE_STATEMENT = ActionKind.WRITE_SQL, "put-before-statement"
    MOVE_TABLE_WHILE_STOPPED = ActionKind.WRITE_SQL, "move-table-while-stopped"
    RENAME_TABLE_WHILE_STOPPED = ActionKind.WRITE_SQL, "rename-table-while-stopped"
    REMOVE_FOLDER = ActionKind.WRITE_SQL, "remove-folder"
    WRITE_STATEMENTS = ActionKind.WRITE_SQL, "write-statements"
    ADD_VALUE_BEFORE = ActionKind.WRITE_SQL, "add-value-before"
    REMOVE_STATEMENT_IF_GENERATED = ActionKind.WRITE_SQL, "remove-statement-if-generated"
    REMOVE_UNLOGGED = ActionKind.WRITE_SQL, "remove-unlogged"
    WRITE_BEGIN_AND_COMMIT_ONCE = ActionKind.WRITE_SQL, "write-begin-and-commit-once"
    DELETE_WITH_CONDITION = ActionKind.WRITE_SQL, "delete-with-condition"
    LOAD_DATA_OUTSIDE = ActionKind.WRITE_SQL, "load-data-outside"
    CORRECT_STATEMENT = ActionKind.WRITE_SQL, "correct-statement"
    CREATE_OBJECT_BEFORE = ActionKind.WRITE_SQL, "create-object-before"
    WRITE_STATEMENTS_OUT = ActionKind.WRITE_SQL, "write-statements-out"
    COMBINE_REBUILDS = ActionKind.WRITE_SQL, "combine-rebuilds"
    CREATE_VIEW_WITH_OLD_NAME = ActionKind.WRITE_SQL, "create-view-with-old-name"
    RENAME_TABLE_BEFORE_DROP = ActionKind.WRITE_SQL, "rename-table-before-drop"
    DROP_IN_LATER_RELEASE = ActionKind.WRITE_SQL, "drop-in-later-release"
    COMPLETE_ROLLBACK = ActionKind.WRITE_SQL, "complete-rollback"
    RENAME_COLUMN_WHILE_STOPPED = ActionKind.WRITE_SQL, "rename-column-while-stopped"
    BEGIN_FILE_WITH = ActionKind.WRITE_SQL, "begin-file-with"
    USE_INSTEAD = ActionKind.WRITE_SQL, "use-instead"
    USE_IN_SEPARATE_MIGRATION = ActionKind.WRITE_SQL, "use-in-separate-migration"
    FILL_ROWS = ActionKind.WRITE_SQL, "fill-rows"
    UPDATE_ROWS_IN_BATCHES = ActionKind.WRITE_SQL, "update-rows-in-batches"
    FILL_ROWS_IN_BATCHES = ActionKind.WRITE_SQL, "fill-rows-in-batches"
    COPY_VALUES_IN_BATCHES = ActionKind.WRITE_SQL, "copy-values-in-batches"
    FILL_WITH_DISTINCT_VALUES = ActionKind.WRITE_SQL, "fill-with-distinct-values"
    CREATE_TABLE_WITH_CONSTRAINT = ActionKind.WRITE_SQL, "create-table-with-constraint"
    COPY_ROWS_BEFORE_DROP = ActionKind.WRITE_SQL, "copy-rows-before-drop"
    COPY_ROWS_IN_BATCHES = ActionKind.WRITE_SQL, "copy-rows-in-batches"
    ADD_PLAIN_COLUMN = ActionKind.WRITE_SQL, "add-plain-column"
    SET_DEFAULT_NULL = ActionKind.WRITE_SQL, "set-default-null"
    CREATE_SEQUENCE = ActionKind.WRITE_SQL, "create-sequence"
    GIVE_COLLATION = ActionKind.WRITE_SQL, "give-collation"
    RECREATE_TABLE_WITH_COLUMN = ActionKind.WRITE_SQL, "recreate-table-with-column"
    ADD_WITH_CONSTANT_DEFAULT = ActionKind.WRITE_SQL, "add-with-constant-default"
    KEEP_CURRENT_WITH_TRIGGER = ActionKind.WRITE_SQL, "keep-current-with-trigger"
    WRITE_CONVERSION = ActionKind.WRITE_SQL, "write-conversion"
    MOVE_TO_SEPARATE_MIGRATION = ActionKind.WRITE_SQL, "move-to-separate-migration"
    USE_PLAIN_VACUUM = ActionKind.WRITE_SQL, "use-plain-vacuum"
    CREATE_UNIQUE_INDEX_ON_VIEW = ActionKind.WRITE_SQL, "create-unique-index-on-view"
    SET_LOCK_TIMEOUT = ActionKind.WRITE_SQL, "set-lock-timeout"
    REMOVE_TRANSACTION = ActionKind.WRITE_SQL, "remove-transaction"
    SPLIT_CHANGES = ActionKind.WRITE_SQL, "split-changes"
    WRITE_IN_ALLOWED_ORDER = ActionKind.WRITE_SQL, "write-in-allowed-order"
    REMOVE_STATEMENT = ActionKind.WRITE_SQL, "remove-statement"
    ADD_WHERE = ActionKind.WRITE_SQL, "add-where"
    UNDO_IN_NEW_MIGRATION = ActionKind.WRITE_SQL, "undo-in-new-migration"
    CHANGE_IN_NEW_MIGRATION = ActionKind.WRITE_SQL, "change-in-new-migration"
    USE_PLAIN_TYPE = ActionKind.WRITE_SQL, "use-plain-type"
    CHECK_ON_COLUMN = ActionKind.WRITE_SQL, "check-on-column"
    DROP_DEPENDENTS_BEFORE = ActionKind.WRITE_SQL, "drop-dependents-before"
    RECREATE_DEPENDENTS_AFTER = ActionKind.WRITE_SQL, "recreate-dependents-after"
    RECREATE_DEPENDENTS_WITHOUT = ActionKind.WRITE_SQL, "recreate-dependents-without"
    REDEFINE_DEPENDENTS = ActionKind.WRITE_SQL, "redefine-dependents"
    RECREATE_TRIGGERS = ActionKind.WRITE_SQL, "recreate-triggers"
    DROP_DEPENDENTS_BY_NAME = ActionKind.WRITE_SQL, "drop-dependents-by-name"
    LEAVE_OUT_IF_NOT_EXISTS = ActionKind.WRITE_SQL, "leave-out-if-not-exists"
    REMOVE_CASCADE = ActionKind.WRITE_SQL, "remove-cascade"
    DROP_FOREIGN_KEY_EARLIER = ActionKind.WRITE_SQL, "drop-foreign-key-earlier"
    DROP_TABLES_BY_NAME = ActionKind.WRITE_SQL, "drop-tables-by-name"
    LEAVE_EMPTY = ActionKind.WRITE_SQL, "leave-empty"
    RENAME_TYPE_WHILE_STOPPED = ActionKind.WRITE_SQL, "rename-type-while-stopped"
    ADD_VALUE_ALONE = ActionKind.WRITE_SQL, "add-value-alone"
    COMMIT_BEFORE_USE = ActionKind.WRITE_SQL, "commit-before-use"
    USE_VALUE_IN_NEXT_MIGRATION = ActionKind.WRITE_SQL, "use-value-in-next-migration"
    COPY_OVER_RELATION = ActionKind.WRITE_SQL, "copy-over-relation"
    ADD_CHECK_FOR_LIMIT = ActionKind.WRITE_SQL, "add-check-for-limit"
    COPY_LINKS_EARLIER = ActionKind.WRITE_SQL, "copy-links-earlier"
    RENAME_JOIN_TABLE = ActionKind.WRITE_SQL, "rename-join-table"
    RENAME_JOIN_COLUMNS = ActionKind.WRITE_SQL, "rename-join-columns"
    SWAP_JOIN_COLUMNS = ActionKind.WRITE_SQL, "swap-join-columns"

    # run-query
    COUNT_COPIED_VALUES = ActionKind.RUN_QUERY, "count-copied-values"
    COUNT_NULLS_LEFT = ActionKind.RUN_QUERY, "count-nulls-left"
    FIND_VALUES_THAT_DO_NOT_FIT = ActionKind.RUN_QUERY, "find-values-that-do-not-fit"
    FILL_DOCUMENTS = ActionKind.RUN_QUERY, "fill-documents"
    FIND_DUPLICATES = ActionKind.RUN_QUERY, "find-duplicates"
    FIX_VIOLATING_ROWS = ActionKind.RUN_QUERY, "fix-violating-rows"
    FIX_ORPHANS = ActionKind.RUN_QUERY, "fix-orphans"
    FIND_CASE_DUPLICATES = ActionKind.RUN_QUERY, "find-case-duplicates"
    CHECK_INDEX_VALID = ActionKind.RUN_QUERY, "check-index-valid"
    CHECK_INDEX_UNUSED = ActionKind.RUN_QUERY, "check-index-unused"

    # change-code
    STOP_WRITING_VALUES = ActionKind.CHANGE_CODE, "stop-writing-values"
    REVIEW_DELETES = ActionKind.CHANGE_CODE, "review-deletes"
    REMOVE_OTHER_USES = ActionKind.CHANGE_CODE, "remove-other-uses"
    STOP_USING = ActionKind.CHANGE_CODE, "stop-using"
    WRITE_FIELD_IN_CODE = ActionKind.CHANGE_CODE, "write-field-in-code"
    CHECK_RAW_SQL = ActionKind.CHANGE_CODE, "check-raw-sql"
    STOP_RELYING_ON_UNIQUE = ActionKind.CHANGE_CODE, "stop-relying-on-unique"

    # deploy
    DEPLOY_BEFORE_DROP = ActionKind.DEPLOY, "deploy-before-drop"
    MOVE_TO_LATER_DEPLOY = ActionKind.DEPLOY, "move-to-later-deploy"
    STOP_APP_DURING_MIGRATION = ActionKind.DEPLOY, "stop-app-during-migration"
    MOVE_ROWS_WITH_TOOL = ActionKind.DEPLOY, "move-rows-with-tool"
    WAIT_FOR_OLD_INSTANCES = ActionKind.DEPLOY, "wait-for-old-instances"
    REPLACE_NULLS = ActionKind.DEPLOY, "replace-nulls"
    BACK_UP_FILE = ActionKind.DEPLOY, "back-up-file"
    BACK_UP_DATABASE = ActionKind.DEPLOY, "back-up-database"
    EXPORT_DEPENDENT_ROWS = ActionKind.DEPLOY, "export-dependent-rows"
    RUN_IN_QUIET_HOURS = ActionKind.DEPLOY, "run-in-quiet-hours"
    RETRY_AFTER_TIMEOUT = ActionKind.DEPLOY, "retry-after-timeout"
    SWITCH_TO_NEW_TABLE = ActionKind.DEPLOY, "switch-to-new-table"
    DEPLOY_SCHEMA_EVERYWHERE = ActionKind.DEPLOY, "deploy-schema-everywhere"
    WRITE_VALUES_LATER = ActionKind.DEPLOY, "write-values-later"

    # run-command
    START_NEW_HISTORY = ActionKind.RUN_COMMAND, "start-new-history"
    FINISH_ONE_PLAN_FIRST = ActionKind.RUN_COMMAND, "finish-one-plan-first"
    RESTORE_PLAN_FILE = ActionKind.RUN_COMMAND, "restore-plan-file"
    DROP_TRIGGER = ActionKind.WRITE_SQL, "drop-trigger"
    SHOW_PLAN = ActionKind.RUN_COMMAND, "show-plan"
    ABANDON_PLAN = ActionKind.RUN_COMMAND, "abandon-plan"
    CONFIRM_STEP = ActionKind.RUN_COMMAND, "confirm-step"
    UNDO_STEP_AGAIN = ActionKind.RUN_COMMAND, "undo-step-again"
    UNDO_STEP = ActionKind.RUN_COMMAND, "undo-step"
    FILL_AGAIN = ActionKind.RUN_COMMAND, "fill-again"
    TAKE_STEP_AGAIN = ActionKind.RUN_COMMAND, "take-step-again"
    TAKE_STEP = ActionKind.RUN_COMMAND, "take-step"
    RESTORE_FOLDER = ActionKind.RUN_COMMAND, "restore-folder"
    WRITE_ROLLBACK = ActionKind.RUN_COMMAND, "write-rollback"
    SUGGEST_NAME = ActionKind.RUN_COMMAND, "suggest-name"
    CREATE_MIGRATION = ActionKind.RUN_COMMAND, "create-migration"
    RECREATE_ROLLBACK = ActionKind.RUN_COMMAND, "recreate-rollback"
    USE_PG_REPACK = ActionKind.RUN_COMMAND, "use-pg-repack"
    MERGE_BASE = ActionKind.RUN_COMMAND, "merge-base"
    RECREATE_MIGRATION = ActionKind.RUN_COMMAND, "recreate-migration"
    CREATE_AFTER_MERGE = ActionKind.RUN_COMMAND, "create-after-merge"
    RENAME_BACK = ActionKind.RUN_COMMAND, "rename-back"
    MARK_APPLIED = ActionKind.RUN_COMMAND, "mark-applied"
    RECORD_AS_APPLIED = ActionKind.RUN_COMMAND, "record-as-applied"
    DELETE_RECORDS = ActionKind.RUN_QUERY, "delete-records"
    RESTORE_FROM_BASE = ActionKind.RUN_COMMAND, "restore-from-base"

    # review
    FOLLOW_PROJECT = ActionKind.REVIEW, "follow-project"
    COMPLETE_STEP = ActionKind.REVIEW, "complete-step"
    REVERT_UNTIL_CONFIRMED = ActionKind.REVIEW, "revert-until-confirmed"
    COMPARE_WITH_DATABASE = ActionKind.REVIEW, "compare-with-database"
    ACCEPT_FINDING = ActionKind.RUN_COMMAND, "accept-finding"
    REVIEW_BY_HAND = ActionKind.REVIEW, "review-by-hand"
    ASK_OWNERS = ActionKind.REVIEW, "ask-owners"
    AGREE_WITH_BRANCH = ActionKind.REVIEW, "agree-with-branch"

    # comments that silence rules
    WRITE_COMMENT_AS = ActionKind.EDIT_SCHEMA, "write-comment-as"
    WRITE_RULE_NAME = ActionKind.EDIT_SCHEMA, "write-rule-name"
    REMOVE_COMMENT = ActionKind.EDIT_SCHEMA, "remove-comment"
    LIST_RULES = ActionKind.RUN_COMMAND, "list-rules"

    # cures of locks
    ADD_FIELD_OF_NEW_TYPE = ActionKind.EDIT_SCHEMA, "add-field-of-new-type"
    SWITCH_TO_NEW_FIELD = ActionKind.DEPLOY, "switch-to-new-field"
    RECREATE_CHECK_NOT_VALID = ActionKind.WRITE_SQL, "recreate-check-not-valid"
    RECREATE_INDEX_CONCURRENTLY = ActionKind.WRITE_SQL, "recreate-index-concurrently"
    ADD_PARTITION_CHECK = ActionKind.WRITE_SQL, "add-partition-check"
    ATTACH_AFTER_CHECK = ActionKind.WRITE_SQL, "attach-after-check"
    ADD_NOT_VALID = ActionKind.WRITE_SQL, "add-not-valid"
    VALIDATE_IN_NEXT_MIGRATION = ActionKind.WRITE_SQL, "validate-in-next-migration"
    ADD_WITH_NOCHECK = ActionKind.WRITE_SQL, "add-with-nocheck"
    CHECK_IN_NEXT_MIGRATION = ActionKind.WRITE_SQL, "check-in-next-migration"
    ADD_UNDER_NEW_NAME_NOT_VALID = ActionKind.WRITE_SQL, "add-under-new-name-not-valid"
    ADD_UNDER_NEW_NAME_NOCHECK = ActionKind.WRITE_SQL, "add-under-new-name-nocheck"
    DROP_OLD_CONSTRAINT_LAST = ActionKind.WRITE_SQL, "drop-old-constraint-last"
    ADD_NOT_NULL_CHECK = ActionKind.WRITE_SQL, "add-not-null-check"
    SET_NOT_NULL_AFTER_CHECK = ActionKind.WRITE_SQL, "set-not-null-after-check"
    NUMBER_ROWS_IN_BATCHES = ActionKind.WRITE_SQL, "number-rows-in-batches"
    SET_SEQUENCE_LAST = ActionKind.WRITE_SQL, "set-sequence-last"
    ADD_OPTIONAL_WITHOUT_DEFAULT = ActionKind.EDIT_SCHEMA, "add-optional-without-default"
    SET_DEFAULT_LAST = ActionKind.EDIT_SCHEMA, "set-default-last"
    SET_DEFAULT_IN_NEXT_MIGRATION = ActionKind.EDIT_SCHEMA, "set-default-in-next-migration"
    ADD_CONSTRAINT_USING_INDEX = ActionKind.WRITE_SQL, "add-constraint-using-index"
    ADD_PRIMARY_KEY_USING_INDEX = ActionKind.WRITE_SQL, "add-primary-key-using-index"
    USE_ONLINE_OPTION = ActionKind.WRITE_SQL, "use-online-option"
    USE_ONLINE_TOOL = ActionKind.RUN_COMMAND, "use-online-tool"
    BUILD_NEW_TABLE = ActionKind.WRITE_SQL, "build-new-table"
    SET_BUSY_TIMEOUT = ActionKind.CHANGE_CODE, "set-busy-timeout"
    SKIP_FOREIGN_KEY_CHECK = ActionKind.WRITE_SQL, "skip-foreign-key-check"

    @property
    def kind(self) -> ActionKind:
        """Where the action happens."""
        return self.value[0]

    @property
    def slug(self) -> str:
        """The name in JSON."""
        return self.value[1]


@frozen
class Action:
    """One action with its facts, by the names that its sentence uses.

    `alternative`: it replaces all actions before it, instead of following them.
    """

    do: Do
    facts: tuple[Fact, ...] = ()
    alternative: bool = False

    @property
    def kind(self) -> ActionKind:
        """Where the action happens."""
        return self.do.kind


@frozen
class FollowRecipe:
    """A plan that makes the change in safe steps: `refract plan new RECIPE SUBJECT ANSWER=VALUE ...`."""

    recipe: str
    subject: str
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def alternative(self) -> bool:
        """Always: a plan replaces all actions before it."""
        return True

    @property
    def kind(self) -> ActionKind:
        """Always `FOLLOW_RECIPE`."""
        return ActionKind.FOLLOW_RECIPE


AnyAction = Action | FollowRecipe


def action(do: Do, **facts: str | int) -> Action:
    """An action with its facts."""
    return Action(do, tuple(facts.items()))


def instead(do: Do, **facts: str | int) -> Action:
    """An action that replaces all before it."""
    return Action(do, tuple(facts.items()), alternative=True)
