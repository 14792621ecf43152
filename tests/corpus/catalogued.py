"""The database that the replay of a history has built, beside the catalogue of the server that has run it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from corpus.databases import CannotRun, Server
from corpus.pending import built
from refract.analysis import analyse, open_project
from refract.baseline import load_migrations
from refract.workspace import CannotAnalyse, ProjectFiles


@frozen
class Catalogued:
    """What differs, a line for each fact. `not_followed` are the statements that Refract counts as such."""

    verdict: str
    differences: tuple[str, ...] = ()
    not_followed: tuple[str, ...] = ()
    detail: str = ""
    provider: str = ""


def compare_catalogue(files: ProjectFiles, servers: Mapping[str, Server]) -> Catalogued:
    """The comparison for a project on disk: equal, different, or different where not all was followed."""
    try:
        found = analyse(open_project(files))
    except CannotAnalyse as error:
        return Catalogued("cannot-analyse", detail=str(error))
    baseline, provider = found.snapshot.baseline, found.lowered.provider.name
    if baseline.kind != "migrations" or provider not in servers:
        return Catalogued("no-server", provider=provider)
    history = load_migrations(found.snapshot.files.migrations).migrations
    try:
        with built(servers[provider], history) as database:
            lines = tuple(database.differences(baseline.database, history))
    except CannotRun as error:
        return Catalogued("not-run", detail=str(error), provider=provider)
    left = tuple(f"{x.summary} ({x.reason.value})" for x in baseline.not_followed)
    different = "different where not all was followed" if left else "different"
    return Catalogued(different if lines else "equal", lines, left, provider=provider)
