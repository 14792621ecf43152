"""What an analysis compared, and what it did not: for the last line of a report, and for JSON."""

from __future__ import annotations

from attrs import frozen

from refract.analysis.ci_base import FALLBACK
from refract.analysis.result import Analysis
from refract.diff.traits import differ_traits
from refract.schema.changes import AlterEnum, Change, NotFollowed


@frozen
class Coverage:
    """`base` is the revision whose migrations are merged; None if there is none, with the reason in `no_base`: empty if
    the migrations are for another database, so that there is nothing to compare.

    Of the `migrations`, those that are `new` were judged. `pending` counts changes that no migration makes.
    """

    base: str | None
    no_base: str
    migrations: int
    new: tuple[str, ...]
    pending: int
    not_followed: tuple[NotFollowed, ...]

    @property
    def has_migrations(self) -> bool:
        """Whether the schema is compared with migrations."""
        return self.migrations > 0


def coverage(analysis: Analysis) -> Coverage:
    """What was compared."""
    snapshot, branch = analysis.snapshot, analysis.snapshot.branch
    found = branch.history.base if branch else None
    is_guess = found == FALLBACK and snapshot.base is None
    return Coverage(
        base=None if is_guess else found,
        no_base="no base branch found" if is_guess else snapshot.no_base,
        migrations=snapshot.migrations,
        new=tuple(migration.judged.name for migration in branch.migrations) if branch else (),
        pending=sum(1 for change in analysis.diff.changes if _has_sql(change, analysis)),
        not_followed=snapshot.baseline.not_followed,
    )


def _has_sql(change: Change, analysis: Analysis) -> bool:
    """Whether a migration would hold the change: some databases have no enums."""
    return not isinstance(change, AlterEnum) or differ_traits(analysis.database.provider).enum_types
