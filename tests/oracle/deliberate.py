"""Where Refract writes SQL that runs, and Prisma does not: Prisma's statements as Refract writes them.

Each function has its entry, by its number, in docs/differences-from-prisma.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from attrs import frozen

from refract.schema.model import Database, QualifiedName

Statement = tuple[str, str]
Statements = Counter[Statement]

_SERIALS = {"SERIAL": "INTEGER", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}
_SERIAL = re.compile(r"SET DATA TYPE (SMALLSERIAL|SERIAL|BIGSERIAL)\b")
_JSON = re.compile(
    r"(DEFAULT |coalesce\(\"[^\"]*\", )([\[{].*?[\]}])(?=, \"|, CONSTRAINT|, PRIMARY| \)|\) AS|, coalesce|$)"
)
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
    prisma: Statements
    refract: Statements

    def table(self, quoted: str, database: Database) -> QualifiedName:
        parts = quoted.replace('"', "").split(".")
        return QualifiedName(parts[0] if len(parts) > 1 else database.default_schema, parts[-1])


def as_refract_writes(pair: Pair) -> Statements:
    """Prisma's statements, those that cannot run replaced by what Refract writes in their place."""
    expected = Counter(rewritten for one in pair.prisma.elements() for rewritten in _rewritten(one, pair))
    return expected + Counter(_moved_keys(pair))


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
    if step == "AlterTable":
        yield from _dropped_sequences(text, pair)
        text = _SET_AND_DROP.sub(r"\1", text)
    text = _SERIAL.sub(lambda m: f"SET DATA TYPE {_SERIALS[m[1]]}", text)
    if pair.after.provider == "sqlite":
        text = _JSON.sub(lambda m: f"{m[1]}'{m[2]}'", text)
    yield step, text


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
        wanted = ("AlterTable", f'DROP SEQUENCE {sequence}"{name[1:-1]}_{column}_seq"')
        if wanted in pair.refract:
            yield wanted


def _moved_keys(pair: Pair) -> Iterator[Statement]:
    """7. A foreign key to a table that moves to another schema: the old table cannot go while it is there."""
    moved = {n.name for n in pair.before.tables if n not in pair.after.tables} & {n.name for n in pair.after.tables}
    for step, text in (pair.refract - pair.prisma).elements():
        if step == "AddForeignKey" and any(f'."{name}"(' in text for name in moved):
            start = text.split(" FOREIGN KEY")[0].replace(" ADD CONSTRAINT ", " DROP CONSTRAINT ")
            if ("DropForeignKey", start) in pair.refract:
                yield from ((step, text), ("DropForeignKey", start))
