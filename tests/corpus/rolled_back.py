"""A migration and its rollback on a real server, on tables with rows: what is not as before, and whether that was announced.

The history before the migration is run, rows are added, then the migration and the files of `refract rollback`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from corpus.contents import Contents, contents, fill
from corpus.databases import EMPTY, CannotRun, Database, Server
from corpus.pending import copied
from refract.actions.rollbacks import NoRollback, Rollback, rollback_to
from refract.analysis import Analysis
from refract.baseline import Migration, load_migrations, replay
from refract.providers.versions import default_versions
from refract.schema.model import Database as Model
from refract.sql.rollback import Loss, LossKind

_OF_COLUMNS = (LossKind.COLUMN_VALUES, LossKind.CONVERTED_VALUES)
_WORD = re.compile(r'"([^"]+)"|`([^`]+)`|([A-Za-z_]\w+)')
_SQL_WORD = re.compile(r"[A-Z_]+\Z|public\Z|order\Z|values\Z|the\Z|of\Z|column\Z|table\Z")

_SEED = 15


@frozen
class RolledBack:
    """One rollback. `kind` is one of KINDS; `rows` counts the tables that had rows."""

    kind: str
    differences: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    detail: str = ""
    rows: int = 0


Filling = Callable[[Database, Model], int]

KINDS = {
    "equal": "definitions and rows are as before",
    "announced": "something differs, and Refract has named each difference",
    "not written": "Refract writes no rollback, and gives the reason",
    "fails, announced": "a rollback fails on rows as Refract has said; on empty tables it leads back",
    "differs": "something differs that Refract has not named",
    "fails": "the server refuses the rollback",
    "not-run": "the server refuses the history or the migration",
    "crash": "an exception",
}


def rolled_back(found: Analysis, numbers: Sequence[int], server: Server) -> Iterator[tuple[str, RolledBack]]:
    """The rollbacks of the migrations of a project with these numbers (from 0), by the name of each migration."""
    migrations = load_migrations(found.snapshot.files.migrations).migrations
    at, database, why = 0, server.database(()), ""
    try:
        database.run(EMPTY)
        for number in sorted(numbers):
            try:
                while at < number and not why:
                    database.run(migrations[at].sql)
                    at += 1
            except CannotRun as error:
                why = f"{migrations[at].name}: {error}"
            result = RolledBack("not-run", detail=why) if why else roll_back(found, number, database)
            yield migrations[number].name, result
    finally:
        database.drop()


def roll_back(found: Analysis, number: int, database: Database) -> RolledBack:
    """The rollback of the migration of that number (from 0), in a copy of the database that those before it have built."""
    folder = load_migrations(found.snapshot.files.migrations)
    before = replay(folder, found.lowered.provider, number).database
    migration = folder.migrations[number]
    with_rows = _tried(found, migration, before, database, fill)
    if with_rows.kind in ("equal", "not written"):
        return with_rows
    if with_rows.kind == "not-run" and with_rows.rows:  # as most tables with rows refuse a required column
        return _tried(found, migration, before, database, _nothing)
    if with_rows.kind != "fails" or not _fails_on_rows(with_rows):
        return with_rows
    empty = _tried(found, migration, before, database, _nothing)
    announced = empty.kind in ("equal", "announced") or _fails_on_rows(empty)  # on rows that the history has inserted
    return evolve(with_rows, kind="fails, announced") if announced else empty


def _nothing(database: Database, model: Model) -> int:
    return 0


def _fails_on_rows(result: RolledBack) -> bool:
    """Whether it fails for NULL in a column of which Refract has said that it cannot be added while there are rows."""
    is_named = any(name.startswith(LossKind.EMPTY_REQUIRED_COLUMN) for name in result.named)
    return is_named and "null" in result.detail.lower()


def _tried(found: Analysis, migration: Migration, before: Model, database: Database, filled: Filling) -> RolledBack:
    with copied(database) as twin:
        rows = filled(twin, before)
        held = contents(twin)
        try:
            twin.run(migration.sql)
        except CannotRun as error:
            return RolledBack("not-run", detail=f"the migration: {error}", rows=rows)
        try:
            rollback = rollback_to(migration, before, _on_this_server(found))
        except NoRollback as error:
            return RolledBack("not written", detail=str(error), rows=rows)
        except Exception as error:
            return RolledBack("crash", detail=f"{type(error).__name__}: {error}", rows=rows)
        named = tuple(f"{loss.kind} {loss.of}" for loss in rollback.lost)
        for file in rollback.files:
            try:
                twin.run(file.text)
            except CannotRun as error:
                return RolledBack("fails", named=named, detail=f"{file.path}: {error}", rows=rows)
        return _judged(held, contents(twin), rollback, named, rows)


def _on_this_server(found: Analysis) -> Analysis:
    """The MySQL of these measures is a MariaDB."""
    mysql = found.lowered.provider.name == "mysql"
    return evolve(found, versions=default_versions("mysql", "mariadb")) if mysql else found


def _judged(held: Contents, left: Contents, rollback: Rollback, named: tuple[str, ...], rows: int) -> RolledBack:
    found = [*different_definitions(held.definitions, left.definitions), *different_rows(held, left, rollback.lost)]
    known = [words for loss in rollback.lost if loss.kind is LossKind.STATEMENT if (words := _words(loss.of))]
    new = [line for line in found if not any(_words(line) & words for words in known)]
    kind = "differs" if new else "announced" if found else "equal"
    return RolledBack(kind, tuple(new or found), named, rows=rows)


def different_definitions(held: Mapping[str, str], left: Mapping[str, str]) -> Iterator[str]:
    """A line for each definition that is not as it was."""
    for head in sorted({*held, *left}):
        if held.get(head) != left.get(head):
            yield f"{head}\n  before: {held.get(head)}\n  after:  {left.get(head)}"


def different_rows(held: Contents, left: Contents, losses: Sequence[Loss]) -> Iterator[str]:
    """A line for each table whose rows are not as they were, apart from the values that the losses name."""
    for table, rows in held.rows.items():
        gone = {loss.of.lower() for loss in losses if loss.kind in _OF_COLUMNS}
        if any(_is_of_table(loss, table) for loss in losses):
            continue
        before, after = (_kept(x, table, gone) for x in (rows, left.rows.get(table, ())))
        if before != after:
            yield f"rows of {table}\n  before: {before}\n  after:  {after}"


def _is_of_table(loss: Loss, table: str) -> bool:
    if loss.kind is LossKind.ROW_CHANGES:
        return table.lower() in map(str.lower, re.split(r"\W+", loss.of))
    return loss.kind is LossKind.TABLE_ROWS and loss.of.lower() == table.lower()


def _kept(rows: Sequence[Mapping[str, str]], table: str, gone: set[str]) -> list[str]:
    kept = ({c: v for c, v in row.items() if f"{table}.{c}".lower() not in gone} for row in rows)
    return sorted(repr(sorted(row.items())) for row in kept)


def _words(text: str) -> set[str]:
    """The names in a statement or in the head of a definition."""
    names = ("".join(found) for found in _WORD.findall(text.partition("\n")[0]))
    return {name.lower() for name in names if not _SQL_WORD.match(name)}


def draw(numbers: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """The migrations of all projects, given how many each has: one of each project, then the next one of each."""
    shuffled = {name: random.Random(name).sample(range(count), count) for name, count in numbers.items()}
    names = random.Random(_SEED).sample(sorted(numbers), len(numbers))
    for turn in range(max(numbers.values(), default=0)):
        yield from ((name, shuffled[name][turn]) for name in names if turn < numbers[name])
