"""The rules about comments that silence rules: `refract.analysis.suppressions` checks them, not a module of `refract.rules`."""

from __future__ import annotations

from collections.abc import Mapping

WITHOUT_REASON = "suppression-without-reason"
UNUSED = "unused-suppression"
UNKNOWN = "unknown-rule-in-suppression"
COMMENT_RULES: Mapping[str, str] = {
    WITHOUT_REASON: "A `refract-ignore` comment gives no reason, so it silences nothing.",
    UNUSED: "A `refract-ignore` comment silences nothing that is found.",
    UNKNOWN: "A `refract-ignore` comment names a rule that does not exist.",
}
"""Each rule with its summary."""
