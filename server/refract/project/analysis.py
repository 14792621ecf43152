"""The analysis of a snapshot: what the edited schema would change, and what is risky about it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, field, frozen

from refract.config import Level, Settings
from refract.diff import Diff, diff
from refract.lowering import Lowered, lower
from refract.project.branch import Branch, NewMigration
from refract.project.half_typed import Settled, settle
from refract.project.snapshot import Snapshot
from refract.project.suppressions import suppress
from refract.providers import Provider
from refract.providers.versions import Versions, default_versions
from refract.rules.base import Finding, RuleContext, Severity, Subject, check_all
from refract.schema.model import Database
from refract.text import Location, Origin, Problem, Span


@frozen(eq=False)
class Analysis:
    """The findings of one snapshot, and what they were made from.

    `database` is what the schema asks for (the last readable form of a half-typed block included).
    `findings` are about the schema's change, then about the migrations that are new on this branch.
    `silenced` are findings that a comment in the schema answers. `problems` are what could not be read:
    the findings are true without it, but not all that there would be.
    """

    snapshot: Snapshot
    settled: Settled = field(repr=False)
    lowered: Lowered = field(repr=False)
    database: Database = field(repr=False)
    diff: Diff
    findings: tuple[Finding, ...]
    silenced: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    of_branch: tuple[Finding, ...] = field(default=(), repr=False)

    @property
    def versions(self) -> Versions:
        """Which versions of the database server and of Prisma the project runs."""
        return default_versions(self.lowered.provider.name)

    def locate(self, origin: Origin | None) -> Location | None:
        """Where `origin` is now; None when it is nowhere in the schema or in a file."""
        if origin is None:
            return None
        if not origin.block:
            return Location(origin.path, origin.span)
        if self.snapshot.tree.document(origin.path) is None:  # the schema at another revision
            return None
        return self.snapshot.tree.location(origin)

    def place(self, finding: Finding) -> Location | None:
        """Where to show `finding`: for what is written nowhere any more, the datasource."""
        return self.locate(finding.origin) or self.datasource

    @property
    def datasource(self) -> Location | None:
        """Where the datasource block is."""
        return _datasource(self.snapshot)

    def locate_problem(self, problem: Problem) -> Location:
        """Where `problem` is; the start of its file when that place is gone."""
        return self.locate(problem.origin) or Location(problem.origin.path, Span(0, 0))


def analyse(snapshot: Snapshot, previous: Analysis | None = None) -> Analysis:
    """Find what is risky in the change that the snapshot's schema asks for.

    With the `previous` analysis of the same project, blocks that stayed the same cost nothing.
    """
    settled, lowered, problems = _lowered(snapshot, previous)
    before = snapshot.baseline.database
    after = settled.complete(lowered.database, before)
    changes = diff(before, after, previous.diff if previous else None)
    context = RuleContext(
        before=before, after=after, provider=lowered.provider, diff=changes, read_deployed=_deployed(snapshot)
    )
    of_branch = _branch_findings(snapshot, lowered.provider, previous)
    findings = _levelled((*check_all(context), *of_branch), snapshot.settings)
    problems = tuple(dict.fromkeys((*snapshot.problems, *snapshot.baseline.problems, *problems)))
    draft = Analysis(snapshot, settled, lowered, after, changes, findings, (), problems, of_branch)
    kept = suppress(((finding, draft.place(finding)) for finding in findings), snapshot.tree)
    return evolve(draft, findings=kept.findings, silenced=kept.silenced)


def _branch_findings(snapshot: Snapshot, provider: Provider, previous: Analysis | None) -> tuple[Finding, ...]:
    """The findings about the migrations of the branch: they stay the same while the schema is typed."""
    branch = snapshot.branch
    if branch is None:
        return ()
    if previous is not None and previous.snapshot.branch is branch:
        return previous.of_branch
    found = [finding for new in branch.migrations for finding in check_all(_migration_context(new, branch, provider))]
    return (*found, *check_all(_history_context(branch, snapshot, provider)))


def _migration_context(new: NewMigration, branch: Branch, provider: Provider) -> RuleContext:
    return RuleContext(
        before=new.before,
        after=new.after,
        provider=provider,
        diff=new.diff,
        subject=Subject.MIGRATION,
        migration=new.judged,
        fresh=new.fresh,
        read_deployed=branch.deployed_database,
    )


def _history_context(branch: Branch, snapshot: Snapshot, provider: Provider) -> RuleContext:
    database = snapshot.baseline.database
    return RuleContext(
        before=branch.migrations[0].before if branch.migrations else database,
        after=database,
        provider=provider,
        diff=Diff(()),
        subject=Subject.HISTORY,
        history=branch.history,
        read_deployed=branch.deployed_database,
    )


def _deployed(snapshot: Snapshot) -> Callable[[], Database | None]:
    return snapshot.branch.deployed_database if snapshot.branch else lambda: None


def _lowered(snapshot: Snapshot, previous: Analysis | None) -> tuple[Settled, Lowered, tuple[Problem, ...]]:
    """The schema without its half-typed blocks, lowered; and the problems of the schema as it is typed."""
    known = previous.settled if previous else None
    settled = settle(snapshot.tree, known)
    lowered = lower(settled.tree, previous.lowered if previous else None)
    problems = (*snapshot.tree.problems(), *lowered.problems)
    unresolved = {problem.origin.block for problem in lowered.problems if problem.origin.block}
    if unresolved:
        settled = settle(snapshot.tree, known, unresolved)
        lowered = lower(settled.tree, lowered)
    return settled, lowered, problems


def _levelled(findings: tuple[Finding, ...], settings: Settings) -> tuple[Finding, ...]:
    """The findings with the severities that the settings give their rules."""
    if not settings.rules:
        return findings
    levels = settings.rules
    wanted = (f for f in findings if levels.get(f.rule) is not Level.OFF)
    return tuple(evolve(f, severity=Severity(levels[f.rule])) if f.rule in levels else f for f in wanted)


def _datasource(snapshot: Snapshot) -> Location | None:
    placed = snapshot.tree.datasource
    if placed is None:
        return None
    start = placed.block.span
    return snapshot.tree.location(Origin(placed.path, f"datasource {placed.block.name.text}", start))
