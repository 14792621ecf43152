"""One thing that a command would do, and why a person should look at it first."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from attrs import frozen


class Kind(StrEnum):
    """What a command would do."""

    RESET = "reset"
    DELETE = "delete"
    ACCEPT_LOSS = "accept-loss"
    DESTROY = "destroy"
    RESOLVE = "resolve"
    APPLY_SCHEMA = "apply-schema"
    APPLY_MIGRATIONS = "apply-migrations"
    APPLY_BOTH = "apply-both"
    CREATE = "create"
    REMOVE_FILES = "remove-files"
    WRITE_FILES = "write-files"
    SILENCE = "silence"


@frozen
class Danger:
    """One thing that a command would do, in `folder`. `command` is its own words. `schema` is the path that it names for
    Prisma's project, `losses` are what SQL would destroy, and `files` are those that it would remove or write; with a
    `revision`, all that are not in that commit.
    """

    kind: Kind
    command: str
    folder: Path
    schema: str = ""
    losses: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    revision: str = ""
