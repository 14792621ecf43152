"""What the pending migration would delete for good. It is written only once the user has accepted that."""

from __future__ import annotations

from refract.analysis.result import Analysis
from refract.rules.kit.finding import Finding, Judged, Severity
from refract.sql.rollback import Loss, LossKind, lost_for_good

_DELETED = (LossKind.COLUMN_VALUES, LossKind.TABLE_ROWS, LossKind.CONVERTED_VALUES)


def pending_errors(analysis: Analysis) -> tuple[Finding, ...]:
    """The errors about pending changes: each has a fix or a plan that is better than the migration."""
    return tuple(f for f in analysis.findings if f.judged is Judged.SCHEMA and f.severity is Severity.ERROR)


def pending_losses(analysis: Analysis) -> tuple[Loss, ...]:
    """What the pending migration deletes. None if no error is left: then the deletion has been considered."""
    if analysis.lowered.provider.schemaless or not pending_errors(analysis):
        return ()
    found = (loss for change in analysis.diff.changes for loss in lost_for_good(change))
    return tuple(dict.fromkeys(loss for loss in found if loss.kind in _DELETED))
