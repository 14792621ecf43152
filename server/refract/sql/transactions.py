"""The transactions in which the statements of a migration run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refract.providers.versions import Versions
from refract.schema.changes import Statement

SPLITS_STATEMENTS = (7, 4)
"""The first version of Prisma that sends the statements of a migration one by one (prisma-engines #5767)."""

BEGINNINGS = frozenset({"BEGIN", "START"})
ENDINGS = frozenset({"COMMIT", "END", "ROLLBACK", "ABORT"})


def is_one_transaction(versions: Versions) -> bool:
    """Whether the project's Prisma sends a whole migration at once, which PostgreSQL takes for one transaction."""
    return versions.prisma < SPLITS_STATEMENTS


def in_transaction(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements between BEGIN and COMMIT."""
    inside = False
    for statement in statements:
        if statement.verb in BEGINNINGS | ENDINGS:
            inside = statement.verb in BEGINNINGS
        elif inside:
            yield statement
