"""Whether code still uses what a step of a plan drops. Reads the code: not for a key."""

from __future__ import annotations

from collections.abc import Iterable

from refract.analysis.code_uses import Side
from refract.analysis.result import Analysis
from refract.analysis.with_code import look_up
from refract.plans import Progress
from refract.plans.subject import unused_before_confirming, unused_before_taking
from refract.source import CodeUses, Target, counted

StillUsed = tuple[tuple[Target, CodeUses], ...]


def used_before_next(analysis: Analysis, progress: Progress) -> StillUsed:
    """What code uses that it must no longer use when the current step is taken."""
    if progress.number is None:
        return ()
    return _used(analysis, unused_before_taking(progress.plan, progress.number, analysis.snapshot.tree))


def used_before_confirmation(analysis: Analysis, progress: Progress) -> StillUsed:
    """What code uses that it must no longer use when the manual part of the current step is confirmed."""
    if progress.number is None:
        return ()
    return _used(analysis, unused_before_confirming(progress.plan, progress.number, analysis.snapshot.tree))


def still_used_sentence(used: StillUsed) -> str:
    """The beginning of a sentence: which name is used, and in how many places."""
    return f"The code still uses {counted(used)}"


def _used(analysis: Analysis, targets: Iterable[Target]) -> StillUsed:
    answers = look_up(analysis, [(Side.HERE, target) for target in targets])
    return tuple((target, uses) for (_, target), uses in answers.known.items() if uses.sure)
