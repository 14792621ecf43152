"""Keys, indexes and checks of a table: how ALTER TABLE adds, drops and renames them."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from refract.schema import changes as c
from refract.schema.model import (
    Check,
    ForeignKey,
    Index,
    PartKind,
    PrimaryKey,
    QualifiedName,
    Table,
)
from refract.schema.unlisted import THE_PRIMARY_KEY
from refract.sql.reader.columns import Definition
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.default_names import named
from refract.sql.reader.dependents import drop_keys_to
from refract.sql.reader.index_parts import index_columns
from refract.sql.reader.keys import Constraint, read_conditions
from refract.sql.reader.postgresql_names import Namer
from refract.sql.reader.state import ReadingState


def add_constraint(constraint: Constraint, table: QualifiedName, session: ReadingState) -> None:
    """Add a constraint that has been read."""
    add_constraints((constraint,), table, session)


def add_constraints(found: Iterable[Constraint], table: QualifiedName, session: ReadingState) -> None:
    """Add constraints that have been read. Those without a name get one where the database makes up names."""
    if session.traits.numbers_names:
        held = session.table(table)
        found = Namer(table, session.draft).constraints(found, held.columns if held else ())
    for constraint in found:
        _add(constraint, table, session)


def _add(constraint: Constraint, table: QualifiedName, session: ReadingState) -> None:
    held = session.table(table)
    if session.traits.names_unique_after_column and held is not None:
        constraint = named(constraint, table, (*held.indexes, *held.foreign_keys, *held.checks))
    match constraint:
        case PrimaryKey(columns=()):
            _use_index(constraint.name, table, session)
        case PrimaryKey():
            session.add(c.AddPrimaryKey(table=table, primary_key=constraint))
        case Index(columns=()):
            _use_unique_index(constraint.name, table, session)
        case Index():
            session.add(c.CreateIndex(table=table, index=constraint))
        case ForeignKey():
            session.add(c.AddForeignKey(table=table, foreign_key=constraint))
        case Check(not_null=str(name), validated=True):
            _require(name, table, session)
        case Check():
            session.add(c.AddCheck(table=table, check=constraint))


def _require(name: str, table: QualifiedName, session: ReadingState) -> None:
    column = session.column(table, name)
    if column is None:
        session.missing("column", name, session.table(table))
    else:
        session.alter(table, column, evolve(column, nullable=False))


def _use_index(name: str, table: QualifiedName, session: ReadingState) -> None:
    """A primary key made from an existing index, which then belongs to the key."""
    held = session.table(table)
    index = held.index(name) if held else None
    if index is not None:
        session.add(c.DropIndex(table=table, index=index))
        session.add(c.AddPrimaryKey(table=table, primary_key=_key_of(index, name)))


def _use_unique_index(name: str, table: QualifiedName, session: ReadingState) -> None:
    """A unique constraint made from an existing index, which then belongs to the constraint."""
    held = session.table(table)
    index = held.index(name) if held else None
    if index is None:
        session.missing("index", name, held)
    else:
        session.add(c.RenameIndex(table=table, before=index, after=evolve(index, constraint=True)))


def _key_of(index: Index, name: str) -> PrimaryKey:
    """The primary key that an index becomes."""
    return PrimaryKey(name, index.columns, include=index.include, storage=index.storage)


def add_using_index(item: Cursor, table: QualifiedName, session: ReadingState) -> bool:
    """PostgreSQL: `ADD CONSTRAINT name UNIQUE|PRIMARY KEY USING INDEX index`, which renames the index."""
    start = item.position
    name = item.identifier()
    primary = item.accept("PRIMARY", "KEY", "USING", "INDEX")
    if not primary and not item.accept("UNIQUE", "USING", "INDEX"):
        item.position = start
        return False
    held = session.table(table)
    wanted = item.identifier()
    index = held.index(wanted) if held else None
    if index is None:
        session.missing("index", wanted, held)
    elif primary:
        session.add(c.DropIndex(table=table, index=index))
        session.add(c.AddPrimaryKey(table=table, primary_key=_key_of(index, name)))
    else:
        after = evolve(index, name=name, constraint=True, deferral=read_conditions(item).deferral)
        session.add(c.RenameIndex(table=table, before=index, after=after))
    return True


def drop_constraint(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`DROP CONSTRAINT …`: a key, an index, a check, or a default that has a name."""
    allowed = item.if_exists()
    name = item.identifier()
    held = session.table(table)
    if held is None:
        return
    key, check = held.foreign_key(name), next((x for x in held.checks if x.name == name), None)
    index = held.index(name)
    if key is not None:
        session.add(c.DropForeignKey(table=table, foreign_key=key))
    elif index is not None:
        if item.accept("CASCADE"):
            drop_keys_to(held, tuple(part.name for part in index.columns), session)
        session.add(c.DropIndex(table=table, index=index))
    elif check is not None:
        session.add(c.DropCheck(table=table, check=check))
    elif held.primary_key is not None and held.primary_key.name == name:
        if item.accept("CASCADE"):
            drop_keys_to(held, tuple(part.name for part in held.primary_key.columns), session)
        session.add(c.DropPrimaryKey(table=table, primary_key=held.primary_key))
    elif not _drop_default(name, held, session):
        if not allowed:
            session.missing("constraint", name, held)
        session.lacks(table, *((kind, name) for kind in PartKind if kind is not PartKind.COLUMN))


def _drop_default(name: str, table: Table, session: ReadingState) -> bool:
    column = next((x for x in table.columns if x.default is not None and x.default_name == name), None)
    if column is not None:
        session.alter(table.name, column, evolve(column, default=None, default_name=None))
    return column is not None


def rename_constraint(table: QualifiedName, before: str, after: str, session: ReadingState) -> None:
    """Rename a key, an index or a check of a table."""
    held = session.table(table)
    if held is None:
        return
    key, index = held.foreign_key(before), held.index(before)
    if key is not None:
        session.add(c.RenameForeignKey(table=table, before=key, after=evolve(key, name=after)))
    elif index is not None:
        session.add(c.RenameIndex(table=table, before=index, after=evolve(index, name=after)))
    elif held.primary_key is not None and held.primary_key.name == before:
        renamed = evolve(held.primary_key, name=after)
        session.add(c.RenamePrimaryKey(table=table, before=held.primary_key, after=renamed))
    else:
        check = next((x for x in held.checks if x.name == before), None)
        if check is None:
            session.missing("constraint", before, held)
            for kind in PartKind:
                if kind is not PartKind.COLUMN:
                    session.has_renamed(table, (kind, before), (kind, after))
            return
        session.add(c.DropCheck(table=table, check=check))
        session.add(c.AddCheck(table=table, check=evolve(check, name=after)))


def constraints_of(found: Definition) -> tuple[Constraint, ...]:
    """The constraints written with a column."""
    key = (found.primary_key,) if found.primary_key else ()
    return (*key, *found.indexes, *found.foreign_keys, *found.checks)


def drop_primary_key(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`DROP PRIMARY KEY`"""
    held = session.table(table)
    if held is not None and held.primary_key is not None:
        session.add(c.DropPrimaryKey(table=table, primary_key=held.primary_key))
    else:
        session.lacks(table, THE_PRIMARY_KEY)


def drop_index_of(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`DROP INDEX …`, as an action on a table."""
    allowed = item.if_exists()
    name = item.identifier()
    held = session.table(table)
    index = session.index_of(table, name)
    if index is not None:
        session.add(c.DropIndex(table=table, index=index))
    elif held is not None and held.primary_key is not None and name.upper() == "PRIMARY":
        session.add(c.DropPrimaryKey(table=table, primary_key=held.primary_key))
    else:
        if not allowed:
            session.missing("index", name, held)
        session.lacks(table, (PartKind.INDEX, name))


def alter_constraint(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """PostgreSQL: `ALTER CONSTRAINT …`, when a foreign key is checked."""
    name = item.identifier()
    held = session.table(table)
    key = held.foreign_key(name) if held else None
    if key is None:
        session.missing("foreign key", name, held)
        return
    session.add(c.DropForeignKey(table=table, foreign_key=key))
    session.add(c.AddForeignKey(table=table, foreign_key=evolve(key, deferral=read_conditions(item).deferral)))


def validate_constraint(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """`VALIDATE CONSTRAINT …`"""
    session.add(c.ValidateConstraint(table=table, constraint=item.identifier()))


def alter_primary_key(item: Cursor, table: QualifiedName, session: ReadingState) -> None:
    """CockroachDB."""
    held = session.table(table)
    key = held.primary_key if held else None
    if key is not None:
        session.add(c.DropPrimaryKey(table=table, primary_key=key))
    name = key.name if key else session.provider.primary_key_name(table.name)
    session.add(c.AddPrimaryKey(table=table, primary_key=PrimaryKey(name, index_columns(item.group()))))
