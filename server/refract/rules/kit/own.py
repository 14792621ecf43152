"""The findings that no module of `refract.rules` makes: those about the comments that silence rules."""

from __future__ import annotations

from collections.abc import Mapping

WITHOUT_REASON = "suppression-without-reason"
UNUSED = "unused-suppression"
UNKNOWN = "unknown-rule-in-suppression"
OWN_RULES: Mapping[str, str] = {
    WITHOUT_REASON: "A `refract-ignore` comment gives no reason, so it silences nothing.",
    UNUSED: "A `refract-ignore` comment silences nothing that is found.",
    UNKNOWN: "A `refract-ignore` comment names a rule that does not exist.",
}
"""The findings about comments, with what they say in one sentence."""
