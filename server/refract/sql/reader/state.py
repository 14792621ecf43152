"""What is known while a migration is read: the database so far, and the changes that led to it."""

from __future__ import annotations

from attrs import evolve, frozen

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
    Misfit,
    NotFollowed,
    Reason,
)
from refract.schema.model import Column, Database, Enum, Index, QualifiedName, Table
from refract.sql.reader.columns import DefinitionScope
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.touched import touched
from refract.sql.reader.traits import reader_traits
from refract.text import Origin, Span

QUESTION_LIMIT = 200
"""Statements of one migration. A migration with more that change rows loads data."""


class ReadingState:
    """One migration being read: `sql` is its text, `origin` the place of the statement (or the part of it) that is
    read now, `statement` the place of all of it. `changes` hold a NotFollowed for each statement whose effect is not known, or that does not fit the draft.
    """

    def __init__(self, sql: str, before: Database, provider: Provider) -> None:
        self.sql = sql
        self.draft = Draft(before)
        self.provider = provider
        self.traits = reader_traits(provider.name)
        self.schema = before.default_schema or provider.default_schema
        self.changes: list[Change] = []
        self.origin: Origin | None = None
        self.statement = Origin("", "", Span(0, 0))
        self._first = 0
        self.procedures: set[str] = set()
        self._questions = QUESTION_LIMIT

    def begin(self, statement: Origin) -> None:
        """Begin to read the statement at a place."""
        self.origin = self.statement = statement
        self._first = len(self.changes)

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
        """Apply a change and keep it. One that does not fit the database so far is left out: the statement is not
        followed.
        """
        change = evolve(_made_here(change, self.origin), origin=self.origin)
        misfit = self.draft.apply(change)
        if misfit is None:
            self.changes.append(change)
        else:
            self.not_followed(misfit)

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

    def assume(self, name: QualifiedName) -> Table:
        """The table that the statement is about, though no statement before it has made it."""
        self.unknown("table", name)
        table = Table(name, (), columns_known=False, assumed=True)
        self.draft.tables[name] = table
        return table

    def unknown(self, what: str, name: object) -> None:
        """The statement is about an object that no statement before it has made."""
        self.not_followed(Misfit(Reason.UNKNOWN, what, str(name)))

    def missing(self, what: str, name: str, table: Table | None) -> None:
        """The statement is about a part of a table that the table does not list, though it would if there were one."""
        if table is None or table.columns_known:
            self.not_followed(Misfit(Reason.MISSING, what, name))

    def forgive(self) -> None:
        """What does not fit in this statement is guarded: it has run before."""
        rest = self.changes[self._first :]
        self.changes[self._first :] = [x for x in rest if not (isinstance(x, NotFollowed) and x.misfit)]

    def not_followed(self, misfit: Misfit | None = None) -> None:
        """Count the statement as not followed: it does not fit, or (without a misfit) what it does is not known."""
        if any(isinstance(change, NotFollowed) for change in self.changes[self._first :]):
            return
        sql = self.sql[self.statement.span.start : self.statement.span.end]
        self.changes.append(
            NotFollowed(
                summary=" ".join(sql[:200].split())[:60],
                sql=sql,
                reason=misfit.reason if misfit else Reason.UNREADABLE,
                misfit=misfit,
                touches=touched(sql, self.draft, self.schema, self.folds),
                origin=self.origin,
            )
        )

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
    """What a migration does."""

    changes: tuple[Change, ...]
    database: Database
    statements: int = 0

    @property
    def not_followed(self) -> tuple[NotFollowed, ...]:
        """The statements whose effect on the model is not known, or that do not fit it; each once."""
        return tuple(change for change in self.changes if isinstance(change, NotFollowed))
