"""Checks, indexes and properties of keys that no comparison of schemas covers, since Prisma does not see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from attrs import evolve

from refract.schema.apply import apply
from refract.schema.changes import (
    AddCheck,
    AddForeignKey,
    AddPrimaryKey,
    Change,
    CreateIndex,
    CreateTable,
    DropCheck,
    DropForeignKey,
    DropIndex,
    DropPrimaryKey,
)
from refract.schema.model import Check, Database, ForeignKey, Index, Table


def with_unseen_parts(seen: Sequence[Change], before: Database, after: Database) -> tuple[Change, ...]:
    """Changes from `before` to `after` that Prisma sees, with those that it does not see around them."""
    seen = tuple(map(_without_checks, seen))
    reached, _ = apply(before, seen)
    pairs = [(table, after.tables[name]) for name, table in reached.tables.items() if name in after.tables]
    drops = chain.from_iterable(_drops(old, new) for old, new in pairs)
    additions = chain.from_iterable(_additions(old, new) for old, new in pairs)
    early, late = _split(drops, before)
    keys = [x for new in after.tables.values() for x in _keys(reached.tables.get(new.name), new)]
    return (*early, *seen, *late, *additions, *keys)


def _without_checks(change: Change) -> Change:
    """Prisma's CREATE TABLE has no checks: they are added afterwards."""
    return evolve(change, table=evolve(change.table, checks=())) if isinstance(change, CreateTable) else change


def _split(drops: Iterable[Change], before: Database) -> tuple[list[Change], list[Change]]:
    """Those of parts that exist from the beginning run first, since a changed column can stand in their way."""
    early: list[Change] = []
    late: list[Change] = []
    for drop in drops:
        (early if isinstance(drop, DropCheck) and drop.table in before.tables else late).append(drop)
    return early, late


def _drops(old: Table, new: Table) -> Iterator[Change]:
    yield from (DropForeignKey(table=new.name, foreign_key=k) for k in _gone(old.foreign_keys, new.foreign_keys))
    yield from (DropCheck(table=new.name, check=check) for check in _gone(old.checks, new.checks))
    yield from (DropIndex(table=new.name, index=index) for index in _gone(old.indexes, new.indexes))
    if old.primary_key is not None and old.primary_key != new.primary_key:
        yield DropPrimaryKey(table=new.name, primary_key=old.primary_key)


def _additions(old: Table, new: Table) -> Iterator[Change]:
    if new.primary_key is not None and old.primary_key != new.primary_key:
        yield AddPrimaryKey(table=new.name, primary_key=new.primary_key)
    yield from (CreateIndex(table=new.name, index=index) for index in _gone(new.indexes, old.indexes))
    yield from (AddCheck(table=new.name, check=check) for check in _gone(new.checks, old.checks))


def _keys(old: Table | None, new: Table) -> Iterator[Change]:
    held = old.foreign_keys if old is not None else ()
    yield from (AddForeignKey(table=new.name, foreign_key=k) for k in _gone(new.foreign_keys, held))


_Part = TypeVar("_Part", Check, ForeignKey, Index)


def _gone(held: Iterable[_Part], wanted: Sequence[_Part]) -> Iterator[_Part]:
    """The parts that are missing on the other side, or have other properties there."""
    return (part for part in held if part not in wanted)
