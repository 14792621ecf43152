"""What a PostgreSQL holds, as facts; and what a replayed database would make it hold.

To compare definitions in the server's own words, a replayed database is built on the server with Refract's own SQL, in a
transaction that is rolled back. Sequences
and views are compared as the model has them: columns that count are built without, and a view keeps the text it had.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
from attrs import evolve

from catalogue.cases import Facts
from refract.providers import provider
from refract.providers.defaults import parse_sql_default
from refract.schema import changes as c
from refract.schema.model import Column, ColumnType, Database, DefaultKind, QualifiedName, Sequence, Table
from refract.schema.sequences import all_sequences
from refract.sql.writer import write_steps

POSTGRESQL = provider("postgresql")
_EMPTY = Database("postgresql", "public", qualified=True)
_NEXT = re.compile(r"nextval\('(.*)'::regclass\)")


def _in_full(fact: str) -> str:
    """The precision of a time is 6 unless another is named. The model does not hold that a table has partitions."""
    return re.sub(r"\A(time|timestamp)(?= with)", r"\1(6)", fact).replace(" ON ONLY ", " ON ")


class CannotBuild(Exception):
    """The server refuses what the model holds."""


def server_facts(connection: psycopg.Connection) -> dict[str, str]:
    """All that the catalogue of the current database holds."""
    connection.execute("SET search_path = ''")
    return {key: _in_full(fact) for key, fact in connection.execute(_FACTS).fetchall()}


def model_facts(database: Database, beside: str, connection: psycopg.Connection) -> Facts:
    """The facts of a database on an empty server. `beside` is SQL for what it needs and does not hold."""
    database = evolve(database, qualified=True)
    facts = _built(database, beside, connection)
    for table in database.tables.values():
        for column in table.columns:
            if column.type.is_list and not column.nullable:  # which Prisma never writes for a list
                facts[_column_key(table, column)] = facts[_column_key(table, column)].replace("|", "| NOT NULL", 1)
    facts |= {f"sequence {s.name}": _sequence(s) for s in all_sequences(database)}
    facts |= {f"view {v.name}": "MATERIALIZED" if v.stored else "" for v in database.views.values()}
    for table in database.tables.values():
        facts |= {
            _column_key(table, x): _numbered(facts.get(_column_key(table, x), ""), x, table) for x in _counting(table)
        }
    return facts


def in_plain_words(facts: Facts, database: Database) -> Facts:
    """The facts with each default that is a plain value in the model's words for it, whatever the SQL that gives it."""
    plain = dict(facts)
    for table in database.tables.values():
        for column in table.columns:
            key = _column_key(table, column)
            plain[key] = _with_plain_default(facts.get(key, ""), column)
    return {key: fact for key, fact in plain.items() if fact or key in facts}


def _with_plain_default(fact: str, column: Column) -> str:
    before, _, sql = fact.partition(" DEFAULT ")
    default = parse_sql_default(sql, column.type) if sql and "nextval" not in sql else None
    if default is None or default.kind is DefaultKind.EXPRESSION:
        return fact
    return f"{before} DEFAULT {default}"


def _counting(table: Table) -> Iterator[Column]:
    return (x for x in table.columns if x.auto_increment)


def _column_key(table: Table, column: Column) -> str:
    return f"column {table.name}.{column.name}"


def _numbered(fact: str, column: Column, table: Table) -> str:
    if column.identity is not None:
        return f"{fact} IDENTITY {column.identity}"
    name = ".".join(map(_quoted, (table.name.schema, column.sequence or f"{table.name.name}_{column.name}_seq")))
    return f"{fact} DEFAULT nextval('{name}'::regclass)"


def _quoted(name: str) -> str:
    return name if re.fullmatch("[a-z_][a-z0-9_$]*", name) else '"' + name.replace('"', '""') + '"'


def _sequence(sequence: Sequence) -> str:
    owner = f"{sequence.owner[0]}.{sequence.owner[1]}" if sequence.owner else ""
    o = sequence.options
    words = (
        f"{o.type} START {o.start} INCREMENT {o.increment} MINVALUE {o.minimum} MAXVALUE {o.maximum} CACHE {o.cache}"
    )
    return f"{words}{' CYCLE' if o.cycle else ''} OWNED BY {owner}"


def _built(database: Database, beside: str, connection: psycopg.Connection) -> dict[str, str]:
    script = [beside, *_script(database)]
    try:
        with connection.transaction(force_rollback=True):
            for statement in script:
                connection.execute(statement.encode())
            facts = server_facts(connection)
    except psycopg.Error as error:
        raise CannotBuild(f"{error}\n{statement}") from error
    return {key: fact for key, fact in facts.items() if not key.startswith("sequence ")}


def _script(database: Database) -> Iterator[str]:
    yield from (f'CREATE SCHEMA IF NOT EXISTS "{name}"' for name in database.schemas)
    for x in database.extensions.values():
        yield f'CREATE EXTENSION IF NOT EXISTS "{x.name}"' + (f' SCHEMA "{x.schema}"' if x.schema else "")
    yield from (f"CREATE SEQUENCE {'.'.join(map(_quoted, s.name))}" for s in all_sequences(database))
    steps = write_steps(tuple(_changes(database)), _EMPTY, database)
    yield from (f"{statement}" for step in steps for statement in step.statements)


def _changes(database: Database) -> Iterator[c.Change]:
    """Everything of the database, each kind after those that it needs."""
    yield from (c.CreateEnum(enum=enum) for enum in database.enums.values())
    tables = [_without_numbers(table) for table in database.tables.values()]
    for table in tables:
        yield c.CreateTable(table=evolve(table, indexes=(), foreign_keys=(), checks=()))
        yield from (c.CreateIndex(table=table.name, index=index) for index in table.indexes)
        yield from (c.AddCheck(table=table.name, check=check) for check in table.checks)
    for table in tables:
        yield from (c.AddForeignKey(table=table.name, foreign_key=key) for key in table.foreign_keys)


def _without_numbers(table: Table) -> Table:
    return evolve(table, columns=tuple(evolve(x, auto_increment=False, identity=None) for x in table.columns))


def spelling_differences(database: Database, server: Facts) -> list[str]:
    """The columns whose type or plain default the model has in another way than a reader of the server's words has."""
    return [line for table in database.tables.values() for x in table.columns for line in _spelling(table, x, server)]


def _spelling(table: Table, column: Column, server: Facts) -> Iterator[str]:
    fact = server.get(_column_key(table, column), "")
    text, _, rest = fact.partition("|")
    expected = server_type(text, column.type.enum)
    if expected is not None and expected != column.type:
        yield f"{table.name}.{column.name} is {text} ({expected}), read as {column.type}"
    default = re.search(r" DEFAULT (.*)", rest)
    reprinted = column.type.name in ("DATE", "TIME", "TIMETZ", "interval", "INTERVAL")
    if (
        default
        and column.default
        and not column.auto_increment
        and not reprinted
        and '::"mood"' not in column.default.text
    ):
        found = parse_sql_default(default.group(1), column.type)
        if found is not None and found.kind is not DefaultKind.EXPRESSION and found != column.default:
            yield f"{table.name}.{column.name} has DEFAULT {default.group(1)} ({found}), read as {column.default}"


def server_type(text: str, enum: QualifiedName | None) -> ColumnType | None:
    """A type in the words of format_type(); None for one that the model keeps as written."""
    match = re.fullmatch(r"([\w\" ]+?)(?:\(([\d,]+)\))?( with(?:out)? time zone)?(\[\])?", text)
    if match is None or enum is not None:
        return None
    name, args, zone, brackets = match.groups()
    numbers = tuple(int(a) for a in args.split(",")) if args else ()
    if (name + (zone or "")) not in POSTGRESQL.spellings:
        return None
    return POSTGRESQL.type_from_sql(name + (zone or ""), numbers, bool(brackets))


_NOT_OF_EXTENSIONS = (
    "NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = {0}.oid AND e.classid = '{1}'::regclass AND e.deptype = 'e')"
)
_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_CLASS = (
    f"FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace WHERE {_OURS} "
    f"AND {_NOT_OF_EXTENSIONS.format('r', 'pg_catalog.pg_class')}"
)
_FACTS = "\nUNION ALL\n".join(
    (
        f"SELECT 'schema ' || n.nspname, '' FROM pg_namespace n WHERE {_OURS}",
        "SELECT 'extension ' || extname, '' FROM pg_extension WHERE extname <> 'plpgsql'",
        "SELECT 'enum ' || n.nspname || '.' || t.typname, coalesce(string_agg(quote_literal(v.enumlabel), ' ' "
        "ORDER BY v.enumsortorder), '') FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
        f"LEFT JOIN pg_enum v ON v.enumtypid = t.oid WHERE t.typtype = 'e' AND {_OURS} GROUP BY n.nspname, t.typname",
        "SELECT 'table ' || n.nspname || '.' || r.relname, coalesce((SELECT string_agg(quote_ident(attname), ' ' "
        "ORDER BY attnum) FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped), '') "
        f"{_CLASS} AND r.relkind IN ('r', 'p') AND r.relpersistence <> 't'",
        "SELECT 'column ' || n.nspname || '.' || r.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || '|' "
        "|| CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END "
        "|| CASE WHEN a.attcollation <> y.typcollation THEN ' COLLATE ' || o.collname ELSE '' END "
        "|| CASE a.attidentity WHEN 'a' THEN ' IDENTITY ALWAYS' WHEN 'd' THEN ' IDENTITY BY DEFAULT' ELSE '' END "
        "|| coalesce(CASE WHEN a.attgenerated <> '' THEN ' GENERATED ' ELSE ' DEFAULT ' END || pg_get_expr(d.adbin, d.adrelid), '') "
        "FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_collation o ON o.oid = a.attcollation "
        "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum JOIN pg_class r ON r.oid = a.attrelid "
        f"JOIN pg_namespace n ON n.oid = r.relnamespace WHERE {_OURS} AND r.relkind IN ('r', 'p') "
        f"AND r.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped AND {_NOT_OF_EXTENSIONS.format('r', 'pg_catalog.pg_class')}",
        "SELECT 'index ' || n.nspname || '.' || r.relname, pg_get_indexdef(r.oid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END "
        "FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid JOIN pg_namespace n ON n.oid = r.relnamespace "
        f"JOIN pg_class t ON t.oid = i.indrelid WHERE {_OURS} AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't' "
        f"AND {_NOT_OF_EXTENSIONS.format('t', 'pg_catalog.pg_class')}",
        "SELECT 'constraint ' || n.nspname || '.' || r.relname || '.' || k.conname, pg_get_constraintdef(k.oid) "
        f"FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE {_OURS} "
        "AND k.contype IN ('p', 'u', 'f', 'c', 'x', 'n') AND r.relpersistence <> 't' "
        f"AND {_NOT_OF_EXTENSIONS.format('r', 'pg_catalog.pg_class')}",
        "SELECT 'sequence ' || n.nspname || '.' || r.relname, upper(format_type(s.seqtypid, NULL)) || ' START ' || s.seqstart "
        "|| ' INCREMENT ' || s.seqincrement || ' MINVALUE ' || s.seqmin || ' MAXVALUE ' || s.seqmax || ' CACHE ' || s.seqcache "
        "|| CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END || ' OWNED BY ' || coalesce((SELECT tn.nspname || '.' || t.relname "
        "|| '.' || a.attname FROM pg_depend p JOIN pg_class t ON t.oid = p.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace "
        "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.refobjsubid WHERE p.objid = r.oid "
        "AND p.classid = 'pg_catalog.pg_class'::regclass AND p.deptype IN ('a', 'i')), '') "
        f"FROM pg_sequence s JOIN pg_class r ON r.oid = s.seqrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE {_OURS} "
        "AND r.relpersistence <> 't'",
        "SELECT 'view ' || n.nspname || '.' || r.relname, CASE r.relkind WHEN 'm' THEN 'MATERIALIZED' ELSE '' END "
        f"{_CLASS} AND r.relkind IN ('v', 'm') AND r.relpersistence <> 't'",
    )
)
