"""What a change is compared with: a database, and how it was found."""

from __future__ import annotations

from attrs import frozen

from refract.schema.changes import NotFollowed
from refract.schema.model import Database
from refract.text import Problem


@frozen
class Baseline:
    """A database, and its source: `kind` is `migrations`, `git` (a schema at a revision) or `empty`.

    `detail` describes the source in words. `statements` were read, of which those `not_followed` have an effect that
    is not known: the objects that they touch may differ from the database.
    """

    database: Database
    kind: str
    detail: str
    statements: int = 0
    not_followed: tuple[NotFollowed, ...] = ()
    problems: tuple[Problem, ...] = ()
