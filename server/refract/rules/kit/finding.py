"""What a rule finds: a risk with its places, and the finding that reports it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from attrs import field, frozen

from refract.diff import ProbableRename
from refract.rules.kit.advice import AnyAction
from refract.rules.kit.harm import AnyHarm
from refract.schema.changes import Change
from refract.text import Origin


def _harms(values: Iterable[AnyHarm]) -> tuple[AnyHarm, ...]:
    return tuple(values)


def _actions(values: Iterable[AnyAction]) -> tuple[AnyAction, ...]:
    return tuple(values)


class Severity(StrEnum):
    """How bad it is: data is lost or the migration fails · the application waits or may fail · good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Judged(StrEnum):
    """What is judged."""

    SCHEMA = "schema"  # the changes between the migrations and the edited schema
    MIGRATION = "migration"  # one migration that is new on this branch, by its SQL
    HISTORY = "history"  # the migrations of this branch against those of the branch it is merged into
    PLANS = "plans"  # the unfinished plans of the project against its schema and migrations


class PlaceRole(StrEnum):
    """How a related place is connected with a finding."""

    CREATED = "created"  # the object was created there
    USED = "used"  # code uses the object there
    PLAN = "plan"  # the plan's file
    EARLIER = "earlier"  # an earlier migration of the same deploy changes the object there
    NOT_FOLLOWED = "not-followed"  # a statement that names the object, with an effect that is not known


@frozen
class Related:
    """Another place that helps to understand a finding; `what` is the label of the object that it is about."""

    origin: Origin
    role: PlaceRole
    what: str


@frozen
class Risk:
    """What a rule finds risky.

    `key` names the object, so that the finding keeps its identity between runs. `what` is the headline: at most 12 words,
    with the object and what happens to it, without a full stop. `harm` holds the effects, the worst first; `now` holds
    the actions, in order. `severity` is set if it differs from the rule's own. `origin` is where the finding is shown,
    by default the place of `change`.
    """

    key: str
    what: str
    change: Change | None
    harm: tuple[AnyHarm, ...] = field(default=(), converter=_harms)
    now: tuple[AnyAction, ...] = field(default=(), converter=_actions)
    rename: ProbableRename | None = None
    related: tuple[Related, ...] = ()
    origin: Origin | None = None
    severity: Severity | None = None


@frozen
class Finding:
    """A risk under the name of the rule that found it. `key` stays the same while the risk does, wherever it moves.
    `parts` are the rules whose findings about the same object are in this one.
    """

    rule: str
    severity: Severity
    what: str
    origin: Origin | None
    change: Change | None
    key: str
    harm: tuple[AnyHarm, ...] = ()
    now: tuple[AnyAction, ...] = ()
    related: tuple[Related, ...] = ()
    rename: ProbableRename | None = None
    judged: Judged = Judged.SCHEMA
    parts: tuple[str, ...] = ()
