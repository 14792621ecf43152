"""Moments in the history of a checkout: a commit that adds one migration and changes the schema.

What Refract would have written there, from the migrations before it to the schema of the commit, is compared with the
migration of the commit, and with what Prisma's own engine writes where it can be asked.
"""

from __future__ import annotations

import io
import random
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import evolve, frozen

from corpus.databases import Server
from corpus.pending import Compared, compare_pending, statements
from refract.baseline import Migration, load_migrations
from refract.baseline.folder import SQL_FILE
from refract.workspace.projects import ProjectFiles

_SEED = 13


@frozen
class State:
    """A commit that adds `migration` (the name of its folder)."""

    commit: str
    migration: str


@frozen
class Moment:
    """What Refract would have written in a state, and what was committed: `as_committed` if those are the same."""

    state: State
    committed: str
    compared: Compared

    @property
    def as_committed(self) -> bool:
        return statements(self.committed) == statements(self.compared.refract)


def moments(checkout: Path, files: ProjectFiles, servers: Mapping[str, Server], most: int) -> Iterator[Moment]:
    """A sample of the moments of a project, always the same."""
    found = list(states(checkout, files))
    chosen = found if len(found) <= most else sorted(random.Random(_SEED).sample(found, most), key=found.index)
    for state in chosen:
        moment = _moment(checkout, files, state, servers)
        if moment is not None:
            yield moment


def states(checkout: Path, files: ProjectFiles) -> Iterator[State]:
    """The commits that add one migration and change the schema, oldest first."""
    migrations, schema = _inside(checkout, files.migrations), _inside(checkout, _schema_place(files))
    log = _git(checkout, "log", "--reverse", "--no-merges", "--no-renames", "--format=%x00%H", "--name-status", "--",
               migrations, schema)  # fmt: skip
    for entry in log.decode(errors="replace").split("\0")[1:]:
        commit, *lines = entry.splitlines()
        changes = [line.split("\t", 1) for line in lines if "\t" in line]
        added = [path for status, path in changes if status == "A" and path.startswith(f"{migrations}/")]
        names = [path.split("/")[-2] for path in added if path.endswith(f"/{SQL_FILE}")]
        if len(names) == 1 and any(status == "M" and path.endswith(".prisma") for status, path in changes):
            yield State(commit, names[0])


def _moment(checkout: Path, files: ProjectFiles, state: State, servers: Mapping[str, Server]) -> Moment | None:
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder).resolve() / "project"
        if not _unpack(checkout, state.commit, _wanted(checkout, files), there):
            return None
        then = _moved(files, checkout, there)
        history = load_migrations(then.migrations).migrations
        own = [migration for migration in history if migration.name == state.migration]
        if not own or not then.schema_files or own[0] is not history[-1]:
            return None
        _remove(then.migrations, own[0])
        return Moment(state, own[0].sql, compare_pending(then, servers))


def _remove(migrations: Path, migration: Migration) -> None:
    (migrations / migration.name / SQL_FILE).unlink()
    (migrations / migration.name).rmdir()


def _moved(files: ProjectFiles, checkout: Path, there: Path) -> ProjectFiles:
    """The project in a copy of the checkout, with the schema files that are there."""
    schema = there / files.schema.relative_to(checkout)
    place = there / _schema_place(files).relative_to(checkout)
    found = sorted(place.rglob("*.prisma")) if place.is_dir() else [place] * place.is_file()
    root, migrations = (there / path.relative_to(checkout) for path in (files.root, files.migrations))
    return evolve(files, root=root, schema=schema, schema_files=tuple(found), migrations=migrations)


def _schema_place(files: ProjectFiles) -> Path:
    return files.schema


def _wanted(checkout: Path, files: ProjectFiles) -> list[str]:
    return [_inside(checkout, files.migrations), _inside(checkout, _schema_place(files)), "package.json"]


def _unpack(checkout: Path, commit: str, paths: list[str], to: Path) -> bool:
    there = [path for path in paths if _git(checkout, "ls-tree", "--name-only", commit, "--", path)]
    data = _git(checkout, "archive", "--format=tar", commit, "--", *there) if there[1:] else b""
    if not data:
        return False
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(to, filter="data")
    return True


def _inside(checkout: Path, path: Path) -> str:
    return path.relative_to(checkout).as_posix()


def _git(checkout: Path, *arguments: str) -> bytes:
    command = ["git", "-c", "core.quotePath=false", "-C", str(checkout), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
