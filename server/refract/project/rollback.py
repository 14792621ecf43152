"""The way back from one migration: the exact inverse of what it built, checked by replaying it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from refract.baseline import replay
from refract.diff import diff
from refract.project.analysis import Analysis
from refract.project.baselines import migrations_here
from refract.schema import changes as c
from refract.schema.changes import Cast, Change
from refract.sql.reader import read_migration
from refract.sql.rollback import inverse
from refract.sql.safe import safe_writer
from refract.text import NewFile


class NoRollback(Exception):
    """There is no way back that could be trusted. The message says why."""


@frozen
class Rollback:
    """What undoes a migration: files to run in order, and what they do not bring back."""

    migration: str
    files: tuple[NewFile, ...]
    lost: tuple[str, ...]


def rollback_of(analysis: Analysis, name: str | None) -> Rollback:
    """The way back from migration `name` (default: the newest). Raises NoRollback."""
    folder = migrations_here(analysis.snapshot.files)
    if folder is None or not folder.migrations:
        raise NoRollback("there are no migrations here.")
    names = [m.name for m in folder.migrations]
    if name is not None and name not in names:
        raise NoRollback(f"there is no migration {name!r} here; the newest is {names[-1]}.")
    at = len(names) - 1 if name is None else names.index(name)
    migration, provider = folder.migrations[at], analysis.lowered.provider
    before = replay(folder, provider, at).database
    reading = read_migration(migration.sql, migration.path, before, provider)
    after = reading.database
    back = inverse(reading.changes, before, after)
    lost = tuple(dict.fromkeys(_lost(reading.changes)))
    if not back:
        raise NoRollback(" ".join((f"{migration.name} changes nothing that Refract could undo.", *lost)))
    writer = safe_writer(provider.name, analysis.versions.flavour)
    texts = [writer.text(part) for part in writer.parts(back, after, before) if part.statements]
    current = after
    for text in texts:
        current = read_migration(text, "down.sql", current, provider).database
    if diff(current, before).changes or diff(before, current).changes:
        raise NoRollback(f"what undoes {migration.name} could not be proven to: it is left for you to write.")
    head = "".join(f"-- {line}\n" for line in (f"Undoes {migration.name}.", *lost)) + "\n"
    files = [
        NewFile(str(path), head + text)
        for path, text in zip(_paths(Path(migration.path), len(texts)), texts, strict=True)
    ]
    return Rollback(migration.name, tuple(files), lost)


def _paths(migration: Path, count: int) -> Iterator[Path]:
    if count == 1:
        yield migration.with_name("down.sql")
        return
    yield from (migration.with_name(f"down_{number}.sql") for number in range(1, count + 1))


def _lost(changes: Iterable[Change]) -> Iterator[str]:
    """What the inverse of a change does not bring back, in words."""
    for change in changes:
        match change:
            case c.DropColumn(column=column, table=table):
                yield f"The values of {table.name}.{column.name} do not come back: take them from a backup."
                if not column.nullable and column.default is None:
                    yield f"{table.name}.{column.name} is required: adding it again fails while the table has rows."
            case c.RecreateColumn(before=column, table=table):
                yield f"The values that {table.name}.{column.name} had do not come back: take them from a backup."
            case c.DropTable(table=dropped):
                yield f"The rows of {dropped.name.name} do not come back: take them from a backup."
            case c.AlterColumn(before=column, table=table, cast=Cast.RISKY):
                yield f"Values of {table.name}.{column.name} that the new type could not hold do not come back as they were."
            case c.AlterEnum() if change.removed:
                yield f"Which rows held {', '.join(change.removed)} is not known any more."
            case c.AddColumn(column=column, table=table):
                yield f"What has been written to {table.name}.{column.name} since is lost."
            case c.CreateTable(table=created):
                yield f"The rows that have come into {created.name.name} since are lost."
            case c.Backfill(verb=verb, tables=tables):
                yield f"{verb} of {', '.join(t.name for t in tables)} is not undone: take the rows from a backup."
            case c.Opaque(summary=summary):
                yield f"Not undone, since it could not be read: {summary}"
            case _:
                pass
