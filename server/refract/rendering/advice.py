"""The sentence of each action. `{name}` is a fact of the action.

A sentence begins with its verb and has at most 20 words: docs/style.md.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from refract.rules.kit.advice import AnyAction, Do, FollowRecipe

ADVICE: Mapping[Do, str] = {
    # edit-schema
    Do.LEAVE_INDEX_OUT: "Remove this index.",
    Do.INDEX_RELATION_FIELDS: "Add an `@@index` for each relation field.",
    Do.KEEP_COLUMN_WITH_MAP: "Keep the column, and add `{attribute}` to the field.",
    Do.KEEP_VALUE_WITH_MAP: "Write {value}, which renames it in Prisma only.",
    Do.MAP_TO_OTHER_NAME: "Map it to another name.",
    Do.REMOVE_VALUES_LATER: "Remove the value when no app instance writes it.",
    Do.USE_NATIVE_TYPE: "Use `{attribute}`.",
    Do.REMOVE_ATTRIBUTE: "Remove `{attribute}`.",
    Do.KEEP_SELECTIVE_FIELDS: "Keep only the fields that select rows.",
    Do.DROP_UNUSED_INDEXES: "Remove the indexes that no query needs.",
    Do.MAKE_UNIQUE_FIELD_ID: "Make its unique field the `@id`, or add an `@id`.",
    Do.CHANGE_WITHOUT_COPY: "Make only changes to {table} that need no copy: optional fields and indexes.",
    Do.ADD_ATTRIBUTE: "Add `{attribute}` to {field}.",
    Do.MARK_IGNORED: "Mark {field} `@ignore` and deploy.",
    Do.REMOVE_FIELD_LATER: "Remove the field in a later release.",
    Do.ADD_AS_OPTIONAL: "Add {field} as optional.",
    Do.MAKE_REQUIRED_LAST: "Make the field required in a later migration.",
    Do.GIVE_DEFAULT: "Give {field} {default}.",
    Do.ADD_WITHOUT_UNIQUE: "Add {fields} without the unique attribute.",
    Do.MAKE_UNIQUE_LAST: "Make {fields} unique in a later migration.",
    Do.KEEP_KEY: "Keep the primary key.",
    Do.KEEP_KEY_WITH_UNIQUE: "Keep the primary key, and make {fields} unique instead.",
    Do.DROP_DEFAULT_LATER: "Drop the default in a later migration.",
    Do.PUT_WIDE_FIELDS_FIRST: "Put the 8-byte fields first, then the smaller ones.",
    Do.MARK_MODEL_IGNORED: "Mark {model} `@@ignore` and deploy.",
    Do.REMOVE_MODEL_LATER: "Remove the model in a later release.",
    Do.KEEP_RELATION: "Keep the relation until no code uses its fields.",
    Do.MAKE_OPTIONAL: "Make {field} optional.",
    Do.GIVE_DATABASE_DEFAULT: "Give {field} a default that the database sets.",
    Do.APPEND_VALUES: "Append new values at the end.",
    Do.KEEP_VALUE_ORDER: "Keep the values in their order.",
    Do.USE_MODEL_FOR_VALUES: "Use a model for the values, which change by an `INSERT` or a `DELETE`.",
    Do.KEEP_OLD_FIELD: "Keep {old} while you add {new}.",
    Do.USE_PLAIN_STRING: "Use `String` without `@db`.",
    Do.USE_DECIMAL: "Use `Decimal`.",
    Do.USE_WHOLE_CENTS: "Use `Int` or `BigInt` for whole cents.",
    Do.SET_RELATION_MODE: 'Set `relationMode = "prisma"` in the datasource.',
    Do.SHORTEN_NAME: "Set a shorter name with `map`.",
    Do.NAME_RELATION: "Write `{attribute}` on both sides of the relation.",
    # write-sql
    Do.UPDATE_ROWS_WITH_VALUES: "Update the rows that have the value.",
    Do.DROP_KEYS_TABLE_BY_TABLE: "Drop the foreign keys table by table.",
    Do.ADD_KEYS_TABLE_BY_TABLE: "Add the foreign keys table by table.",
    Do.COMBINE_ALTER_TABLES: "Combine both in one `ALTER TABLE`, which scans the table once.",
    Do.REMOVE_STATEMENT_IF_GENERATED: "Remove this statement from the migration if Prisma generated it.",
    Do.REMOVE_UNLOGGED: "Remove `UNLOGGED`, unless the rows may be lost.",
    Do.WRITE_BEGIN_AND_COMMIT_ONCE: "Write `BEGIN` and `COMMIT` once each, around the statements that belong together.",
    Do.DELETE_WITH_CONDITION: "Delete only the rows that you do not need, with a condition.",
    Do.WRITE_STATEMENTS_OUT: "Write the statements out if you can.",
    Do.COMBINE_REBUILDS: "Combine all changes that copy the table in one migration.",
    Do.USE_IF_EXISTS: "Use `IF EXISTS`.",
    Do.CREATE_VIEW_WITH_OLD_NAME: "Create a view named {old} in this migration.",
    Do.RENAME_TABLE_BEFORE_DROP: "Rename the table to `{name}` in one release.",
    Do.DROP_IN_LATER_RELEASE: "Drop the table in a later release.",
    Do.COMPLETE_ROLLBACK: "Complete it by hand.",
    Do.RENAME_COLUMN_INSTEAD: "Stop the app, and write `RENAME COLUMN` in the migration.",
    Do.BEGIN_FILE_WITH: "Start the file with `{sql}`.",
    Do.USE_IN_SEPARATE_MIGRATION: "Use `{sql}`, alone in a separate migration.",
    Do.FILL_ROWS: "Fill the existing rows.",
    Do.FILL_ROWS_IN_BATCHES: "Fill the existing rows in batches.",
    Do.COPY_VALUES_IN_BATCHES: "Copy the values in batches.",
    Do.FILL_WITH_DISTINCT_VALUES: "Give every existing row a distinct value.",
    Do.CREATE_TABLE_WITH_CONSTRAINT: "Create a new table with the constraint.",
    Do.COPY_ROWS_IN_BATCHES: "Copy the rows in batches.",
    Do.ADD_PLAIN_COLUMN: "Add a plain column.",
    Do.KEEP_CURRENT_WITH_TRIGGER: "Create a trigger that keeps the column current.",
    Do.WRITE_CONVERSION: "Write the conversion into the migration.",
    Do.MOVE_TO_SEPARATE_MIGRATION: "Move this statement to a separate migration.",
    Do.USE_PLAIN_VACUUM: "Use plain `VACUUM`.",
    Do.CREATE_UNIQUE_INDEX_ON_VIEW: "Create a unique index on the view, if there is none.",
    Do.SET_LOCK_TIMEOUT: "Start the file with a lock timeout.",
    Do.REMOVE_TRANSACTION: "Remove `BEGIN` and `COMMIT`.",
    Do.SPLIT_CHANGES: "Move each change that can fail on existing rows to a separate migration.",
    Do.WRITE_IN_ALLOWED_ORDER: "Write the rows in an order that the constraints allow.",
    Do.REMOVE_STATEMENT: "Remove this statement.",
    Do.ADD_WHERE: "Add a `WHERE` clause to select only the intended rows.",
    Do.UNDO_IN_NEW_MIGRATION: "Undo the unwanted changes in a new migration.",
    Do.CHANGE_IN_NEW_MIGRATION: "Put the change into a new migration.",
    Do.USE_PLAIN_TYPE: "Give the column a plain type.",
    Do.CHECK_ON_COLUMN: "Put the `CHECK` on the column.",
    Do.DROP_DEPENDENTS_BY_NAME: "Drop each dependent object by name.",
    Do.LEAVE_CASCADE_OUT: "Remove `CASCADE`, so that the migration fails if you missed one.",
    Do.DROP_FOREIGN_KEY_EARLIER: "Drop the foreign key in an earlier migration.",
    Do.DROP_TABLES_BY_NAME: "Drop or move each table by name.",
    Do.LEAVE_EMPTY: "Leave the empty {container} in place.",
    Do.RENAME_TYPE_INSTEAD: "Stop the app, and write `ALTER TYPE ... RENAME TO` in the migration.",
    Do.ADD_VALUE_ALONE: "Add {value} to {enum} in a separate migration.",
    Do.USE_VALUE_IN_NEXT_MIGRATION: "Use {value} in the next migration.",
    Do.COPY_OVER_RELATION: "Copy the values over the relation.",
    Do.ADD_CHECK_FOR_LIMIT: "Add a `CHECK` constraint if the limit matters.",
    Do.COPY_LINKS_EARLIER: "Copy the links to another table in an earlier migration.",
    Do.RENAME_TABLE_INSTEAD: "Rename {old} to {new} in the migration.",
    Do.SWAP_JOIN_COLUMNS: "Swap columns `A` and `B` in the same migration.",
    # run-query
    Do.FIND_VALUES_THAT_DO_NOT_FIT: "Find the values that do not fit before the migration.",
    Do.FIND_DUPLICATES: "Find and resolve duplicates before the migration.",
    Do.FIX_VIOLATING_ROWS: "Find and fix the rows that violate the constraint.",
    Do.FIX_ORPHANS: "Find and fix the rows that reference a missing row.",
    Do.FIND_CASE_DUPLICATES: "Find and resolve values that differ only in case.",
    Do.CHECK_INDEX_UNUSED: "Check that no query uses the index (`idx_scan` in `pg_stat_user_indexes`).",
    # change-code
    Do.STOP_WRITING_VALUES: "Deploy code that does not write {values}.",
    Do.REVIEW_DELETES: "Review each place in the code that deletes or updates the parent rows.",
    Do.STOP_USING: "Remove these uses and deploy.",
    Do.WRITE_FIELD_IN_CODE: "Write {field} in every insert, and deploy.",
    Do.CHECK_RAW_SQL: "Check raw SQL and scripts that insert without {field}.",
    Do.STOP_RELYING_ON_UNIQUE: "Deploy code that does not rely on {fields} being unique.",
    # deploy
    Do.STOP_APP_DURING_MIGRATION: "Stop all app instances while the migration runs.",
    Do.MOVE_ROWS_WITH_TOOL: "Copy the rows with a migration tool.",
    Do.BACK_UP_FILE: "Back up the database file before you deploy.",
    Do.BACK_UP_DATABASE: "Back up the database before you undo the migration.",
    Do.EXPORT_DEPENDENT_ROWS: "Export the rows of {tables} before the migration and restore them after it.",
    Do.DEPLOY_FIRST: "Deploy that first.",
    Do.RUN_IN_QUIET_HOURS: "Run the migration when few queries use the table.",
    Do.RETRY_AFTER_TIMEOUT: "Run the migration again if it times out.",
    Do.SWITCH_TO_NEW_TABLE: "Deploy code that uses the new table, then drop the old one.",
    Do.DEPLOY_SCHEMA_EVERYWHERE: "Deploy the new schema to every app instance.",
    Do.WRITE_VALUES_LATER: "Write {values} only in a later release.",
    # run-command
    Do.START_NEW_HISTORY: "Move the old migrations away and create a first one for the new database.",
    Do.FINISH_ONE_PLAN_FIRST: "Finish one plan before you continue the other.",
    Do.ABANDON_PLAN: "Run `refract plan abandon {plan}`.",
    Do.CREATE_MIGRATION: "Run `refract create` or `prisma migrate dev`.",
    Do.RECREATE_ROLLBACK: "Delete it and run `{command}`.",
    Do.USE_PG_REPACK: "Use pg_repack outside the migration.",
    Do.MERGE_BASE: "Merge {base} into this branch.",
    Do.RECREATE_MIGRATION: "Delete {migration} and create the migration again.",
    Do.RESTORE_FROM_BASE: "Restore {migration} from {base}.",
    # review
    Do.REVIEW_BY_HAND: "Review this statement by hand.",
    # change-settings, comments
    Do.WRITE_COMMENT_AS: "Write `{example}`.",
    Do.WRITE_RULE_NAME: "Write `{rule}` instead.",
    Do.REMOVE_COMMENT: "Remove the comment, so that it cannot hide a later finding.",
    Do.LIST_RULES: "Run `refract rules` to list all rules.",
    # cures of locks
    Do.ADD_FIELD_OF_NEW_TYPE: "Add a new field of the new type.",
    Do.SWITCH_TO_NEW_FIELD: "Deploy code that uses the new field, then drop the old one.",
    Do.ADD_NOT_VALID: "Add the constraint as `NOT VALID`.",
    Do.VALIDATE_IN_NEXT_MIGRATION: "Run `VALIDATE CONSTRAINT` in the next migration. Writes continue.",
    Do.ADD_WITH_NOCHECK: "Add the constraint `WITH NOCHECK`.",
    Do.CHECK_IN_NEXT_MIGRATION: "Check the rows with `WITH CHECK CHECK CONSTRAINT` in the next migration.",
    Do.ADD_UNDER_NEW_NAME_NOT_VALID: "Add the new constraint under another name, as `NOT VALID`.",
    Do.ADD_UNDER_NEW_NAME_NOCHECK: "Add the new constraint under another name, `WITH NOCHECK`.",
    Do.DROP_OLD_CONSTRAINT_LAST: "Drop the old constraint last.",
    Do.ADD_NOT_NULL_CHECK: "Add `CHECK (... IS NOT NULL) NOT VALID`.",
    Do.SET_NOT_NULL_AFTER_CHECK: "Then run `SET NOT NULL`, which skips the scan.",
    Do.NUMBER_ROWS_IN_BATCHES: "Number the rows in batches.",
    Do.SET_SEQUENCE_LAST: "Add the sequence and `NOT NULL` last.",
    Do.ADD_OPTIONAL_WITHOUT_DEFAULT: "Add the field as optional, without the default.",
    Do.SET_DEFAULT_LAST: "Set the default last.",
    Do.SET_DEFAULT_IN_NEXT_MIGRATION: "Set the default in the next migration.",
    Do.ADD_CONSTRAINT_USING_INDEX: "Run `ADD CONSTRAINT ... UNIQUE USING INDEX` in the next migration.",
    Do.ADD_PRIMARY_KEY_USING_INDEX: "Run `ADD PRIMARY KEY USING INDEX` in the next migration.",
    Do.USE_ONLINE_OPTION: "Use `WITH (ONLINE = ON)` if your edition has it (Enterprise, Azure SQL).",
    Do.USE_ONLINE_TOOL: "Use gh-ost or pt-online-schema-change.",
    Do.BUILD_NEW_TABLE: "Build a new table and switch to it.",
    Do.SET_BUSY_TIMEOUT: "Give the app a busy timeout.",
    Do.SKIP_FOREIGN_KEY_CHECK: "Run `SET foreign_key_checks = 0` before the statement: no copy, but no check either.",
}


def action_sentence(action: AnyAction) -> str:
    """The sentence of one action."""
    sentence = _sentence(action)
    return f"Or {sentence[0].lower()}{sentence[1:]}" if action.alternative else sentence


def recipe_command(action: FollowRecipe) -> str:
    """The command that starts the plan, ready to copy."""
    answers = (shlex.quote(f"{name}={value}") for name, value in action.answers)
    return " ".join(("refract plan new", action.recipe, shlex.quote(action.subject), *answers))


def _sentence(action: AnyAction) -> str:
    if isinstance(action, FollowRecipe):
        return f"Undo this edit, then make it in safe steps with `{recipe_command(action)}`."
    return ADVICE[action.do].format_map(dict(action.facts))
