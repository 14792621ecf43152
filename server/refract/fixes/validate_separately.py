"""Adds a constraint for new rows first and validates existing rows in the next migration (PostgreSQL).

## What it does
Adds the foreign key or the check with `NOT VALID`, which takes its lock only briefly.
The next migration runs `VALIDATE CONSTRAINT`, which scans the table without blocking writes.

## When it is offered
For a foreign key of the edited schema: both tables and their columns exist.
For a statement in a migration: it adds this constraint and nothing else.

## What it costs
A second migration. Before it runs, fix the rows that violate the constraint. Otherwise `VALIDATE CONSTRAINT` fails.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from refract.fixes._migration import is_built, may_be_separate, migration, name_part
from refract.fixes._statement import edited, statement_at
from refract.fixes.base import Fix, FixContext, fixes
from refract.schema.changes import AddCheck, AddForeignKey, Change, DropForeignKey, ValidateConstraint
from refract.schema.model import QualifiedName
from refract.text import FileChange, NewFile, Span, TextEdit


@fixes("add-foreign-key-on-existing-rows")
def foreign_key_in_two(context: FixContext) -> Iterator[Fix]:
    """Two migrations: the foreign key NOT VALID, then its validation."""
    change = context.finding.change
    if not isinstance(change, AddForeignKey) or not change.foreign_key.validated or not may_be_separate(context):
        return
    key = change.foreign_key
    if is_built(context, change.table, key.columns) and is_built(context, key.referenced_table, key.referenced_columns):
        yield Fix(
            title="Write 2 migrations: NOT VALID, then VALIDATE CONSTRAINT",
            build=lambda: (
                migration(context, _not_valid(context, change)),
                _validation(context, change.table, key.name),
            ),
            preferred=True,
        )


@fixes("add-foreign-key-on-existing-rows", "add-check-on-existing-rows")
def not_valid(context: FixContext) -> Iterator[Fix]:
    """NOT VALID in the file, and a migration with the validation."""
    found, change = statement_at(context), context.finding.change
    if found is None or not isinstance(change, AddForeignKey | AddCheck) or len(found.changes) != 1:
        return
    name = change.foreign_key.name if isinstance(change, AddForeignKey) else change.check.name
    end = found.origin.span.end

    def build() -> tuple[FileChange, ...]:
        return (
            *edited(context, TextEdit(Span(end, end), " NOT VALID")),
            _validation(context, change.table, name),
        )

    yield Fix(title="Add NOT VALID, validate in the next migration", build=build, preferred=True)


def _not_valid(context: FixContext, change: AddForeignKey) -> tuple[Change, ...]:
    """The foreign key without validation, in place of the one of the same name."""
    key = change.foreign_key
    former = (c for c in context.diff.changes if isinstance(c, DropForeignKey) and c.table == change.table)
    dropped = tuple(c for c in former if c.foreign_key.name == key.name)
    return (*dropped, evolve(change, foreign_key=evolve(key, validated=False)))


def _validation(context: FixContext, table: QualifiedName, constraint: str) -> NewFile:
    validated = ValidateConstraint(table=table, constraint=constraint)
    return migration(context, (validated,), f"validate_{name_part(constraint)}")
