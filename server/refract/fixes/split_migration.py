"""Does what the schema asks for in migrations of its own, in the order that keeps the application running (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from refract.fixes._migration import migration
from refract.fixes.base import Fix, FixContext, fixes
from refract.providers.behaviour import behaviour
from refract.schema.changes import (
    AddCheck,
    AddForeignKey,
    AlterColumn,
    Change,
    CreateIndex,
    DropCheck,
    DropForeignKey,
    DropIndex,
    ValidateConstraint,
)
from refract.schema.model import Check, QualifiedName


@fixes("create-index-blocking", "create-unique-index-blocking", "add-unique-on-existing-rows")
def index_concurrently(context: FixContext) -> Iterator[Fix]:
    """The index alone in a migration, built while the table is used."""
    change = context.finding.change
    if not isinstance(change, CreateIndex) or change.concurrently or not _can_split(context):
        return
    if _is_built(context, change.table, (part.name for part in change.index.columns)):
        apart = evolve(change, concurrently=True)
        yield Fix(
            title="Write a migration of its own: CREATE INDEX CONCURRENTLY",
            build=lambda: (migration(context, (apart,)),),
            preferred=context.finding.rule == "create-index-blocking",
            note="It must stay the only statement of its file.",
        )


@fixes("drop-index-blocking")
def drop_concurrently(context: FixContext) -> Iterator[Fix]:
    """The index dropped alone in a migration, while the table is used."""
    change = context.finding.change
    if isinstance(change, DropIndex) and _can_split(context) and not change.concurrently:
        apart = evolve(change, concurrently=True)
        yield Fix(
            title="Write a migration of its own: DROP INDEX CONCURRENTLY",
            build=lambda: (migration(context, (apart,)),),
            preferred=True,
            note="It must stay the only statement of its file.",
        )


@fixes("add-foreign-key-on-existing-rows", "add-foreign-key-validating")
def foreign_key_in_two(context: FixContext) -> Iterator[Fix]:
    """The foreign key for new rows first; existing rows are checked by the next migration."""
    change = context.finding.change
    if not isinstance(change, AddForeignKey) or not change.foreign_key.validated or not _can_split(context):
        return
    key = change.foreign_key
    if _is_built(context, change.table, key.columns) and _is_built(
        context, key.referenced_table, key.referenced_columns
    ):
        former = (c for c in context.diff.changes if isinstance(c, DropForeignKey) and c.table == change.table)
        dropped = tuple(c for c in former if c.foreign_key.name == key.name)
        added = evolve(change, foreign_key=evolve(key, validated=False))
        first: tuple[Change, ...] = (*dropped, added)
        validated = ValidateConstraint(table=change.table, constraint=key.name)
        yield Fix(
            title="Write two migrations: NOT VALID first, then VALIDATE CONSTRAINT",
            build=lambda: (
                migration(context, first),
                migration(context, (validated,), f"validate_{_plain(key.name)}"),
            ),
            preferred=True,
        )


@fixes("make-column-required", "set-not-null-scan")
def required_through_check(context: FixContext) -> Iterator[Fix]:
    """NOT NULL proven by a CHECK that is validated while the table is used."""
    change = context.finding.change
    if not isinstance(change, AlterColumn) or not _can_split(context) or change.before.type != change.after.type:
        return
    name = f"{change.table.name}_{change.after.name}_not_null"
    quoted = change.after.name.replace('"', '""')
    check = Check(name, f'"{quoted}" IS NOT NULL', validated=False)
    steps: tuple[tuple[Change, ...], ...] = (
        (AddCheck(table=change.table, check=check),),
        (ValidateConstraint(table=change.table, constraint=name),),
        (change, DropCheck(table=change.table, check=check)),
    )
    names = (f"check_{_plain(name)}", f"validate_{_plain(name)}", f"require_{_plain(change.after.name)}")
    yield Fix(
        title="Write three migrations: CHECK NOT VALID, VALIDATE, then SET NOT NULL",
        build=lambda: tuple(migration(context, step, named) for step, named in zip(steps, names, strict=True)),
        note="Fill the rows that hold NULL before the second one runs.",
    )


def _can_split(context: FixContext) -> bool:
    return not context.statements and behaviour(context.provider.name).concurrent_indexes


def _is_built(context: FixContext, table: QualifiedName, columns: Iterable[str]) -> bool:
    """Whether migrations have built the table and the columns already: else these must come first."""
    built = context.before.tables.get(table)
    return built is not None and all(built.column(name) is not None for name in columns if name)


def _plain(name: str) -> str:
    """A name as part of a migration's name."""
    return "".join(c if c.isalnum() else "_" for c in name).lower()
