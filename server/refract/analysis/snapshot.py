"""A project at one moment: its schema, its settings and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import evolve, field, frozen

from refract import clock, git
from refract.analysis import grammar_memory
from refract.analysis.baseline_choice import baseline_for, git_problems, migrations_here
from refract.analysis.branch import Branch, read_branch
from refract.analysis.ci_base import ci_base
from refract.analysis.code_uses import NO_ANSWERS, Answers
from refract.analysis.open_branches import NO_OPEN_BRANCHES, OpenBranches
from refract.analysis.open_plans import NO_PLANS, Plans, built_again, read_plans
from refract.baseline import Baseline, MigrationFolder
from refract.collector import without_collector
from refract.config import Flavour, Settings, SettingsError
from refract.config.owners import Owners
from refract.lowering import lower
from refract.providers import Provider
from refract.providers.versions import Version
from refract.reading import UnreadableFile, read_text
from refract.schema.changes import NotFollowed, Reason
from refract.syntax import Document, SchemaTree, parse_document, parse_schema
from refract.syntax.tree import Keyword
from refract.text import Origin, Problem, Span
from refract.workspace.accepted import read_accepted
from refract.workspace.database_server import server_of
from refract.workspace.failure import CannotAnalyse
from refract.workspace.owners import read_owners
from refract.workspace.prisma_version import prisma_version
from refract.workspace.project_settings import settings_of
from refract.workspace.projects import ProjectFiles, configured
from refract.workspace.schema_files import is_left_alone

NO_OWNERS = Owners()


@frozen(eq=False)
class Snapshot:
    """Everything an analysis reads; nothing in it ever changes.

    `today` is the day it was made, which shows how long plans have rested.
    `tree` is the schema being edited, `baseline` what it is compared with (`base` is the requested git revision, None
    for the migrations here). `branch` compares those migrations with the base's, if that is possible. `problems` are
    files of the schema that could not be read. `accepted` are the keys of findings that the project lives with.
    `prisma` is the version of Prisma, if its files show one. `plans` are those of the project, with what of them the
    migrations have built. `code` is what is known of the application's code. `no_base` is why there is no branch, if
    there are `migrations`, which it counts. `open_branches` reads the other branches of the clone.
    `owners` are those of the models.
    """

    files: ProjectFiles
    settings: Settings
    tree: SchemaTree
    baseline: Baseline
    today: date
    base: str | None = None
    branch: Branch | None = None
    problems: tuple[Problem, ...] = field(default=())
    accepted: frozenset[str] = frozenset()
    prisma: Version | None = None
    plans: Plans = NO_PLANS
    code: Answers = NO_ANSWERS
    no_base: str = ""
    migrations: int = 0
    open_branches: OpenBranches = NO_OPEN_BRANCHES
    owners: Owners = NO_OWNERS

    def edited(self, document: Document) -> Snapshot:
        """The snapshot with one file of the schema in its new form. Costs what changed in that file."""
        return evolve(self, tree=self.tree.replaced(document))

    def dated(self, today: date) -> Snapshot:
        """The snapshot of another day; the same on the same day."""
        return self if today == self.today else evolve(self, today=today)

    def rewritten(self, path: str, text: str) -> Snapshot:
        """The snapshot with one migration while it is being edited; unchanged for a file that is not a migration here."""
        if self.branch is None or not self.branch.holds(path):
            return self
        provider = provider_of(self.tree)
        branch = self.branch.rewritten(path, text, provider)
        known = self.baseline.database
        database = evolve(branch.database or known, external=known.external)
        plans = built_again(self.plans, database, branch.here, provider) if self.plans.open else self.plans
        return evolve(self, branch=branch, baseline=evolve(self.baseline, database=database), plans=plans)


def open_project(
    files: ProjectFiles,
    *,
    base: str | None = None,
    tree: SchemaTree | None = None,
    known: SchemaTree | None = None,
    editor: Settings | None = None,
    environment: Mapping[str, str] | None = None,
) -> Snapshot:
    """Read a project from disk. `tree` replaces the schema on disk, for an editor with unsaved files; blocks of the
    schema that are the same in `known` are taken from there; the settings of the `editor` count before those of the
    project, and `base` before both. The `environment` is that of a CI job, if need be: it names the base if none of them
    does.

    Raises CannotAnalyse when there is nothing to analyse: settings that are not valid, a revision that git does not
    know, a schema of which no file can be read.
    """
    with without_collector():
        settings = _settings(files, editor)
        files, base = configured(files, settings), base or settings.base or ci_base(files.schema, environment or {})
        if files.problem:
            raise CannotAnalyse(files.problem)
        unreadable: tuple[Problem, ...] = ()
        if tree is None:
            tree, unreadable = read_schema(files, known)
        provider, here = provider_of(tree), migrations_here(files)
        unreadable += gap_problems(files, provider)
        settings = _with_flavour(settings, files, provider)
        prisma = _prisma(files, settings)
        compared = _compared_with(files, provider, base, here, prisma)
        baseline, branch = compared.baseline, compared.branch
        plans = read_plans(files, baseline.database, here.migrations if here else (), provider)
        accepted = read_accepted(files)
        found = Snapshot(
            files, settings, tree, baseline, clock.today(), base, branch, unreadable, accepted, prisma, plans
        )
        return evolve(
            found,
            no_base=compared.no_base,
            migrations=compared.migrations,
            open_branches=OpenBranches(branch, provider),
            owners=read_owners(files, settings, environment or {}),
        )


def read_baseline(snapshot: Snapshot) -> Snapshot:
    """The snapshot with its baseline read again, after migrations or the provider changed."""
    files, provider, here = snapshot.files, provider_of(snapshot.tree), migrations_here(snapshot.files)
    compared = _compared_with(files, provider, snapshot.base, here, snapshot.prisma)
    return evolve(
        snapshot,
        baseline=compared.baseline,
        branch=compared.branch,
        no_base=compared.no_base,
        migrations=compared.migrations,
        open_branches=OpenBranches(compared.branch, provider),
        plans=read_plans(files, compared.baseline.database, here.migrations if here else (), provider),
    )


@frozen(eq=False)
class _Compared:
    """What a project is compared with, as its snapshot holds it."""

    baseline: Baseline
    branch: Branch | None
    no_base: str
    migrations: int


def _compared_with(
    files: ProjectFiles, provider: Provider, base: str | None, here: MigrationFolder | None, prisma: Version | None
) -> _Compared:
    """The baseline, with the problem if git failed to read the branch; and the branch, if there is one."""
    baseline = baseline_for(files, provider, base, here, prisma)
    branch, count = read_branch(files, provider, base, here), len(here.migrations) if here else 0
    if not isinstance(branch, git.Unavailable):
        return _Compared(_with_history(baseline, branch), branch, "", count)
    baseline = evolve(baseline, problems=(*baseline.problems, *git_problems(files, branch)))
    return _Compared(baseline, None, branch.reason, count)


def _with_history(baseline: Baseline, branch: Branch | None) -> Baseline:
    """The baseline without the problems of merged migrations: they worked, so these count as not followed."""
    if branch is None or not baseline.problems:
        return baseline
    history = branch.history
    merged = {m.path for m in history.here}.difference(m.path for m in (*history.new, *history.edited))
    old = [problem for problem in baseline.problems if problem.origin.path in merged]
    return evolve(
        baseline,
        problems=tuple(problem for problem in baseline.problems if problem not in old),
        not_followed=(*baseline.not_followed, *map(_unread_file, old)),
    )


def _unread_file(problem: Problem) -> NotFollowed:
    return NotFollowed(summary=problem.message, sql="", reason=Reason.UNREADABLE, origin=problem.origin)


def provider_of(tree: SchemaTree) -> Provider:
    """The database that the schema's datasource names, as lowering understands it."""
    sources = (
        document.with_chunks(tuple(c for c in document.chunks if c.block and c.block.keyword is Keyword.DATASOURCE))
        for document in tree.documents
    )
    return lower(SchemaTree(tuple(sources))).provider


def prisma_of(files: ProjectFiles) -> Version | None:
    """The version of Prisma that a project uses; None if no file shows it. Raises CannotAnalyse for settings that are
    not valid.
    """
    return _prisma(files, _settings(files, None))


def read_document(path: str, text: str, known: SchemaTree | None = None) -> Document:
    """A schema file as an editor holds it. Blocks that are the same in `known` are taken from there."""
    with without_collector():
        grammar_memory.recall()
        document = parse_document(path, text, known.document(path) if known else None)
        grammar_memory.remember()
        return document


def read_schema(files: ProjectFiles, known: SchemaTree | None = None) -> tuple[SchemaTree, tuple[Problem, ...]]:
    """The schema on disk, and the files of it that cannot be read. Blocks that are the same in `known` are taken from
    there. Raises CannotAnalyse when no file can be read.
    """
    texts = {file: read_text(file) for file in files.schema_files}
    unreadable = tuple(text for text in texts.values() if isinstance(text, UnreadableFile))
    read = [(str(file), text) for file, text in texts.items() if isinstance(text, str) and not is_left_alone(text)]
    if not read:
        raise CannotAnalyse("; ".join(text.reason for text in unreadable) or f"{files.schema} has no Prisma schema")
    grammar_memory.recall()
    tree = parse_schema(read, known)
    grammar_memory.remember()
    return tree, tuple(map(_problem, unreadable))


def _settings(files: ProjectFiles, editor: Settings | None) -> Settings:
    try:
        return settings_of(files.root, editor)
    except SettingsError as error:
        raise CannotAnalyse(str(error)) from error


def _with_flavour(settings: Settings, files: ProjectFiles, provider: Provider) -> Settings:
    """The settings with the flavour that the project's files show, unless one is set."""
    if settings.database.flavour is not None:
        return settings
    flavour = server_of(files.root, provider.name).flavour
    return evolve(settings, database=evolve(settings.database, flavour=Flavour(flavour))) if flavour else settings


def gap_problems(files: ProjectFiles, provider: Provider) -> tuple[Problem, ...]:
    """What the configuration leaves open, as far as an analysis depends on it."""
    needed = [gap for gap in files.gaps if gap.setting != "migrations" or not provider.schemaless]
    return tuple(Problem(gap.message, Origin(gap.path, "", Span(0, 0))) for gap in needed)


def _problem(unreadable: UnreadableFile) -> Problem:
    return Problem(unreadable.reason, Origin(unreadable.path, "", Span(0, 0)))


def _prisma(files: ProjectFiles, settings: Settings) -> Version | None:
    return settings.prisma or prisma_version(files.root)
