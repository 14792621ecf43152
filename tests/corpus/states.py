"""Moments in the history of a checkout: a commit that changes the schema and adds a migration.

What Refract would have written there, from the migrations before it to the schema of the commit, is compared with the
migration of the commit, and with what Prisma's own engine writes where it can be asked.
"""

from __future__ import annotations

import io
import random
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import evolve, frozen

from corpus.databases import CannotRun, Server
from corpus.pending import Compared, built, compare_pending, copied, statements
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
    """What Refract would have written in a state, and what was committed; `beside` is how those are related."""

    state: State
    committed: str
    compared: Compared
    beside: str


def moments(checkout: Path, files: ProjectFiles, servers: Mapping[str, Server], most: int) -> Iterator[Moment]:
    """A sample of the moments of a project, always the same."""
    found = list(states(checkout, files))
    chosen = found if len(found) <= most else sorted(random.Random(_SEED).sample(found, most), key=found.index)
    for state in chosen:
        moment = _moment(checkout, files, state, servers)
        if moment is not None:
            yield moment


def states(checkout: Path, files: ProjectFiles) -> Iterator[State]:
    """The commits that change the schema and add a migration, oldest first; of several migrations, the last."""
    migrations, schema = _inside(checkout, files.migrations), _inside(checkout, files.schema)
    log = _git(checkout, "log", "--reverse", "--no-merges", "--no-renames", "--format=%x00%H", "--name-status", "--",
               migrations, schema)  # fmt: skip
    for entry in log.decode(errors="replace").split("\0")[1:]:
        commit, *lines = entry.splitlines()
        changes = [line.split("\t", 1) for line in lines if "\t" in line]
        added = [path for status, path in changes if status == "A" and path.startswith(f"{migrations}/")]
        names = [path.split("/")[-2] for path in added if path.endswith(f"/{SQL_FILE}")]
        if names and any(status in "AM" and path.endswith(".prisma") for status, path in changes):
            yield State(commit, max(names))


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
        shutil.rmtree(then.migrations / own[0].name)
        compared = compare_pending(then, servers)
        return Moment(state, own[0].sql, compared, _beside(own[0].sql, compared, history[:-1], servers))


def _beside(committed: str, compared: Compared, history: tuple[Migration, ...], servers: Mapping[str, Server]) -> str:
    if _folded(committed) == _folded(compared.refract):
        return "as committed"
    server = servers.get(compared.provider)
    if server is None:
        return "not as committed"
    try:
        with built(server, history) as database, copied(database) as twin:
            database.run(committed)
            twin.run(compared.refract)
            return "to the same effect as committed" if database.catalog() == twin.catalog() else "not as committed"
    except CannotRun as error:
        return f"not as committed, and not run: {error}"[:200]


def _folded(script: str) -> tuple[str, ...]:
    """The statements; MySQL on Windows gives names of tables back in lower case."""
    return statements(re.sub(r"`[^`]*`", lambda name: name[0].lower(), script))


def _moved(files: ProjectFiles, checkout: Path, there: Path) -> ProjectFiles:
    """The project in a copy of the checkout, with the schema files that are there."""
    schema = there / files.schema.relative_to(checkout)
    place = there / files.schema.relative_to(checkout)
    found = sorted(place.rglob("*.prisma")) if place.is_dir() else [place] * place.is_file()
    root, migrations = (there / path.relative_to(checkout) for path in (files.root, files.migrations))
    return evolve(files, root=root, schema=schema, schema_files=tuple(found), migrations=migrations)


def _wanted(checkout: Path, files: ProjectFiles) -> list[str]:
    return [_inside(checkout, files.migrations), _inside(checkout, files.schema), "package.json"]


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
