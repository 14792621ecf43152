"""An analysis together with its questions about the application's code."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from refract.analysis.code_uses import Answers, CodeQuestion, search
from refract.analysis.result import Analysis, analyse
from refract.analysis.snapshot import Snapshot
from refract.source import client_of

_ROUNDS = 3  # an answer may lead to one more question


def analyse_with_code(snapshot: Snapshot, previous: Analysis | None = None) -> Analysis:
    """The analysis of a snapshot, and of the code as far as a rule wants to know about it. With the `previous` analysis
    of the same project, blocks that stayed the same cost nothing.
    """
    analysis = analyse(snapshot, previous)
    for _ in range(_ROUNDS):
        if not analysis.questions:
            break
        known = analysis.snapshot.code.with_more(look_up(analysis, analysis.questions).known)
        analysis = analyse(evolve(analysis.snapshot, code=known), analysis)
    return analysis


def look_up(analysis: Analysis, questions: Iterable[CodeQuestion]) -> Answers:
    """The answers to questions about the code next to the schema. Reads files; never raises."""
    snapshot = analysis.snapshot
    branch = snapshot.branch
    deployed = branch.deployed() if branch else None
    client = client_of(*([deployed] if deployed else []), analysis.settled.tree)
    return Answers(search(snapshot.files, client, questions, branch.fork if branch else None))
