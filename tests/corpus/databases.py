"""What the measures need of a real database: it runs scripts, and is compared with a twin, and by Prisma with a schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from live.plans import Catalog
from refract.baseline import Migration
from refract.schema.model import Database as Model
from refract.syntax import SchemaTree

EMPTY = "-- This is an empty migration.\n"


class CannotRun(Exception):
    """The server refuses a migration, or Prisma's engine the schema: there is nothing to compare with."""


class NoEngine(Exception):
    """Prisma's engine from npm does not speak to this kind of database."""


class Server(Protocol):
    """A server that gives out databases."""

    def database(self, migrations: Sequence[Migration]) -> Database:
        """A new database that these have built. Raises CannotRun."""


class Database(Protocol):
    """A database that Prisma's engine can be asked about."""

    def prisma(self, schema: SchemaTree) -> str:
        """The migration that Prisma would write. Raises CannotRun, NoEngine."""

    def twin(self) -> Database:
        """A copy of the database."""

    def run(self, script: str) -> None:
        """Run a script on it. Raises CannotRun."""

    def answer(self, query: str) -> object:
        """The first value of the first row."""

    def catalog(self) -> Catalog:
        """What the database holds, to compare with a twin."""

    def differences(self, model: Model, history: Sequence[Migration]) -> list[str]:
        """A line for each fact in which the database differs from a replayed model. Raises CannotRun."""

    def drop(self) -> None:
        """Remove the database."""
