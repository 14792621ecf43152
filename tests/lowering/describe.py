"""A database as a few lines of text, for tables of input and output."""

from __future__ import annotations

from collections.abc import Iterator

from refract.schema.model import (
    Column,
    ColumnType,
    Database,
    Default,
    DefaultKind,
    ForeignKey,
    Index,
    IndexColumn,
    PrimaryKey,
    QualifiedName,
    Sort,
    Table,
)


def describe(database: Database) -> str:
    """Everything in the database, in its order."""
    return "".join(f"{line}\n" for line in _lines(database))


def _lines(database: Database) -> Iterator[str]:
    for extension in database.extensions.values():
        yield f"extension {extension.name}" + (f" version {extension.version}" if extension.version else "")
    for enum in database.enums.values():
        yield f"enum {_name(enum.name)}: {', '.join(value.name for value in enum.values)}"
    for table in database.tables.values():
        yield from _table(table)
    for view in database.views.values():
        yield f"view {_name(view.name)}"


def _table(table: Table) -> Iterator[str]:
    model = f" (model {table.model_name})" if table.model_name not in ("", table.name.name) else ""
    yield f"table {_name(table.name)}{model}{' ignored' if table.ignored else ''}"
    yield from (f"  {_column(column)}" for column in table.columns)
    if table.primary_key:
        yield f"  {_key(table.primary_key)}"
    yield from (f"  {_index(index)}" for index in table.indexes)
    yield from (f"  {_foreign_key(key)}" for key in table.foreign_keys)


def _name(name: QualifiedName) -> str:
    return str(name)


def _type(type_: ColumnType) -> str:
    text = f"enum {type_.enum}" if type_.enum else type_.name
    arguments = f"({', '.join(map(str, type_.args))})" if type_.args else ""
    return f"{text}{arguments}{'[]' if type_.is_list else ''}"


def _column(column: Column) -> str:
    said = (
        f"{column.name} {_type(column.type)}",
        "null" if column.nullable else "",
        "autoincrement" if column.auto_increment else "",
        f"default {_default(column.default)}" if column.default else "",
        f"by client {column.client_default}" if column.client_default else "",
        "ignored" if column.ignored else "",
    )
    return " ".join(part for part in said if part)


def _default(default: Default) -> str:
    match default.kind:
        case DefaultKind.LIST:
            return f"[{', '.join(map(_default, default.items))}]"
        case DefaultKind.NOW:
            return "now"
        case DefaultKind.STRING:
            return repr(default.text)
        case DefaultKind.EXPRESSION:
            return f"sql {default.text}"
    return default.text


def _key(key: PrimaryKey) -> str:
    clustered = "" if key.clustered is None else " clustered" if key.clustered else " nonclustered"
    return " ".join(("primary key", *([key.name] if key.name else []), _parts(key.columns))) + clustered


def _index(index: Index) -> str:
    kind = "unique" if index.unique else "index"
    where = f" where {index.where}" if index.where else ""
    type_ = "" if index.type in ("", "BTREE") else f" using {index.type}"
    clustered = "" if index.clustered is None else " clustered" if index.clustered else " nonclustered"
    constraint = " constraint" if index.constraint else ""
    return f"{kind}{constraint} {index.name} {_parts(index.columns)}{type_}{where}{clustered}"


def _parts(columns: tuple[IndexColumn, ...]) -> str:
    return f"({', '.join(map(_part, columns))})"


def _part(part: IndexColumn) -> str:
    length = f"({part.length})" if part.length else ""
    return f"{part.name}{length}{f' {part.ops}' if part.ops else ''}{' desc' if part.sort is Sort.DESC else ''}"


def _foreign_key(key: ForeignKey) -> str:
    columns, referenced = ", ".join(key.columns), ", ".join(key.referenced_columns)
    actions = f"on delete {key.on_delete.value} on update {key.on_update.value}"
    return f"foreign key {key.name} ({columns}) -> {_name(key.referenced_table)} ({referenced}) {actions}"
