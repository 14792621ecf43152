"""What is known while a migration is read: the database so far, and the changes that led to it."""

from __future__ import annotations

from attrs import evolve, field, frozen

from refract.providers import Provider
from refract.schema.apply import Draft
from refract.schema.changes import (
    AddColumn,
    AddForeignKey,
    AddPrimaryKey,
    AlterColumn,
    Cast,
    Change,
    CreateEnum,
    CreateIndex,
    CreateTable,
)
from refract.schema.model import Column, Database, Enum, Index, QualifiedName, Table
from refract.sql.reader.columns import DefinitionScope
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.traits import reader_traits
from refract.text import Origin, Problem

QUESTION_LIMIT = 200
"""Statements of one migration. A migration with more that change rows loads data."""


class ReadingState:
    """One migration being read: `sql` is its text, `origin` the place of the statement (or the part of it) that is
    read now.
    """

    def __init__(self, sql: str, before: Database, provider: Provider) -> None:
        self.sql = sql
        self.draft = Draft(before)
        self.provider = provider
        self.traits = reader_traits(provider.name)
        self.schema = before.default_schema or provider.default_schema
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self.origin: Origin | None = None
        self.procedures: set[str] = set()
        self._questions = QUESTION_LIMIT

    def may_ask(self) -> bool:
        """Whether one more statement may be analysed in depth, which is slow and therefore limited per migration."""
        self._questions -= 1
        return self._questions >= 0

    @property
    def scope(self) -> DefinitionScope:
        """What definitions are read against at this point."""
        return DefinitionScope(self.provider, self.traits, self.schema, self.enum, self.primary_key)

    @property
    def folds(self) -> bool:
        """Whether unquoted names are in lower case."""
        return self.traits.folds_names

    def add(self, change: Change) -> None:
        """Apply a change and keep it. A change that does not fit the database so far is reported."""
        change = evolve(_made_here(change, self.origin), origin=self.origin)
        misfit = self.draft.apply(change)
        if misfit is None:
            self.changes.append(change)
        else:
            self._tell(misfit)

    def part(self, cursor: Cursor, statement: Origin | None) -> Origin | None:
        """The place of a part of a statement, or of the whole statement if the part is in a separate text."""
        if statement is None or cursor.sql is not self.sql:
            return statement
        return evolve(statement, span=cursor.span())

    def name(self, cursor: Cursor) -> QualifiedName:
        """A name at the cursor, in the schema that is current."""
        return cursor.name(self.schema)

    def table_name(self, cursor: Cursor) -> QualifiedName:
        """The name of a table as created, if case does not matter."""
        name = self.name(cursor)
        if name in self.draft.tables or self.traits.folds_names:
            return name
        folded = (name.schema.lower(), name.name.lower())
        return next((n for n in self.draft.tables if (n.schema.lower(), n.name.lower()) == folded), name)

    def table(self, name: QualifiedName) -> Table | None:
        """The table of that name."""
        return self.draft.tables.get(name)

    def column(self, table: QualifiedName, name: str) -> Column | None:
        """A column of a table, whatever the case of its name if that does not matter."""
        held = self.draft.tables.get(table)
        if held is None:
            return None
        found = held.column(name)
        if found is not None or self.traits.folds_names:
            return found
        return next((c for c in held.columns if c.name.lower() == name.lower()), None)

    def enum(self, name: QualifiedName) -> Enum | None:
        """The enum of that name."""
        return self.draft.enums.get(name)

    def primary_key(self, name: QualifiedName) -> tuple[str, ...]:
        """The columns of a table's primary key."""
        table = self.draft.tables.get(name)
        key = table.primary_key if table else None
        return tuple(c.name for c in key.columns) if key else ()

    def index(self, name: str, schema: str) -> tuple[Table, Index] | None:
        """The index of that name and its table. Most databases find an index without naming its table."""
        for table in self.draft.tables.values():
            if table.name.schema == schema:
                for index in table.indexes:
                    if index.name == name:
                        return table, index
        return None

    def missing(self, what: str, name: object) -> None:
        """Report that the statement uses an object that does not exist."""
        self._tell(f"there is no {what} {name}")

    def _tell(self, misfit: str) -> None:
        if self.origin is not None:
            message = f"Cannot replay this statement ({misfit}). The rest was checked."
            self.problems.append(Problem(message, self.origin))

    def alter(self, table: QualifiedName, before: Column, after: Column, using: str | None = None) -> None:
        """Change a column, if it differs."""
        if before == after and before.default_name == after.default_name:
            return
        cast = Cast.NONE if before.type == after.type else self.provider.cast(before, after)
        self.add(AlterColumn(table=table, before=before, after=after, cast=cast, using=using))


def _made_here(change: Change, origin: Origin | None) -> Change:
    """The change with the place of its statement on everything that it makes: one shared value, so that a
    remembered database stays small.
    """
    match change:
        case CreateTable(table=table):
            columns = tuple(evolve(column, origin=origin) for column in table.columns)
            indexes = tuple(evolve(index, origin=origin) for index in table.indexes)
            return evolve(change, table=evolve(table, columns=columns, indexes=indexes, origin=origin))
        case AddColumn(column=column):
            return evolve(change, column=evolve(column, origin=origin))
        case CreateIndex(index=index):
            return evolve(change, index=evolve(index, origin=origin))
        case AddForeignKey(foreign_key=key):
            return evolve(change, foreign_key=evolve(key, origin=origin))
        case AddPrimaryKey(primary_key=primary_key):
            return evolve(change, primary_key=evolve(primary_key, origin=origin))
        case CreateEnum(enum=enum):
            return evolve(change, enum=evolve(enum, origin=origin))
    return change


@frozen
class Reading:
    """What a migration does. `opaque` counts the statements whose effect on the model is not known."""

    changes: tuple[Change, ...]
    database: Database
    statements: int = 0
    opaque: int = 0
    problems: tuple[Problem, ...] = field(default=())
