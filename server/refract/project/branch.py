"""How the migrations here stand against those of the branch that they go to, and what each new one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import PurePosixPath

from attrs import evolve, field, frozen

from refract import git
from refract.baseline import (
    History,
    Migration,
    MigrationFolder,
    compare_histories,
    load_migrations,
    migrations_of,
    replay,
)
from refract.diff import Diff, probable_renames
from refract.lowering import lower
from refract.project.baselines import commit_of, schema_at
from refract.project.files import ProjectFiles, holds_migrations
from refract.providers import Provider
from refract.rules.base import JudgedMigration
from refract.schema.changes import Change, CreateTable
from refract.schema.model import Database, QualifiedName


@frozen(eq=False)
class NewMigration:
    """A migration that the base does not have: the database before and after it, and what it changes.

    `fresh` are the tables that new migrations before it have made.
    `text` is the file as it is, line ends and byte-order mark included: offsets count in it.
    """

    judged: JudgedMigration
    fresh: frozenset[QualifiedName]
    text: str = field(repr=False)
    before: Database = field(repr=False)
    after: Database = field(repr=False)
    diff: Diff = field(repr=False)


@frozen(eq=False)
class Branch:
    """The migrations of this branch. `deployed` reads the database that the schema at the base asks for."""

    history: History
    migrations: tuple[NewMigration, ...]
    deployed: Callable[[], Database | None] = field(repr=False)


def read_branch(files: ProjectFiles, provider: Provider, base: str | None) -> Branch | None:
    """The migrations here against those at `base` (default: the branch that work here goes to).

    None where there are no migrations, or no git that could tell which of them are new.
    Raises CannotAnalyse when `base` is no revision that git knows.
    """
    if not holds_migrations(files.migrations):
        return None
    ends = _ends(files, base)
    return None if ends is None else _branch(files, provider, *ends)


def read_new(
    migration: Migration, before: Database, provider: Provider, fresh: frozenset[QualifiedName] = frozenset()
) -> NewMigration:
    """What one migration does to the database `before` it."""
    from refract.sql.reader import read_migration, read_statements  # noqa: PLC0415  only where a migration is new

    text = migration.data.decode("utf-8", errors="replace")
    reading = read_migration(text, migration.path, before, provider)
    statements = read_statements(text, migration.path, before, provider)
    renames = probable_renames(reading.changes, before, reading.database)
    judged = JudgedMigration(migration.name, migration.path, statements)
    return NewMigration(judged, fresh, text, before, reading.database, Diff(reading.changes, renames))


def _ends(files: ProjectFiles, base: str | None) -> tuple[git.Commit, git.Commit] | None:
    """The commit that the work here began from, and the newest one of the branch that it goes to."""
    if base is not None:
        tip: git.Commit | git.Unavailable = commit_of(files.schema, base)
    else:
        repository = git.repository(files.schema)
        tip = repository if isinstance(repository, git.Unavailable) else git.default_base(repository)
    if isinstance(tip, git.Unavailable):
        return None
    head = git.commit(tip.repository, "HEAD")
    if isinstance(head, git.Unavailable) or head.hash == tip.hash:
        return tip, tip
    fork = git.merge_base(head, tip)
    return (tip, tip) if isinstance(fork, git.Unavailable) else (fork, tip)


def _branch(files: ProjectFiles, provider: Provider, fork: git.Commit, tip: git.Commit) -> Branch | None:
    folder = tip.repository.relative(files.migrations)
    if folder is None:
        return None
    here = load_migrations(files.migrations)
    at_fork = _at(fork, folder, here)
    at_tip = at_fork if fork.hash == tip.hash else _at(tip, folder, here)
    history = compare_histories(here, at_fork, at_tip, tip.name)
    migrations = _new(here, history, provider)
    changes = {m.judged.name: m.diff.changes for m in migrations} | dict(_theirs(at_tip, history, provider))
    return Branch(evolve(history, changes=changes), migrations, _deployed(files, fork))


def _at(commit: git.Commit, folder: str, here: MigrationFolder) -> MigrationFolder:
    """The migrations at a commit. Files that are the same as here are not read again."""
    hashes = git.blobs_at(commit, folder)
    if isinstance(hashes, git.Unavailable):
        return MigrationFolder(here.path, ())
    root = PurePosixPath(folder)
    wanted = {PurePosixPath(name).relative_to(root).as_posix(): (name, blob) for name, blob in hashes.items()}
    same = {f"{m.name}/migration.sql": m.data for m in here.migrations}
    known = {key: data for key, data in same.items() if key in wanted and git.blob_hash(data) == wanted[key][1]}
    other = {name: key for key, (name, _) in wanted.items() if key not in known and key.endswith("/migration.sql")}
    read = git.read_at(commit, other)
    contents = {} if isinstance(read, git.Unavailable) else {other[name]: data for name, data in read.items()}
    return migrations_of(known | contents, here.path)


def _new(here: MigrationFolder, history: History, provider: Provider) -> tuple[NewMigration, ...]:
    if not history.new:
        return ()
    first = next(at for at, migration in enumerate(here.migrations) if history.is_new(migration.name))
    database = replay(here, provider, first).database
    found = []
    fresh: frozenset[QualifiedName] = frozenset()
    for migration in here.migrations[first:]:
        new = read_new(migration, database, provider, fresh)
        database = new.after
        if history.is_new(migration.name):
            found.append(new)
            fresh |= {change.table.name for change in new.diff.changes if isinstance(change, CreateTable)}
    return tuple(found)


def _theirs(tip: MigrationFolder, history: History, provider: Provider) -> Mapping[str, tuple[Change, ...]]:
    """What the migrations do that the base has and this branch has not."""
    names = {migration.name for migration in history.theirs}
    found: dict[str, tuple[Change, ...]] = {}
    if not names:
        return found
    first = next(at for at, migration in enumerate(tip.migrations) if migration.name in names)
    database = replay(tip, provider, first).database
    for migration in tip.migrations[first:]:
        new = read_new(migration, database, provider)
        database = new.after
        if migration.name in names:
            found[migration.name] = new.diff.changes
    return found


def _deployed(files: ProjectFiles, commit: git.Commit) -> Callable[[], Database | None]:
    """Reads the schema at a commit, when it is first asked for."""
    schema = commit.repository.relative(files.schema)

    @cache
    def read() -> Database | None:
        tree = schema_at(commit, schema) if schema else None
        return lower(tree).database if tree else None

    return read
