"""What a rule finds: a risk with its places, and the finding that reports it."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from refract.diff import ProbableRename
from refract.schema.changes import Change
from refract.text import Origin


class Severity(StrEnum):
    """How bad it is: data is lost or the migration fails · the application waits or may fail · good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Judged(StrEnum):
    """What is judged."""

    SCHEMA = "schema"  # the change that the edited schema asks for
    MIGRATION = "migration"  # one migration that is new on this branch, by its SQL
    HISTORY = "history"  # the migrations of this branch against those of the branch it goes to
    PLANS = "plans"  # the plans of the project beside its schema and its migrations


@frozen
class Related:
    """Another place that helps to understand a finding."""

    origin: Origin
    message: str


@frozen
class Risk:
    """What a rule objects to. `subject` names the object, so that the finding can be recognised next time;
    `severity` is set where it differs from the rule's own. `origin` defaults to where the change is asked for.
    """

    subject: str
    message: str
    change: Change | None
    rename: ProbableRename | None = None
    related: tuple[Related, ...] = ()
    origin: Origin | None = None
    severity: Severity | None = None


@frozen
class Finding:
    """A risk under the name of the rule that found it. `key` stays the same while the risk does, wherever it moves."""

    rule: str
    severity: Severity
    message: str
    origin: Origin | None
    related: tuple[Related, ...]
    change: Change | None
    rename: ProbableRename | None
    key: str
    subject: Judged = Judged.SCHEMA
