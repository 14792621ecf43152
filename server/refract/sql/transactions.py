"""The transactions in which the statements of a migration run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from refract.providers.behaviour import behaviour
from refract.providers.versions import Version, Versions
from refract.schema.changes import CreateIndex, Statement
from refract.sql.reader.traits import reader_traits

SPLITS_STATEMENTS = (7, 4)
"""The first version of Prisma that sends the statements of a migration one by one (prisma-engines #5767)."""

BEGINNINGS = frozenset({"BEGIN", "START"})
ENDINGS = frozenset({"COMMIT", "END", "ROLLBACK", "ABORT"})
_SETTINGS = frozenset({"SET", "PRAGMA"})


def is_one_transaction(versions: Versions) -> bool:
    """Whether the project's Prisma sends a whole migration as one message, which PostgreSQL runs as one transaction."""
    return versions.prisma < SPLITS_STATEMENTS


def leaves_nothing(statements: Sequence[Statement], sql: str, provider: str, prisma: Version | None) -> bool:
    """Whether a failed migration is rolled back completely: it is one statement, or one transaction.

    `prisma` is None if the version is not known. A concurrently built index stays behind, invalid.
    """
    working = [statement for statement in statements if statement.verb not in _SETTINGS]
    if any(isinstance(c, CreateIndex) and c.concurrently for s in working for c in s.changes):
        return False
    outside = set(working) - set(in_transaction(working))
    if len(working) == 1 or all(s.verb in BEGINNINGS | ENDINGS or _only_looks(s) for s in outside):
        return True
    if behaviour(provider).message_is_transaction:
        return prisma is not None and prisma < SPLITS_STATEMENTS[: len(prisma)]
    return reader_traits(provider).is_transact_sql and "BEGIN TRAN" in sql


def _only_looks(statement: Statement) -> bool:
    """Whether a statement is a block that was followed and changes nothing, such as a guard."""
    return statement.verb == "DO" and not statement.changes


def begins(statement: Statement) -> bool:
    """Whether the statement starts a transaction."""
    return statement.verb in BEGINNINGS


def ends(statement: Statement) -> bool:
    """Whether the statement ends a transaction. A ROLLBACK to a savepoint does not."""
    return statement.verb in ENDINGS and not ({"TO", "PREPARED"} & set(statement.words))


def needs_no_transaction(statement: Statement) -> bool:
    """Whether PostgreSQL refuses the statement in a transaction. It refreshes a view concurrently in any."""
    return "CONCURRENTLY" in statement.words and statement.words[0] != "REFRESH"


def in_transaction(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements between BEGIN and COMMIT."""
    inside = False
    for statement in statements:
        if begins(statement) or ends(statement):
            inside = begins(statement) or statement.says("AND", "CHAIN")
        elif inside:
            yield statement


def shared_transactions(statements: Sequence[Statement], versions: Versions) -> tuple[tuple[Statement, ...], ...]:
    """The statements by the transaction that they share: those between BEGIN and COMMIT, and with a Prisma that sends the
    whole file, also those before BEGIN and between two COMMITs. A statement that commits by itself is alone.
    """
    whole, inside = is_one_transaction(versions), False
    groups: list[list[Statement]] = [[]]
    for statement in statements:
        if begins(statement) or ends(statement):
            if ends(statement) or not whole:
                groups.append([])
            inside = begins(statement) or statement.says("AND", "CHAIN")
            continue
        groups[-1].append(statement)
        if not (whole or inside):
            groups.append([])
    return tuple(tuple(group) for group in groups if group)
