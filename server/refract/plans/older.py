"""Plan files of older formats, converted to the present one before they are read.

Format 1 held the manual work as one sentence, `deploy`, without its time. The sentence becomes one instruction after
the migrations, or before them if it begins by stopping every instance: the only place that reads such words.
`loses` was also used for a step that loses nothing and cannot be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refract.plans.model import FORMAT

_STOPS_FIRST = "Stop every instance"
_LOSES_NOTHING = "nothing; but "


def as_present_format(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a plan's file in the present format; a file that is not a plan is returned unchanged."""
    if raw.get("format", 1) != 1 or not isinstance(raw.get("steps"), list):
        return dict(raw)
    return {**raw, "format": FORMAT, "steps": [_step_of_format_1(step) for step in raw["steps"]]}


def _step_of_format_1(step: Any) -> Any:
    if not isinstance(step, dict):
        return step
    kept = {key: value for key, value in step.items() if key not in ("deploy", "loses")}
    return {**kept, **_acts(step.get("deploy")), **_loss(step.get("loses"))}


def _acts(deploy: Any) -> dict[str, Any]:
    if not deploy:
        return {}
    when = "before" if isinstance(deploy, str) and deploy.startswith(_STOPS_FIRST) else "after"
    return {when: [{"act": "instruction", "text": deploy}]}


def _loss(loses: Any) -> dict[str, Any]:
    if not loses:
        return {}
    if isinstance(loses, str) and loses.startswith(_LOSES_NOTHING):
        return {"point_of_no_return": True, "note": loses.removeprefix(_LOSES_NOTHING)}
    return {"point_of_no_return": True, "loses": loses}
