"""A diff that knows the last one looks only at the tables that are other objects now."""

from __future__ import annotations

import timeit

from attrs import evolve

from refract.diff import diff
from refract.schema.changes import AddColumn
from refract.schema.model import Column, ColumnType, Database, IndexColumn, PrimaryKey, QualifiedName, Table

TABLES = 1500


def database() -> Database:
    return Database("postgresql", "public", tables={t.name: t for t in map(table, range(TABLES))})


def table(number: int) -> Table:
    columns = (Column("id", ColumnType("INTEGER")), *(Column(f"c{n}", ColumnType("TEXT")) for n in range(10)))
    name = f"T{number}"
    return Table(QualifiedName("public", name), columns, PrimaryKey(f"{name}_pkey", (IndexColumn("id"),)))


def with_column(base: Database, number: int, name: str) -> Database:
    key = QualifiedName("public", f"T{number}")
    old = base.tables[key]
    new = evolve(old, columns=(*old.columns, Column(name, ColumnType("TEXT"), nullable=True)))
    return evolve(base, tables={**base.tables, key: new})


def test_equals_a_diff_from_scratch() -> None:
    before, after = database(), database()
    known = diff(before, after)
    for number in (3, 700, 3):
        after = with_column(after, number, f"n{number}{len(after.tables[QualifiedName('public', 'T3')].columns)}")
        known = diff(before, after, known)
        assert known == diff(before, after)
    assert [type(c) for c in known.changes] == [AddColumn] * 3


def test_one_changed_table_among_many_is_cheap() -> None:
    before, after = database(), database()
    known = diff(before, after)
    edited = with_column(after, 5, "new")
    seconds = min(timeit.repeat(lambda: diff(before, edited, known), number=10, repeat=5)) / 10
    assert seconds < 0.003  # measured under a millisecond; the rest is room for a busy machine
