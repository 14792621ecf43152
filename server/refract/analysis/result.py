"""The analysis of a snapshot: what the edited schema would change, and what is risky about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby

from attrs import evolve, field, frozen

from refract.analysis.accepted import accepted_keys
from refract.analysis.baseline_choice import git_problems
from refract.analysis.branch import NewMigration
from refract.analysis.code_uses import CodeQuestion, Inquiry, Side
from refract.analysis.combined import combined, wholes_of
from refract.analysis.half_typed import Settled, read_half_typed
from refract.analysis.snapshot import Snapshot
from refract.analysis.suppressions import Commented, Suppression, shifted, suppress, suppressions
from refract.analysis.under_plans import with_plans_named
from refract.baseline.history import History
from refract.collector import without_collector
from refract.config import Level, Settings
from refract.diff import Diff, diff
from refract.lowering import Lowered
from refract.plans import Progress, State, in_turn, is_as_planned
from refract.plans.territory import triggers_of_plans
from refract.providers import Provider
from refract.providers.versions import Versions, default_versions
from refract.recipes.schema_edits import AddAttribute
from refract.rules.kit.context import MigrationInDeploy, PlansInView, RuleContext
from refract.rules.kit.custom import custom_rules
from refract.rules.kit.finding import Finding, Judged, Severity
from refract.rules.kit.owners import owned
from refract.rules.kit.rule import Rule, check_all
from refract.schema.changes import CreateTable
from refract.schema.model import Database, DatabaseObject, QualifiedName
from refract.source import CodeUses, Target
from refract.syntax import Document, SchemaTree
from refract.text import Location, Origin, Problem, Span
from refract.workspace.project_settings import rule_names


@frozen(eq=False)
class Analysis:
    """The findings of one snapshot, and what they were made from.

    `database` is what the schema describes (the last readable form of a half-typed block included).
    `findings` are about the schema's change, then about the migrations that are new on this branch.
    `silenced` are findings that a comment silences, `accepted` those that the project has accepted, and `outdated` the
    keys of accepted ones that are no longer found. `problems` are what could not be read: the findings are true without
    it, but not all that there would be. `plans` is the status of each plan.
    `questions` is what the rules need to know about the code and no search has found out yet. `versions` are those of
    the database server and of Prisma that the project runs. `plan_triggers` are those that plans have made in the
    baseline.
    """

    snapshot: Snapshot
    settled: Settled = field(repr=False)
    lowered: Lowered = field(repr=False)
    versions: Versions = field(repr=False)
    database: Database = field(repr=False)
    diff: Diff
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    silenced: tuple[Finding, ...] = ()
    of_branch: tuple[Finding, ...] = field(default=(), repr=False)
    accepted: tuple[Finding, ...] = ()
    outdated: tuple[str, ...] = ()
    plans: tuple[Progress, ...] = ()
    plan_triggers: tuple[DatabaseObject, ...] = field(default=(), repr=False)
    questions: frozenset[CodeQuestion] = field(default=frozenset(), repr=False)

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
        """The place of `finding`; the datasource if its object is no longer written anywhere."""
        return self.locate(finding.origin) or self.datasource

    @property
    def datasource(self) -> Location | None:
        """Where the datasource block is."""
        return _datasource(self.snapshot)

    def locate_problem(self, problem: Problem) -> Location:
        """The place of `problem`; the start of its file if that place no longer exists."""
        return self.locate(problem.origin) or Location(problem.origin.path, Span(0, 0))


def analyse(snapshot: Snapshot, previous: Analysis | None = None) -> Analysis:
    """Find what is risky in the change that the snapshot's schema requires.

    With the `previous` analysis of the same project, blocks that stayed the same cost nothing.
    """
    if previous is not None:
        return _analysed(snapshot, previous)
    with without_collector():
        return _analysed(snapshot, None)


def _analysed(snapshot: Snapshot, previous: Analysis | None) -> Analysis:
    schema = read_half_typed(
        snapshot.tree, snapshot.prisma, *((previous.settled, previous.lowered) if previous else ())
    )
    settled, lowered, problems = schema.settled, schema.lowered, schema.problems
    before = snapshot.baseline.database
    after = settled.complete(lowered.database, before)
    changes = diff(before, after, previous.diff if previous else None)
    inquiry = Inquiry(snapshot.code)
    context = RuleContext(
        before=before,
        after=after,
        provider=lowered.provider,
        diff=changes,
        versions=versions_of(snapshot, lowered.provider),
        read_deployed=_deployed(snapshot),
        read_open_branches=snapshot.open_branches,
        owned=partial(owned, snapshot.owners, after),
        uses=_if_gone(inquiry(Side.HERE), settled.tree),
        former_uses=inquiry(Side.BASE),
        not_followed=snapshot.baseline.not_followed,
        standing=lowered.standing,
    )
    of_branch = _branch_findings(snapshot, lowered.provider, previous, context)
    plans = snapshot.plans.progress(settled.tree)
    triggers = _plan_triggers(snapshot, previous)
    of_plans = _plan_findings(snapshot, evolve(context, uses=inquiry(Side.HERE)), plans, triggers)
    findings = (*_check(context, snapshot.settings), *of_branch, *of_plans)
    problems = tuple(
        dict.fromkeys(
            (
                *snapshot.problems,
                *snapshot.baseline.problems,
                *snapshot.plans.problems,
                *problems,
                *git_problems(snapshot.files, snapshot.branch.deployed.failure() if snapshot.branch else None),
            )
        )
    )
    has_same_branch = previous is not None and _has_same_branch(snapshot, previous.snapshot)
    open_before = previous.questions if previous is not None and has_same_branch else frozenset()
    return _judged(
        Analysis(
            snapshot=snapshot,
            settled=settled,
            lowered=lowered,
            versions=context.versions,
            database=after,
            diff=changes,
            findings=findings,
            problems=problems,
            of_branch=of_branch,
            plans=plans,
            plan_triggers=triggers,
            questions=frozenset(inquiry.open) | open_before,
        )
    )


def _judged(draft: Analysis) -> Analysis:
    """The analysis with the levels that the settings give, without the findings that a comment silences or the
    project has accepted.
    """
    snapshot = draft.snapshot
    planned, filled = _planned_migrations(draft), _filled_by_plans(draft)
    judged = tuple(f for f in draft.findings if f.key not in filled and not _is_planned(f, planned))
    placed = ((finding, draft.place(finding)) for finding in judged)
    comments = _commented(snapshot, draft.problems)
    suppressed = suppress(placed, comments, lambda: rule_names(snapshot.settings), wholes_of(judged))
    findings = with_plans_named(_levelled(suppressed.findings, snapshot.settings), draft.plans, snapshot.tree)
    if not snapshot.accepted:
        return evolve(draft, findings=combined(findings), silenced=suppressed.silenced)
    known, wholes = accepted_keys(snapshot, (f.key for f in findings)), wholes_of(findings)
    accepted = {id(f) for f in findings if f.key in known or wholes.get(id(f), f).key in known}
    return evolve(
        draft,
        findings=combined(f for f in findings if id(f) not in accepted),
        silenced=suppressed.silenced,
        accepted=tuple(f for f in findings if id(f) in accepted),
        outdated=tuple(sorted(snapshot.accepted.difference(known.values()))),
    )


def _is_planned(finding: Finding, planned: frozenset[str]) -> bool:
    return finding.judged is not Judged.PLANS and finding.origin is not None and finding.origin.path in planned


def _planned_migrations(draft: Analysis) -> frozenset[str]:
    """The files of new migrations that are steps of a plan, in turn and as it wrote them: the plan makes them safe."""
    branch = draft.snapshot.branch
    if branch is None or not draft.snapshot.plans.open:
        return frozenset()
    planned = [migration for progress in draft.plans for migration in in_turn(progress)]
    new = ((m.judged, m.text) for m in branch.migrations)
    return frozenset(j.path for j, text in new if any(is_as_planned(m, j.name, text) for m in planned))


def _filled_by_plans(draft: Analysis) -> frozenset[str]:
    """The keys of findings about fields that the app leaves out because of a plan: the plan fills them."""
    left_out = {name for p in draft.plans if p.is_open for name in _left_out(p)}
    if not left_out:
        return frozenset()
    fields = ((table, c) for table in draft.lowered.standing for c in table.ignored_columns)
    names = (f"{table.name}.{c.name}" for table, c in fields if f"{table.model_name}.{c.field_name}" in left_out)
    return frozenset(f"drop-required-column-blocks-inserts:{name}" for name in names)


def _left_out(progress: Progress) -> Iterator[str]:
    """The fields that the app no longer uses after the steps taken so far."""
    for step, state in zip(progress.plan.steps, progress.states, strict=True):
        if state in (State.DONE, State.WAITING):
            ignored = (e for e in step.schema if isinstance(e, AddAttribute) and e.attribute == "@ignore")
            yield from (f"{edit.block}.{edit.member}" for edit in ignored)


def _commented(snapshot: Snapshot, problems: tuple[Problem, ...]) -> Iterator[Commented]:
    """The comments of all that is judged. While something cannot be read, it is unknown which of them are of use."""
    for number, places in groupby(snapshot.tree.marked, key=lambda place: place[0]):
        document = snapshot.tree.documents[number]
        comments = (comment for _, at in places for comment in _comments_of(document, at))
        yield Commented(document.path, tuple(comments), not problems)
    for new in snapshot.branch.migrations if snapshot.branch else ():
        ends = [statement.origin.span.end for statement in new.judged.statements]
        blocks = tuple(map(Span, (0, *ends), (*ends, len(new.text))))
        yield Commented(new.judged.path, suppressions(new.text, blocks), not problems)


def _comments_of(document: Document, at: int) -> Iterator[Suppression]:
    text, start = document.chunks[at].text, document.starts[at]
    return (shifted(comment, start) for comment in suppressions(text, (Span(0, len(text)),)))


def _check(context: RuleContext, settings: Settings) -> tuple[Finding, ...]:
    """What the rules that are on find, those of the project included."""

    def is_on(rule: Rule) -> bool:
        return settings.is_on(rule.name, rule.on_by_default)

    return check_all(context, is_on, custom_rules(settings))


def versions_of(snapshot: Snapshot, provider: Provider) -> Versions:
    """The versions of the database server and of Prisma that a project runs."""
    database = snapshot.settings.database
    assumed = default_versions(provider.name, database.flavour or "")
    return Versions(database.version or assumed.server, assumed.flavour, snapshot.prisma or assumed.prisma)


def _branch_findings(
    snapshot: Snapshot, provider: Provider, previous: Analysis | None, schema: RuleContext
) -> tuple[Finding, ...]:
    """The findings about the migrations of the branch: they stay the same while the schema is typed. What is known of
    the code is taken from the context of the `schema`.
    """
    branch = snapshot.branch
    if branch is None:
        return ()
    if previous is not None and _has_same_branch(snapshot, previous.snapshot):
        return previous.of_branch
    settings, versions = snapshot.settings, versions_of(snapshot, provider)
    contexts = (
        evolve(
            migration_context(new, provider, versions),
            read_deployed=branch.deployed_database,
            owned=schema.owned,
            uses=schema.uses,
            former_uses=schema.former_uses,
        )
        for new in branch.migrations
    )
    found = [finding for context in contexts for finding in _check(context, settings)]
    database = snapshot.baseline.database
    start = branch.migrations[0].before if branch.migrations else database
    history = evolve(
        history_context(branch.history, start, database, provider, versions, deployed_together(branch.migrations)),
        read_deployed=branch.deployed_database,
        read_open_branches=snapshot.open_branches,
    )
    return (*found, *_check(history, settings))


def _if_gone(uses: Callable[[Target], CodeUses | None], tree: SchemaTree) -> Callable[[Target], CodeUses | None]:
    """What is known of uses, but for what the schema has still, or again: code that uses it means that."""
    return lambda target: None if _has(tree, target) else uses(target)


def _has(tree: SchemaTree, target: Target) -> bool:
    block = tree.block(target.block)
    if block is None or not target.member:
        return block is not None
    field_ = block.field(target.member)
    if field_ is not None:
        return field_.attribute("ignore") is None
    return any(value.name.text == target.member for value in block.values)


def _has_same_branch(snapshot: Snapshot, known: Snapshot) -> bool:
    """Whether there is a branch and everything that its findings are made from is unchanged: then so are its questions."""
    same = known.branch is snapshot.branch and known.settings == snapshot.settings and known.code is snapshot.code
    return snapshot.branch is not None and same and known.open_branches is snapshot.open_branches


def migration_context(new: NewMigration, provider: Provider, versions: Versions) -> RuleContext:
    """What rules look at when they judge a migration, but for what is known of running code."""
    return RuleContext(
        before=new.before,
        after=new.after,
        provider=provider,
        diff=new.diff,
        versions=versions,
        judged=Judged.MIGRATION,
        migration=new.judged,
        fresh=new.fresh,
        not_followed=new.not_followed,
    )


def deployed_together(migrations: Iterable[NewMigration]) -> tuple[MigrationInDeploy, ...]:
    """The new migrations as rules see them that judge all of them."""
    found, fresh = list[MigrationInDeploy](), frozenset[QualifiedName]()
    for new in migrations:
        fresh |= {change.table.name for change in new.diff.changes if isinstance(change, CreateTable)}
        found.append(MigrationInDeploy(new.judged, new.diff.changes, new.before, fresh))
    return tuple(found)


def history_context(
    history: History,
    before: Database,
    after: Database,
    provider: Provider,
    versions: Versions,
    deploy: tuple[MigrationInDeploy, ...] = (),
) -> RuleContext:
    """What rules look at when they judge a history, but for what is known of running code."""
    return RuleContext(
        before=before,
        after=after,
        provider=provider,
        diff=Diff(()),
        versions=versions,
        judged=Judged.HISTORY,
        history=history,
        deploy=deploy,
    )


def _plan_triggers(snapshot: Snapshot, previous: Analysis | None) -> tuple[DatabaseObject, ...]:
    """The triggers of the baseline that plans have made. They stay the same while the schema is typed."""
    baseline = snapshot.baseline
    if previous is not None and previous.snapshot.baseline is baseline:
        return previous.plan_triggers
    return triggers_of_plans(baseline.database.objects.values())


def _plan_findings(
    snapshot: Snapshot, schema: RuleContext, plans: tuple[Progress, ...], made: tuple[DatabaseObject, ...]
) -> tuple[Finding, ...]:
    """The findings about the plans that are not finished, and about the triggers that plans have `made`."""
    unfinished = tuple(progress for progress in plans if progress.is_open)
    triggers = () if snapshot.plans.problems else made
    if not unfinished and not triggers:
        return ()
    rest = snapshot.settings.plans.rest
    view = PlansInView(unfinished, snapshot.tree, snapshot.plans.migrations, snapshot.today, rest, triggers)
    context = evolve(schema, diff=Diff(()), judged=Judged.PLANS, plans=view)
    return _check(context, snapshot.settings)


def _deployed(snapshot: Snapshot) -> Callable[[], Database | None]:
    return snapshot.branch.deployed_database if snapshot.branch else lambda: None


def _levelled(findings: Iterable[Finding], settings: Settings) -> tuple[Finding, ...]:
    """The findings with the severities that the settings give their rules."""
    if not settings.rules:
        return tuple(findings)
    return tuple(levelled for finding in findings if (levelled := _at_level(finding, settings.level(finding.rule))))


def _at_level(finding: Finding, level: Level | None) -> Finding | None:
    if level is Level.OFF:
        return None
    return evolve(finding, severity=Severity(level)) if level else finding


def _datasource(snapshot: Snapshot) -> Location | None:
    placed = snapshot.tree.datasource
    if placed is None:
        return None
    start = placed.block.span
    return snapshot.tree.location(Origin(placed.path, f"datasource {placed.block.name.text}", start))
