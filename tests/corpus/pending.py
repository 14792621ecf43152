"""The pending change that Refract shows, beside what Prisma's own engine says of the database that the history builds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from attrs import evolve, frozen

from corpus.databases import EMPTY, CannotRun, Database, NoEngine, Server
from refract.analysis import Analysis, analyse, open_project
from refract.baseline import Migration, load_migrations
from refract.sql.writer import write_script
from refract.workspace import CannotAnalyse
from refract.workspace.projects import ProjectFiles

_COMMENT = re.compile(r"^[ \t]*--[^\n]*|/\*.*?\*/", re.MULTILINE | re.DOTALL)


_FAULTS = ("superfluous", "missed", "wrong")
_UNFOLLOWED = "unfollowed-history"


@frozen
class Compared:
    """One comparison. `verdict` is one of VERDICTS; `detail` is why nothing could be compared, or what remained."""

    verdict: str
    refract: str = ""
    prisma: str = ""
    detail: str = ""
    not_followed: int = 0
    provider: str = ""


VERDICTS = {
    "same": "the same statements",
    "equivalent": "other statements that lead to the same database",
    "superfluous": "Refract shows a change where Prisma finds none",
    "missed": "Prisma finds a change where Refract shows none",
    "wrong": "Refract's statements leave a difference, or fail",
    "refused": "the server refuses Refract's statements and Prisma's for the same reason",
    "uncertain": "one of the last three, but a finding says that the history of what changes was not followed",
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
    baseline, provider = found.snapshot.baseline, found.lowered.provider.name
    refract = write_script(found.diff, baseline.database, found.database)
    plain = Compared("no-oracle", refract, not_followed=len(baseline.not_followed), provider=provider)
    if baseline.kind != "migrations":
        return evolve(plain, verdict="no-migrations", detail=baseline.detail)
    if provider not in servers:
        return plain
    try:
        with built(servers[provider], history) as database:
            prisma = database.prisma(found.snapshot.tree)
            verdict, detail = _judged(refract, prisma, database, found)
            verdict = "uncertain" if verdict in _FAULTS and _is_said(found) else verdict
    except NoEngine:
        return plain
    except CannotRun as error:
        return evolve(plain, verdict="not-run", detail=str(error))
    return evolve(plain, verdict=verdict, prisma=prisma, detail=detail)


def _is_said(found: Analysis) -> bool:
    return any(finding.rule == _UNFOLLOWED for finding in found.findings)


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
    with copied(database) as twin:
        try:
            twin.run(refract)
        except CannotRun as error:
            same = _refusal(prisma, database) == str(error)
            return ("refused" if same else "wrong"), f"the server refuses it: {error}"
        left = twin.prisma(found.snapshot.tree)
    return ("wrong", left) if left != EMPTY and statements(left) else ("equivalent", "")


def _refusal(script: str, database: Database) -> str:
    """Why the server refuses a script; empty if it does not."""
    with copied(database) as twin:
        try:
            twin.run(script)
        except CannotRun as error:
            return str(error)
    return ""


@contextmanager
def built(server: Server, history: tuple[Migration, ...]) -> Iterator[Database]:
    """The database that a history builds, for as long as the block runs. Raises CannotRun."""
    database = server.database(history)
    try:
        yield database
    finally:
        database.drop()


@contextmanager
def copied(database: Database) -> Iterator[Database]:
    """A copy of a database, for as long as the block runs."""
    twin = database.twin()
    try:
        yield twin
    finally:
        twin.drop()
