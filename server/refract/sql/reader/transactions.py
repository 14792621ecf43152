"""BEGIN, SAVEPOINT, ROLLBACK and COMMIT: what is rolled back has not happened.

How far a ROLLBACK reaches that has statements before its BEGIN depends on the version of Prisma: one message is one
transaction, statements sent one by one are not. It undoes what both would undo, and counts as not followed.
"""

from __future__ import annotations

from refract.sql.reader.cursor import Cursor
from refract.sql.reader.state import ReadingState, Savepoint

TRANSACTION_WORDS = ("BEGIN", "START", "SAVEPOINT", "RELEASE", "ROLLBACK", "ABORT", "COMMIT", "END")
_NOISE = ("WORK", "TRANSACTION")


def control_transaction(cursor: Cursor, session: ReadingState) -> bool:
    """At one of TRANSACTION_WORDS: whether it is clear what the statement does."""
    if not session.traits.rolls_back_definitions:
        return True
    word = cursor.one_of(*TRANSACTION_WORDS)
    cursor.one_of(*_NOISE)
    if word in ("BEGIN", "START"):
        _begin(session)
    elif word == "SAVEPOINT":
        session.transaction.savepoints.append(Savepoint(cursor.identifier(), session.moment()))
    elif word == "RELEASE":
        return _release(cursor, session)
    elif word in ("ROLLBACK", "ABORT"):
        return _roll_back_to(cursor, session) if cursor.accept("TO") else _roll_back(cursor, session)
    else:
        session.commit()
        _end(cursor, session)
    return True


def _begin(session: ReadingState) -> None:
    if not session.transaction.savepoints:  # a second BEGIN is only warned of
        session.transaction.savepoints.append(Savepoint("", session.moment()))


def _release(cursor: Cursor, session: ReadingState) -> bool:
    cursor.accept("SAVEPOINT")
    at = session.transaction.find(cursor.identifier())
    if at is not None:
        del session.transaction.savepoints[at:]
    return at is not None


def _roll_back_to(cursor: Cursor, session: ReadingState) -> bool:
    cursor.accept("SAVEPOINT")
    transaction = session.transaction
    at = transaction.find(cursor.identifier())
    if at is not None:
        session.return_to(transaction.savepoints[at].moment)
        del transaction.savepoints[at + 1 :]
    return at is not None


def _roll_back(cursor: Cursor, session: ReadingState) -> bool:
    """To BEGIN. Older versions of Prisma undo what stands before it in the same file, too."""
    transaction = session.transaction
    beginning = transaction.savepoints[0].moment if transaction.savepoints else session.moment()
    session.return_to(beginning)
    is_clear = len(session.changes) == transaction.committed
    session.dropped_on_commit.clear()
    session.path = session.session_path
    _end(cursor, session)
    return is_clear


def _end(cursor: Cursor, session: ReadingState) -> None:
    transaction = session.transaction
    transaction.savepoints.clear()
    transaction.committed = len(session.changes)
    if cursor.accept("AND", "CHAIN"):
        _begin(session)
