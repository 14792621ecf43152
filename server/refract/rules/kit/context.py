"""What a rule may look at: the databases before and after, the changes between them, and what surrounds these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from attrs import field, frozen

from refract.baseline import Migration
from refract.baseline.history import History
from refract.diff import Diff, ProbableRename
from refract.plans import Progress
from refract.providers.base import Provider
from refract.providers.behaviour import Behaviour, behaviour
from refract.providers.versions import Versions, default_versions
from refract.rules.kit.finding import Judged
from refract.schema.changes import (
    AddColumn,
    CreateTable,
    DropColumn,
    DropTable,
    RenameColumn,
    Statement,
    TableChange,
)
from refract.schema.model import Column, Database, QualifiedName, Table
from refract.source import CodeUses, Target
from refract.syntax import SchemaTree

_C = TypeVar("_C")
_T = TypeVar("_T", bound=TableChange)


@frozen
class RollbackScripts:
    """What is to undo a migration: the files beside it, how they are written, and the database that they leave."""

    files: tuple[str, ...]
    statements: tuple[Statement, ...]
    after: Database


@frozen
class JudgedMigration:
    """A migration that is new on this branch. `statements` is how it is written, one by one; `rollback` is what is to
    undo it, if anything is.
    """

    name: str
    path: str
    statements: tuple[Statement, ...]
    rollback: RollbackScripts | None = None


@frozen(eq=False)
class PlansInView:
    """The plans of a project that are not finished, and what is seen beside them: the schema as it is, the migrations
    here (by folder), the day, and for how many days a plan may rest.
    """

    progress: tuple[Progress, ...]
    tree: SchemaTree
    migrations: Mapping[str, Migration]
    today: date
    rest: int


@frozen(eq=False)
class RuleContext:
    """All that a rule may look at: the databases before and after, and what leads from one to the other.

    `judged` says what is judged; `migration` is there when it is one migration's SQL, `history` (of which `before`
    and `after` are the two ends) when it is a branch, `plans` when it is those. `read_deployed` gives the database that the schema at the
    base asks for, where it is known: what running code was built from. `uses` gives the places in the application's code that use
    something, `former_uses` those in the files that were others where this branch began; None while nobody has looked. `fresh` are tables that migrations before
    this one made on the same branch: no running code knows them.
    """

    before: Database
    after: Database
    provider: Provider
    diff: Diff
    judged: Judged = Judged.SCHEMA
    versions: Versions = field()
    migration: JudgedMigration | None = None
    history: History | None = None
    plans: PlansInView | None = None
    fresh: frozenset[QualifiedName] = frozenset()
    read_deployed: Callable[[], Database | None] = field(default=lambda: None, repr=False)
    uses: Callable[[Target], CodeUses | None] = field(default=lambda _: None, repr=False)
    former_uses: Callable[[Target], CodeUses | None] = field(default=lambda _: None, repr=False)
    _created: frozenset[QualifiedName] = field(init=False)
    _created_names: frozenset[str] = field(init=False)
    _passed_over: frozenset[int] = field(init=False)

    @versions.default
    def _assume_versions(self) -> Versions:
        return default_versions(self.provider.name)

    @_created.default
    def _find_created(self) -> frozenset[QualifiedName]:
        return frozenset(c.table.name for c in self.diff.changes if isinstance(c, CreateTable))

    @_created_names.default
    def _find_created_names(self) -> frozenset[str]:
        return frozenset(name.name for name in self._created)

    @_passed_over.default
    def _find_passed_over(self) -> frozenset[int]:
        """The changes that are half of a probable rename, and those that end a column which the same SQL has made."""
        halves = (id(c) for r in self.diff.renames for c in (r.dropped, r.added))
        return frozenset((*halves, *self._temporary())) if self.migration else frozenset(halves)

    def _temporary(self) -> Iterator[int]:
        made = {(c.table, c.column.name) for c in self.diff.changes if isinstance(c, AddColumn)}
        for change in self.diff.changes if made else ():
            if isinstance(change, DropColumn | RenameColumn):
                name = change.column.name if isinstance(change, DropColumn) else change.before.name
                table = self.before.tables.get(change.table)
                if (change.table, name) in made and not (table and table.column(name)):
                    yield id(change)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """How the migration is written, statement by statement; nothing where a schema is judged."""
        return self.migration.statements if self.migration else ()

    @property
    def deployed(self) -> Database | None:
        """The database that running code was built for; None where nothing tells."""
        return self.read_deployed()

    @property
    def behaviour(self) -> Behaviour:
        """What this database does to tables in use."""
        return behaviour(self.provider.name)

    def changes(self, kind: type[_C]) -> Iterator[_C]:
        """The changes of one kind, without those that are half of a probable rename or end what the same SQL has made."""
        return (c for c in self.diff.changes if isinstance(c, kind) and id(c) not in self._passed_over)

    def on_existing(self, kind: type[_T]) -> Iterator[_T]:
        """The changes of one kind to tables that are not new: a table made by the same diff has no rows and no users."""
        return (c for c in self.changes(kind) if not self.is_new(c.table))

    def renames(self, kind: type[_C]) -> Iterator[tuple[ProbableRename, _C]]:
        """The probable renames whose dropped half is of one kind."""
        return ((r, r.dropped) for r in self.diff.renames if isinstance(r.dropped, kind))

    def is_new(self, table: QualifiedName) -> bool:
        """Whether the table is made by what is judged, or new on its branch: no rows, no users."""
        return table in self._created or table in self.fresh

    def tables_of(self, statement: Statement) -> tuple[QualifiedName, ...]:
        """The tables that a statement changes; that it drops, too."""
        found = (
            c.table.name if isinstance(c, CreateTable | DropTable) else getattr(c, "table", None)
            for c in statement.changes
        )
        return tuple(table for table in found if isinstance(table, QualifiedName))

    def is_created_elsewhere(self, table: QualifiedName) -> bool:
        """Whether the diff makes a table of the same name in another schema of the database."""
        return table.name in self._created_names and table not in self._created

    def is_renamed(self, table: QualifiedName, columns: Iterable[str]) -> bool:
        """Whether one of a table's columns is half of a probable rename: what hangs on it would not change then."""
        wanted = set(columns)
        halves = (half for r in self.diff.renames for half in (r.dropped, r.added))
        return any(
            half.table == table and half.column.name in wanted
            for half in halves
            if isinstance(half, AddColumn | DropColumn)
        )

    def former_name(self, table: QualifiedName, column: str) -> str:
        """What a column was called before its probable rename; its own name if there is none."""
        pairs = ((r.dropped, r.added) for r in self.diff.renames)
        names = (
            old.column.name
            for old, new in pairs
            if isinstance(old, DropColumn) and isinstance(new, AddColumn)
            if new.table == table and new.column.name == column
        )
        return next(names, column)

    def added_column(self, table: QualifiedName, name: str) -> Column | None:
        """The column that this diff adds to an existing table under that name."""
        added = (c.column for c in self.diff.changes if isinstance(c, AddColumn) and c.table == table)
        return next((c for c in added if c.name == name), None)

    def table_renames(self) -> Iterator[tuple[Table, Table]]:
        """Tables that are probably renamed: as they were, as they would be."""
        for r in self.diff.renames:
            if isinstance(r.dropped, DropTable) and isinstance(r.added, CreateTable):
                yield r.dropped.table, r.added.table
