"""The sides of a comparison as the command line names them: PATH, `migrations:DIR`, `git:REV[:PATH]`, `empty`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from attrs import evolve, frozen

from refract import git
from refract.analysis.baseline_choice import (
    baseline_for,
    commit_of,
    empty,
    external,
    migrations_at,
    migrations_here,
    replayed,
    schema_at,
)
from refract.analysis.half_typed import ReadSchema, read_half_typed
from refract.analysis.snapshot import prisma_of, read_schema
from refract.baseline import Baseline, MigrationFolder, load_migrations
from refract.diff import Diff, diff
from refract.providers import Provider, provider
from refract.providers.versions import Version
from refract.reading import exists
from refract.schema.model import Database
from refract.syntax import SchemaTree
from refract.text import Problem
from refract.wording import short_path
from refract.workspace.discovery import find_projects
from refract.workspace.failure import CannotAnalyse
from refract.workspace.migration_folders import holds_migrations
from refract.workspace.prisma_version import prisma_version
from refract.workspace.projects import ProjectFiles


@frozen(eq=False)
class Comparison:
    """Two databases and what leads from one to the other.

    `trees` are the schemas among the sides, `history` the names of the migrations, oldest first.
    """

    before: Database
    after: Database
    diff: Diff
    history: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    trees: tuple[SchemaTree, ...] = ()


@frozen
class _Pending:
    """The side that is the baseline of a project: known when the other side's provider is."""

    files: ProjectFiles


@frozen
class _Empty:
    """A side without anything in it."""


_Side = ReadSchema | _Pending | MigrationFolder | _Empty


def compare(source: str | None, target: str | None, here: Callable[[], ProjectFiles]) -> Comparison:
    """What leads from `source` to `target`; None means the baseline and the schema of the project `here`.

    Raises CannotAnalyse when a side does not exist, or when the sides are of two kinds of database.
    """
    first = _Pending(here()) if source is None else _side(source, here)
    second = _schema_of(here()) if target is None else _side(target, here)
    chosen = _provider_of_both(first, second)
    baselines = [_baseline(side, chosen) for side in (first, second)]
    before, after = baselines[0].database, baselines[1].database
    if isinstance(first, ReadSchema):
        before = first.settled.complete(before, after)
    if isinstance(second, ReadSchema):
        after = second.settled.complete(after, before)
    schemas = [side for side in (first, second) if isinstance(side, ReadSchema)]
    problems = [p for b in baselines for p in b.problems] + [p for schema in schemas for p in schema.problems]
    return Comparison(
        before,
        after,
        diff(before, after),
        next((names for names in map(_names, (first, second)) if names), ()),
        tuple(problems),
        tuple(schema.settled.source for schema in schemas),
    )


def _side(text: str, here: Callable[[], ProjectFiles]) -> _Side:
    kind, colon, rest = text.partition(":")
    if text == "empty":
        return _Empty()
    if colon and kind == "migrations":
        return _migrations(Path(rest))
    if colon and kind == "git":
        revision, _, path = rest.partition(":")
        return _at_revision(revision, path, here)
    return _schema(Path(text))


def _migrations(folder: Path) -> MigrationFolder:
    if not holds_migrations(folder):
        raise CannotAnalyse(
            f"{folder} is not a migrations folder (one folder with a migration.sql for each migration)."
        )
    return load_migrations(folder)


def _schema(path: Path) -> ReadSchema:
    if not exists(path):
        raise CannotAnalyse(
            f"{short_path(path)} does not exist. Pass a schema, migrations:DIR, git:REV[:PATH] or empty."
        )
    projects = find_projects(path)
    if len(projects) != 1:
        found = "no schema" if not projects else f"{len(projects)} schemas"
        raise CannotAnalyse(f"{path} has {found}. Pass the path of one schema file or folder.")
    return _schema_of(projects[0])


def _at_revision(revision: str, path: str, here: Callable[[], ProjectFiles]) -> ReadSchema | MigrationFolder:
    if not path:
        files = here()
        commit = commit_of(files.schema, revision)
        candidates, prisma = [commit.repository.relative(files.schema)], prisma_of(files)
    else:
        commit = commit_of(Path.cwd(), revision)
        candidates = [commit.repository.relative(Path(os.path.normpath(Path.cwd() / path))), os.path.normpath(path)]
        prisma = prisma_version(Path.cwd())
    for candidate in candidates:
        found = None if candidate is None else _side_in(commit, candidate, prisma)
        if found is not None:
            return found
    raise CannotAnalyse(f"Found neither a schema nor migrations at {revision}:{path or candidates[0]}.")


def _side_in(commit: git.Commit, path: str, prisma: Version | None) -> ReadSchema | MigrationFolder | None:
    found = schema_at(commit, path) or migrations_at(commit, path)
    if isinstance(found, git.Unavailable):
        raise CannotAnalyse(f"Cannot read {path} at {commit.name}: {found.reason}.")
    return _of_tree(found, prisma) if isinstance(found, SchemaTree) else found


def _schema_of(files: ProjectFiles) -> ReadSchema:
    tree, unreadable = read_schema(files)
    found = _of_tree(tree, prisma_of(files), unreadable)
    database = evolve(found.lowered.database, external=external(files, found.lowered.provider))
    return evolve(found, lowered=evolve(found.lowered, database=database))


def _of_tree(tree: SchemaTree, prisma: Version | None, unreadable: tuple[Problem, ...] = ()) -> ReadSchema:
    schema = read_half_typed(tree, prisma)
    return evolve(schema, problems=(*unreadable, *schema.problems))


def _provider_of_both(*sides: _Side) -> Provider:
    known = [found for found in map(_provider, sides) if found is not None]
    if not known:
        raise CannotAnalyse("Unknown provider. One side must be a schema or have a migration_lock.toml.")
    if known[0] is not known[-1]:
        raise CannotAnalyse(f"Cannot compare {known[0].name} with {known[-1].name}.")
    return known[0]


def _provider(side: _Side) -> Provider | None:
    if isinstance(side, ReadSchema):
        return side.lowered.provider
    if isinstance(side, MigrationFolder) and side.provider:
        return provider(side.provider)
    return None


def _baseline(side: _Side, chosen: Provider) -> Baseline:
    if isinstance(side, _Pending):
        return baseline_for(side.files, chosen, None, migrations_here(side.files), prisma_of(side.files))
    if isinstance(side, MigrationFolder):
        return replayed(side, chosen)
    if isinstance(side, ReadSchema):
        return Baseline(side.lowered.database, "git", "the schema")
    return empty(chosen, "an empty database")


def _names(side: _Side) -> tuple[str, ...]:
    if isinstance(side, _Pending):
        return _names(load_migrations(side.files.migrations)) if holds_migrations(side.files.migrations) else ()
    return tuple(migration.name for migration in side.migrations) if isinstance(side, MigrationFolder) else ()
