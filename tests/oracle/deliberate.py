"""Where Refract writes SQL that runs, and Prisma does not: Prisma's statements as Refract writes them.

Each function has its entry, by its number, in docs/differences-from-prisma.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from refract.diff import diff
from refract.providers.postgresql import POSTGRESQL
from refract.schema.changes import AlterColumn, Change, DropColumn, RecreateColumn
from refract.schema.model import Column, Database, Numbering, QualifiedName, Table

Statement = tuple[str, str]

_SERIALS = {"SERIAL": "INTEGER", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}
_SERIAL = re.compile(r"SET DATA TYPE (SMALLSERIAL|SERIAL|BIGSERIAL)\b")
_SET_AND_DROP = re.compile(
    r"(ALTER COLUMN (\"[^\"]+\") SET DEFAULT (?:'(?:[^']|'')*'|[^',])+), ALTER COLUMN \2 DROP DEFAULT"
)
_DROPPED_DEFAULT = re.compile(r'ALTER COLUMN "([^"]+)" DROP DEFAULT')
_MOVED = re.compile(r'ALTER TABLE (\S+) ALTER COLUMN "([^"]+)" TYPE (\S+) USING \(')
_RENAMED_KEY = re.compile(r'ALTER TABLE (\S+) RENAME CONSTRAINT "[^"]+" TO "([^"]+)"$')
_RENAMED_INDEX = re.compile(r'ALTER INDEX \S+ RENAME TO "([^"]+)"$')


@frozen
class Pair:
    """Both databases of a comparison, and what was written for them."""

    before: Database
    after: Database
    prisma: Sequence[Statement]
    refract: Counter[Statement]

    @property
    def provider(self) -> str:
        return self.after.provider

    def table(self, quoted: str, database: Database) -> QualifiedName:
        parts = quoted.replace('"', "").split(".")
        return QualifiedName(parts[0] if len(parts) > 1 else database.default_schema, parts[-1])


def as_refract_writes(pair: Pair) -> list[Statement]:
    """Prisma's statements, those that cannot run replaced by what Refract writes in their place."""
    return _with_freed_names([rewritten for one in pair.prisma for rewritten in _rewritten(one, pair)])


def _with_freed_names(statements: list[Statement]) -> list[Statement]:
    """10. The new name of an index, before another index gets the old one."""
    indexes = (_CREATED_INDEX.search(text) for step, text in statements if step == "CreateIndex")
    created = {found[1] for found in indexes if found}
    freeing: list[Statement] = []
    for place, (step, text) in enumerate(statements):
        found = _RENAMED_FROM.match(text) if step in ("RenameIndex", "RedefineIndex") else None
        if found and (found[1] or found[2]) in created:
            freeing += statements[place : place + (2 if step == "RedefineIndex" else 1)]
    rest = [s for s in statements if s not in freeing]
    at = next((place for place, (step, _) in enumerate(rest) if step == "CreateIndex"), 0)
    return [*rest[:at], *freeing, *rest[at:]]


_CREATED_INDEX = re.compile(r'INDEX "([^"]+)" ON ')
_RENAMED_FROM = re.compile(r'ALTER INDEX (?:"[^"]+"\.)?"([^"]+)" RENAME|DROP INDEX "([^"]+)"$')


def _rewritten(statement: Statement, pair: Pair) -> Iterator[Statement]:
    step, text = statement
    if step == "AlterEnum" and _moves_missing_column(text, pair):
        return
    if step == "AlterTable" and _renames_key_made_anew(text, pair):
        return
    if step == "RenameIndex" and _renames_index_made_anew(text, pair):
        return
    if step == "AlterTable" and text.startswith("DROP SEQUENCE") and text.endswith('""'):
        return
    if _SETS_NOTHING.search(text):
        return
    if step == "AlterTable":
        text = _SET_AND_DROP.sub(r"\1", text)
    text = _SERIAL.sub(lambda m: f"SET DATA TYPE {_SERIALS[m[1]]}", text)
    for rewrite in (_utc, *_REWRITES.get(pair.provider, ())):
        text = rewrite(text, pair)
    yield step, text


_SETS_NOTHING = re.compile(r'ALTER COLUMN "[^"]+" SET DEFAULT$')  # 14

_DATE = re.compile(r"'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d+)? ([+-])(\d\d):(\d\d)'")


def _utc(text: str, _: Pair) -> str:
    """11. The moment of a date with an offset, which columns without time zones would lose."""
    return _DATE.sub(_in_utc, text)


def _in_utc(match: re.Match[str]) -> str:
    offset = timedelta(hours=int(match[4]), minutes=int(match[5])) * (-1 if match[3] == "-" else 1)
    return f"'{datetime.fromisoformat(match[1]) - offset}{match[2] or ''} +00:00'"


_LONG_NAME = re.compile(r'"((?:[^"]|"")+)"')
_LONGEST = 63  # bytes


_OF_JOIN_TABLE = re.compile(r"(.+)(_AB_pkey|_AB_unique|_B_index)")


def _kept_names(text: str, pair: Pair) -> str:
    """12. Identifiers as PostgreSQL keeps them; of join tables, without a clash."""
    return _LONG_NAME.sub(lambda m: f'"{_kept_name(m[1], pair)}"', text)


def _kept_name(name: str, pair: Pair) -> str:
    found = _OF_JOIN_TABLE.fullmatch(name)
    if found and len(name.encode()) > _LONGEST:
        apart = _cut(found[1], _LONGEST - len(found[2])) + found[2]
        return apart if any(f'"{apart}"' in text for _, text in pair.refract) else _cut(name, _LONGEST)
    return _cut(name, _LONGEST)


def _cut(name: str, size: int) -> str:
    return name.encode()[:size].decode(errors="ignore")


_JSON_COLUMN = re.compile(
    r'("[^"]+" JSONB(?: NOT NULL)? DEFAULT )("s"|null|1|true|[\[{].*?[\]}])(?=, "|, CONSTRAINT|, PRIMARY| \)|$)'
)
_JSON_FILL = re.compile(r'(coalesce\("([^"]+)", )("s"|null|1|true|[\[{].*?[\]}])(?=\) AS)')


def _quoted_json(text: str, pair: Pair) -> str:
    """8. Json defaults as literals."""
    text = _JSON_COLUMN.sub(lambda m: f"{m[1]}'{m[2]}'", text)
    into = re.match(r'INSERT INTO "new_([^"]+)"', text)
    table = pair.after.tables.get(QualifiedName("", into[1])) if into else None

    def quoted(match: re.Match[str]) -> str:
        column = table.column(match[2]) if table else None
        return f"{match[1]}'{match[3]}'" if column and column.type.name == "JSONB" else match[0]

    return _JSON_FILL.sub(quoted, text)


_IDENTITY = re.compile(
    r'("([^"]+)" (?:INT\d|OID)(?: NOT NULL)? GENERATED BY DEFAULT AS IDENTITY)(?: \(([A-Z0-9 -]*)\))?'
)
_NUMBERS = {"INCREMENT": "increment", "CACHE": "cache", "START": "start", "MINVALUE": "minimum", "MAXVALUE": "maximum"}


def _all_numbers(text: str, pair: Pair) -> str:
    """13. Also numbers below 1, and the sequence under its name."""
    for table in pair.before.tables.values():
        for column in table.columns:
            own = (
                f'"{column.sequence}"'
                if table.name.schema == "public"
                else f'"{table.name.schema}"."{column.sequence}"'
            )
            text = text.replace(f'"prisma_sequence_{table.name.name}_{column.name}"', own)
    found = re.match(r"(?:CREATE|ALTER) TABLE (\S+)", text)
    table = pair.after.tables.get(pair.table(found[1].replace("_prisma_new_", ""), pair.after)) if found else None
    return _IDENTITY.sub(lambda m: m[1] + _options_of(table.column(m[2]) if table else None), text)


def _options_of(column: Column | None) -> str:
    options = column.numbering if column and column.numbering else Numbering()
    words = ["VIRTUAL"] * options.virtual
    for word, name in _NUMBERS.items():
        value = getattr(options, name)
        words += [f"{word} {value}"] if value != getattr(Numbering(), name) else []
    return f" ({' '.join(words)})" if words else ""


_REWRITES: Mapping[str, tuple[Callable[[str, Pair], str], ...]] = {
    "postgresql": (_kept_names,),
    "cockroachdb": (_all_numbers,),
    "sqlite": (_quoted_json,),
}


def with_escaped_values(script: str, *databases: Database) -> str:
    """15. Enum values with a quote, escaped."""
    for value in {v.name for d in databases for enum in d.enums.values() for v in enum.values if "'" in v.name}:
        escaped = value.replace("'", "''")
        script = re.sub(rf"'{re.escape(value)}'(?!')", lambda _, text=escaped: f"'{text}'", script)
    return script


def _moves_missing_column(text: str, pair: Pair) -> bool:
    """4. A column that gets the enum in this very migration is not there yet, or not of this type yet."""
    found = _MOVED.match(text)
    if not found:
        return False
    table = pair.before.tables.get(pair.table(found[1], pair.before))
    column = table.column(found[2]) if table else None
    return column is None or column.type.enum is None or f'{column.type.enum.name}_new"' not in found[3]


def _renames_key_made_anew(text: str, pair: Pair) -> bool:
    """5. A primary key dropped and added under its new name needs no renaming."""
    found = _RENAMED_KEY.match(text)
    if not found:
        return False
    added = f'ADD CONSTRAINT "{found[2]}" PRIMARY KEY'
    return any(added in other and other.startswith(f"ALTER TABLE {found[1]} ") for _, other in pair.prisma)


def _renames_index_made_anew(text: str, pair: Pair) -> bool:
    """6. An index that went with its column, and is made under its new name, needs no renaming."""
    found = _RENAMED_INDEX.match(text)
    created = f'INDEX "{found[1]}" ON' if found else ""
    return bool(created) and any(step == "CreateIndex" and created in other for step, other in pair.prisma)


def _dropped_sequences(text: str, pair: Pair) -> Iterator[Statement]:
    """2 and 3. The sequence of a column that no longer counts goes, and has a name."""
    table = text.removeprefix("ALTER TABLE ").split(" ")[0]
    schema, _, name = table.rpartition(".")
    for column in dict.fromkeys(_DROPPED_DEFAULT.findall(text)):
        sequence = f"{schema}." if schema else ""
        wanted = ("AlterTable", f'DROP SEQUENCE {sequence}"{POSTGRESQL.sequence_name(name[1:-1], column)}"')
        if wanted in pair.refract:
            yield wanted


def added(pair: Pair) -> Iterator[Statement]:
    """What Refract writes besides."""
    yield from _moved_keys(pair)
    for step, text in pair.prisma:
        if step == "AlterTable":
            yield from _dropped_sequences(text, pair)


def _moved_keys(pair: Pair) -> Iterator[Statement]:
    """7. A foreign key to a table that moves to another schema: the old table cannot go while it is there."""
    moved = {n.name for n in pair.before.tables if n not in pair.after.tables} & {n.name for n in pair.after.tables}
    for step, text in (pair.refract - Counter(pair.prisma)).elements():
        if step == "AddForeignKey" and any(f'"{name}"(' in text for name in moved):
            start = text.split(" FOREIGN KEY")[0].replace(" ADD CONSTRAINT ", " DROP CONSTRAINT ")
            if ("DropForeignKey", start) in pair.refract:
                yield from (("DropForeignKey", start), (step, text))


def settles(schema: str, database: Database) -> bool:
    """Whether a database can hold a schema, and shows it as it was asked for. Two indexes of one name do not fit it.
    `DEFAULT now()`, an OID that numbers itself and an optional column that the database numbers are something else in
    its catalogue, for Prisma's engine too.
    """
    names = [index.name for table in database.tables.values() for index in table.indexes]
    odd = 'dbgenerated("now()")' in schema or any(
        ("@db.Oid" in line and "autoincrement" in line) or ("sequence(" in line and "? " in line)
        for line in schema.splitlines()
    )
    clashing = database.provider == "postgresql" and any(map(_may_clash, database.tables.values()))
    return len(names) == len(set(names)) and not odd and not clashing


def _may_clash(table: Table) -> bool:
    """12. Whether the key and the index of a join table, as Prisma names them, may be one name on the server."""
    name = table.name.name
    return not table.model_name and not name.isascii() and len(name.encode()) > _LONGEST - 5


def is_complete(before: Database, after: Database) -> bool:
    """Whether Prisma's migration, and so Refract's, does all there is to do. It does not restore an index that has a twin
    and whose column it drops and adds. Between two schemas it takes a time without a precision for one of 3 digits, and
    the server gives it 6. On CockroachDB, it drops columns of a composite key, which the server refuses, sets
    a default before the type that it is of, and loses a foreign key between two tables that it redefines.
    """
    changes = diff(before, after).changes
    gone = {(x.table, x.before.name) for x in changes if isinstance(x, RecreateColumn)}
    if after.provider == "cockroachdb":
        gone |= {(x.table, x.column.name) for x in changes if isinstance(x, DropColumn)}
        if any(_sets_default_first(x) for x in changes) or _redefines_both(gone, before):
            return False
    if any(map(_is_taken_for_three_digits, *_kept_columns(before, after))):
        return False
    parts = ((name, part) for name, table in before.tables.items() for parts in _fragile(table) for part in parts)
    return not any(part in gone for part in parts)


def _kept_columns(before: Database, after: Database) -> tuple[list[Column], list[Column]]:
    pairs = [
        (old, new)
        for name, table in before.tables.items()
        for old in table.columns
        if name in after.tables and (new := after.tables[name].column(old.name)) is not None
    ]
    return [old for old, _ in pairs], [new for _, new in pairs]


def _is_taken_for_three_digits(old: Column, new: Column) -> bool:
    return old.type.name == new.type.name and "TIME" in old.type.name and not old.type.args and new.type.args == (3,)


def _sets_default_first(change: Change) -> bool:
    if not isinstance(change, AlterColumn) or change.before.type == change.after.type:
        return False
    return change.after.default is not None and change.after.default != change.before.default


def _redefines_both(gone: set[tuple[QualifiedName, str]], before: Database) -> bool:
    redefined = {
        name
        for name, table in before.tables.items()
        if table.primary_key and any((name, part.name) in gone for part in table.primary_key.columns)
    }
    tables = (before.tables[name] for name in redefined)
    return any(key.referenced_table in redefined - {table.name} for table in tables for key in table.foreign_keys)


def _fragile(table: Table) -> Iterator[tuple[str, ...]]:
    indexes = Counter((i.unique, tuple(p.name for p in i.columns)) for i in table.indexes)
    yield from (names for (_, names), count in indexes.items() if count > 1)
    if table.primary_key and len(table.primary_key.columns) > 1:
        yield tuple(p.name for p in table.primary_key.columns)
