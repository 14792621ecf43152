"""What MariaDB itself makes of a database, so that what was asked for and what it holds can be compared.

MariaDB changes this by itself:

- JSON and bytes have no default (Prisma never writes one, its client fills it in);
- BOOLEAN is TINYINT(1), and to Prisma the same as TINYINT: one never becomes the other;
- a column that is added stands at the end, whatever its place in the model;
- a boolean's default is the number 0 or 1, for BOOLEAN (TINYINT(1)) as for BIT(1);
- a DATETIME, TIMESTAMP or TIME without a precision has the precision 0, a DECIMAL without digits is DECIMAL(10,0);
- a foreign key without an index on its columns gets one, named after the key, and keeps an index that would do;
- a DECIMAL's default is written with all the digits of its scale, a FLOAT's or DOUBLE's as MariaDB prints it;
- a date's default is written as MariaDB writes dates;
- an expression is written in MariaDB's own words (`now()` becomes `current_timestamp()`): only that there is one is
  compared.

Display widths and `JSON` as another name for LONGTEXT are undone by the introspection already.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from attrs import evolve

from refract.schema.model import Column, ColumnType, Database, Default, DefaultKind, Index, Table

_WITHOUT_ARGUMENTS = {"DECIMAL": (10, 0), "BIT": (1,), "CHAR": (1,), "BINARY": (1,)}
_WITHOUT_DEFAULT = ("JSON", "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB")
_MAY_LACK_PRECISION = ("DATETIME", "TIMESTAMP", "TIME")


def normal_form(database: Database) -> dict[str, Table]:
    """The tables by name, with what MariaDB changes by itself brought to one form, and indexes in one order."""
    return {table.name.name: _table(table) for table in database.tables.values()}


def without_indexes_for_foreign_keys(held: dict[str, Table], asked: dict[str, Table]) -> dict[str, Table]:
    """The tables of `held` without the indexes that foreign keys lean on and `asked` does not name."""
    return {name: _without_extra_indexes(table, asked.get(name)) for name, table in held.items()}


def _without_extra_indexes(held: Table, asked: Table | None) -> Table:
    named = {i.name for i in asked.indexes} if asked else set()
    keys = {k.columns for k in held.foreign_keys}
    kept = (i for i in held.indexes if i.name in named or i.unique or tuple(p.name for p in i.columns) not in keys)
    return evolve(held, indexes=tuple(kept))


def _table(table: Table) -> Table:
    return evolve(
        table,
        columns=tuple(sorted(map(_column, table.columns), key=lambda column: column.name)),
        indexes=_sorted(table.indexes),
        foreign_keys=tuple(sorted(table.foreign_keys, key=lambda k: k.name)),
    )


def _sorted(indexes: Iterable[Index]) -> tuple[Index, ...]:
    return tuple(sorted(indexes, key=lambda i: i.name))


def _column(column: Column) -> Column:
    type_ = _type(column.type)
    default = None if type_.name in _WITHOUT_DEFAULT else column.default
    return evolve(column, type=type_, default=default and _default(default, type_))


def _type(type_: ColumnType) -> ColumnType:
    if type_.name == "BOOLEAN":
        return ColumnType("TINYINT")
    if type_.args:
        return type_
    if type_.name in _MAY_LACK_PRECISION:
        return evolve(type_, args=(0,))
    return evolve(type_, args=_WITHOUT_ARGUMENTS.get(type_.name, ()))


def _default(default: Default, type_: ColumnType) -> Default:
    if default.kind is DefaultKind.BOOLEAN:
        return Default(DefaultKind.NUMBER, "1" if default.text == "true" else "0")
    if default.kind is DefaultKind.NUMBER:
        return _number(default, type_)
    if default.kind is DefaultKind.EXPRESSION:
        return Default(DefaultKind.EXPRESSION)
    return default


def _number(default: Default, type_: ColumnType) -> Default:
    try:
        number = Decimal(default.text)
    except InvalidOperation:
        return default
    if type_.name in {"FLOAT", "DOUBLE"}:
        return evolve(default, text=repr(float(number)))
    return evolve(default, text=format(number.normalize(), "f"))
