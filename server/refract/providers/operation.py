"""One kind of change to a table in use: its lock, the queries that wait, the work, the duration, and the cure."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Blocks(StrEnum):
    """What has to wait while an operation runs."""

    NOTHING = "nothing"
    WRITES = "writes"  # rows of the table can be read, not changed
    EVERYTHING = "everything"  # rows of the table can neither be read nor changed
    DATABASE = "database"  # nothing in the whole database can be changed


class Duration(StrEnum):
    """How long an operation takes as the table grows."""

    INSTANT = "instant"  # the catalog is written: a moment at any size
    SCAN = "scan"  # every row is read
    REWRITE = "rewrite"  # every row is rewritten
    ROWS = "rows"  # the more rows change, the longer


class Work(StrEnum):
    """What the database does while it holds a lock."""

    INDEX_BUILD = "index-build"
    CONSTRAINT_INDEX_BUILD = "constraint-index-build"
    KEY_INDEX_BUILD = "key-index-build"
    ROW_CHECK = "row-check"
    TABLE_SCAN = "table-scan"
    CONVERSION = "conversion"
    TABLE_COPY = "table-copy"
    PRISMA_COPY = "prisma-copy"
    REWRITE = "rewrite"
    REWRITE_WITH_INDEXES = "rewrite-with-indexes"
    ENUM_REWRITE = "enum-rewrite"
    VALUE_FILL = "value-fill"
    NUMBERING = "numbering"
    INDEX_DROP = "index-drop"
    FOREIGN_KEY_DROP = "foreign-key-drop"
    FOREIGN_KEY_REPLACEMENT = "foreign-key-replacement"
    CATALOG_UPDATE = "catalog-update"
    SCHEMA_UPDATE = "schema-update"
    ROW_CHANGES = "row-changes"
    ESCALATING_ROW_CHANGES = "escalating-row-changes"
    TRIGGER_CREATION = "trigger-creation"
    INDEX_REBUILD = "index-rebuild"
    VIEW_QUERY = "view-query"
    SAMPLE = "sample"
    JOB = "job"
    JOB_SCAN = "job-scan"
    JOB_REWRITE = "job-rewrite"


class Cure(StrEnum):
    """How to do the same without the wait, or with a shorter one."""

    CHECK_BEFORE_NOT_NULL = "check-before-not-null"
    NEW_FIELD = "new-field"
    NUMBER_IN_BATCHES = "number-in-batches"
    NOCHECK_THEN_CHECK = "nocheck-then-check"
    NOT_VALID_THEN_VALIDATE = "not-valid-then-validate"
    ONLINE_CONSTRAINT = "online-constraint"
    DEFAULT_LAST = "default-last"
    DEFAULT_IN_NEXT_MIGRATION = "default-in-next-migration"
    REPLACE_NOT_VALID = "replace-not-valid"
    REPLACE_NOCHECK = "replace-nocheck"
    NEW_TABLE = "new-table"
    ONLINE_INDEX = "online-index"
    QUIET_HOURS_OR_ONLINE_TOOL = "quiet-hours-or-online-tool"
    CHECK_AFTER_TYPE_CHANGE = "check-after-type-change"
    INDEX_AFTER_TYPE_CHANGE = "index-after-type-change"
    CONCURRENT_INDEX = "concurrent-index"
    CONCURRENT_UNIQUE_INDEX = "concurrent-unique-index"
    CONCURRENT_UNIQUE_CONSTRAINT = "concurrent-unique-constraint"
    CONCURRENT_PRIMARY_KEY = "concurrent-primary-key"
    CONCURRENT_DROP = "concurrent-drop"
    BUSY_TIMEOUT = "busy-timeout"
    QUIET_HOURS_OR_ONLINE = "quiet-hours-or-online"
    SHORT_LOCK_TIMEOUT = "short-lock-timeout"
    ONLINE_TOOL = "online-tool"
    ONLINE_TOOL_OR_NEW_FIELD = "online-tool-or-new-field"
    UNCHECKED_FOREIGN_KEY = "unchecked-foreign-key"


@frozen
class Operation:
    """One kind of change to a table in use. `lock` is the lock as the vendor writes it, `work` what the database does
    while it holds the lock, `cure` how to avoid the wait.
    """

    blocks: Blocks
    lock: str = ""
    work: Work | None = None
    cure: Cure | None = None
    duration: Duration = Duration.INSTANT
