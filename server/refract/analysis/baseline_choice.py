"""Picks what a schema is compared with: its migrations, else the schema at a git revision, else nothing."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from attrs import evolve, frozen

from refract import git
from refract.baseline import Baseline, MigrationFolder, load_migrations, migrations_of, replay
from refract.baseline.folder import is_migration_file
from refract.lowering import lower
from refract.providers import Provider
from refract.providers.versions import Version
from refract.reading import UnreadableFile, decode
from refract.schema.model import Database, QualifiedName
from refract.syntax import SchemaTree, parse_schema
from refract.text import Origin, Problem, Span
from refract.workspace.failure import CannotAnalyse
from refract.workspace.migration_folders import holds_migrations
from refract.workspace.projects import ProjectFiles


def migrations_here(files: ProjectFiles) -> MigrationFolder | None:
    """The migrations in the work tree; None when the project keeps none."""
    if not holds_migrations(files.migrations):
        return None
    return evolve(load_migrations(files.migrations), shadow_sql=files.shadow_sql)


def baseline_for(
    files: ProjectFiles,
    provider: Provider,
    base: str | None,
    here: MigrationFolder | None,
    prisma: Version | None,
) -> Baseline:
    """What the schema is compared with. `here` are the migrations in the work tree, `prisma` the version in use.

    The migrations in the work tree: those that are new against `base` are judged by their own SQL.
    Without any, the migrations at `base`, else the schema there (default: at the last commit), else an empty database.

    Raises CannotAnalyse when `base` is not a revision that git knows.
    """
    found = _chosen(files, provider, base, here, prisma)
    return evolve(found, database=evolve(found.database, external=external(files, provider)))


def external(files: ProjectFiles, provider: Provider) -> frozenset[QualifiedName]:
    """The tables and enums that Prisma leaves alone, by the configuration of the project."""
    names = (name.rpartition(".") for name in files.external)
    return frozenset(QualifiedName(schema or provider.default_schema, name) for schema, _, name in names)


def _chosen(
    files: ProjectFiles,
    provider: Provider,
    base: str | None,
    here: MigrationFolder | None,
    prisma: Version | None,
) -> Baseline:
    wanted = commit_of(files.schema, base) if base is not None else None
    if here is not None:
        return replayed(here, provider)
    if wanted is not None:
        return _at_commit(files, provider, wanted, prisma)
    commit = _commit(files.schema, "HEAD")
    if isinstance(commit, git.Unavailable):
        return _unread(files, provider, commit)
    return _at_commit(files, provider, commit, prisma)


def commit_of(path: Path, revision: str) -> git.Commit:
    """The commit that `revision` names in the repository of `path`. Raises CannotAnalyse."""
    commit = _commit(path, revision)
    if isinstance(commit, git.Unavailable):
        raise CannotAnalyse(f"Cannot compare with {revision}: {commit.reason}.")
    return commit


def empty(provider: Provider, detail: str) -> Baseline:
    """A baseline without anything in it."""
    return Baseline(Database(provider.name, provider.default_schema), "empty", detail)


def replayed(folder: MigrationFolder, provider: Provider, at: str = "") -> Baseline:
    """The database that the migrations build; `at` is the revision that they are of, in words."""
    baseline = replay(folder, provider)
    return evolve(baseline, detail=f"{baseline.detail}{at}") if at else baseline


def migrations_at(commit: git.Commit, folder: str) -> MigrationFolder | git.Unavailable | None:
    """The migrations in `folder` at a commit; None when there are none."""
    names = git.files_at(commit, folder)
    if isinstance(names, git.Unavailable):
        return names
    below = {name: PurePosixPath(name).relative_to(folder or ".").as_posix() for name in names}
    wanted = [name for name, key in below.items() if is_migration_file(key)]
    if not any(name.endswith(".sql") for name in wanted):
        return None
    contents = git.read_at(commit, wanted)
    if isinstance(contents, git.Unavailable):
        return contents
    relative = {below[name]: data for name, data in contents.items()}
    return migrations_of(relative, str(commit.repository.root / folder))


def schema_at(commit: git.Commit, path: str) -> SchemaTree | git.Unavailable | None:
    """The schema in the file or folder `path` at a commit; None when there is none."""
    names = git.files_at(commit, path)
    if isinstance(names, git.Unavailable):
        return names
    contents = git.read_at(commit, [name for name in names if name.endswith(".prisma")])
    if isinstance(contents, git.Unavailable):
        return contents
    if not contents:
        return None
    texts = [(f"{commit.name}:{name}", decode(data, name)) for name, data in sorted(contents.items())]
    return parse_schema([(name, text) for name, text in texts if not isinstance(text, UnreadableFile)])


def _commit(path: Path, revision: str) -> git.Commit | git.Unavailable:
    repository = git.repository(path)
    return repository if isinstance(repository, git.Unavailable) else git.commit(repository, revision)


def _at_commit(files: ProjectFiles, provider: Provider, commit: git.Commit, prisma: Version | None) -> Baseline:
    migrations = commit.repository.relative(files.migrations)
    folder = migrations_at(commit, migrations) if migrations else None
    if isinstance(folder, git.Unavailable):
        return _unread(files, provider, folder)
    if folder is not None:
        return replayed(evolve(folder, shadow_sql=files.shadow_sql), provider, f" at {commit.name}")
    schema = commit.repository.relative(files.schema)
    tree = schema_at(commit, schema) if schema else None
    if isinstance(tree, git.Unavailable):
        return _unread(files, provider, tree)
    if tree is None:
        return empty(provider, f"an empty database (no schema at {commit.name})")
    return Baseline(lower(tree, prisma=prisma).database, "git", f"the schema at {commit.name}")


def _unread(files: ProjectFiles, provider: Provider, why: git.Unavailable) -> Baseline:
    """An empty database in place of one that could not be read, with the problem if that is one."""
    found = empty(provider, f"an empty database (no migrations; {why.reason})")
    return evolve(found, problems=git_problems(files, why))


@frozen
class GitProblem(Problem):
    """git failed. It may not do so the next time, although nothing that is compared has changed."""


def git_problems(files: ProjectFiles, why: git.Unavailable | None) -> tuple[Problem, ...]:
    """The problem that git failed to read what an analysis needs. That there is no git, or nothing in it, is none."""
    if why is None or not why.is_failure:
        return ()
    message = f"The base could not be read from git: {why.reason}."
    return (GitProblem(message, Origin(str(files.schema_files[0]), "", Span(0, 0))),)
