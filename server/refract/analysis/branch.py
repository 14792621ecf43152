"""Compares the migrations here with those of the base branch, and finds what each new one does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath

from attrs import evolve, field, frozen

from refract import git
from refract.analysis.baseline_choice import commit_of, schema_at
from refract.analysis.squash import with_squash
from refract.baseline import (
    Baseline,
    History,
    Migration,
    MigrationFolder,
    compare_histories,
    lock_mismatch,
    migrations_of,
    replay,
    rollback_files,
)
from refract.baseline.folder import is_migration_file, migration_name
from refract.diff import Diff, named_alike, probable_renames
from refract.lowering import lower
from refract.providers import Provider
from refract.reading import read_text
from refract.rules.kit.context import JudgedMigration, RollbackScripts
from refract.schema.changes import (
    AddColumn,
    Backfill,
    Change,
    CreateTable,
    DropColumn,
    DropTable,
    NotFollowed,
    Statement,
    tables_of,
)
from refract.schema.model import Database, QualifiedName
from refract.syntax import SchemaTree
from refract.workspace.projects import ProjectFiles


@frozen(eq=False)
class NewMigration:
    """A migration that the base does not have: the database before and after it, and what it changes.

    `fresh` are the tables that new migrations before it have made, `not_followed` the statements of all migrations
    before it whose effect is not known.
    `text` is the exact file, line ends and byte-order mark included: offsets count in it.
    """

    judged: JudgedMigration
    source: Migration
    fresh: frozenset[QualifiedName]
    text: str = field(repr=False)
    before: Database = field(repr=False)
    after: Database = field(repr=False)
    diff: Diff = field(repr=False)
    not_followed: tuple[NotFollowed, ...] = field(default=(), repr=False)


@frozen(eq=False, slots=False)
class Deployed:
    """Reads the schema at a commit when it is first wanted: what running code was built from."""

    commit: git.Commit | None
    path: str | None

    def __call__(self) -> SchemaTree | None:
        """The schema; None if there is none, or git fails."""
        return self._tree if not isinstance(self._tree, git.Unavailable) else None

    def failure(self) -> git.Unavailable | None:
        """Why git could not read the schema, if anything wanted it."""
        found = self.__dict__.get("_tree")
        return found if isinstance(found, git.Unavailable) else None

    @cached_property
    def _tree(self) -> SchemaTree | git.Unavailable | None:
        if not self.commit or not self.path:
            return None
        try:
            return _schema_of(self.commit, self.path)
        except _NoSchema as none:
            return none.failure


class _NoSchema(Exception):
    """There is no schema at a commit, or git failed to read it."""

    def __init__(self, failure: git.Unavailable | None) -> None:
        super().__init__()
        self.failure = failure


@lru_cache(maxsize=8)  # a commit stays the same; a failure may not, and is not kept
def _schema_of(commit: git.Commit, path: str) -> SchemaTree:
    found = schema_at(commit, path)
    if not isinstance(found, SchemaTree):
        raise _NoSchema(found)
    return found


@frozen(eq=False)
class Branch:
    """The migrations of this branch. `database` is what all migrations here build, where any of them is new.
    `deployed` reads the schema at the commit `fork` that this branch began from: what running code was built from; there
    is none without git.
    """

    history: History
    migrations: tuple[NewMigration, ...]
    database: Database | None = field(repr=False)
    deployed: Deployed = field(repr=False)
    fork: git.Commit | None = field(repr=False)
    _ends: _Ends = field(repr=False)

    def deployed_database(self) -> Database | None:
        """The database that the schema of running code describes."""
        tree = self.deployed()
        return _database_of(tree) if tree else None

    def holds(self, path: str) -> bool:
        """Whether `path` is one of the migrations here."""
        return any(migration.path == path for migration in self._ends.here.migrations)

    @property
    def tip(self) -> git.Commit | None:
        """The newest commit of the base; None without git."""
        return self._ends.commit

    def changes_on(self, commit: git.Commit, provider: Provider) -> Mapping[str, tuple[Change, ...]]:
        """What the migrations at a commit change that neither this branch nor its base has, by name, the same SQL under
        another name included. Nothing if that commit has a new migration of this branch: its own follow that one.
        """
        here, tip = self._ends.here, self._ends.tip
        there = _at(commit, self._ends.folder, here)
        if isinstance(there, git.Unavailable) or any(self.history.is_new(m.name) for m in there.migrations):
            return {}
        known = {m.checksum for m in (*here.migrations, *tip.migrations)}
        history = compare_histories(here, tip, there, commit.name)
        theirs = tuple(m for m in history.theirs if m.checksum not in known)
        return _theirs(there, evolve(history, theirs=theirs), provider)

    @property
    def here(self) -> tuple[Migration, ...]:
        """The migrations here."""
        return self._ends.here.migrations

    def rewritten(self, path: str, text: str, provider: Provider) -> Branch:
        """The branch with the text of one migration while it is being edited. Costs what follows that migration."""
        return self._with(_rewritten(self._ends.here.migrations, path, text), provider)

    def extended(self, path: str, text: str, provider: Provider) -> Branch:
        """The branch with one more migration, at the place that its name has among the others."""
        return self._with(_extended(self._ends.here.migrations, _migration(path, text)), provider)

    def _with(self, migrations: Iterable[Migration], provider: Provider) -> Branch:
        here = evolve(self._ends.here, migrations=tuple(migrations))
        return _compared(evolve(self._ends, here=here), provider, self.deployed, self.fork, self)


@frozen(eq=False)
class _Ends:
    """The migrations here, at the commit that this branch began from, and at the newest commit of its base, with that
    commit, what it is called, and the folder of the migrations in git.
    """

    here: MigrationFolder
    fork: MigrationFolder
    tip: MigrationFolder
    base: str
    commit: git.Commit | None = None
    folder: str = ""


def read_branch(
    files: ProjectFiles, provider: Provider, base: str | None, here: MigrationFolder | None
) -> Branch | git.Unavailable | None:
    """The migrations `here`, in the work tree, against those at `base` (default: the branch that work here is merged
    into).

    None if there are no migrations here; what git failed to read is a failure, and why nothing shows which of them are
    new is none. Raises CannotAnalyse when `base` is not a revision that git knows.
    """
    if here is None or lock_mismatch(here, provider):
        return None
    ends = _ends(files, base)
    if isinstance(ends, git.Unavailable):
        return ends
    return _branch(files, provider, here, *ends)


def branch_of_one(path: str, text: str, baseline: Baseline, provider: Provider) -> Branch:
    """A branch whose only migration follows what the baseline has built, where nothing shows which others are new."""
    migration = _migration(path, text)
    new = evolve(read_new(migration, baseline.database, provider), not_followed=baseline.not_followed)
    folder = MigrationFolder(str(Path(path).parent), (migration,))
    changes = {migration.name: new.diff.changes}
    history = History(folder.path, "", folder.migrations, new=folder.migrations, changes=changes)
    nothing = evolve(folder, migrations=())
    return Branch(history, (new,), new.after, Deployed(None, None), None, _Ends(folder, nothing, nothing, ""))


def read_new(
    migration: Migration, before: Database, provider: Provider, fresh: frozenset[QualifiedName] = frozenset()
) -> NewMigration:
    """What one migration does to the database `before` it."""
    from refract.sql.reader import read_migration, read_statements  # noqa: PLC0415  only where a migration is new

    text = migration.data.decode("utf-8", errors="replace")
    if migration.is_too_large:
        return _unread(migration, before, fresh)
    reading = read_migration(text, migration.path, before, provider)
    statements = read_statements(text, migration.path, before, provider)
    renames = probable_renames(_lasting(reading.changes, before, reading.database), before, reading.database)
    judged = JudgedMigration(migration.name, migration.path, statements)
    made = Diff(reading.changes, named_alike(renames))
    return NewMigration(judged, migration, fresh, text, before, reading.database, made)


def _unread(migration: Migration, before: Database, fresh: frozenset[QualifiedName]) -> NewMigration:
    """A migration that is too large to be read: one statement that was not followed."""
    from refract.sql.reader import unread_statement  # noqa: PLC0415  only where a migration is new

    statement = unread_statement(migration.name, migration.path)
    judged = JudgedMigration(migration.name, migration.path, (statement,))
    return NewMigration(judged, migration, fresh, "", before, before, Diff(statement.changes))


def with_rollback(new: NewMigration, scripts: Iterable[tuple[str, str]], provider: Provider) -> NewMigration:
    """A migration with the files (path, SQL) that are to undo it."""
    from refract.sql.reader import read_migration, read_statements  # noqa: PLC0415  only where there is such a file

    database, files, statements = new.after, list[str](), list[Statement]()
    for path, text in scripts:
        files.append(path)
        statements += read_statements(text, path, database, provider)
        database = read_migration(text, path, database, provider).database
    rollback = RollbackScripts(tuple(files), tuple(statements), database) if files else None
    return evolve(new, judged=evolve(new.judged, rollback=rollback))


def _scripts(migration: Migration) -> Iterator[tuple[str, str]]:
    for path in rollback_files(Path(migration.path)):
        text = read_text(path)
        if isinstance(text, str):
            yield str(path), text


def _lasting(changes: Iterable[Change], before: Database, after: Database) -> tuple[Change, ...]:
    """The changes of SQL that could be halves of a rename that was meant: what they drop existed before, what they add
    exists in the end, and no statement has moved the rows of that table.
    """
    all_changes = tuple(changes)
    moved = {table for change in all_changes if isinstance(change, Backfill) for table in change.tables}
    return tuple(
        change for change in all_changes if _lasts(change, before, after) and moved.isdisjoint(tables_of(change))
    )


def _lasts(change: Change, before: Database, after: Database) -> bool:
    if isinstance(change, DropColumn | AddColumn):
        table = (before if isinstance(change, DropColumn) else after).tables.get(change.table)
        return table is not None and table.column(change.column.name) is not None
    if isinstance(change, DropTable | CreateTable):
        return change.table.name in (before if isinstance(change, DropTable) else after).tables
    return True


def _ends(files: ProjectFiles, base: str | None) -> tuple[git.Commit, git.Commit] | git.Unavailable:
    """The commit that the work here began from, and the newest one of the branch that it is merged into."""
    if base is not None:
        tip: git.Commit | git.Unavailable = commit_of(files.schema, base)
    else:
        repository = git.repository(files.schema)
        tip = repository if isinstance(repository, git.Unavailable) else git.default_base(repository)
    if isinstance(tip, git.Unavailable):
        return tip
    head = git.commit(tip.repository, "HEAD")
    if isinstance(head, git.Unavailable):
        return head if head.is_failure else (tip, tip)
    fork = tip if head.hash == tip.hash else git.merge_base(head, tip)
    if isinstance(fork, git.Unavailable):
        return fork if fork.is_failure else (tip, tip)
    return fork, tip


def _branch(
    files: ProjectFiles, provider: Provider, here: MigrationFolder, fork: git.Commit, tip: git.Commit
) -> Branch | git.Unavailable:
    folder = tip.repository.relative(files.migrations)
    if folder is None:
        return git.Unavailable("the migrations are outside the repository")
    at_fork = _at(fork, folder, here)
    if isinstance(at_fork, git.Unavailable):
        return at_fork
    at_tip = at_fork if fork.hash == tip.hash else _at(tip, folder, here)
    if isinstance(at_tip, git.Unavailable):
        return at_tip
    if not at_fork.migrations and not at_tip.migrations:  # a project that the base has never had: nothing is deployed
        return git.Unavailable(f"{tip.name} has no migrations of this project")
    deployed = Deployed(fork, fork.repository.relative(files.schema))
    return _compared(_Ends(here, at_fork, at_tip, tip.name, tip, folder), provider, deployed, fork, None)


def _compared(
    ends: _Ends,
    provider: Provider,
    deployed: Deployed,
    fork: git.Commit | None,
    previous: Branch | None,
) -> Branch:
    history = with_squash(compare_histories(ends.here, ends.fork, ends.tip, ends.base), ends.fork, ends.here, provider)
    known = {m.judged.path: m for m in previous.migrations} if previous else {}
    migrations, database = _new(ends.here, history, provider, known)
    theirs = (
        {m.name: previous.history.changes[m.name] for m in history.theirs}
        if previous
        else _theirs(ends.tip, history, provider)
    )
    changes = {m.judged.name: m.diff.changes for m in migrations} | dict(theirs)
    judged = tuple(m for m in migrations if m.judged.name not in history.rewritten)
    return Branch(evolve(history, changes=changes), judged, database, deployed, fork, ends)


def _rewritten(migrations: Iterable[Migration], path: str, text: str) -> Iterator[Migration]:
    for migration in migrations:
        if migration.path != path:
            yield migration
            continue
        data = text.encode("utf-8", errors="surrogateescape")
        yield evolve(migration, data=data, checksum=sha256(data).hexdigest())


def _migration(path: str, text: str) -> Migration:
    data = text.encode("utf-8", errors="surrogateescape")
    return Migration(migration_name(path), path, data, sha256(data).hexdigest())


def _extended(migrations: tuple[Migration, ...], new: Migration) -> Iterator[Migration]:
    yield from (m for m in migrations if m.name <= new.name)
    yield new
    yield from (m for m in migrations if m.name > new.name)


def _at(commit: git.Commit, folder: str, here: MigrationFolder) -> MigrationFolder | git.Unavailable:
    """The migrations at a commit. Files that are the same as here are not read again."""
    hashes = git.blobs_at(commit, folder)
    if isinstance(hashes, git.Unavailable):
        return hashes
    root = PurePosixPath(folder)
    wanted = {PurePosixPath(name).relative_to(root).as_posix(): (name, blob) for name, blob in hashes.items()}
    same = {m.file: m.data for m in here.migrations}
    known = {key: data for key, data in same.items() if key in wanted and git.blob_hash(data) == wanted[key][1]}
    unread = {m.file for m in here.migrations if not m.is_read}
    left_out = known.keys() | unread
    other = {name: key for key, (name, _) in wanted.items() if key not in left_out and is_migration_file(key)}
    read = git.read_at(commit, other)
    if isinstance(read, git.Unavailable):
        return read
    not_read = dict.fromkeys(unread & wanted.keys())
    found = migrations_of(not_read | known | {other[name]: data for name, data in read.items()}, here.path)
    return evolve(found, shadow_sql=here.shadow_sql)


def _new(
    here: MigrationFolder, history: History, provider: Provider, known: Mapping[str, NewMigration]
) -> tuple[tuple[NewMigration, ...], Database | None]:
    """The new migrations, and the database that all migrations build. `known` are the same before an edit."""
    if not history.new:
        return (), None
    first = next(at for at, migration in enumerate(here.migrations) if history.is_new(migration.name))
    start = known.get(here.migrations[first].path)
    database, not_followed = (start.before, start.not_followed) if start else _built(here, provider, first)
    found = []
    fresh: frozenset[QualifiedName] = frozenset()
    for migration in here.migrations[first:]:
        new = known.get(migration.path)
        if new is None or new.source is not migration or new.before is not database:
            new = evolve(read_new(migration, database, provider, fresh), not_followed=not_followed)
            if history.is_new(migration.name):
                new = with_rollback(new, _scripts(migration), provider)
        database = new.after
        not_followed += tuple(change for change in new.diff.changes if isinstance(change, NotFollowed))
        if history.is_new(migration.name):
            found.append(new)
            fresh |= {change.table.name for change in new.diff.changes if isinstance(change, CreateTable)}
    return tuple(found), database


def _built(here: MigrationFolder, provider: Provider, upto: int) -> tuple[Database, tuple[NotFollowed, ...]]:
    before = replay(here, provider, upto)
    return before.database, before.not_followed


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


@lru_cache(maxsize=8)  # called at each key while a removal is pending
def _database_of(tree: SchemaTree) -> Database:
    return lower(tree).database
