"""What a step of a plan would break, be refused for, or lose: views, policies, triggers, checks and indexes of the user's
own on the columns and tables that its migrations drop. The replayed migrations know them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from attrs import frozen

from refract.escaping import code_span
from refract.providers import Provider
from refract.providers.behaviour import behaviour
from refract.schema import changes as c
from refract.schema.dependents import Dependent, DependentKind, Surroundings, reads_from_row, trigger_code
from refract.schema.expressions import names_column, with_column_renamed
from refract.schema.indexes import index_for, index_names, is_beyond_schema
from refract.schema.model import Check, Column, Database, DatabaseObject, Table, View
from refract.wording import joined


class NamedSql(Protocol):
    """A migration: its name and its SQL."""

    @property
    def name(self) -> str:
        """The name of its folder, without the time."""

    @property
    def sql(self) -> str:
        """Its statements."""


@frozen
class Hanging:
    """What hangs on `subject` (a table, or a column of it), which a step drops. `lost`: the server drops it as well,
    otherwise it refuses to drop the subject, or what hangs on it fails from then on.
    """

    subject: str
    users: tuple[Dependent, ...]
    lost: bool = False

    @property
    def things(self) -> str:
        """What hangs on it, in words."""
        return joined(f"{user.kind.value} {code_span(user.name)}" for user in self.users)

    @property
    def advice(self) -> str:
        """What to do about it, and when."""
        if self.lost:
            return f"in a separate migration, drop {self.things}, and create a successor for the new column if you need one."
        return f"in a separate migration, drop {self.things}, or recreate without {code_span(self.subject)}."

    @property
    def has_trigger(self) -> bool:
        """Whether a trigger reads the column: it does not know the one that takes its place."""
        return any(user.kind is DependentKind.TRIGGER for user in self.users)


def still_hanging(migrations: Iterable[NamedSql], database: Database, provider: Provider) -> tuple[Hanging, ...]:
    """What hangs on what the migrations of a step drop. `database` is what the migrations before it have built."""
    return still_hanging_and_built(migrations, database, provider)[0]


def still_hanging_and_built(
    migrations: Iterable[NamedSql], database: Database, provider: Provider
) -> tuple[tuple[Hanging, ...], Database]:
    """The same, and what the migrations of the step have built."""
    from refract.sql.reader import read_migration  # noqa: PLC0415  only when a step is taken

    found: list[Hanging] = []
    for migration in migrations:
        after = read_migration(migration.sql, migration.name, database, provider)
        if "DROP" in migration.sql.upper():
            found += _on_dropped(migration, after.changes, database, provider)
        database = after.database
    return tuple(found), database


def _on_dropped(
    migration: NamedSql, changes: Iterable[c.Change], database: Database, provider: Provider
) -> Iterator[Hanging]:
    """What hangs on what a migration drops, at the moment when it does; `changes` are those of the whole migration."""
    from refract.sql.reader import read_statements  # noqa: PLC0415  only when a step is taken

    if behaviour(provider.name).is_file:  # a column is dropped by a table that is rebuilt
        known = _surroundings(database, provider, tuple(database.views.values()), tuple(database.objects.values()))
        for change in changes:
            yield from _hanging(change, database, known)
        return
    for statement in read_statements(migration.sql, migration.name, database, provider):
        known = _surroundings(database, provider, statement.views, statement.objects)
        for change in statement.changes:
            yield from _hanging(change, database, known)


def _surroundings(
    database: Database, provider: Provider, views: tuple[View, ...], objects: tuple[DatabaseObject, ...]
) -> Surroundings:
    return Surroundings(provider.name, database.tables, views, objects)


def _hanging(change: c.Change, database: Database, known: Surroundings) -> Iterator[Hanging]:
    match change:
        case c.DropColumn(table=name, column=column) if name in database.tables:
            yield from _on_column(database.tables[name], column, known)
        case c.DropTable(table=table):
            users = known.of_table(table)
            if users:
                yield Hanging(table.name.name, users)
        case _:
            return


def _on_column(table: Table, column: Column, known: Surroundings) -> Iterator[Hanging]:
    subject = f"{table.name.name}.{column.name}"
    users = (*known.of_column(table, column), *_reading_triggers(table, column, known))
    if users:
        yield Hanging(subject, tuple(dict.fromkeys(users)))
    lost = (*_lost_checks(table, column, known.provider), *_lost_indexes(table, column, known.provider))
    if lost:
        yield Hanging(subject, lost, lost=True)


def _reading_triggers(table: Table, column: Column, known: Surroundings) -> Iterator[Dependent]:
    """The triggers whose code reads the column from the row: it fails once the column is dropped."""
    for trigger in known.triggers_on(table.name):
        if reads_from_row(trigger_code(trigger, known.objects), column.name):
            yield Dependent(DependentKind.TRIGGER, trigger.key.name.name, trigger.origin)


def _lost_checks(table: Table, column: Column, provider: str) -> Iterator[Dependent]:
    """The checks on the column that no other column has as well."""
    for check in table.checks:
        named = check.not_null is None and names_column(check.expression, column.name, provider)
        if named and not any(_is_same_check(check, column.name, other, table, provider) for other in table.columns):
            yield Dependent(DependentKind.CHECK, check.name, check.origin)


def _is_same_check(check: Check, name: str, other: Column, table: Table, provider: str) -> bool:
    wanted = with_column_renamed(check.expression, name, other.name, provider)
    return other.name != name and any(x.expression == wanted for x in table.checks if x is not check)


def _lost_indexes(table: Table, column: Column, provider: str) -> Iterator[Dependent]:
    """The indexes on the column that a schema cannot hold, and that no other column has as well."""
    for index in table.indexes:
        if not is_beyond_schema(index) or not index_names(index, column.name, provider):
            continue
        wanted = (
            index_for(index, column.name, other.name, provider) for other in table.columns if other.name != column.name
        )
        same = {(x.columns, x.where, x.unique) for x in table.indexes if x is not index}
        if not any((x.columns, x.where, x.unique) in same for x in wanted):
            yield Dependent(DependentKind.INDEX, index.name, index.origin)
