"""What is known while a migration is read: the database so far, and the changes that led to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from refract.providers import Provider
from refract.schema.apply import Draft
from refract.schema.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddPrimaryKey,
    AlterColumn,
    Backfill,
    Cast,
    Change,
    CreateEnum,
    CreateIndex,
    CreateSequence,
    CreateTable,
    CreateView,
    DropCheck,
    DropColumn,
    DropEnum,
    DropSequence,
    DropTable,
    DropView,
    Misfit,
    NotFollowed,
    Reason,
    RenameColumn,
    RenameTable,
    TableChange,
)
from refract.schema.model import (
    Column,
    Database,
    DatabaseObject,
    Enum,
    Index,
    ObjectKey,
    ObjectKind,
    Part,
    QualifiedName,
    Table,
)
from refract.schema.unlisted import lacking, with_renamed
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.scope import DefinitionScope
from refract.sql.reader.taken_names import fitted
from refract.sql.reader.tokens import first_words
from refract.sql.reader.touched import touched
from refract.sql.reader.traits import KeptNames, reader_traits
from refract.text import Origin, Span

QUESTION_LIMIT = 200
"""Statements of one migration. A migration with more that change rows loads data."""


TEMPORARY = "pg_temp"
"""The namespace of what is dropped when the migration ends, on every database."""


@frozen
class Moment:
    """A point of a migration: the draft, how many changes and misfits there were, the search path."""

    draft: Mapping[str, Any]
    changes: int
    misfits: int
    path: tuple[str, ...]
    session_path: tuple[str, ...]


@frozen
class Savepoint:
    """A moment to which the migration can return. The one that BEGIN makes has no name."""

    name: str
    moment: Moment


class Transaction:
    """The transaction that a migration is in: its savepoints, the first of which is its beginning.

    `committed` is the number of changes that no rollback can reach any more.
    """

    def __init__(self) -> None:
        self.savepoints: list[Savepoint] = []
        self.committed = 0

    def find(self, name: str) -> int | None:
        """The last savepoint of that name."""
        found = [at for at, savepoint in enumerate(self.savepoints) if savepoint.name == name]
        return found[-1] if found else None


class ReadingState:
    """One migration being read: `sql` is its text, `origin` the place of the statement (or the part of it) that is
    read now, `statement` the place of all of it. `changes` hold a NotFollowed for each statement whose effect is not known, or that does not fit the draft.
    """

    def __init__(self, sql: str, before: Database, provider: Provider) -> None:
        self.sql = sql
        self.draft = Draft(before)
        self.provider = provider
        self.traits = reader_traits(provider.name)
        self.default_schema = before.default_schema or provider.default_schema
        self.path: tuple[str, ...] = (self.default_schema,)
        self.session_path: tuple[str, ...] = self.path
        self.dropped_on_commit: set[QualifiedName] = set()
        self.misfits: list[Misfit] = []
        self.transaction = Transaction()
        self.changes: list[Change] = []
        self.origin: Origin | None = None
        self.statement = Origin("", "", Span(0, 0))
        self._first = 0
        self._looked_at = (self.statement, "")
        self._touches: tuple[QualifiedName, ...] = ()
        self.depth = 0
        self._has_children = any(table.inherits for table in before.tables.values())
        self.checks_keys = True
        self._questions = QUESTION_LIMIT

    def begin(self, statement: Origin) -> None:
        """Begin to read the statement at a place."""
        self.origin = self.statement = statement
        self._first = len(self.changes)

    def moment(self) -> Moment:
        """All that a rollback to this point of the migration brings back."""
        return Moment(self.draft.saved(), len(self.changes), len(self.misfits), self.path, self.session_path)

    def return_to(self, moment: Moment) -> None:
        """Undo what was read since then."""
        self.draft.restore(moment.draft)
        del self.changes[moment.changes :]
        del self.misfits[moment.misfits :]
        self.path, self.session_path = moment.path, moment.session_path

    def commit(self) -> None:
        """End a transaction: temporary tables may go with it, and settings of it do."""
        for name in self.dropped_on_commit:
            self.draft.tables.pop(name, None)
        self.dropped_on_commit.clear()
        self.path = self.session_path

    def end(self) -> Database:
        """The database after the migration: without what is temporary."""
        for held in (self.draft.tables, self.draft.views, self.draft.sequences, self.draft.enums):
            for name in [name for name in held if name.schema == TEMPORARY]:
                del held[name]
        return self.draft.database()

    @property
    def schema(self) -> str:
        """The namespace in which a name without one is made: the first of the search path that exists."""
        known = (s for s in self.path if s in self.draft.schemas or s == self.default_schema or self._has(s))
        return next(known, self.path[0] if self.path else self.default_schema)

    def _has(self, schema: str) -> bool:
        return any(name.schema == schema for name in (*self.draft.tables, *self.draft.enums))

    def search(self, path: tuple[str, ...], is_local: bool) -> None:
        """Look for names in these namespaces from now on, or until the end of the transaction."""
        self.path = path or self.path
        if not is_local:
            self.session_path = self.path

    @property
    def of_this_statement(self) -> list[Change]:
        """What the statement has changed so far."""
        return self.changes[self._first :]

    def may_ask(self) -> bool:
        """Whether one more statement may be analysed in depth, which is slow and therefore limited per migration."""
        self._questions -= 1
        return self._questions >= 0

    @property
    def scope(self) -> DefinitionScope:
        """What definitions are read against at this point."""
        return DefinitionScope(self.provider, self.traits, self.schema, self.enum, self.primary_key)

    @property
    def kept_names(self) -> KeptNames:
        """How the database keeps names."""
        return self.traits.kept_names

    @property
    def folds(self) -> bool:
        """Whether unquoted names are in lower case."""
        return self.traits.folds_names

    def add(self, change: Change) -> None:
        """Apply a change and keep it. One that does not fit the database so far is left out: the statement is not
        followed.
        """
        change = evolve(_made_here(change, self.origin), origin=self.origin)
        fits = fitted(change, self.draft, self.traits) if self.traits.names_ignore_case else change
        if isinstance(fits, Misfit):
            self.not_followed(fits)
            return
        change = fits
        misfit = self.draft.apply(change)
        if misfit is None:
            self._hand_down(change)
            if not _is_temporary(change):
                self.changes.append(change)
        else:
            self.not_followed(misfit)

    def _hand_down(self, change: Change) -> None:
        """What changes the columns of a table changes those of its partitions, and of tables that inherit from it."""
        match change:
            case CreateTable(table=table):
                self._has_children = self._has_children or bool(table.inherits)
            case RenameTable() if self._has_children:
                self._rename_parent(change.before.name, change.after.name)
            case AddColumn() | DropColumn() | RenameColumn() | AlterColumn() | AddCheck() | DropCheck() if (
                self._has_children
            ):
                for child in self._children(change.table):
                    handed = evolve(change, table=child.name)
                    if self.draft.apply(handed) is None:
                        self._hand_down(handed)
            case _:
                pass

    def _children(self, parent: QualifiedName) -> list[Table]:
        return [table for table in self.draft.tables.values() if parent in table.inherits]

    def _rename_parent(self, before: QualifiedName, after: QualifiedName) -> None:
        for child in self._children(before):
            parents = tuple(after if name == before else name for name in child.inherits)
            self.draft.tables[child.name] = evolve(child, inherits=parents)

    def set_parents(
        self,
        child: QualifiedName,
        *,
        add: QualifiedName | None = None,
        remove: QualifiedName | None = None,
        is_partition: bool = False,
    ) -> None:
        """ATTACH, DETACH, INHERIT and NO INHERIT."""
        table = self.draft.tables.get(child) or self.assume(child)
        kept = tuple(name for name in table.inherits if name != remove)
        parents = kept if add is None else (*kept, add)
        self.draft.tables[child] = evolve(table, inherits=parents, is_partition=is_partition)
        self._has_children = True

    def part(self, cursor: Cursor, statement: Origin | None) -> Origin | None:
        """The place of a part of a statement, or of the whole statement if the part is in a separate text."""
        if statement is None or cursor.sql is not self.sql:
            return statement
        return evolve(statement, span=cursor.span())

    def name(self, cursor: Cursor) -> QualifiedName:
        """The name of what is made: in the schema that is current."""
        return cursor.name(self.schema if self.default_schema else "")

    def candidates(self, parts: list[str]) -> tuple[QualifiedName, ...]:
        """What a name may refer to, in the order in which the server looks: what is temporary, then the search path."""
        if self.default_schema and len(parts) > 1:
            return (QualifiedName(parts[-2], parts[-1]),)
        return tuple(QualifiedName(schema, parts[-1]) for schema in (TEMPORARY, *self.path))

    def table_name(self, cursor: Cursor) -> QualifiedName:
        """The name of an existing table, as created if case does not matter; else the name that it would get."""
        start = cursor.position
        parts = cursor.dotted()
        held = (self.draft.tables, self.draft.views)
        found = next((name for name in self.candidates(parts) if any(name in kind for kind in held)), None)
        if found is not None:
            return found
        cursor.position = start
        name = self.name(cursor)
        if self.traits.folds_names:
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
        return held.column_in_any_case(name)

    def enum(self, name: QualifiedName) -> Enum | None:
        """The enum of that name, or of that name in another schema of the search path if it is in the current one."""
        others = self.candidates([name.name]) if name.schema == self.schema else ()
        return next((self.draft.enums[n] for n in (name, *others) if n in self.draft.enums), None)

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

    def index_of(self, table: QualifiedName, name: str) -> Index | None:
        """An index of a table, whatever the case of its name if that does not matter."""
        held = self.draft.tables.get(table)
        found = held.index(name) if held else None
        if held is None or found is not None or self.traits.folds_names:
            return found
        return next((x for x in held.indexes if x.name.lower() == name.lower()), None)

    def assume(self, name: QualifiedName) -> Table:
        """The table that the statement is about, though no statement before it has made it."""
        self.unknown("table", name)
        table = Table(name, (), columns_known=False, keys_known=False, assumed=True)
        self.draft.tables[name] = table
        return table

    def unknown(self, what: str, name: object) -> None:
        """The statement is about an object that no statement before it has made."""
        self.not_followed(Misfit(Reason.UNKNOWN, what, str(name)))

    def missing(self, what: str, name: str, table: Table | None) -> None:
        """The statement is about a part of a table that the table does not list, though it would if there were one."""
        if table is None or table.columns_known:
            self.not_followed(Misfit(Reason.MISSING, what, name))

    def lacks(self, table: QualifiedName, *parts: Part) -> None:
        """The table has none of these parts after the statement, though it may have had them without listing them."""
        held = self.table(table)
        if held is not None:
            self.draft.tables[table] = lacking(held, *parts)

    def unlisting(self, schema: str) -> list[QualifiedName]:
        """The tables of a schema that may have indexes which they do not list."""
        return [name for name, table in self.draft.tables.items() if name.schema == schema and not table.keys_known]

    def has_renamed(self, table: QualifiedName, before: Part, after: Part) -> None:
        """The statement has given another name to a part that the table may have without listing it."""
        held = self.table(table)
        if held is not None:
            self.draft.tables[table] = with_renamed(held, before, after)

    def relations_in(self, definition: str) -> tuple[QualifiedName, ...]:
        """The tables and views that a definition names."""
        found = touched(definition, self.draft, self.schema, self.folds)
        known = (
            name
            for name in (*found, *self._views_in(definition))
            if name in self.draft.tables or name in self.draft.views
        )
        return tuple(dict.fromkeys(known))

    def _views_in(self, definition: str) -> Iterator[QualifiedName]:
        return (name for name in self.draft.views if name.name in definition)

    def keep_object(
        self, kind: ObjectKind, name: QualifiedName, definition: str, table: QualifiedName | None = None
    ) -> None:
        """Keep an object that only migrations know."""
        key = ObjectKey(kind, name, table)
        uses = touched(definition, self.draft, self.schema, self.folds)
        self.draft.objects[key] = DatabaseObject(key, definition, uses, self.origin)

    def refuse(self) -> None:
        """Count the statement as one that the database does not have."""
        self.not_followed(reason=Reason.REFUSED)

    def not_followed(
        self, misfit: Misfit | None = None, text: str | None = None, reason: Reason = Reason.UNREADABLE
    ) -> None:
        """Count the statement as not followed: it does not fit, or (without a misfit) what it does is not known.
        `text` is the part of it that is meant.
        """
        if misfit is not None:
            self.misfits.append(misfit)
        sql = self.sql[self.statement.span.start : self.statement.span.end]
        touches = self._touched_by(sql if text is None else text)
        for at in range(self._first, len(self.changes)):
            known = self.changes[at]
            if isinstance(known, NotFollowed):
                self.changes[at] = evolve(known, touches=tuple(dict.fromkeys((*known.touches, *touches))))
                return
        self.changes.append(
            NotFollowed(
                summary=first_words(sql),
                sql=sql,
                reason=misfit.reason if misfit else reason,
                misfit=misfit,
                touches=touches,
                origin=self.origin,
            )
        )

    def _touched_by(self, text: str) -> tuple[QualifiedName, ...]:
        """What a text touches; one statement can fail to fit in thousands of its parts, each time for the same text."""
        if self._looked_at != (self.statement, text):
            self._looked_at = (self.statement, text)
            self._touches = touched(text, self.draft, self.schema, self.folds)
        return self._touches

    def redefine(self, table: QualifiedName, before: Column, after: Column, place: str | None) -> None:
        """Change a column, if it differs or moves."""
        if place is None and before == after and before.on_update == after.on_update:
            return
        cast = Cast.NONE if before.type == after.type else self.provider.cast(before, after)
        self.add(AlterColumn(table=table, before=before, after=after, cast=cast, place=place))

    def alter(self, table: QualifiedName, before: Column, after: Column, using: str | None = None) -> None:
        """Change a column, if it differs."""
        unseen = (before.default_name, before.sequence) == (after.default_name, after.sequence)
        if before == after and unseen:
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
        case CreateView(view=view):
            return evolve(change, view=evolve(view, origin=origin))
    return change


def _is_temporary(change: Change) -> bool:
    """Whether the change is about temporary objects only: nothing of them is left."""
    match change:
        case CreateTable(table=Table(name=name)) | DropTable(table=Table(name=name)):
            return name.schema == TEMPORARY
        case RenameTable(before=Table(name=name)) | TableChange(table=name):
            return name.schema == TEMPORARY
        case Backfill(tables=tables):
            return bool(tables) and all(name.schema == TEMPORARY for name in tables)
        case CreateView(view=held) | DropView(view=held):
            return held.name.schema == TEMPORARY
        case CreateSequence(sequence=sequence) | DropSequence(sequence=sequence):
            return sequence.name.schema == TEMPORARY
        case CreateEnum(enum=enum) | DropEnum(enum=enum):
            return enum.name.schema == TEMPORARY
        case _:
            return False


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
