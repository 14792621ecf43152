"""What a change is compared with: a database, and how it was found."""

from __future__ import annotations

from attrs import frozen

from refract.schema.changes import Opaque
from refract.schema.model import Database
from refract.text import Problem


@frozen
class Baseline:
    """A database, and its source: `kind` is `migrations`, `git` (a schema at a revision) or `empty`.

    `detail` describes the source in words. `statements` were read, of which `opaque` are those whose effect is not
    known: the more of them, the less sure the baseline is.
    """

    database: Database
    kind: str
    detail: str
    statements: int = 0
    opaque: tuple[Opaque, ...] = ()
    problems: tuple[Problem, ...] = ()
