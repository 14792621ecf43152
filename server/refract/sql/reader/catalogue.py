"""The catalogue of PostgreSQL as the model knows it: the rows that a condition in a migration may ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from refract.schema.model import Check, Column, ForeignKey, Index, PrimaryKey, QualifiedName, ReferentialAction, Table
from refract.sql.reader.copies import constraints_of_table
from refract.sql.reader.cursor import Cursor
from refract.sql.reader.state import ReadingState
from refract.sql.reader.tokens import tokens
from refract.sql.reader.values import UNKNOWN, ObjectId, Ordered, Value

Row = Mapping[str, Value]

_SERVER = ObjectId("server", QualifiedName("", "database"))
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_$]*")
_FORMAT = re.compile(r"%(?:(?P<place>\d{1,3})\$)?-?\d{0,3}(?P<kind>[ILs%])")


class Catalogue:
    """The system tables and functions at one point of a migration."""

    def __init__(self, session: ReadingState) -> None:
        self._session = session

    def rows(self, name: list[str], table: str | None = None) -> list[Row] | None:
        """The rows of a relation; None if the model does not know them. `table`: only those about tables of that name."""
        if len(name) > 1 and name[-2] not in ("pg_catalog", "information_schema"):
            return None
        key = f"information_schema.{name[-1]}" if name[:-1] == ["information_schema"] else name[-1]
        found = _RELATIONS.get(key)
        return None if found is None else list(found(self, table))

    def tables(self, name: str | None = None) -> Iterator[Table]:
        """The tables, or those of one name in any schema."""
        for table in self._session.draft.tables.values():
            if name is None or table.name.name == name:
                yield table

    def cast(self, value: Value, type_: str) -> Value:
        """`value::type`"""
        match type_, value:
            case (("regclass" | "regtype" | "regnamespace"), str()):
                found = self.call(f"to_{type_}", [value])
                return UNKNOWN if found is None else found
            case (("text" | "varchar" | "name"), ObjectId()):
                return UNKNOWN if value.kind == "server" else self._shown(value)
            case (("int" | "integer" | "bigint"), str()) if value.isdigit() and len(value) < 18:
                return int(value)
            case (("bool" | "boolean"), str()):
                return {"true": True, "t": True, "false": False, "f": False}.get(value.lower(), UNKNOWN)
            case _:
                return value

    def call(self, name: str, arguments: list[Value]) -> Value:
        """A function's value; UNKNOWN for most."""
        if any(argument is UNKNOWN for argument in arguments):
            return UNKNOWN
        found = _FUNCTIONS.get(name)
        return UNKNOWN if found is None else found(self, arguments)

    def relation(self, text: str) -> ObjectId | None:
        """The table, view, sequence or index of that name, written as in SQL."""
        cursor = Cursor(text, tokens(text, self._session.provider.name), self._session.kept_names)
        parts = cursor.dotted()
        draft = self._session.draft
        for name in self._session.candidates(parts):
            if name in draft.tables or name in draft.views or name in draft.sequences:
                return ObjectId("relation", name)
            if any(name == other for _, other in self.indexes()):
                return ObjectId("relation", name)
        return None

    def indexes(self) -> Iterator[tuple[Table, QualifiedName]]:
        """Each index, that of a primary key too, with its table."""
        for table in self.tables():
            if table.primary_key is not None:
                yield table, QualifiedName(table.name.schema, table.primary_key.name)
            for index in table.indexes:
                yield table, QualifiedName(table.name.schema, index.name)

    def type(self, text: str) -> ObjectId | None:
        """The type of that name."""
        cursor = Cursor(text, tokens(text, self._session.provider.name), self._session.kept_names)
        parts = cursor.dotted()
        known = (name for name in self._session.candidates(parts) if name in self._session.draft.enums)
        if (found := next(known, None)) is not None:
            return ObjectId("type", found)
        return ObjectId("type", QualifiedName("pg_catalog", parts[-1])) if parts[-1] in _BUILT_IN else None

    def schemas(self) -> tuple[str, ...]:
        """The namespaces that are known to exist."""
        draft = self._session.draft
        used = (name.schema for name in (*draft.tables, *draft.enums, *draft.views, *draft.sequences))
        first = (draft.start.default_schema, "pg_catalog", "information_schema")
        return tuple(dict.fromkeys((*first, *draft.schemas, *used)))

    def _shown(self, value: ObjectId) -> str:
        name = value.name
        visible = name.schema in ("", "pg_catalog", *self._session.path)
        return quote_ident(name.name) if visible else f"{quote_ident(name.schema)}.{quote_ident(name.name)}"

    @property
    def session(self) -> ReadingState:
        """The migration that asks."""
        return self._session


def quote_ident(name: str) -> str:
    """A name as PostgreSQL writes it: in quotes if it needs them."""
    return name if _PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _quote_literal(value: Value) -> str:
    return "NULL" if value is None else "'" + _text(value).replace("'", "''") + "'"


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    return "" if value is None else value.name.name if isinstance(value, ObjectId) else str(value)


def _formatted(_: Catalogue, arguments: list[Value]) -> Value:
    """`format('..%I..%L..%s', ...)`"""
    if not arguments or not isinstance(arguments[0], str):
        return UNKNOWN
    values = iter(arguments[1:])

    def filled(match: re.Match[str]) -> str:
        if match["kind"] == "%":
            return "%"
        value = arguments[int(match["place"])] if match["place"] else next(values)
        return {"I": quote_ident(_text(value)), "L": _quote_literal(value), "s": _text(value)}[match["kind"]]

    try:
        return _FORMAT.sub(filled, arguments[0])
    except (StopIteration, IndexError, RuntimeError):
        return UNKNOWN


def _to_regclass(catalogue: Catalogue, arguments: list[Value]) -> Value:
    return catalogue.relation(arguments[0]) if isinstance(arguments[0], str) else None


def _to_regtype(catalogue: Catalogue, arguments: list[Value]) -> Value:
    if not isinstance(arguments[0], str):
        return None
    return catalogue.type(arguments[0])


def _to_regnamespace(catalogue: Catalogue, arguments: list[Value]) -> Value:
    name = str(arguments[0]).strip('"')
    return ObjectId("namespace", QualifiedName("", name)) if name in catalogue.schemas() else None


def _constraint_definition(catalogue: Catalogue, arguments: list[Value]) -> Value:
    """`pg_get_constraintdef(oid)`; UNKNOWN for a check, whose expression PostgreSQL rewrites."""
    for table in catalogue.tables():
        for constraint in constraints_of_table(table):
            if _constraint_id(table, constraint.name) == arguments[0]:
                return _defined_as(constraint, catalogue)
    return UNKNOWN


def _defined_as(constraint: PrimaryKey | Index | ForeignKey | Check, catalogue: Catalogue) -> Value:
    match constraint:
        case PrimaryKey(columns=columns):
            return f"PRIMARY KEY ({_listed(part.name for part in columns)})"
        case Index(columns=columns, type="BTREE"):
            return f"UNIQUE ({_listed(part.name for part in columns)})"
        case ForeignKey(columns=names, referenced_columns=others):
            to = catalogue.cast(ObjectId("relation", constraint.referenced_table), "text")
            actions = (("UPDATE", constraint.on_update), ("DELETE", constraint.on_delete))
            written = (
                f" ON {event} {action}" for event, action in actions if action is not ReferentialAction.NO_ACTION
            )
            return f"FOREIGN KEY ({_listed(names)}) REFERENCES {to}({_listed(others)}){''.join(written)}"
        case _:
            return UNKNOWN


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(quote_ident, names))


def _constraint_id(table: Table, name: str) -> ObjectId:
    return ObjectId("constraint", QualifiedName(table.name.schema, f"{table.name.name}.{name}"))


def _first(_: Catalogue, arguments: list[Value]) -> Value:
    return next((argument for argument in arguments if argument is not None), None)


_FUNCTIONS: Mapping[str, Callable[[Catalogue, list[Value]], Value]] = {
    "to_regclass": _to_regclass,
    "to_regtype": _to_regtype,
    "to_regnamespace": _to_regnamespace,
    "current_schema": lambda catalogue, _: catalogue.session.schema,
    "current_database": lambda *_: _SERVER,
    "lower": lambda _, arguments: _text(arguments[0]).lower(),
    "upper": lambda _, arguments: _text(arguments[0]).upper(),
    "pg_get_constraintdef": _constraint_definition,
    "quote_ident": lambda _, arguments: quote_ident(_text(arguments[0])),
    "quote_literal": lambda _, arguments: _quote_literal(arguments[0]),
    "concat": lambda _, arguments: "".join(map(_text, arguments)),
    "coalesce": _first,
    "format": _formatted,
    "unnest": lambda _, arguments: arguments[0] if isinstance(arguments[0], Ordered) else UNKNOWN,
}


def _information_tables(catalogue: Catalogue, only: str | None) -> Iterator[Row]:
    for table in catalogue.tables(only):
        yield _of(table.name) | {"table_type": "BASE TABLE"}
    for name in catalogue.session.draft.views:
        yield _of(name) | {"table_type": "VIEW"}


def _of(name: QualifiedName) -> dict[str, Value]:
    return {"table_catalog": _SERVER, "table_schema": name.schema, "table_name": name.name}


def _information_columns(catalogue: Catalogue, only: str | None) -> Iterator[Row]:
    for table in catalogue.tables(only):
        for column in table.columns:
            yield _of(table.name) | _column_row(column)
        if not table.columns_known:
            yield _of(table.name)
    for name in catalogue.session.draft.views:
        yield _of(name)


def _column_row(column: Column) -> dict[str, Value]:
    long, short = _type_names(column)
    length = column.type.number() if column.type.name == "VARCHAR" else UNKNOWN if column.type.args else None
    return {
        "column_name": column.name,
        "is_nullable": "YES" if column.nullable else "NO",
        "data_type": long,
        "udt_name": short,
        "column_default": UNKNOWN if column.default or column.auto_increment else None,
        "character_maximum_length": length,
        "is_generated": "ALWAYS" if column.generated else "NEVER",
    }


def _type_names(column: Column) -> tuple[Value, Value]:
    type_ = column.type
    short: Value = type_.enum.name if type_.enum else _SHORT.get(type_.name, UNKNOWN)
    if type_.is_list:
        return "ARRAY", f"_{short}" if isinstance(short, str) else UNKNOWN
    return "USER-DEFINED" if type_.enum else _LONG.get(type_.name, UNKNOWN), short


def _constraints(catalogue: Catalogue, only: str | None) -> Iterator[tuple[Table, str, str, Row]]:
    """Each constraint: its table, name and kind, with what a foreign key has besides."""
    for table in catalogue.tables(only):
        if table.primary_key is not None:
            yield table, table.primary_key.name, "p", {}
        for key in table.foreign_keys:
            yield table, key.name, "f", {"confrelid": ObjectId("relation", key.referenced_table)}
        for check in table.checks:
            yield table, check.name, "c", {}
        for index in table.indexes:
            if index.constraint:
                yield table, index.name, "x" if index.type == "EXCLUDE" else "u", {}


_KINDS = {"p": "PRIMARY KEY", "f": "FOREIGN KEY", "c": "CHECK", "u": "UNIQUE"}


def _table_constraints(catalogue: Catalogue, only: str | None) -> Iterator[Row]:
    for table, name, kind, _ in _constraints(catalogue, only):
        if kind in _KINDS:
            names: dict[str, Value] = {"constraint_schema": table.name.schema, "constraint_name": name}
            yield _of(table.name) | names | {"constraint_type": _KINDS[kind]}
    for table in catalogue.tables(only):
        if not table.columns_known:
            yield _of(table.name)


def _referential_constraints(catalogue: Catalogue, only: str | None) -> Iterator[Row]:
    for table in catalogue.tables(only):
        for key in table.foreign_keys:
            yield {"constraint_schema": table.name.schema, "constraint_name": key.name}


def _key_columns(catalogue: Catalogue, only: str | None) -> Iterator[Row]:
    for table in catalogue.tables(only):
        keys = [(key.name, key.columns) for key in table.foreign_keys]
        keys += [(index.name, tuple(p.name for p in index.columns)) for index in table.indexes if index.constraint]
        if table.primary_key is not None:
            keys.append((table.primary_key.name, tuple(part.name for part in table.primary_key.columns)))
        for name, columns in keys:
            for column in columns:
                key: Row = {"constraint_schema": table.name.schema, "constraint_name": name, "column_name": column}
                yield {**_of(table.name), **key}


def _pg_constraint(catalogue: Catalogue, only: str | None) -> Iterator[Row]:
    for table, name, kind, more in _constraints(catalogue, only):
        yield {
            "oid": _constraint_id(table, name),
            "conname": name,
            "contype": kind,
            "conrelid": ObjectId("relation", table.name),
            "connamespace": ObjectId("namespace", QualifiedName("", table.name.schema)),
            **more,
        }
    for table in catalogue.tables(only):
        if not table.columns_known:
            yield {"conrelid": ObjectId("relation", table.name)}


def _pg_tables(catalogue: Catalogue, only: str | None) -> Iterator[Row]:
    for table in catalogue.tables(only):
        yield {"schemaname": table.name.schema, "tablename": table.name.name}


def _pg_views(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    for name in catalogue.session.draft.views:
        yield {"schemaname": name.schema, "viewname": name.name, "matviewname": name.name}


def _information_views(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    for name in catalogue.session.draft.views:
        yield _of(name)


def _pg_indexes(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    for table, name in catalogue.indexes():
        yield {"schemaname": table.name.schema, "tablename": table.name.name, "indexname": name.name}
    for table in catalogue.tables():
        if not table.columns_known:
            yield {"schemaname": table.name.schema, "tablename": table.name.name}


def _pg_class(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    draft = catalogue.session.draft
    for kind, names in (
        ("r", [*draft.tables]),
        ("v", [*draft.views]),
        ("S", [*draft.sequences]),
        ("i", [name for _, name in catalogue.indexes()]),
    ):
        for name in names:
            space = ObjectId("namespace", QualifiedName("", name.schema))
            shown: Value = UNKNOWN if kind == "v" else kind
            yield {"oid": ObjectId("relation", name), "relname": name.name, "relnamespace": space, "relkind": shown}


def _pg_attribute(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    for table in catalogue.tables():
        relation = ObjectId("relation", table.name)
        for place, column in enumerate(table.columns, 1):
            type_: Value = ObjectId("type", column.type.enum) if column.type.enum else UNKNOWN
            yield {
                "attrelid": relation,
                "attname": column.name,
                "attnum": place,
                "attisdropped": False,
                "attnotnull": not column.nullable,
                "atttypid": type_,
            }
        if not table.columns_known:
            yield {"attrelid": relation, "attisdropped": False}


def _pg_type(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    draft = catalogue.session.draft
    for kind, names in (("e", [*draft.enums]), ("c", [*draft.tables, *draft.views])):
        for name in names:
            space = ObjectId("namespace", QualifiedName("", name.schema))
            yield {"oid": ObjectId("type", name), "typname": name.name, "typnamespace": space, "typtype": kind}
    for name_ in sorted(_BUILT_IN):
        full = QualifiedName("pg_catalog", name_)
        space = ObjectId("namespace", QualifiedName("", "pg_catalog"))
        yield {"oid": ObjectId("type", full), "typname": name_, "typnamespace": space, "typtype": "b"}


def _pg_enum(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    for name, enum in catalogue.session.draft.enums.items():
        for place, value in enumerate(enum.values, 1):
            yield {"enumtypid": ObjectId("type", name), "enumlabel": value.name, "enumsortorder": place}


def _pg_namespace(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    for name in catalogue.schemas():
        yield {"oid": ObjectId("namespace", QualifiedName("", name)), "nspname": name, "schema_name": name}


def _pg_extension(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    for name in ("plpgsql", *catalogue.session.draft.extensions):
        yield {"extname": name}


def _sequences(catalogue: Catalogue, _: str | None) -> Iterator[Row]:
    for name in catalogue.session.draft.sequences:
        names = {"sequence_schema": name.schema, "sequence_name": name.name}
        yield names | {"schemaname": name.schema, "sequencename": name.name}
    for table in catalogue.tables():
        for column in table.columns:
            if column.auto_increment:
                yield {"schemaname": table.name.schema, "sequence_schema": table.name.schema}


_RELATIONS: Mapping[str, Callable[[Catalogue, str | None], Iterator[Row]]] = {
    "information_schema.tables": _information_tables,
    "information_schema.columns": _information_columns,
    "information_schema.table_constraints": _table_constraints,
    "information_schema.referential_constraints": _referential_constraints,
    "information_schema.key_column_usage": _key_columns,
    "information_schema.views": _information_views,
    "information_schema.sequences": _sequences,
    "information_schema.schemata": _pg_namespace,
    "pg_tables": _pg_tables,
    "pg_views": _pg_views,
    "pg_matviews": _pg_views,
    "pg_indexes": _pg_indexes,
    "pg_class": _pg_class,
    "pg_attribute": _pg_attribute,
    "pg_constraint": _pg_constraint,
    "pg_type": _pg_type,
    "pg_enum": _pg_enum,
    "pg_namespace": _pg_namespace,
    "pg_extension": _pg_extension,
    "pg_sequences": _sequences,
}
_SHORT = {
    "INTEGER": "int4", "BIGINT": "int8", "SMALLINT": "int2", "TEXT": "text", "VARCHAR": "varchar", "CHAR": "bpchar",
    "BOOLEAN": "bool", "DOUBLE PRECISION": "float8", "REAL": "float4", "DECIMAL": "numeric", "UUID": "uuid",
    "JSONB": "jsonb", "JSON": "json", "TIMESTAMP": "timestamp", "TIMESTAMPTZ": "timestamptz", "DATE": "date",
    "BYTEA": "bytea", "CITEXT": "citext", "INET": "inet",
}  # fmt: skip
_LONG = {
    "INTEGER": "integer", "BIGINT": "bigint", "SMALLINT": "smallint", "TEXT": "text", "VARCHAR": "character varying",
    "CHAR": "character", "BOOLEAN": "boolean", "DOUBLE PRECISION": "double precision", "REAL": "real",
    "DECIMAL": "numeric", "UUID": "uuid", "JSONB": "jsonb", "JSON": "json", "DATE": "date", "BYTEA": "bytea",
    "TIMESTAMP": "timestamp without time zone", "TIMESTAMPTZ": "timestamp with time zone", "CITEXT": "USER-DEFINED",
    "INET": "inet",
}  # fmt: skip
_BUILT_IN = frozenset({*_SHORT.values(), *_LONG.values(), "int", "float", "oid", "name"}) - {"citext", "USER-DEFINED"}
