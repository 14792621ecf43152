"""What to run if the deploy of a plan's migrations fails at one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from refract.actions.prisma_commands import Commands
from refract.baseline.folder import migration_name
from refract.reading import UnreadableFile, read_text

_BUILT = re.compile(r'^CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?:IF NOT EXISTS )?("(?:[^"]|"")+")', re.MULTILINE)


@frozen
class Recovery:
    """For a failed migration: `cleanup` is SQL for what it may leave, `command` lets Prisma deploy it again."""

    cleanup: tuple[str, ...]
    command: str


def recoveries(commands: Commands, migrations: Iterable[str]) -> Iterator[Recovery]:
    """One for each migration, given by the paths of their files; none if Prisma keeps no record of failures."""
    if not commands.keeps_record:
        return
    for path in migrations:
        text = read_text(Path(path))
        built = _BUILT.findall(text) if not isinstance(text, UnreadableFile) else ()
        dropped = tuple(f"DROP INDEX CONCURRENTLY IF EXISTS {name};" for name in built)
        yield Recovery(dropped, commands.resolve(migration_name(path)))
