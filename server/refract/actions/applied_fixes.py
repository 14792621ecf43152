"""Fixes of several findings, each tried on drafts of the files: nothing is written here.

A fix is taken over only if the project with it can be read as before and its finding no longer occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from refract.actions.file_writing import CannotWrite, check_places
from refract.actions.fixing import fixes_of
from refract.analysis.result import Analysis
from refract.analysis.snapshot import open_project
from refract.analysis.with_code import analyse_with_code
from refract.fixes import Fix
from refract.fixes.base import Changes, changes_of
from refract.reading import drafts
from refract.recipes.base import CannotPlan
from refract.rules.kit.finding import Finding
from refract.text import FileChange, FileEdits, NewFile, TextEdit, apply_edits, line_edits

Choose = Callable[[Sequence[Fix]], Fix | None]
"""Which of the fixes of a finding is taken, if any."""


@frozen
class Choice:
    """A fix for a finding, and the changes that it makes."""

    finding: Finding
    fix: Fix
    changes: tuple[FileChange, ...] = field(repr=False)


@frozen
class Refusal:
    """A finding whose fix was not applied, and why."""

    finding: Finding
    reason: str


@frozen(eq=False)
class Fixed:
    """A project with fixes applied in drafts. `analysis` is that of the drafts. `originals` are the texts of the files
    that existed, `texts` those of all files that the fixes change, in the order in which they are to be written.
    """

    analysis: Analysis
    applied: tuple[Choice, ...] = ()
    refused: tuple[Refusal, ...] = ()
    texts: Mapping[str, str] = field(factory=dict, repr=False)
    originals: Mapping[str, str] = field(factory=dict, repr=False)
    one_by_one: bool = False

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The changes of all applied fixes, one a file."""
        return tuple(self._change(path, text) for path, text in self.texts.items())

    def _change(self, path: str, text: str) -> FileChange:
        old = self.originals.get(path)
        return NewFile(path, text) if old is None else FileEdits(path, tuple(line_edits(old, text)), old)


def with_fixes(analysis: Analysis, wanted: Callable[[Finding], bool], choose: Choose) -> Fixed:
    """The project with the chosen fixes of the `wanted` findings."""
    fixed, seen = Fixed(analysis), set[str]()
    while batch := _next(fixed, wanted, choose, seen):
        if isinstance(batch, Refusal):
            fixed = evolve(fixed, refused=(*fixed.refused, batch))
            seen.add(batch.finding.key)
            continue
        fixed = _tried(fixed, batch)
        settled = [*(choice.finding for choice in fixed.applied), *(refusal.finding for refusal in fixed.refused)]
        seen.update(finding.key for finding in settled)
    return fixed


def usual_fix(fixes: Sequence[Fix]) -> Fix | None:
    """The preferred fix; without one, the first that changes more than what is reported."""
    real = [fix for fix in fixes if changes_of(fix) is not Changes.SETTINGS]
    return next((fix for fix in real if fix.preferred), next(iter(real), None))


def safe_fix(fixes: Sequence[Fix]) -> Fix | None:
    """The first fix that changes nothing in any database and no meaning of the schema."""
    return next((fix for fix in fixes if fix.safe), None)


def analysis_with(analysis: Analysis, texts: Mapping[str, str]) -> Analysis:
    """The analysis of the project if its files had these texts, by absolute path."""
    with drafts(texts):
        return analyse_with_code(open_project(analysis.snapshot.files, base=analysis.snapshot.base))


def _next(
    fixed: Fixed, wanted: Callable[[Finding], bool], choose: Choose, seen: set[str]
) -> tuple[Choice, ...] | Refusal:
    """The fixes that can be tried together, or one that cannot be built; nothing at the end. What has no fix is seen."""
    batch: tuple[Choice, ...] = ()
    with drafts(fixed.texts):
        for finding in fixed.analysis.findings:
            if finding.key in seen or not wanted(finding):
                continue
            fix = choose(fixes_of(fixed.analysis, finding))
            if fix is None:
                seen.add(finding.key)
                continue
            try:
                choice = _built(fixed, finding, fix)
            except (LookupError, CannotPlan, CannotWrite) as error:
                return batch or Refusal(finding, _reason(error))
            if batch and not _fits(choice, batch):
                return batch
            batch = (*batch, choice)
            if fixed.one_by_one or not _edits_only(choice.changes):
                return batch
    return batch


def _built(fixed: Fixed, finding: Finding, fix: Fix) -> Choice:
    changes = fix.build()
    check_places(changes, fixed.analysis.snapshot.files.home)
    return Choice(finding, fix, changes)


def _reason(error: Exception) -> str:
    known = isinstance(error, CannotPlan | CannotWrite) or (error.args and " " in str(error.args[0]))
    return str(error.args[0]) if known else "The text to edit no longer exists."


def _fits(choice: Choice, batch: Iterable[Choice]) -> bool:
    """Whether a choice only edits files, at other places than those before it, or in the same way."""
    if not _edits_only(choice.changes):
        return False
    try:
        _texts((*(change for other in batch for change in other.changes), *choice.changes))
    except ValueError:
        return False
    return True


def _edits_only(changes: Iterable[FileChange]) -> bool:
    return all(isinstance(change, FileEdits) for change in changes)


def _tried(fixed: Fixed, batch: tuple[Choice, ...]) -> Fixed:
    """The project with the fixes; without them, and with a refusal, if it is not better than before."""
    changes = [change for choice in batch for change in choice.changes]
    texts = {**fixed.texts, **_texts(changes)}
    analysis = analysis_with(fixed.analysis, texts)
    reason = next(_objections(fixed.analysis, analysis, batch), None)
    if reason is None:
        old = {c.path: c.text for c in changes if isinstance(c, FileEdits) and c.path not in fixed.texts}
        applied, originals = (*fixed.applied, *batch), {**fixed.originals, **old}
        return evolve(fixed, analysis=analysis, applied=applied, texts=texts, originals=originals)
    if len(batch) > 1:
        return evolve(fixed, one_by_one=True)
    return evolve(fixed, refused=(*fixed.refused, Refusal(batch[0].finding, reason)))


def _objections(before: Analysis, after: Analysis, batch: Iterable[Choice]) -> Iterator[str]:
    """Why the fixes are not taken over, if they are not."""
    known = {problem.message for problem in before.problems}
    yield from (problem.message for problem in after.problems if problem.message not in known)
    left = {finding.key for finding in after.findings}
    yield from (f"“{choice.fix.title}” would not resolve it." for choice in batch if choice.finding.key in left)


def _texts(changes: Iterable[FileChange]) -> dict[str, str]:
    """The texts of files after the changes. Raises ValueError if two of them contradict each other."""
    edits: dict[str, dict[TextEdit, None]] = {}
    texts: dict[str, str] = {}
    for change in changes:
        if isinstance(change, NewFile):
            texts[change.path] = change.text
            continue
        edits.setdefault(change.path, {}).update(dict.fromkeys(change.edits))
        texts[change.path] = apply_edits(change.text, edits[change.path])
    return texts
