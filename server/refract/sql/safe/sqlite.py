"""Migrations for SQLite, D1 and libSQL: a table is rebuilt in one transaction.

Measured on SQLite 3.40: run one by one, Prisma's statements let readers see no table at all, and leave `new_..` behind
when one of them fails. `PRAGMA foreign_keys` has no effect inside a transaction, so it is outside; with the checks on,
DROP TABLE would delete the rows that depend on the table's.

D1 and libSQL are in a transaction before the migration begins. There the rows of the table and of all that depend on it
are copied aside, deleted and restored: an empty table has nothing to cascade.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from refract.providers import provider
from refract.providers.behaviour import behaviour
from refract.schema import changes as c
from refract.schema.apply import apply
from refract.schema.changes import Change
from refract.schema.model import Column, Database, QualifiedName, Table
from refract.sql.safe.around_rebuilt import around_rebuilt
from refract.sql.safe.base import MigrationPart, SafeWriter, closed, titled
from refract.sql.writer.base import Context
from refract.sql.writer.sqlite import SqliteWriter

_OFF, _ON = "PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"
_DEFER = ("PRAGMA defer_foreign_keys=ON", "PRAGMA defer_foreign_keys=OFF")
_SWITCHES = tuple(switch.casefold() for switch in (_OFF, _ON, *_DEFER))


class _NumberingWriter(SqliteWriter):
    """A rebuilt table continues counting where the old one was, so that no number is used twice. A table read from SQL
    counts if it did there, though Prisma's always do.
    """

    def counts(self, column: Column, table: Table) -> bool:
        return super().counts(column, table) and (column.auto_increment or bool(table.model_name))

    def redefine(self, before: Table, after: Table, context: Context) -> Iterator[str]:
        create, *rest = super().redefine(before, after, context)
        yield create
        if "AUTOINCREMENT" in create:
            new, old = (self.string(name) for name in (f"new_{after.name.name}", before.name.name))
            yield f"INSERT INTO sqlite_sequence (name, seq) SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
        yield from rest


class _KeepingWriter(_NumberingWriter):
    """Rebuilds tables while foreign keys are on: with no row in them, and none in those that depend on them."""

    def drop_table(self, change: c.DropTable, context: Context) -> Sequence[str]:
        return tuple(s for s in super().drop_table(change, context) if not _is_switch(s))

    def redefine_tables(self, changes: Sequence[c.TableChange], context: Context) -> Sequence[str]:
        names = tuple(self.redefined_tables(changes, context))
        dependent = _dependents(names, context.before)
        if not dependent:
            return tuple(s for s in super().redefine_tables(changes, context) if not _is_switch(s))
        touched = dependent.union(names)
        kept = tuple(_children_first((n for n in context.before.tables if n in touched), context.before))
        return (
            _DEFER[0],
            *(f"CREATE TABLE {self._kept(n)} AS SELECT * FROM {self.quote(n.name)}" for n in kept),
            *(f"DELETE FROM {self.quote(n.name)}" for n in kept),
            *(s for name in names for s in self._anew(name, context)),
            *(s for name in reversed(kept) for s in self._put_back(name, context)),
            *(f"DROP TABLE {self._kept(n)}" for n in kept),
        )

    def _anew(self, name: QualifiedName, context: Context) -> Iterable[str]:
        statements = self.redefine(context.before.tables[name], context.after.tables[name], context)
        return (s for s in statements if not s.startswith(f"INSERT INTO {self.quote(f'new_{name.name}')}"))

    def _put_back(self, name: QualifiedName, context: Context) -> Iterable[str]:
        before = context.before.tables[name]
        return self.copy(before, context.after.tables.get(name, before), (_kept_name(name), name.name), context)

    def _kept(self, name: QualifiedName) -> str:
        return self.quote(_kept_name(name))


class SqliteSafeWriter(SafeWriter):
    """Writes for one of the three: `flavour` is `sqlite` (or empty), `d1` or `libsql`."""

    def __init__(self, flavour: str) -> None:
        self._flavour = flavour
        self._cascades = flavour in behaviour("sqlite").rebuild_cascades
        self._writer = _KeepingWriter() if self._cascades else _NumberingWriter()

    def parts(self, changes: Sequence[Change], before: Database, after: Database) -> Iterator[MigrationPart]:
        renames = [x for x in changes if isinstance(x, c.RenameColumn | c.RenameTable)]
        if renames:
            yield self.part(renames, before, after)
            before = apply(before, renames)[0]
        rest = [x for x in changes if x not in renames]
        if self._cascades:  # tables that depend on a dropped table are rebuilt or dropped before that
            rest = list(_drops_last(rest, before))
        if rest:
            yield self.part(rest, before, after)

    def part(self, changes: Sequence[Change], before: Database, after: Database) -> MigrationPart:
        statements = titled(self._writer.steps(changes, Context(before, after, provider("sqlite"))))
        first, last = around_rebuilt(statements, before)
        return MigrationPart(
            tuple(changes), (*first, *statements, *last), before=before, after=apply(before, changes)[0]
        )

    def text(self, part: MigrationPart, first: Sequence[str] = (), last: Sequence[str] = ()) -> str:
        statements = (*first, *part.statements, *last)
        if self._flavour == "d1":
            return closed(statements)
        if self._cascades:
            return closed(("BEGIN", *statements, "COMMIT") if len(statements) > 1 else statements)
        bare = [s for s in statements if not _is_switch(s)]
        inside = ("BEGIN", *bare, "COMMIT") if len(bare) > 1 else tuple(bare)
        return closed((_OFF, *inside, _ON) if len(bare) < len(statements) else inside)


def _is_switch(statement: str) -> bool:
    """Whether a statement only turns foreign keys off or on, which a transaction ignores."""
    return statement.rsplit("\n", 1)[-1].casefold() in _SWITCHES


def _drops_last(changes: Iterable[Change], before: Database) -> Iterator[Change]:
    listed = list(changes)
    dropped = {change.table.name: change for change in listed if isinstance(change, c.DropTable)}
    yield from (change for change in listed if not isinstance(change, c.DropTable))
    yield from (dropped[name] for name in _children_first(dropped, before))


def _kept_name(name: QualifiedName) -> str:
    return f"kept_{name.name}"


def _dependents(names: Sequence[QualifiedName], database: Database) -> frozenset[QualifiedName]:
    """The tables whose rows refer to those of `names`, directly or through others."""
    found: set[QualifiedName] = set()
    reached = set(names)
    while reached:
        tables = (t for t in database.tables.values() if t.name not in found)
        reached = {t.name for t in tables if any(key.referenced_table in reached for key in t.foreign_keys)}
        found |= reached
    return frozenset(found)


def _children_first(names: Iterable[QualifiedName], database: Database) -> Iterator[QualifiedName]:
    """Tables, each before those that it references; in a cycle, any table is first."""
    left = list(dict.fromkeys(names))
    while left:
        pointed = {
            key.referenced_table for n in left for key in database.tables[n].foreign_keys if key.referenced_table != n
        }
        name = next((n for n in left if n not in pointed), left[0])
        left.remove(name)
        yield name
