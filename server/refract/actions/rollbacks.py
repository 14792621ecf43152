"""The rollback of one migration: the exact inverse of what it built, checked by replaying it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from refract.analysis.baseline_choice import migrations_here
from refract.analysis.result import Analysis
from refract.baseline import Migration, replay
from refract.baseline.folder import rollback_paths
from refract.escaping import sql_comment
from refract.rendering.losses import loss_sentence
from refract.schema.changes import Change, tables_of
from refract.schema.model import Database, QualifiedName
from refract.sql.hidden_parts import hidden_parts_undone
from refract.sql.programs import programs_undone
from refract.sql.reader import read_migration, read_statements
from refract.sql.rollback import Loss, LossKind, NoRollback, losses, lost_by_undoing, lost_since, rollback_texts
from refract.sql.transactions import leaves_nothing
from refract.text import NewFile

__all__ = ["NoRollback", "Rollback", "rollback_of"]


@frozen
class Rollback:
    """What undoes a migration: files to run in order, and what they do not bring back. `endangered` are the tables from
    which they take what has been written since. `if_failed` are the files to run when the migration has failed: none if
    the database then keeps nothing of it.
    """

    migration: str
    files: tuple[NewFile, ...]
    lost: tuple[Loss, ...]
    endangered: tuple[QualifiedName, ...] = ()
    if_failed: tuple[NewFile, ...] = ()


def rollback_of(analysis: Analysis, name: str | None) -> Rollback:
    """The rollback of migration `name` (default: the newest). Raises NoRollback."""
    folder = migrations_here(analysis.snapshot.files)
    if folder is None or not folder.migrations:
        raise NoRollback("There are no migrations.")
    names = [m.name for m in folder.migrations]
    if name is not None and name not in names:
        raise NoRollback(f"No migration is called {name!r}. The newest is {names[-1]}.")
    at = len(names) - 1 if name is None else names.index(name)
    return rollback_to(folder.migrations[at], replay(folder, analysis.lowered.provider, at).database, analysis)


def rollback_to(migration: Migration, before: Database, analysis: Analysis) -> Rollback:
    """The rollback from a migration to the database `before` it. Raises NoRollback."""
    provider = analysis.lowered.provider
    reading = read_migration(migration.sql, migration.path, before, provider)
    statements = read_statements(migration.sql, migration.path, before, provider)
    programs = programs_undone(migration.sql, provider)
    hidden = hidden_parts_undone(statements, migration.sql, before, reading.database, provider)
    left = (Loss(LossKind.STATEMENT, text) for text in (*programs.left, *hidden.left))
    undoing = lost_by_undoing(reading.changes, before, reading.database)
    lost = tuple(dict.fromkeys((*losses(reading.changes), *undoing, *left)))
    sentences = tuple(map(loss_sentence, lost))
    try:
        texts = rollback_texts(
            reading.changes,
            before,
            reading.database,
            provider,
            analysis.versions,
            (*programs.drop, *hidden.first),
            hidden.last,
        )
    except NoRollback as error:
        raise NoRollback(" ".join((f"Cannot roll back {migration.name}: {error}", *sentences))) from error
    head = "".join(map(sql_comment, (f"Undoes {migration.name}.", *sentences))) + "\n"
    files = tuple(
        NewFile(str(path), head + text)
        for path, text in zip(rollback_paths(Path(migration.path), len(texts)), texts, strict=True)
    )
    is_rolled_back = leaves_nothing(statements, migration.sql, provider.name, analysis.snapshot.prisma)
    endangered = tuple(dict.fromkeys(_endangered(reading.changes)))
    return Rollback(migration.name, files, lost, endangered, () if is_rolled_back else files)


def _endangered(changes: Iterable[Change]) -> Iterator[QualifiedName]:
    for change in changes:
        if any(lost_since(change)):
            yield from tables_of(change)
