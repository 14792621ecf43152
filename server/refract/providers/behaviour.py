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


@frozen
class Operation:
    """One kind of change to a table in use. `lock` is the lock as the vendor writes it, `work` what is done
    while it is held (it completes "while ..."), `cure` a sentence that says how to do it without the wait.
    """

    blocks: Blocks
    lock: str = ""
    work: str = ""
    cure: str = ""


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
    ),
    create_unique=Operation(
        Blocks.WRITES,
        "SHARE",
        "the index is built",
        "Build it with `CREATE UNIQUE INDEX CONCURRENTLY`, alone in a migration of its own.",
    ),
    add_unique_constraint=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the constraint's index is built",
        "Build the index with `CREATE UNIQUE INDEX CONCURRENTLY`, alone in a migration of its own; "
        "then `ADD CONSTRAINT ... UNIQUE USING INDEX` in the next takes a moment only.",
    ),
    add_check=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "every row is checked",
        "Add the constraint `NOT VALID`, and run `VALIDATE CONSTRAINT` in the next migration: that lets writes go on.",
    ),
    add_foreign_key=Operation(
        Blocks.WRITES,
        "SHARE ROW EXCLUSIVE",
        "every row is checked",
        "Add the constraint `NOT VALID`, and run `VALIDATE CONSTRAINT` in the next migration: that lets writes go on.",
    ),
    set_not_null=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the whole table is read",
        "Add a `CHECK (... IS NOT NULL) NOT VALID` and validate it in migrations of their own first: "
        "`SET NOT NULL` then has nothing left to read.",
    ),
    rewrite=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the table and all its indexes are written anew",
        "Add a new field of the new type, copy the values in batches, then switch over to it.",
    ),
    change_primary_key=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the new key's index is built",
        "Build the unique index with `CREATE UNIQUE INDEX CONCURRENTLY` first, then `ADD PRIMARY KEY USING INDEX`.",
    ),
    enum_home=EnumHome.TYPE,
    remove_enum_value=Operation(
        Blocks.EVERYTHING, "ACCESS EXCLUSIVE", "Prisma's new type is written into every row of every table that uses it"
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
    ),
    volatile_default=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the table and all its indexes are written anew",
        "Add the field optional and without the default, set the default in the next migration, fill the rows in batches, "
        "and make it required last.",
    ),
    add_auto_increment=Operation(
        Blocks.EVERYTHING,
        "ACCESS EXCLUSIVE",
        "the table and all its indexes are written anew",
        "Add an optional field, number the rows in batches, and give it its sequence and the `NOT NULL` last.",
    ),
    volatile=re.compile(
        r"(?i)\b(?:gen_random_\w+|uuid_generate_v(?:1|1mc|4)|uuidv[47]|random\w*|clock_timestamp|timeofday|nextval"
        r"|(?:uuid|ulid|cuid2?|nanoid|xid|ksuid)(?:_\w+)?)\s*\("
    ),
    adds_defaults_since=(11,),
    locks_referenced_table=True,
    commits_enum_values_first=True,  # measured: error 55P04, also in the transaction that made the type
    concurrent_indexes=True,
    uuid_default="gen_random_uuid()",  # PostgreSQL 13 and newer
)

_MYSQL = Behaviour(
    create_index=_ONLINE,
    create_unique=_ONLINE,
    special_indexes={
        kind: Operation(
            Blocks.WRITES,
            "SHARED",
            "the index is built",
            "Build it while little is written, or with gh-ost or pt-online-schema-change.",
        )
        for kind in ("FULLTEXT", "SPATIAL")
    },
    add_check=Operation(
        Blocks.WRITES, "SHARED", "the whole table is copied", "Use gh-ost or pt-online-schema-change where it is large."
    ),
    add_foreign_key=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "With `SET foreign_key_checks = 0` no copy is made, but existing rows are not checked either: "
        "look for rows without a parent first.",
    ),
    set_not_null=_ONLINE,
    rewrite=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "Use gh-ost or pt-online-schema-change, or add a new field, copy the values in batches and switch over to it.",
    ),
    change_primary_key=_ONLINE,
    enum_home=EnumHome.COLUMN,
    remove_enum_value=Operation(Blocks.WRITES, "SHARED", "the whole table is copied"),
    replace_foreign_key=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "Use gh-ost or pt-online-schema-change, or run it while little is written.",
    ),
    volatile_default=Operation(
        Blocks.WRITES,
        "SHARED",
        "the whole table is copied",
        "Add the field optional and without the default, fill the rows in batches, and give it its default last.",
    ),
    add_auto_increment=Operation(
        Blocks.WRITES,
        "SHARED",
        "the table is written anew",
        "Use gh-ost or pt-online-schema-change, or run it while little is written.",
    ),
    volatile=re.compile(r"\("),  # any expression: only literals and the current time are written to the catalog
    instant_columns_since=(8, 0, 29),
    recreates_renamed_indexes=frozenset({"mariadb"}),
    indexes_foreign_keys=True,
    implicit_value="an empty string, 0 or the first value of the enum",
    uuid_default="(uuid())",  # MySQL 8.0.13 and newer
)

_SQLITE_REBUILD = Operation(
    Blocks.DATABASE,
    work="Prisma copies the table into a new one",
    cure="Run it while little is written, and give the application a busy timeout.",
)
_SQLITE_INDEX = Operation(
    Blocks.DATABASE,
    work="the index is built",
    cure="Run it while little is written, and give the application a busy timeout.",
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
    recreates_renamed_indexes=frozenset({"", "d1", "libsql"}),
    rebuild_cascades=frozenset({"d1", "libsql"}),  # they hold a transaction, in which PRAGMA foreign_keys does nothing
    checks_foreign_keys=False,
    default_fills_nulls=True,  # Prisma copies the table, and the default in place of NULL
)

_SQLSERVER = Behaviour(
    create_index=Operation(
        Blocks.WRITES,
        "shared (S) table",
        "the index is built",
        "Build it `WITH (ONLINE = ON)` where the edition allows it (Enterprise, Azure SQL), else while little is written.",
    ),
    create_unique=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "the constraint's index is built",
        "Add the constraint `WITH (ONLINE = ON)` where the edition allows it (Enterprise, Azure SQL).",
    ),
    add_check=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row is checked",
        "Add it `WITH NOCHECK`, then check the rows with `WITH CHECK CHECK CONSTRAINT` in the next migration.",
    ),
    add_foreign_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row is checked",
        "Add it `WITH NOCHECK`, then check the rows with `WITH CHECK CHECK CONSTRAINT` in the next migration.",
    ),
    set_not_null=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "the whole table is read",
        "Run it while the table is little used, or `WITH (ONLINE = ON)` where the edition allows it.",
    ),
    rewrite=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "the values are converted",
        "Add a new field of the new type, copy the values in batches, then switch over to it.",
    ),
    change_primary_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "the new key's index is built",
        "Run it while the table is not used, or build a new table and switch over to it.",
    ),
    enum_home=EnumHome.CLIENT,
    replace_foreign_key=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row is checked",
        "Add the new one `WITH NOCHECK` under another name, check the rows in the next migration, and drop the old one last.",
    ),
    volatile_default=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row gets its value",
        "Add the field optional and without the default, fill the rows in batches, and give it its default last.",
    ),
    add_auto_increment=Operation(
        Blocks.EVERYTHING,
        "schema modification (Sch-M)",
        "every row gets its number",
        "Build a new table with the field and switch over to it, or run it while the table is not used.",
    ),
    volatile=re.compile(r"(?i)\b(?:newid|newsequentialid)\s*\("),
    defaults_are_constraints=True,
    nulls_collide=True,
    uuid_default="newid()",
)

_COCKROACHDB = Behaviour(
    create_index=_ONLINE,
    create_unique=_ONLINE,
    add_check=_ONLINE,
    add_foreign_key=_ONLINE,
    set_not_null=_ONLINE,
    rewrite=Operation(
        Blocks.NOTHING,
        cure="CockroachDB refuses many type changes in place: add a field of the new type, copy the values in batches, "
        "and switch over to it.",
    ),
    change_primary_key=_ONLINE,
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
