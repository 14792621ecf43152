"""Whether a migration limits how long it waits for locks: shared by the rules that advise a timeout."""

from __future__ import annotations

from refract.rules.kit.context import RuleContext

_LIMITS = frozenset({"lock_timeout", "lock_wait_timeout"})


def gives_up_waiting(context: RuleContext) -> bool:
    """Whether a statement of the migration sets a limit, so that other queries are not queued behind it for long."""
    return any(s.setting is not None and s.setting[0] in _LIMITS for s in context.statements)
