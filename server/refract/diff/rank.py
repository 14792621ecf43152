"""The order of a migration's steps."""

from __future__ import annotations

from enum import IntEnum, auto


class Rank(IntEnum):
    """The kinds of step in Prisma's order.

    Prisma renames indexes last, even if another one gets the old name, which the database refuses. Here such a name
    is freed before indexes are created.
    """

    CREATE_SCHEMA = auto()
    CREATE_EXTENSION = auto()
    ALTER_EXTENSION = auto()
    ALTER_SEQUENCE = auto()
    CREATE_ENUM = auto()
    ALTER_ENUM = auto()
    DROP_FOREIGN_KEY = auto()
    DROP_INDEX = auto()
    ALTER_TABLE = auto()
    ALTER_PRIMARY_KEY = auto()
    DROP_TABLE = auto()
    DROP_ENUM = auto()
    CREATE_TABLE = auto()
    REDEFINE_TABLE = auto()
    FREE_INDEX_NAME = auto()
    CREATE_INDEX = auto()
    RENAME_FOREIGN_KEY = auto()
    ADD_FOREIGN_KEY = auto()
    RENAME_INDEX = auto()
