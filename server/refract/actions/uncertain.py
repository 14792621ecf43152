"""What keeps a migration from being written though everything can be read: it is about objects that an earlier statement
may have changed in a way that was not followed.
"""

from __future__ import annotations

from refract.analysis.result import Analysis
from refract.plans import Plan
from refract.rules.kit.finding import Finding
from refract.schema.changes import NotFollowed

RULE = "unfollowed-history"


def uncertain_changes(analysis: Analysis) -> tuple[Finding, ...]:
    """The findings about such objects among the pending changes, unless the project has accepted or silenced them."""
    return tuple(finding for finding in analysis.findings if finding.rule == RULE)


def uncertain_start(analysis: Analysis, plan: Plan) -> tuple[NotFollowed, ...]:
    """The statements that may have changed the tables of a plan."""
    tables = {*plan.tables.values(), *plan.tables}
    statements = analysis.snapshot.baseline.not_followed
    return tuple(found for found in statements if any(name.name in tables for name in found.touches))
