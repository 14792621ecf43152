"""What each database does to tables in use while their schema changes: locks, and rows that make the change fail.

Facts only: rules turn them into findings. PostgreSQL, MariaDB and SQLite were measured; the facts for MySQL,
SQL Server, CockroachDB and MongoDB are from their manuals. PostgreSQL behaves the same from version 12 to 18.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from refract.providers.operation import Blocks, Cure, Duration, Operation, Work
from refract.providers.versions import Version


class EnumHome(StrEnum):
    """Where the values of an enum are defined."""

    TYPE = "type"  # a separate type in the database
    COLUMN = "column"  # each column lists the values
    CLIENT = "client"  # Prisma Client only: the database stores text


_ONLINE = Operation(Blocks.NOTHING)
_ONLINE_SCAN = Operation(Blocks.NOTHING, duration=Duration.SCAN)
_ONLINE_BY_ROW = Operation(Blocks.NOTHING, duration=Duration.ROWS)


@frozen
class DependentErrors:
    """The code of the error with which the server refuses to drop a column or table, or to change a type, that a view or
    policy uses; empty if it does not refuse. `query_view` is that of a query on a view over what no longer exists.
    `row_has_no_field` is that of a trigger whose row has lost a column.
    """

    drop_column: str = ""
    drop_table: str = ""
    change_type: str = ""
    query_view: str = ""
    row_has_no_field: str = ""


@frozen
class Behaviour:
    """One database. `special_indexes` are the access methods whose index is built in another way than the rest.

    `implicit_value` is the value of existing rows in a new required column without a default, empty if adding it fails.
    `default_fills_nulls`: in a column that becomes required, its default replaces NULL.
    `nulls_collide`: a unique index treats two NULLs as duplicates.
    `skips_check_of_new_columns`: REFERENCES in an ADD COLUMN without a default reads no row.
    `upserts_by_conflict`: Prisma Client upserts with ON CONFLICT, which needs the unique index.
    `commits_enum_values_first`: a new enum value can be used only after the transaction that added it is committed.
    `concurrent_indexes`: CONCURRENTLY, NOT VALID and VALIDATE CONSTRAINT are known.
    `commits_each_statement`: no transaction can hold two changes of the schema. `message_is_transaction`: statements that are
    sent together are one. `is_file`: there is no server, and nothing is replicated.
    `volatile` finds the defaults that are computed row by row; `adds_defaults_since` is the version from which any other
    default of a new column is written to the catalog only; `instant_columns_since` that from which columns are added
    and dropped without rewriting the table.
    `forgets_null_default`: DROP DEFAULT leaves an optional column without a default, even without NULL.
    `renames_columns_since` are the versions from which flavours know RENAME COLUMN, if not all of them do.
    `recreates_renamed_indexes` and `rebuild_cascades` name flavours: on the first, Prisma recreates a renamed index;
    on the second, rebuilding a table deletes the rows that depend on it.
    `indexes_foreign_keys`: each foreign key gets an index.
    `defaults_are_constraints`: a column with a default cannot be dropped before that.
    `uuid_default` is the expression that makes a UUID in the database, empty if there is none.
    `schemaless`: the database holds no columns, so only Prisma Client enforces the schema.
    `dependents` are the errors of changes that views, policies and triggers hold back.
    `remakes_on_type_change`: a type change checks CHECKs and builds partial indexes again, even if it writes no row.
    `catalog` is the operation of any other change of a table, `rename_index` that of renaming an index; `change_rows`
    is what a statement on rows does to the rest of the table. `concurrent_index`, `drop_index_concurrently` and
    `validate` are the forms that do not block writes, if the database has them.
    """

    create_index: Operation
    create_unique: Operation
    add_foreign_key: Operation
    add_check: Operation
    set_not_null: Operation
    rewrite: Operation
    change_primary_key: Operation
    enum_home: EnumHome
    drop_index: Operation = _ONLINE
    drop_foreign_key: Operation = _ONLINE
    replace_foreign_key: Operation = _ONLINE
    volatile_default: Operation = _ONLINE
    add_auto_increment: Operation = _ONLINE
    remove_enum_value: Operation = _ONLINE
    catalog: Operation = _ONLINE
    rename_index: Operation = _ONLINE
    change_rows: Operation = _ONLINE_BY_ROW
    concurrent_index: Operation = _ONLINE_SCAN
    drop_index_concurrently: Operation = _ONLINE
    validate: Operation = _ONLINE_SCAN
    special_indexes: Mapping[str, Operation] = field(factory=dict)
    locks_referenced_table: bool = False
    checks_foreign_keys: bool = True
    implicit_value: str = ""
    default_fills_nulls: bool = False
    nulls_collide: bool = False
    skips_check_of_new_columns: bool = False
    upserts_by_conflict: bool = False
    commits_enum_values_first: bool = False
    concurrent_indexes: bool = False
    commits_each_statement: bool = False
    message_is_transaction: bool = False
    is_file: bool = False
    volatile: re.Pattern[str] = re.compile("(?!)")
    add_unique_constraint: Operation | None = None
    adds_defaults_since: Version = ()
    instant_columns_since: Version = ()
    forgets_null_default: bool = False
    renames_columns_since: Mapping[str, Version] = field(factory=dict)
    recreates_renamed_indexes: frozenset[str] = frozenset()
    rebuild_cascades: frozenset[str] = frozenset()
    indexes_foreign_keys: bool = False
    defaults_are_constraints: bool = False
    uuid_default: str = ""
    schemaless: bool = False
    dependents: DependentErrors = DependentErrors()
    remakes_on_type_change: bool = False


_POSTGRESQL = Behaviour(
    upserts_by_conflict=True,
    dependents=DependentErrors("2BP01", "2BP01", "0A000", row_has_no_field="42703"),
    remakes_on_type_change=True,
    message_is_transaction=True,
    create_index=Operation(
        Blocks.WRITES,
        "SHARE",
        Work.INDEX_BUILD,
        Cure.CONCURRENT_INDEX,
        duration=Duration.SCAN,
    ),
    create_unique=Operation(
        Blocks.WRITES,
        "SHARE",
        Work.INDEX_BUILD,
        Cure.CONCURRENT_UNIQUE_INDEX,
        duration=Duration.SCAN,
    ),
    add_unique_constraint=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.CONSTRAINT_INDEX_BUILD,
        Cure.CONCURRENT_UNIQUE_CONSTRAINT,
        duration=Duration.SCAN,
    ),
    add_check=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.ROW_CHECK,
        Cure.NOT_VALID_THEN_VALIDATE,
        duration=Duration.SCAN,
    ),
    add_foreign_key=Operation(
        Blocks.WRITES,
        "SHARE ROW EXCLUSIVE",
        Work.ROW_CHECK,
        Cure.NOT_VALID_THEN_VALIDATE,
        duration=Duration.SCAN,
    ),
    set_not_null=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.TABLE_SCAN,
        Cure.CHECK_BEFORE_NOT_NULL,
        duration=Duration.SCAN,
    ),
    rewrite=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.REWRITE_WITH_INDEXES,
        Cure.NEW_FIELD,
        duration=Duration.REWRITE,
    ),
    change_primary_key=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.KEY_INDEX_BUILD,
        Cure.CONCURRENT_PRIMARY_KEY,
        duration=Duration.SCAN,
    ),
    enum_home=EnumHome.TYPE,
    remove_enum_value=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.ENUM_REWRITE,
        duration=Duration.REWRITE,
    ),
    drop_index=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.INDEX_DROP,
        Cure.CONCURRENT_DROP,
    ),
    drop_foreign_key=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.FOREIGN_KEY_DROP,
        Cure.SHORT_LOCK_TIMEOUT,
    ),
    replace_foreign_key=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.FOREIGN_KEY_REPLACEMENT,
        Cure.REPLACE_NOT_VALID,
        duration=Duration.SCAN,
    ),
    volatile_default=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.REWRITE_WITH_INDEXES,
        Cure.DEFAULT_IN_NEXT_MIGRATION,
        duration=Duration.REWRITE,
    ),
    add_auto_increment=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        Work.REWRITE_WITH_INDEXES,
        Cure.NUMBER_IN_BATCHES,
        duration=Duration.REWRITE,
    ),
    volatile=re.compile(
        r"(?i)\b(?:gen_random_\w+|uuid_generate_v(?:1|1mc|4)|uuidv[47]|random\w*|clock_timestamp|timeofday|nextval"
        r"|(?:uuid|ulid|cuid2?|nanoid|xid|ksuid)(?:_\w+)?)\s*\("
    ),
    adds_defaults_since=(11,),
    locks_referenced_table=True,
    commits_enum_values_first=True,  # measured: error 55P04, also in the transaction that made the type
    concurrent_indexes=True,
    skips_check_of_new_columns=True,
    catalog=Operation(Blocks.EVERYTHING, "ACCESS EXCLUSIVE", Work.CATALOG_UPDATE),
    change_rows=Operation(Blocks.NOTHING, "ROW EXCLUSIVE", Work.ROW_CHANGES, duration=Duration.ROWS),
    concurrent_index=Operation(Blocks.NOTHING, "SHARE UPDATE EXCLUSIVE", Work.INDEX_BUILD, duration=Duration.SCAN),
    drop_index_concurrently=Operation(Blocks.NOTHING, "SHARE UPDATE EXCLUSIVE", Work.INDEX_DROP),
    validate=Operation(Blocks.NOTHING, "SHARE UPDATE EXCLUSIVE", Work.ROW_CHECK, duration=Duration.SCAN),
    uuid_default="gen_random_uuid()",  # PostgreSQL 13 and newer
)

_MYSQL_INDEX = Operation(Blocks.NOTHING, "LOCK=NONE", Work.INDEX_BUILD, duration=Duration.SCAN)
_MYSQL_IN_PLACE = Operation(Blocks.NOTHING, "LOCK=NONE", Work.REWRITE, duration=Duration.REWRITE)
_MYSQL_CATALOG = Operation(Blocks.EVERYTHING, "exclusive metadata", Work.CATALOG_UPDATE)

_MYSQL = Behaviour(
    dependents=DependentErrors(query_view="1356", row_has_no_field="1054"),
    commits_each_statement=True,
    create_index=_MYSQL_INDEX,
    create_unique=_MYSQL_INDEX,
    special_indexes={
        kind: Operation(
            Blocks.WRITES,
            "SHARED",
            Work.INDEX_BUILD,
            Cure.QUIET_HOURS_OR_ONLINE_TOOL,
            duration=Duration.SCAN,
        )
        for kind in ("FULLTEXT", "SPATIAL")
    },
    add_check=Operation(
        Blocks.WRITES,
        "SHARED",
        Work.TABLE_COPY,
        Cure.ONLINE_TOOL,
        duration=Duration.REWRITE,
    ),
    add_foreign_key=Operation(
        Blocks.WRITES,
        "SHARED",
        Work.TABLE_COPY,
        Cure.UNCHECKED_FOREIGN_KEY,
        duration=Duration.REWRITE,
    ),
    set_not_null=_MYSQL_IN_PLACE,
    rewrite=Operation(
        Blocks.WRITES,
        "SHARED",
        Work.TABLE_COPY,
        Cure.ONLINE_TOOL_OR_NEW_FIELD,
        duration=Duration.REWRITE,
    ),
    change_primary_key=_MYSQL_IN_PLACE,
    enum_home=EnumHome.COLUMN,
    remove_enum_value=Operation(Blocks.WRITES, "SHARED", Work.TABLE_COPY, duration=Duration.REWRITE),
    replace_foreign_key=Operation(
        Blocks.WRITES,
        "SHARED",
        Work.TABLE_COPY,
        Cure.QUIET_HOURS_OR_ONLINE_TOOL,
        duration=Duration.REWRITE,
    ),
    volatile_default=Operation(
        Blocks.WRITES,
        "SHARED",
        Work.TABLE_COPY,
        Cure.DEFAULT_LAST,
        duration=Duration.REWRITE,
    ),
    add_auto_increment=Operation(
        Blocks.WRITES,
        "SHARED",
        Work.REWRITE,
        Cure.QUIET_HOURS_OR_ONLINE_TOOL,
        duration=Duration.REWRITE,
    ),
    volatile=re.compile(r"\("),  # any expression: only literals and the current time are written to the catalog
    instant_columns_since=(8, 0, 29),
    forgets_null_default=True,
    renames_columns_since={"": (8, 0, 3), "mariadb": (10, 5, 2)},  # before, only CHANGE: error 1064
    recreates_renamed_indexes=frozenset({"mariadb"}),
    indexes_foreign_keys=True,
    implicit_value="an empty string, 0 or the first value of the enum",
    catalog=_MYSQL_CATALOG,
    rename_index=_MYSQL_CATALOG,
    drop_index=Operation(Blocks.NOTHING, "LOCK=NONE", Work.INDEX_DROP),
    change_rows=Operation(Blocks.NOTHING, "exclusive row", Work.ROW_CHANGES, duration=Duration.ROWS),
    uuid_default="(uuid())",  # MySQL 8.0.13 and newer
)

_SQLITE_REBUILD = Operation(
    Blocks.DATABASE,
    work=Work.PRISMA_COPY,
    cure=Cure.BUSY_TIMEOUT,
    duration=Duration.REWRITE,
)
_SQLITE_INDEX = Operation(
    Blocks.DATABASE,
    work=Work.INDEX_BUILD,
    cure=Cure.BUSY_TIMEOUT,
    duration=Duration.SCAN,
)

_SQLITE = Behaviour(
    upserts_by_conflict=True,
    dependents=DependentErrors("SQLITE_ERROR", query_view="SQLITE_ERROR"),
    is_file=True,
    create_index=_SQLITE_INDEX,
    create_unique=_SQLITE_INDEX,
    add_check=_SQLITE_REBUILD,
    add_foreign_key=_SQLITE_REBUILD,
    set_not_null=_SQLITE_REBUILD,
    rewrite=_SQLITE_REBUILD,
    change_primary_key=_SQLITE_REBUILD,
    enum_home=EnumHome.CLIENT,
    replace_foreign_key=_SQLITE_REBUILD,
    catalog=Operation(Blocks.DATABASE, work=Work.SCHEMA_UPDATE),
    change_rows=Operation(Blocks.DATABASE, work=Work.ROW_CHANGES, duration=Duration.ROWS),
    recreates_renamed_indexes=frozenset({"", "d1", "libsql"}),
    rebuild_cascades=frozenset({"d1", "libsql"}),  # they hold a transaction, in which PRAGMA foreign_keys does nothing
    checks_foreign_keys=False,
    default_fills_nulls=True,  # Prisma copies the table, and the default in place of NULL
)

_SQLSERVER_CATALOG = Operation(Blocks.EVERYTHING, "schema modification (Sch-M)", Work.CATALOG_UPDATE)

_SQLSERVER = Behaviour(
    dependents=DependentErrors(query_view="4413"),
    create_index=Operation(
        Blocks.WRITES,
        "shared (S) table",
        Work.INDEX_BUILD,
        Cure.ONLINE_INDEX,
        duration=Duration.SCAN,
    ),
    create_unique=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.CONSTRAINT_INDEX_BUILD,
        Cure.ONLINE_CONSTRAINT,
        duration=Duration.SCAN,
    ),
    add_check=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.ROW_CHECK,
        Cure.NOCHECK_THEN_CHECK,
        duration=Duration.SCAN,
    ),
    add_foreign_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.ROW_CHECK,
        Cure.NOCHECK_THEN_CHECK,
        duration=Duration.SCAN,
    ),
    set_not_null=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.TABLE_SCAN,
        Cure.QUIET_HOURS_OR_ONLINE,
        duration=Duration.SCAN,
    ),
    rewrite=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.CONVERSION,
        Cure.NEW_FIELD,
        duration=Duration.REWRITE,
    ),
    change_primary_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.KEY_INDEX_BUILD,
        Cure.NEW_TABLE,
        duration=Duration.SCAN,
    ),
    enum_home=EnumHome.CLIENT,
    replace_foreign_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.ROW_CHECK,
        Cure.REPLACE_NOCHECK,
        duration=Duration.SCAN,
    ),
    volatile_default=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.VALUE_FILL,
        Cure.DEFAULT_LAST,
        duration=Duration.REWRITE,
    ),
    add_auto_increment=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        Work.NUMBERING,
        Cure.NEW_TABLE,
        duration=Duration.REWRITE,
    ),
    volatile=re.compile(r"(?i)\b(?:newid|newsequentialid)\s*\("),
    catalog=_SQLSERVER_CATALOG,
    rename_index=_SQLSERVER_CATALOG,
    change_rows=Operation(
        Blocks.NOTHING,
        "exclusive (X) row",
        Work.ESCALATING_ROW_CHANGES,
        duration=Duration.ROWS,
    ),
    defaults_are_constraints=True,
    nulls_collide=True,
    uuid_default="newid()",
)

_COCKROACHDB_JOB = Operation(Blocks.NOTHING, work=Work.JOB_SCAN, duration=Duration.SCAN)
_COCKROACHDB_REWRITE = Operation(Blocks.NOTHING, work=Work.JOB_REWRITE, duration=Duration.REWRITE)

_COCKROACHDB = Behaviour(
    upserts_by_conflict=True,
    dependents=DependentErrors("2BP01", "2BP01", "2BP01"),
    create_index=_COCKROACHDB_JOB,
    create_unique=_COCKROACHDB_JOB,
    add_check=_COCKROACHDB_JOB,
    add_foreign_key=_COCKROACHDB_JOB,
    set_not_null=_COCKROACHDB_JOB,
    volatile_default=_COCKROACHDB_REWRITE,
    add_auto_increment=_COCKROACHDB_REWRITE,
    replace_foreign_key=_COCKROACHDB_JOB,
    rewrite=Operation(
        Blocks.NOTHING,
        cure=Cure.NEW_FIELD,
        work=Work.JOB_REWRITE,
        duration=Duration.REWRITE,
    ),
    change_primary_key=_COCKROACHDB_REWRITE,
    catalog=Operation(Blocks.NOTHING, work=Work.JOB),
    enum_home=EnumHome.TYPE,
    uuid_default="gen_random_uuid()",
)

_MONGODB = Behaviour(
    create_index=_ONLINE,
    create_unique=_ONLINE,
    add_check=_ONLINE,
    add_foreign_key=_ONLINE,
    set_not_null=_ONLINE,
    rewrite=_ONLINE,
    change_primary_key=_ONLINE,
    enum_home=EnumHome.CLIENT,
    checks_foreign_keys=False,
    nulls_collide=True,
    schemaless=True,
)

_BEHAVIOURS: Mapping[str, Behaviour] = {
    "postgresql": _POSTGRESQL,
    "mysql": _MYSQL,
    "sqlite": _SQLITE,
    "sqlserver": _SQLSERVER,
    "cockroachdb": _COCKROACHDB,
    "mongodb": _MONGODB,
}


def behaviour(provider: str) -> Behaviour:
    """The facts for `provider` (one of `refract.providers.PROVIDERS`). Raises KeyError for another name."""
    return _BEHAVIOURS[provider]
