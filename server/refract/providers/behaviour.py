"""What each database does to tables that are in use while their schema changes: locks, and rows that stand in the way.

Facts only: rules turn them into findings. PostgreSQL, MariaDB and SQLite were measured; MySQL, SQL Server,
CockroachDB and MongoDB are as their manuals say. PostgreSQL behaves the same from version 12 to 18.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from refract.providers.versions import Version


class Blocks(StrEnum):
    """Who has to wait while an operation runs."""

    NOTHING = "nothing"
    WRITES = "writes"  # rows of the table can be read, not changed
    EVERYTHING = "everything"  # rows of the table can neither be read nor changed
    DATABASE = "database"  # nothing in the whole database can be changed


class Duration(StrEnum):
    """How long an operation takes as the table grows."""

    INSTANT = "instant"  # the catalog is written: a moment at any size
    SCAN = "scan"  # every row is read
    REWRITE = "rewrite"  # every row is written anew
    ROWS = "rows"  # the more rows change, the longer


@frozen
class Operation:
    """One kind of change to a table in use. `lock` is the lock as the vendor writes it, `work` what is done
    while it is held (it completes "while ..."), `cure` a sentence that says how to do it without the wait.
    """

    blocks: Blocks
    lock: str = ""
    work: str = ""
    cure: str = ""
    duration: Duration = Duration.INSTANT


class EnumHome(StrEnum):
    """Who knows the values of an enum."""

    TYPE = "type"  # a type of its own in the database
    COLUMN = "column"  # each column lists the values
    CLIENT = "client"  # Prisma Client only: the database stores text


@frozen
class Behaviour:
    """One database. `special_indexes` are the access methods whose index is not built as others are.

    `implicit_value` says what rows get in a new required column without a default, empty where adding it fails.
    `default_fills_nulls`: a column that becomes required with a default gets it where it was NULL.
    `nulls_collide`: a unique index takes two NULLs for duplicates.
    `commits_enum_values_first`: a new enum value can be used only after the transaction that added it is committed.
    `concurrent_indexes`: CONCURRENTLY, NOT VALID and VALIDATE CONSTRAINT are known.
    `volatile` finds the defaults that are computed row by row; `adds_defaults_since` is the version from which any other
    default of a new column is written to the catalog only; `instant_columns_since` that from which columns come and go
    without the table being written anew.
    `recreates_renamed_indexes` and `rebuild_cascades` name flavours: on those Prisma makes a renamed index anew,
    and a table made anew takes the rows that depend on it along. `indexes_foreign_keys`: each foreign key gets an index.
    `defaults_are_constraints`: a column with a default cannot be dropped before that.
    `uuid_default` is the expression that makes a UUID in the database, empty where there is none.
    `schemaless`: the database holds no columns, so only Prisma Client enforces the schema.
    `catalog` is what any other change of a table takes, `rename_index` that of an index's name; `change_rows` what a
    statement on rows does to the rest of the table. `concurrent_index`, `drop_index_concurrently` and `validate` are the
    forms that let writes go on, where the database has them.
    """

    create_index: Operation
    create_unique: Operation
    add_foreign_key: Operation
    add_check: Operation
    set_not_null: Operation
    rewrite: Operation
    change_primary_key: Operation
    enum_home: EnumHome
    drop_index: Operation = Operation(Blocks.NOTHING)
    drop_foreign_key: Operation = Operation(Blocks.NOTHING)
    replace_foreign_key: Operation = Operation(Blocks.NOTHING)
    volatile_default: Operation = Operation(Blocks.NOTHING)
    add_auto_increment: Operation = Operation(Blocks.NOTHING)
    remove_enum_value: Operation = Operation(Blocks.NOTHING)
    catalog: Operation = Operation(Blocks.NOTHING)
    rename_index: Operation = Operation(Blocks.NOTHING)
    change_rows: Operation = Operation(Blocks.NOTHING, duration=Duration.ROWS)
    concurrent_index: Operation = Operation(Blocks.NOTHING, duration=Duration.SCAN)
    drop_index_concurrently: Operation = Operation(Blocks.NOTHING)
    validate: Operation = Operation(Blocks.NOTHING, duration=Duration.SCAN)
    special_indexes: Mapping[str, Operation] = field(factory=dict)
    locks_referenced_table: bool = False
    checks_foreign_keys: bool = True
    implicit_value: str = ""
    default_fills_nulls: bool = False
    nulls_collide: bool = False
    commits_enum_values_first: bool = False
    concurrent_indexes: bool = False
    volatile: re.Pattern[str] = re.compile("(?!)")
    add_unique_constraint: Operation | None = None
    adds_defaults_since: Version = ()
    instant_columns_since: Version = ()
    recreates_renamed_indexes: frozenset[str] = frozenset()
    rebuild_cascades: frozenset[str] = frozenset()
    indexes_foreign_keys: bool = False
    defaults_are_constraints: bool = False
    uuid_default: str = ""
    schemaless: bool = False


_ONLINE = Operation(Blocks.NOTHING)

_POSTGRESQL = Behaviour(
    create_index=Operation(
        Blocks.WRITES,
        "SHARE",
        "the index is built",
        "Build it with `CREATE INDEX CONCURRENTLY`, alone in a migration of its own.",
        duration=Duration.SCAN,
    ),
    create_unique=Operation(
        Blocks.WRITES,
        "SHARE",
        "the index is built",
        "Build it with `CREATE UNIQUE INDEX CONCURRENTLY`, alone in a migration of its own.",
        duration=Duration.SCAN,
    ),
    add_unique_constraint=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the constraint's index is built",
        "Build the index with `CREATE UNIQUE INDEX CONCURRENTLY`, alone in a migration of its own; "
        "then `ADD CONSTRAINT ... UNIQUE USING INDEX` in the next takes a moment only.",
        duration=Duration.SCAN,
    ),
    add_check=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "every row is checked",
        "Add the constraint `NOT VALID`, and run `VALIDATE CONSTRAINT` in the next migration: that lets writes go on.",
        duration=Duration.SCAN,
    ),
    add_foreign_key=Operation(
        Blocks.WRITES,
        "SHARE ROW EXCLUSIVE",
        "every row is checked",
        "Add the constraint `NOT VALID`, and run `VALIDATE CONSTRAINT` in the next migration: that lets writes go on.",
        duration=Duration.SCAN,
    ),
    set_not_null=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the whole table is read",
        "Add a `CHECK (... IS NOT NULL) NOT VALID` and validate it in migrations of their own first: "
        "`SET NOT NULL` then has nothing left to read.",
        duration=Duration.SCAN,
    ),
    rewrite=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the table and all its indexes are written anew",
        "Add a new field of the new type, copy the values in batches, then switch over to it.",
        duration=Duration.REWRITE,
    ),
    change_primary_key=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the new key's index is built",
        "Build the unique index with `CREATE UNIQUE INDEX CONCURRENTLY` first, then `ADD PRIMARY KEY USING INDEX`.",
        duration=Duration.SCAN,
    ),
    enum_home=EnumHome.TYPE,
    remove_enum_value=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "Prisma's new type is written into every row of every table that uses it",
        duration=Duration.REWRITE,
    ),
    drop_index=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the index is dropped: a moment, once the queries that already run are done",
        "Drop it with `DROP INDEX CONCURRENTLY`, alone in a migration of its own.",
    ),
    drop_foreign_key=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the foreign key is dropped: a moment, once the transactions that already run are done",
        "Set a `lock_timeout` below one second at the start of the migration, and run it again if it gives up.",
    ),
    replace_foreign_key=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the foreign key is dropped, made again and every row is checked",
        "Add the new constraint `NOT VALID` under another name, validate it in the next migration, "
        "and drop the old one last.",
        duration=Duration.SCAN,
    ),
    volatile_default=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the table and all its indexes are written anew",
        "Add the field optional and without the default, set the default in the next migration, fill the rows in batches, "
        "and make it required last.",
        duration=Duration.REWRITE,
    ),
    add_auto_increment=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the table and all its indexes are written anew",
        "Add an optional field, number the rows in batches, and give it its sequence and the `NOT NULL` last.",
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
    catalog=Operation(Blocks.EVERYTHING, "ACCESS EXCLUSIVE", "the catalog is written"),
    change_rows=Operation(Blocks.NOTHING, "ROW EXCLUSIVE", "the rows are changed", duration=Duration.ROWS),
    concurrent_index=Operation(Blocks.NOTHING, "SHARE UPDATE EXCLUSIVE", "the index is built", duration=Duration.SCAN),
    drop_index_concurrently=Operation(Blocks.NOTHING, "SHARE UPDATE EXCLUSIVE", "the index is dropped"),
    validate=Operation(Blocks.NOTHING, "SHARE UPDATE EXCLUSIVE", "every row is checked", duration=Duration.SCAN),
    uuid_default="gen_random_uuid()",  # PostgreSQL 13 and newer
)

_MYSQL_INDEX = Operation(Blocks.NOTHING, "LOCK=NONE", "the index is built", duration=Duration.SCAN)
_MYSQL_IN_PLACE = Operation(Blocks.NOTHING, "LOCK=NONE", "the table is written anew", duration=Duration.REWRITE)
_MYSQL_CATALOG = Operation(Blocks.EVERYTHING, "exclusive metadata", "the catalog is written")

_MYSQL = Behaviour(
    create_index=_MYSQL_INDEX,
    create_unique=_MYSQL_INDEX,
    special_indexes={
        kind: Operation(
            Blocks.WRITES,
            "SHARED",
            "the index is built",
            "Build it while little is written, or with gh-ost or pt-online-schema-change.",
            duration=Duration.SCAN,
        )
        for kind in ("FULLTEXT", "SPATIAL")
    },
    add_check=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "Use gh-ost or pt-online-schema-change where it is large.",
        duration=Duration.REWRITE,
    ),
    add_foreign_key=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "With `SET foreign_key_checks = 0` no copy is made, but existing rows are not checked either: "
        "look for rows without a parent first.",
        duration=Duration.REWRITE,
    ),
    set_not_null=_MYSQL_IN_PLACE,
    rewrite=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "Use gh-ost or pt-online-schema-change, or add a new field, copy the values in batches and switch over to it.",
        duration=Duration.REWRITE,
    ),
    change_primary_key=_MYSQL_IN_PLACE,
    enum_home=EnumHome.COLUMN,
    remove_enum_value=Operation(Blocks.WRITES, "SHARED", "the whole table is copied", duration=Duration.REWRITE),
    replace_foreign_key=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "Use gh-ost or pt-online-schema-change, or run it while little is written.",
        duration=Duration.REWRITE,
    ),
    volatile_default=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "Add the field optional and without the default, fill the rows in batches, and give it its default last.",
        duration=Duration.REWRITE,
    ),
    add_auto_increment=Operation(
        Blocks.WRITES,
        "SHARED",
        "the table is written anew",
        "Use gh-ost or pt-online-schema-change, or run it while little is written.",
        duration=Duration.REWRITE,
    ),
    volatile=re.compile(r"\("),  # any expression: only literals and the current time are written to the catalog
    instant_columns_since=(8, 0, 29),
    recreates_renamed_indexes=frozenset({"mariadb"}),
    indexes_foreign_keys=True,
    implicit_value="an empty string, 0 or the first value of the enum",
    catalog=_MYSQL_CATALOG,
    rename_index=_MYSQL_CATALOG,
    drop_index=Operation(Blocks.NOTHING, "LOCK=NONE", "the index is dropped"),
    change_rows=Operation(Blocks.NOTHING, "exclusive row", "the rows are changed", duration=Duration.ROWS),
    uuid_default="(uuid())",  # MySQL 8.0.13 and newer
)

_SQLITE_REBUILD = Operation(
    Blocks.DATABASE,
    work="Prisma copies the table into a new one",
    cure="Run it while little is written, and give the application a busy timeout.",
    duration=Duration.REWRITE,
)
_SQLITE_INDEX = Operation(
    Blocks.DATABASE,
    work="the index is built",
    cure="Run it while little is written, and give the application a busy timeout.",
    duration=Duration.SCAN,
)

_SQLITE = Behaviour(
    create_index=_SQLITE_INDEX,
    create_unique=_SQLITE_INDEX,
    add_check=_SQLITE_REBUILD,
    add_foreign_key=_SQLITE_REBUILD,
    set_not_null=_SQLITE_REBUILD,
    rewrite=_SQLITE_REBUILD,
    change_primary_key=_SQLITE_REBUILD,
    enum_home=EnumHome.CLIENT,
    replace_foreign_key=_SQLITE_REBUILD,
    catalog=Operation(Blocks.DATABASE, work="the schema is written"),
    change_rows=Operation(Blocks.DATABASE, work="the rows are changed", duration=Duration.ROWS),
    recreates_renamed_indexes=frozenset({"", "d1", "libsql"}),
    rebuild_cascades=frozenset({"d1", "libsql"}),  # they hold a transaction, in which PRAGMA foreign_keys does nothing
    checks_foreign_keys=False,
    default_fills_nulls=True,  # Prisma copies the table, and the default in place of NULL
)

_SQLSERVER_CATALOG = Operation(Blocks.EVERYTHING, "schema modification (Sch-M)", "the catalog is written")

_SQLSERVER = Behaviour(
    create_index=Operation(
        Blocks.WRITES,
        "shared (S) table",
        "the index is built",
        "Build it `WITH (ONLINE = ON)` where the edition allows it (Enterprise, Azure SQL), else while little is written.",
        duration=Duration.SCAN,
    ),
    create_unique=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "the constraint's index is built",
        "Add the constraint `WITH (ONLINE = ON)` where the edition allows it (Enterprise, Azure SQL).",
        duration=Duration.SCAN,
    ),
    add_check=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row is checked",
        "Add it `WITH NOCHECK`, then check the rows with `WITH CHECK CHECK CONSTRAINT` in the next migration.",
        duration=Duration.SCAN,
    ),
    add_foreign_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row is checked",
        "Add it `WITH NOCHECK`, then check the rows with `WITH CHECK CHECK CONSTRAINT` in the next migration.",
        duration=Duration.SCAN,
    ),
    set_not_null=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "the whole table is read",
        "Run it while the table is little used, or `WITH (ONLINE = ON)` where the edition allows it.",
        duration=Duration.SCAN,
    ),
    rewrite=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "the values are converted",
        "Add a new field of the new type, copy the values in batches, then switch over to it.",
        duration=Duration.REWRITE,
    ),
    change_primary_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "the new key's index is built",
        "Run it while the table is not used, or build a new table and switch over to it.",
        duration=Duration.SCAN,
    ),
    enum_home=EnumHome.CLIENT,
    replace_foreign_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row is checked",
        "Add the new one `WITH NOCHECK` under another name, check the rows in the next migration, and drop the old one last.",
        duration=Duration.SCAN,
    ),
    volatile_default=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row gets its value",
        "Add the field optional and without the default, fill the rows in batches, and give it its default last.",
        duration=Duration.REWRITE,
    ),
    add_auto_increment=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row gets its number",
        "Build a new table with the field and switch over to it, or run it while the table is not used.",
        duration=Duration.REWRITE,
    ),
    volatile=re.compile(r"(?i)\b(?:newid|newsequentialid)\s*\("),
    catalog=_SQLSERVER_CATALOG,
    rename_index=_SQLSERVER_CATALOG,
    change_rows=Operation(
        Blocks.NOTHING,
        "exclusive (X) row",
        "the rows are changed, or of the whole table where they are many",
        duration=Duration.ROWS,
    ),
    defaults_are_constraints=True,
    nulls_collide=True,
    uuid_default="newid()",
)

_COCKROACHDB_JOB = Operation(Blocks.NOTHING, work="a job reads the rows", duration=Duration.SCAN)
_COCKROACHDB_REWRITE = Operation(Blocks.NOTHING, work="a job writes the rows anew", duration=Duration.REWRITE)

_COCKROACHDB = Behaviour(
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
        cure="CockroachDB refuses many type changes in place: add a field of the new type, copy the values in batches, "
        "and switch over to it.",
        work="a job writes the rows anew",
        duration=Duration.REWRITE,
    ),
    change_primary_key=_COCKROACHDB_REWRITE,
    catalog=Operation(Blocks.NOTHING, work="a job does it"),
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
