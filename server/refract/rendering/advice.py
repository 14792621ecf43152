"""The sentence of each action. `{name}` is a fact of the action.

A sentence begins with its verb and has at most 20 words: docs/style.md.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from refract.rules.kit.advice import AnyAction, Do, FollowRecipe

ADVICE: Mapping[Do, str] = {
    # edit-schema
    Do.ADD_ATTRIBUTE: "Add `{attribute}` to {field}.",
    Do.MARK_IGNORED: "Mark {field} `@ignore` and deploy.",
    Do.REMOVE_FIELD_LATER: "Remove the field in a later release.",
    Do.ADD_AS_OPTIONAL: "Add {field} as optional.",
    Do.MAKE_REQUIRED_LAST: "Make the field required in a later migration.",
    Do.GIVE_DEFAULT: "Give {field} {default}.",
    Do.ADD_WITHOUT_UNIQUE: "Add {fields} without the unique attribute.",
    Do.MAKE_UNIQUE_LAST: "Make {fields} unique in a later migration.",
    Do.KEEP_PRIMARY_KEY: "Keep the primary key, and make {fields} unique instead.",
    Do.DROP_DEFAULT_LATER: "Drop the default in a later migration.",
    Do.PUT_WIDE_FIELDS_FIRST: "Put the 8-byte fields first, then the smaller ones.",
    # write-sql
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
    # run-query
    Do.FIND_DUPLICATES: "Find and resolve duplicates before the migration.",
    Do.FIX_VIOLATING_ROWS: "Find and fix the rows that violate the constraint.",
    Do.FIX_ORPHANS: "Find and fix the rows that reference a missing row.",
    Do.FIND_CASE_DUPLICATES: "Find and resolve values that differ only in case.",
    # change-code
    Do.STOP_USING: "Remove these uses and deploy.",
    Do.WRITE_FIELD_IN_CODE: "Write {field} in every insert, and deploy.",
    Do.CHECK_RAW_SQL: "Check raw SQL and scripts that insert without {field}.",
    # deploy
    Do.DEPLOY_FIRST: "Deploy that first.",
    Do.RUN_IN_QUIET_HOURS: "Run the migration when few queries use the table.",
    Do.RETRY_AFTER_TIMEOUT: "Run the migration again if it times out.",
    Do.SWITCH_TO_NEW_TABLE: "Deploy code that uses the new table, then drop the old one.",
    # run-command
    Do.USE_PG_REPACK: "Use pg_repack outside the migration.",
    Do.MERGE_BASE: "Merge {base} into this branch.",
    Do.RECREATE_MIGRATION: "Delete {migration} and create the migration again.",
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
        return f"Make the change in safe steps with `{recipe_command(action)}`."
    return ADVICE[action.do].format_map(dict(action.facts))
