"""What a rule may look at: the databases before and after, the changes between them, and what surrounds these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from attrs import field, frozen

from refract.baseline import Migration
from refract.baseline.history import History
from refract.diff import Diff, ProbableRename
from refract.escaping import code_span
from refract.plans import Progress
from refract.providers.base import Provider
from refract.providers.behaviour import Behaviour, behaviour
from refract.providers.versions import Versions, default_versions
from refract.rules.kit.finding import Judged, PlaceRole, Related
from refract.rules.kit.owners import Owned
from refract.rules.kit.touched import Touched
from refract.schema.changes import (
    AddColumn,
    Change,
    CreateTable,
    DropColumn,
    DropTable,
    NotFollowed,
    RenameColumn,
    Statement,
    TableChange,
    tables_of,
)
from refract.schema.model import Column, Database, DatabaseObject, QualifiedName, Table
from refract.source import CodeUses, Target
from refract.syntax import SchemaTree

_C = TypeVar("_C")
_T = TypeVar("_T", bound=TableChange)


@frozen
class RollbackScripts:
    """The rollback of a migration: its files, their statements, and the database after them."""

    files: tuple[str, ...]
    statements: tuple[Statement, ...]
    after: Database


@frozen
class JudgedMigration:
    """A migration that is new on this branch, with its statements in order and its rollback, if it has one."""

    name: str
    path: str
    statements: tuple[Statement, ...]
    rollback: RollbackScripts | None = None


@frozen(eq=False)
class OpenBranch:
    """A branch that is not merged, and what its new migrations touch."""

    name: str
    touched: Touched


@frozen(eq=False)
class MigrationInDeploy:
    """One of the migrations that are new on this branch and so deployed together: what it is, what it changes, and the
    database before it. `fresh` are the tables that it or an earlier one of them creates.
    """

    migration: JudgedMigration
    changes: tuple[Change, ...]
    before: Database = field(repr=False)
    fresh: frozenset[QualifiedName] = frozenset()

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.migration.name


@frozen(eq=False)
class PlansInView:
    """The unfinished plans of a project, with what they are compared with: the schema, the migrations by folder, and the day.

    `rest` is for how many days a plan may stay at a step. `triggers` are those in the database that a plan has made.
    """

    progress: tuple[Progress, ...]
    tree: SchemaTree
    migrations: Mapping[str, Migration]
    today: date
    rest: int
    triggers: tuple[DatabaseObject, ...] = ()


@frozen(eq=False)
class RuleContext:
    """All that a rule may look at: two databases, the changes between them, and their surroundings.

    `judged` is what these changes are: those of the edited schema, of one migration, of a branch, or plans.
    Of `migration`, `history` and `plans`, only the one that is judged is set; a schema has none of them.
    `deploy` are the new migrations of a `history`, in the order in which they run.
    `fresh` are tables that earlier migrations of this branch created: no running code uses them.
    `not_followed` are statements before these changes whose effect is not known.
    `read_deployed` returns the database of the schema at the base, from which running code was built; None if unknown.
    `read_open_branches` returns the other branches that are not merged and have migrations.
    `owned` returns the model of a table, or the enum, with its owners, if they are others than the person at work.
    `uses` returns the places where the code uses a model or field, `former_uses` those in files that changed since this
    branch began. Both return None until the code has been searched.
    `standing` are the tables of `after` that are judged even if nothing changes; None if nobody has looked for them.
    """

    before: Database
    after: Database
    provider: Provider
    diff: Diff
    judged: Judged = Judged.SCHEMA
    versions: Versions = field()
    migration: JudgedMigration | None = None
    history: History | None = None
    deploy: tuple[MigrationInDeploy, ...] = field(default=(), repr=False)
    plans: PlansInView | None = None
    fresh: frozenset[QualifiedName] = frozenset()
    not_followed: tuple[NotFollowed, ...] = field(default=(), repr=False)
    read_deployed: Callable[[], Database | None] = field(default=lambda: None, repr=False)
    read_open_branches: Callable[[], tuple[OpenBranch, ...]] = field(default=tuple, repr=False)
    owned: Callable[[QualifiedName], Owned | None] = field(default=lambda _: None, repr=False)
    uses: Callable[[Target], CodeUses | None] = field(default=lambda _: None, repr=False)
    former_uses: Callable[[Target], CodeUses | None] = field(default=lambda _: None, repr=False)
    standing: tuple[Table, ...] | None = field(default=None, repr=False)
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
        """What another rule speaks of. Of a schema, both halves of a probable rename. Of a migration, the drops: its SQL
        adds the new half as it is written. Also the changes that end a column which the same SQL has made.
        """
        if self.migration:
            return frozenset((*(id(r.dropped) for r in self.diff.renames), *self._temporary()))
        return frozenset(id(half) for r in self.diff.renames for half in (r.dropped, r.added))

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
        """The statements of the judged migration, in order; none if a schema is judged."""
        return self.migration.statements if self.migration else ()

    @property
    def deployed(self) -> Database | None:
        """The database that running code was built for; None if it is unknown."""
        return self.read_deployed()

    @property
    def open_branches(self) -> tuple[OpenBranch, ...]:
        """The other branches that are not merged and have migrations."""
        return self.read_open_branches()

    @property
    def judged_unchanged(self) -> Iterable[Table]:
        """The tables that may be judged without a change: at least all join tables, and all with ignored columns."""
        if self.standing is None:
            return self.after.tables.values()
        return (table for table in self.standing if self.after.tables.get(table.name) is table)

    @property
    def behaviour(self) -> Behaviour:
        """What this database does to tables in use."""
        return behaviour(self.provider.name)

    def statement_of(self, change: Change) -> Statement | None:
        """The statement of the judged migration that makes the change."""
        origin = change.origin
        if origin is None:
            return None
        spans = ((s, s.origin.span) for s in self.statements)
        return next((s for s, span in spans if span.start <= origin.span.start < span.end), None)

    def changes(self, kind: type[_C]) -> Iterator[_C]:
        """The changes of one kind, except those of probable renames, and drops of columns that the same SQL added."""
        return (c for c in self.diff.changes if isinstance(c, kind) and id(c) not in self._passed_over)

    def on_existing(self, kind: type[_T]) -> Iterator[_T]:
        """The changes of one kind to tables that existed before: new tables have no rows, and no code uses them."""
        return (c for c in self.changes(kind) if not self.is_new(c.table))

    def renames(self, kind: type[_C]) -> Iterator[tuple[ProbableRename, _C]]:
        """The probable renames whose dropped half is of one kind."""
        return ((r, r.dropped) for r in self.diff.renames if isinstance(r.dropped, kind))

    @property
    def begins_history(self) -> bool:
        """Whether nothing exists before the changes: the first migration of a project, or its first schema."""
        return not self.before.tables and not self.not_followed

    def is_new(self, table: QualifiedName) -> bool:
        """Whether the judged changes or earlier migrations of the branch create the table: no rows, and no code uses it."""
        return table in self._created or table in self.fresh

    def doubt(self, *names: QualifiedName) -> tuple[Related, ...]:
        """The statements before these changes that touch one of the objects, with an effect that is not known."""
        touching = ((change, name) for change in self.not_followed for name in names if name in change.touches)
        return tuple(
            Related(change.origin, PlaceRole.NOT_FOLLOWED, code_span(name.name))
            for change, name in touching
            if change.origin is not None
        )

    def tables_of(self, statement: Statement) -> tuple[QualifiedName, ...]:
        """The tables that a statement changes or drops."""
        return tuple(table for change in statement.changes for table in tables_of(change))

    def is_created_elsewhere(self, table: QualifiedName) -> bool:
        """Whether the diff creates a table of the same name in another schema of the database."""
        return table.name in self._created_names and table not in self._created

    def is_renamed(self, table: QualifiedName, columns: Iterable[str]) -> bool:
        """Whether one of a table's columns is half of a probable rename, which would keep its indexes and keys. The SQL of
        a migration does not keep them.
        """
        if self.migration:
            return False
        wanted = set(columns)
        halves = (half for r in self.diff.renames for half in (r.dropped, r.added))
        return any(
            half.table == table and half.column.name in wanted
            for half in halves
            if isinstance(half, AddColumn | DropColumn)
        )

    def former_name(self, table: QualifiedName, column: str) -> str:
        """What a column was called before its probable rename; its own name if there is none, or in a migration."""
        pairs = ((r.dropped, r.added) for r in self.diff.renames if not self.migration)
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
        """Tables that are probably renamed: the old and the new one of each."""
        for r in self.diff.renames:
            if isinstance(r.dropped, DropTable) and isinstance(r.added, CreateTable):
                yield r.dropped.table, r.added.table
