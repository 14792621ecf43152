"""What the ledger asks of a database: connections of applications, migrations, and how statements spell a value."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from refract.schema.model import Column, QualifiedName


class Session(Protocol):
    """One connection of one application. It is used by one thread at a time."""

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Runs a statement; its rows, if it has any."""

    def insert(self, statement: str, values: Sequence[object], numbered: Column | None) -> object:
        """Runs an INSERT of one row; the value of the column that the database numbered, if there is one."""

    def transaction(self) -> AbstractContextManager[object]:
        """The statements of the block in one transaction; given up when the block raises."""

    def close(self) -> None:
        """Ends the connection."""


class Store(Protocol):
    """A database that plans run on. `errors` are what its driver raises.

    `lock_wait` is how long, in seconds, a migration of a plan may hold others up while it waits for a lock.
    """

    provider: str
    lock_wait: float
    errors: tuple[type[Exception], ...]

    def session(self, application: str) -> Session:
        """A new connection of an application."""

    def migrate(self, sql: str) -> None:
        """Runs a migration as Prisma does."""

    def catalog(self) -> object:
        """All that migrations can build, in a form that can be compared."""

    def table(self, name: QualifiedName) -> str:
        """A table in a statement."""

    def quote(self, name: str) -> str:
        """A column in a statement."""

    def skipping_duplicates(self, statement: str) -> str:
        """An INSERT that leaves a row alone which is there."""

    def parameter(self, column: Column) -> str:
        """The place of a value for a column, as Prisma Client writes it."""

    def stored(self, value: object, column: Column) -> object:
        """A value as the driver takes it."""

    def read(self, value: object, column: Column) -> object:
        """What the driver gives for a column, as the value that was stored."""

    def code(self, error: Exception) -> str:
        """The database's code of an error."""
