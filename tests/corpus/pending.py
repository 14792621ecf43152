"""The pending change that Refract shows, beside what Prisma's own engine says of the database that the history builds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from attrs import frozen

from corpus.databases import EMPTY, CannotRun, Database, Server
from refract.analysis import Analysis, analyse, open_project
from refract.baseline import Migration, load_migrations
from refract.sql.writer import write_script
from refract.workspace import CannotAnalyse
from refract.workspace.projects import ProjectFiles

_COMMENT = re.compile(r"^[ \t]*--[^\n]*|/\*.*?\*/", re.MULTILINE | re.DOTALL)


@frozen
class Compared:
    """One comparison. `verdict` is one of VERDICTS; `detail` is why nothing could be compared, or what remained."""

    verdict: str
    refract: str = ""
    prisma: str = ""
    detail: str = ""
    not_followed: int = 0


VERDICTS = {
    "same": "the same statements",
    "equivalent": "other statements that lead to the same database",
    "superfluous": "Refract shows a change where Prisma finds none",
    "missed": "Prisma finds a change where Refract shows none",
    "wrong": "Refract's statements leave a difference, or fail",
    "not-run": "the real server refuses the history, or Prisma the schema",
    "no-oracle": "no server and engine for this provider here",
    "no-migrations": "Refract compares with something else: there is no database to compare with",
    "cannot-analyse": "Refract does not analyse the project",
    "crash": "an exception",
}


def compare_pending(files: ProjectFiles, servers: Mapping[str, Server]) -> Compared:
    """The comparison for a project on disk."""
    try:
        found = analyse(open_project(files))
    except CannotAnalyse as error:
        return Compared("cannot-analyse", detail=str(error))
    except Exception as error:
        return Compared("crash", detail=f"{type(error).__name__}: {error}")
    return compare_analysis(found, load_migrations(found.snapshot.files.migrations).migrations, servers)


def compare_analysis(found: Analysis, history: tuple[Migration, ...], servers: Mapping[str, Server]) -> Compared:
    """The comparison for what has been analysed."""
    baseline = found.snapshot.baseline
    refract = write_script(found.diff, baseline.database, found.database)
    server = servers.get(found.lowered.provider.name)
    if baseline.kind != "migrations":
        return Compared("no-migrations", refract, detail=baseline.detail)
    if server is None:
        return Compared("no-oracle", refract, not_followed=len(baseline.opaque))
    try:
        with _database(server, history) as database:
            prisma = database.prisma(found.snapshot.tree)
            verdict, detail = _judged(refract, prisma, database, found)
    except CannotRun as error:
        return Compared("not-run", refract, detail=str(error), not_followed=len(baseline.opaque))
    return Compared(verdict, refract, prisma, detail, len(baseline.opaque))


def statements(script: str) -> tuple[str, ...]:
    """The statements of a script in any order, without comments and spaces."""
    plain = _COMMENT.sub("", script)
    return tuple(sorted(" ".join(part.split()) for part in plain.split(";") if part.strip()))


def _judged(refract: str, prisma: str, database: Database, found: Analysis) -> tuple[str, str]:
    if statements(refract) == statements(prisma):
        return "same", ""
    if not statements(prisma):
        return "superfluous", ""
    if not statements(refract):
        return "missed", ""
    with _twin(database) as twin:
        try:
            twin.run(refract)
        except CannotRun as error:
            return "wrong", f"the server refuses it: {error}"
        left = twin.prisma(found.snapshot.tree)
    return ("wrong", left) if left != EMPTY and statements(left) else ("equivalent", "")


@contextmanager
def _database(server: Server, history: tuple[Migration, ...]) -> Iterator[Database]:
    database = server.database(history)
    try:
        yield database
    finally:
        database.drop()


@contextmanager
def _twin(database: Database) -> Iterator[Database]:
    twin = database.twin()
    try:
        yield twin
    finally:
        twin.drop()
