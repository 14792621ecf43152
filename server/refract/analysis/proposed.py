"""A project as it would be with a file that is not on disk yet: a schema, a migration, or SQL that may become one."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from refract.analysis.branch import branch_of_one
from refract.analysis.result import Analysis, analyse
from refract.analysis.snapshot import Snapshot, provider_of, read_document
from refract.rules.kit.finding import Finding
from refract.syntax import SchemaTree


def judge_sql(snapshot: Snapshot, path: str, sql: str) -> tuple[Finding, ...]:
    """What is risky about `sql` as the migration at `path`, which follows those of the project or replaces one of them."""
    analysis = analyse(with_migration(snapshot, path, sql))
    return tuple(finding for finding in analysis.findings if finding.origin and finding.origin.path == path)


def with_schema(snapshot: Snapshot, path: str, text: str) -> Snapshot:
    """The snapshot with one file of the schema as it would be; a new one counts as part of the schema, too. Costs the
    blocks that are not in the snapshot yet.
    """
    document = read_document(path, text, snapshot.tree)
    if snapshot.tree.document(path) is not None:
        return snapshot.edited(document)
    return evolve(snapshot, tree=SchemaTree((*snapshot.tree.documents, document)))


def with_migration(snapshot: Snapshot, path: str, text: str) -> Snapshot:
    """The snapshot with one migration as it would be, whether it exists or not."""
    branch, provider = snapshot.branch, provider_of(snapshot.tree)
    if branch is not None and branch.holds(path):
        return snapshot.rewritten(path, text)
    if branch is None:
        branch = branch_of_one(path, text, snapshot.baseline, provider)
    else:
        branch = branch.extended(path, text, provider)
    database = evolve(branch.database or snapshot.baseline.database, external=snapshot.baseline.database.external)
    return evolve(snapshot, branch=branch, baseline=evolve(snapshot.baseline, database=database))


def applied_migrations(analysis: Analysis) -> frozenset[Path]:
    """The migrations that the base has: databases have applied them, so they are never edited."""
    branch = analysis.snapshot.branch
    if branch is None:
        return frozenset()
    history = branch.history
    return frozenset(Path(migration.path) for migration in history.here if not history.is_new(migration.name))
