"""How to avoid the wait that an operation causes, as actions."""

from __future__ import annotations

from collections.abc import Mapping

from refract.providers.operation import Cure, Operation
from refract.rules.kit.advice import Action, Do, action, instead

_NEW_FIELD = (
    action(Do.ADD_FIELD_OF_NEW_TYPE),
    action(Do.COPY_VALUES_IN_BATCHES),
    action(Do.SWITCH_TO_NEW_FIELD),
)

_CURES: Mapping[Cure, tuple[Action, ...]] = {
    Cure.CHECK_BEFORE_NOT_NULL: (
        action(Do.ADD_NOT_NULL_CHECK),
        action(Do.VALIDATE_IN_NEXT_MIGRATION),
        action(Do.SET_NOT_NULL_AFTER_CHECK),
    ),
    Cure.CHECK_AFTER_TYPE_CHANGE: (
        action(Do.RECREATE_CHECK_NOT_VALID),
        action(Do.VALIDATE_IN_NEXT_MIGRATION),
    ),
    Cure.INDEX_AFTER_TYPE_CHANGE: (action(Do.RECREATE_INDEX_CONCURRENTLY),),
    Cure.NEW_FIELD: _NEW_FIELD,
    Cure.NUMBER_IN_BATCHES: (
        action(Do.ADD_OPTIONAL_WITHOUT_DEFAULT),
        action(Do.NUMBER_ROWS_IN_BATCHES),
        action(Do.SET_SEQUENCE_LAST),
    ),
    Cure.NOCHECK_THEN_CHECK: (action(Do.ADD_WITH_NOCHECK), action(Do.CHECK_IN_NEXT_MIGRATION)),
    Cure.NOT_VALID_THEN_VALIDATE: (action(Do.ADD_NOT_VALID), action(Do.VALIDATE_IN_NEXT_MIGRATION)),
    Cure.ONLINE_CONSTRAINT: (action(Do.USE_ONLINE_OPTION),),
    Cure.DEFAULT_LAST: (
        action(Do.ADD_OPTIONAL_WITHOUT_DEFAULT),
        action(Do.FILL_ROWS_IN_BATCHES),
        action(Do.SET_DEFAULT_LAST),
    ),
    Cure.DEFAULT_IN_NEXT_MIGRATION: (
        action(Do.ADD_OPTIONAL_WITHOUT_DEFAULT),
        action(Do.SET_DEFAULT_IN_NEXT_MIGRATION),
        action(Do.FILL_ROWS_IN_BATCHES),
        action(Do.MAKE_REQUIRED_LAST),
    ),
    Cure.REPLACE_NOT_VALID: (
        action(Do.ADD_UNDER_NEW_NAME_NOT_VALID),
        action(Do.VALIDATE_IN_NEXT_MIGRATION),
        action(Do.DROP_OLD_CONSTRAINT_LAST),
    ),
    Cure.REPLACE_NOCHECK: (
        action(Do.ADD_UNDER_NEW_NAME_NOCHECK),
        action(Do.CHECK_IN_NEXT_MIGRATION),
        action(Do.DROP_OLD_CONSTRAINT_LAST),
    ),
    Cure.NEW_TABLE: (action(Do.BUILD_NEW_TABLE), instead(Do.RUN_IN_QUIET_HOURS)),
    Cure.ONLINE_INDEX: (action(Do.USE_ONLINE_OPTION), instead(Do.RUN_IN_QUIET_HOURS)),
    Cure.QUIET_HOURS_OR_ONLINE_TOOL: (action(Do.USE_ONLINE_TOOL), instead(Do.RUN_IN_QUIET_HOURS)),
    Cure.QUIET_HOURS_OR_ONLINE: (action(Do.USE_ONLINE_OPTION), instead(Do.RUN_IN_QUIET_HOURS)),
    Cure.CONCURRENT_INDEX: (action(Do.USE_IN_SEPARATE_MIGRATION, sql="CREATE INDEX CONCURRENTLY"),),
    Cure.CONCURRENT_UNIQUE_INDEX: (action(Do.USE_IN_SEPARATE_MIGRATION, sql="CREATE UNIQUE INDEX CONCURRENTLY"),),
    Cure.CONCURRENT_UNIQUE_CONSTRAINT: (
        action(Do.USE_IN_SEPARATE_MIGRATION, sql="CREATE UNIQUE INDEX CONCURRENTLY"),
        action(Do.ADD_CONSTRAINT_USING_INDEX),
    ),
    Cure.CONCURRENT_PRIMARY_KEY: (
        action(Do.USE_IN_SEPARATE_MIGRATION, sql="CREATE UNIQUE INDEX CONCURRENTLY"),
        action(Do.ADD_PRIMARY_KEY_USING_INDEX),
    ),
    Cure.CONCURRENT_DROP: (action(Do.USE_IN_SEPARATE_MIGRATION, sql="DROP INDEX CONCURRENTLY"),),
    Cure.BUSY_TIMEOUT: (action(Do.RUN_IN_QUIET_HOURS), action(Do.SET_BUSY_TIMEOUT)),
    Cure.SHORT_LOCK_TIMEOUT: (
        action(Do.BEGIN_FILE_WITH, sql="SET lock_timeout = '500ms';"),
        action(Do.RETRY_AFTER_TIMEOUT),
    ),
    Cure.ONLINE_TOOL: (action(Do.USE_ONLINE_TOOL),),
    Cure.ONLINE_TOOL_OR_NEW_FIELD: (action(Do.USE_ONLINE_TOOL), instead(Do.ADD_FIELD_OF_NEW_TYPE), *_NEW_FIELD[1:]),
    Cure.UNCHECKED_FOREIGN_KEY: (action(Do.SKIP_FOREIGN_KEY_CHECK),),
}


def cures(operation: Operation) -> tuple[Action, ...]:
    """How to avoid the wait; nothing if no way is known, or none is needed."""
    return _CURES[operation.cure] if operation.cure else ()
