"""What all outputs for services have in common: findings with their places, from the root of the sources."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from attrs import frozen

from refract.agents.nearest_project import home_of
from refract.analysis import Analysis
from refract.cli.places import Place, Places
from refract.cli.report import placed_findings
from refract.rendering.findings import related_sentence
from refract.rules.kit.comment_rules import COMMENT_RULES
from refract.rules.kit.finding import Finding


@frozen
class ServiceFinding:
    """A finding with its place and those that explain it. `fingerprint` is the same from run to run, on any machine."""

    finding: Finding
    place: Place
    related: tuple[tuple[str, Place], ...]
    fingerprint: str


def service_findings(analyses: Iterable[Analysis]) -> Iterator[ServiceFinding]:
    """The findings of all projects."""
    for analysis in analyses:
        places = Places(analysis.snapshot.tree.documents)
        schema = str(analysis.snapshot.files.schema)
        home = rooted(schema) or schema
        for finding, place in placed_findings(analysis, places):
            located = ((related_sentence(related), analysis.locate(related.origin)) for related in finding.related)
            related = tuple((message, places.find(location)) for message, location in located if location)
            name = f"{home}\0{finding.key}"
            yield ServiceFinding(finding, place, related, sha256(os.fsencode(name)).hexdigest())


def own_rules() -> Iterable[tuple[str, str]]:
    """The names of findings that no rule makes, with their descriptions."""
    return COMMENT_RULES.items()


def source_root() -> Path:
    """The root of the repository of the current folder; without one, that folder."""
    return home_of(Path.cwd())


def rooted(path: str) -> str | None:
    """`path` from the root of the sources, with slashes; None when it is outside."""
    relative = os.path.relpath(Path(path).absolute(), source_root())
    return None if relative.startswith("..") else Path(relative).as_posix()
