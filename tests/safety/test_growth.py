"""Nothing below 100 KB takes more than two seconds of processor time, whatever the text is.

Each case is a shape of text that once took far longer. Time is that of the processor, so that other work on the machine
does not count, and the limit grows on a machine that is slower than the one it was set on.
"""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from attrs import frozen

from refract.analysis import analyse, open_project
from refract.baseline import migrations_of
from refract.config import SettingsError, load_settings
from refract.diff import diff
from refract.lowering import lower
from refract.plans.file import NotAPlan, read_plan
from refract.providers import provider
from refract.schema.model import Database
from refract.source import Target, find_uses
from refract.source.client import client_of
from refract.sql.reader import read_migration
from refract.syntax import parse_document, parse_schema
from refract.text import Span
from refract.workspace import find_projects
from refract.workspace.prisma_config import read_prisma_config
from small_projects import HEAD, LOCK, write

PROVIDERS = ("postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb")
LIMIT = 2.0
"""Seconds for one text, and for one key in it."""

_REFERENCE = 0.05
"""Seconds that `_loop` takes on the machine for which `LIMIT` holds."""

_PREPARING = 20.0
"""Seconds that the part before the measured one may take."""

_ATTEMPTS = 4

Work = Callable[[], object]


@frozen
class Case:
    """A shape of text, and what is done with it. `prepared` runs first, and is not measured."""

    name: str
    prepared: Callable[[], Work]
    limit: float = LIMIT


def _loop() -> float:
    started = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return time.process_time() - started


def slowness() -> float:
    """How much slower this machine is now than the one for which the limits hold; at least 1."""
    return max(1.0, _loop() / _REFERENCE)


class TooSlow(Exception):
    """The work was stopped at the limit."""


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Stops work after so many seconds of processor time, where the system can."""

    def stop(*_: object) -> None:
        raise TooSlow(f"more than {seconds:.1f} s of processor time")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _only_its_own_garbage() -> Iterator[None]:
    """Keeps the collector from looking at what thousands of tests before this one have left in the process."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def seconds_of(work: Work, limit: float) -> float:
    """The processor time that `work` takes. Raises TooSlow when that is more than `limit`."""
    with _only_its_own_garbage():
        started = time.process_time()
        with stopped_after(limit):
            work()
        taken = time.process_time() - started
    if taken > limit:
        raise TooSlow(f"{taken:.1f} s of processor time")
    return taken


# Schemas: read as a whole, then a key in the middle.


def working(work: Callable[..., object], *arguments: object) -> Callable[[], Work]:
    """What needs nothing before it."""
    return lambda: partial(work, *arguments)


def reading(text: str) -> Callable[[], Work]:
    return working(parse_document, "schema.prisma", text)


def key(text: str) -> Callable[[], Work]:
    """A character typed in the middle of a schema that is open."""

    def prepared() -> Work:
        document = parse_document("schema.prisma", text)
        middle = text.find("\n", len(text) // 2) if "\n" in text else len(text) // 2
        return lambda: document.edited(Span(middle, middle), "x")

    return prepared


def models(count: int, end: str) -> str:
    return "".join(f"model M{n} {{\n  id Int @id\n  name String\n{end}\n" for n in range(count))


SCHEMAS = {
    "400 models without an end": models(400, ""),
    "1,600 models without an end": models(1_600, ""),
    "headers only": "".join(f"model M{n} {{" for n in range(6_000)),
    "headers on lines": "".join(f"model M{n} {{\n" for n in range(6_000)),
    "an unclosed string": 'model A {\n  name String @map("' + '\\"' * 45_000 + "\n}\n",
    "an unclosed string of quotes": 'model A {\n  name String @map(' + '"' * 90_001 + "\n}\n",
    "an index of 4,000 lines without an end": "model A {\n  @@index([\n" + "  field_a\n" * 8_000 + "}\n",
    "an index on lines with commas": "model A {\n  @@index([\n" + "  field_a,\n" * 8_000 + "  ])\n}\n",
    "an index on lines, never closed": "model A {\n  @@index([\n" + "  a,\n" * 20_000 + "}\n",
    "many indexes never closed": "model A {\n" + ("  @@index([\n" + "  a,\n" * 480) * 45 + "}\n",
    "an index of 45,000 fields": "model A {\n  @@index([" + ",".join(["a"] * 45_000) + "])\n}\n",
    "deep brackets": "model A {\n  a Int @default(" + "[" * 60_000 + "\n}\n",
    "an unclosed comment": "model A {\n  id Int @id\n}\n" * 3_500 + "/*",
    "many openings of comments": "model A {\n /*\n" * 6_000,
    "documentation": "/// text\n" * 11_000 + "model A {\n  id Int @id\n}\n",
    "unreadable lines": "model A {\n" + "  ???\n" * 15_000 + "}\n",
    "unreadable text": "??? \n" * 19_000,
    "unknown blocks": "".join(f"thing T{n} {{\n" for n in range(6_000)),
    "conflicts": "model A {\n" + "<<<<<<< a\n  b Int\n=======\n  c Int\n>>>>>>> d\n" * 2_000 + "}\n",
    "a field of many attributes": "model A {\n  a Int" + " @map(\"a\")" * 9_500 + "\n}\n",
}  # fmt: skip


def schema_cases() -> Iterator[Case]:
    for name, text in SCHEMAS.items():
        assert len(text) <= 140_000, name
        yield Case(f"schema: {name}", reading(text))
        yield Case(f"a key: {name}", key(text), LIMIT / 2)


# Renames.


def database(text: str) -> Database:
    source = 'datasource db {\n  provider = "postgresql"\n}\n'
    return lower(parse_schema([("schema.prisma", source + text)])).database


def comparing(before: str, after: str) -> Callable[[], Work]:
    def prepared() -> Work:
        old, new = database(before), database(after)
        return lambda: diff(old, new)

    return prepared


def tables(name: str, count: int, fields: str = "id Int @id\n  email String\n  name String?\n  age Int\n") -> str:
    return "".join(f"model {name.format(n)} {{\n  {fields}}}\n" for n in range(count))


def fields(name: str, count: int, type_: str = "String") -> str:
    return "model A {\n  id Int @id\n" + "".join(f"  {name.format(n)} {type_}\n" for n in range(count)) + "}\n"


def enums(name: str, count: int) -> str:
    return "".join(f"enum {name.format(n)} {{\n  A\n  B\n  C\n  V{n % 7}\n}}\n" for n in range(count))


def values(name: str, count: int) -> str:
    return "enum E {\n" + "".join(f"  {name.format(n)}\n" for n in range(count)) + "}\n"


RENAMES = {
    "300 tables": (tables("old_thing_{}", 300), tables("NewThing{}", 300), 1.0),
    "1,000 tables": (tables("old_thing_{}", 1_000), tables("NewThing{}", 1_000), LIMIT),
    "1,000 tables in another style": (tables("user_item_{}", 1_000), tables("UserItem{}", 1_000), LIMIT),
    "1,000 tables with nothing in common": (tables("a{}", 1_000), tables("b{}", 1_000, "x Int @id\n"), LIMIT),
    "500 by 500 columns": (fields("old_field_{}", 500), fields("newField{}", 500), LIMIT),
    "500 by 500 columns in another style": (fields("first_name_{}", 500), fields("firstName{}", 500), LIMIT),
    "2,500 by 2,500 columns": (fields("old_field_{}", 2_500), fields("newField{}", 2_500), LIMIT),
    "columns of other types": (fields("old_{}", 1_000), fields("new{}", 1_000, "Int"), LIMIT),
    "500 enums": (enums("old_kind_{}", 500), enums("NewKind{}", 500), LIMIT),
    "1,000 values": (values("old_value_{}", 1_000), values("NewValue{}", 1_000), LIMIT),
}


def rename_cases() -> Iterator[Case]:
    for name, (before, after, limit) in RENAMES.items():
        yield Case(f"renames: {name}", comparing(before, after), limit)


# Migrations.


def migrating(sql: str, name: str) -> Callable[[], Work]:
    chosen = provider(name)
    return working(read_migration, sql, "m.sql", Database(name, chosen.default_schema), chosen)


def columns(count: int, type_: str = "INT") -> str:
    return "CREATE TABLE t (" + ", ".join(f"c{n} {type_}" for n in range(count)) + ");\n"


MIGRATIONS = {
    "parentheses in a default": "CREATE TABLE t (a INT DEFAULT " + "(" * 45_000 + "1" + ")" * 45_000 + ");",
    "parentheses without an end": "CREATE TABLE t (a INT DEFAULT " + "(" * 90_000,
    "a default that is set": "CREATE TABLE t (a INT);\nALTER TABLE t ALTER COLUMN a SET DEFAULT "
    + "(" * 45_000 + "1" + ")" * 45_000 + ";",
    "signs before a default": "CREATE TABLE t (a INT DEFAULT " + "- " * 45_000 + "1);",
    "casts of a default": "CREATE TABLE t (a INT DEFAULT 1" + "::int" * 19_000 + ");",
    "a check in parentheses": "CREATE TABLE t (a INT CHECK " + "(" * 45_000 + ")" * 45_000 + ");",
    "a table of 7,200 columns": columns(7_200),
    "a table of 7,200 keys": columns(4_000, "INT UNIQUE"),
    "2,900 columns dropped": columns(2_900)
    + "ALTER TABLE t " + ", ".join(f"DROP COLUMN c{n}" for n in range(2_900)) + ";",
    "2,000 columns dropped by statements": columns(2_000)
    + "".join(f"ALTER TABLE t DROP COLUMN c{n};" for n in range(2_000)),
    "2,500 columns added": "CREATE TABLE t (a INT);" + "".join(f"ALTER TABLE t ADD c{n} INT;" for n in range(2_500)),
    "2,000 columns changed": columns(1_500)
    + "".join(f"ALTER TABLE t ALTER COLUMN c{n} SET NOT NULL;" for n in range(1_500)),
    "1,300 indexes": columns(10) + "".join(f"CREATE INDEX i{n} ON t (c1);DROP INDEX i{n};" for n in range(1_300)),
    "2,500 indexes of one table": columns(10) + "".join(f"CREATE INDEX i{n} ON t (c1);" for n in range(2_500)),
    "2,000 tables renamed": "".join(f"CREATE TABLE a{n} (i INT);" for n in range(1_400))
    + "".join(f"ALTER TABLE a{n} RENAME TO b{n};" for n in range(1_400)),
    "2,000 tables dropped": "".join(f"CREATE TABLE a{n} (i INT);" for n in range(2_000))
    + "".join(f"DROP TABLE a{n};" for n in range(2_000)),
    "an unclosed string": "SELECT '" + "\\'" * 45_000,
    "an unclosed quoted name": 'SELECT "' + '""' * 45_000 + "x",
    "many dollar quotes": "".join(f"$a{n}$ " for n in range(12_000)),
    "comments": "/* " * 30_000,
    "a key of 20,000 columns": "CREATE TABLE t (a INT, PRIMARY KEY (" + ", ".join(["a"] * 20_000) + "));",
    "an enum of 10,000 values": "CREATE TYPE e AS ENUM (" + ", ".join(f"'v{n}'" for n in range(10_000)) + ");",
    "3,000 values added to an enum": "CREATE TYPE e AS ENUM ('a');"
    + "".join(f"ALTER TYPE e ADD VALUE 'v{n}';" for n in range(3_000)),
    "3,000 rows": "CREATE TABLE t (a INT);" + "".join(f"INSERT INTO t VALUES ({n});" for n in range(3_000)),
}  # fmt: skip


def migration_cases() -> Iterator[Case]:
    for name, sql in MIGRATIONS.items():
        assert len(sql) <= 110_000, name
        for database_ in PROVIDERS:
            yield Case(f"{database_}: {name}", migrating(sql, database_))


# Configuration.

CONFIGURATIONS = {
    "constants never closed": "const a=(" * 10_000,
    "constants of one name": "const a=b\n" * 9_000,
    "escaped quotes": '\\"' * 45_000,
    "an unclosed string": 'export default { schema: "' + "\\'" * 45_000,
    "quotes": "\"'" * 45_000,
    "templates": "`${" * 30_000,
    "a template without an end": "export default { schema: `a${b",
    "opening parentheses": "(" * 95_000,
    "opening braces": "export default " + "{" * 90_000,
    "calls": "defineConfig(" * 7_000,
    "exports": "export default {" * 6_000,
    "exports of nothing": "export default x;" * 5_500,
    "properties": "export default {" + "".join(f"a{n}: (1), " for n in range(7_000)) + "}",
    "properties never closed": "export default {" + "a: (" * 20_000,
    "sums": 'export default { schema: "a"' + ' + "a"' * 14_000 + " }",
    "nested sums": "export default { schema: " + '("a" + ' * 12_000 + "}",
    "joined paths": "export default { schema: " + "path.join(" * 9_000 + '"a"' + ")" * 9_000 + " }",
    "constants of constants": "".join(f"const a{n} = a{n + 1} + a{n + 1}\n" for n in range(4_000))
    + "export default { schema: a0 }",
    "comments": "/*" * 45_000,
}


def configuration_cases() -> Iterator[Case]:
    for name, text in CONFIGURATIONS.items():
        yield Case(f"prisma.config: {name}", working(read_prisma_config, text))


# TOML.

TOML = {
    "a dotted key": "a" + ".a" * 45_000 + " = 1\n",
    "a dotted table": "[a" + ".a" * 45_000 + "]\n",
    "a dotted key with quotes": "a" + '."a"' * 22_000 + " = 1\n",
    "a dotted key with spaces": "a" + " . a" * 22_000 + " = 1\n",
    "a dotted key in a table of a line": "x = { a" + ".a" * 45_000 + " = 1 }\n",
    "many dotted keys": "".join("a" + ".a" * 30 + f".b{n} = 1\n" for n in range(1_400)),
    "many dotted tables": "".join("[a" + ".a" * 30 + f".b{n}]\n" for n in range(1_400)),
    "lists in lists": "a = " + "[" * 90_000,
    "a number of many digits": "a = " + "1" * 90_000 + "\n",
    "an unclosed string": 'a = "' + '\\"' * 45_000,
}


def toml_cases(folder: Path) -> Iterator[Case]:
    for name, text in TOML.items():
        yield Case(f"refract.toml: {name}", _settings(folder, text))
        yield Case(f"pyproject.toml: {name}", _settings(folder, text + "\n[tool.refract]\n", "pyproject.toml"))
        yield Case(f"migration_lock.toml: {name}", working(_lock, text))
        yield Case(f"plan: {name}", working(_plan, text))


def _settings(folder: Path, text: str, name: str = "refract.toml") -> Callable[[], Work]:
    def prepared() -> Work:
        (folder / ".git").mkdir(exist_ok=True)
        (folder / name).write_text(text)
        return work

    def work() -> None:
        try:
            load_settings(folder)
        except SettingsError:
            pass
        finally:
            (folder / name).unlink()

    return prepared


def _lock(text: str) -> None:
    migrations_of({"migration_lock.toml": text.encode()}, "migrations")


def _plan(text: str) -> None:
    with suppress(NotAPlan):
        read_plan(text, "p")


# Code.

CODE = {
    "extensions of results": "prisma.$extends({result:{user:{" * 3_000,
    "needs": "prisma.$extends({result:{user:{needs:{name:" * 2_200,
    "needs in needs": "prisma.$extends({result:{user:{" + "needs:{" * 13_000,
    "queries": "prisma.user.findMany({where:{" * 3_200,
    "names of one object": "const a={" * 10_000,
}


def code_cases() -> Iterator[Case]:
    schema = parse_schema([("schema.prisma", SCHEMA)])
    client = client_of(schema)
    wanted = (Target("User", "name"), Target("User"))
    for name, text in CODE.items():
        yield Case(f"code: {name}", working(find_uses, text, "a.ts", client, wanted))


SCHEMA = """\
datasource db {
  provider = "postgresql"
}
model User {
  id Int @id
  name String
  posts Post[]
}
model Post {
  id Int @id
  userId Int
  user User @relation(fields: [userId], references: [id])
}
"""


# A key in the editor, from the text to the findings.


def key_in_project(folder: Path, schema: str, migration: str) -> Callable[[], Work]:
    """A character typed in the middle of a schema, and what is found then."""

    def prepared() -> Work:
        write(folder, {
            "prisma/schema.prisma": HEAD + schema,
            "prisma/migrations/migration_lock.toml": LOCK,
            "prisma/migrations/20240101000000_init/migration.sql": migration,
        })  # fmt: skip
        found = analyse(open_project(find_projects(folder)[0]))
        (document,) = found.snapshot.tree.documents
        middle = document.text.find("\n", document.length // 2)
        return lambda: analyse(found.snapshot.edited(document.edited(Span(middle, middle), "x")), found)

    return prepared


def created(name: str, count: int) -> str:
    columns_ = '"id" INTEGER NOT NULL, "email" TEXT NOT NULL, "name" TEXT, "age" INTEGER NOT NULL'
    names = (name.format(n) for n in range(count))
    return "".join(f'CREATE TABLE "{x}" ({columns_}, CONSTRAINT "{x}_pkey" PRIMARY KEY ("id"));\n' for x in names)


KEYS = {
    "1,600 models without an end": (models(1_600, ""), created("M{}", 10)),
    "6,000 headers": (SCHEMAS["headers on lines"], created("M{}", 10)),
    "300 renamed tables": (tables("NewThing{}", 300), created("old_thing_{}", 300)),
    "1,000 renamed tables": (tables("NewThing{}", 1_000), created("old_thing_{}", 1_000)),
    "500 renamed columns": (
        fields("newField{}", 500),
        'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, ' + ", ".join(f'"old_field_{n}" TEXT' for n in range(500)) + ");",
    ),
}


@pytest.mark.parametrize(("schema", "migration"), KEYS.values(), ids=KEYS)
def test_time_of_a_key_is_bounded(tmp_path: Path, schema: str, migration: str) -> None:
    check([Case("a key", key_in_project(tmp_path, schema, migration), LIMIT)])


@pytest.mark.slow
def test_five_megabytes_are_analysed_in_ten_seconds(tmp_path: Path) -> None:
    model = "model Thing{n} {{\n" + "".join(f"  field{n} String? @db.VarChar(200)\n" for n in range(20)) + (
        "  id Int @id @default(autoincrement())\n  createdAt DateTime @default(now())\n  ownerId Int?\n"
        "  owner Thing0? @relation(\"r{n}\", fields: [ownerId], references: [id])\n  @@index([createdAt])\n}}\n"
    )  # fmt: skip
    text = "".join(model.format(n=n) for n in range(5_900))
    write(tmp_path, {"prisma/schema.prisma": (HEAD + text)[:4_990_000]})
    check([Case("5 MB", lambda: lambda: analyse(open_project(find_projects(tmp_path)[0])), 10.0)])


def check(cases: Sequence[Case]) -> None:
    """Each of the cases within its limit."""
    slow = [f"{case.name}: {reason}" for case in cases if (reason := _too_slow(case))]
    assert not slow, "\n".join(slow)


def _too_slow(case: Case) -> str:
    """Why a case is too slow. One that was may have met a machine that had other work: it is too slow if it always is."""
    reason = ""
    for _ in range(_ATTEMPTS):
        factor = slowness()
        try:
            with stopped_after(_PREPARING * factor):
                work = case.prepared()
            seconds_of(work, case.limit * factor)
        except TooSlow as error:
            reason = str(error)
        else:
            return ""
    return reason


EVERY = (*schema_cases(), *rename_cases(), *migration_cases(), *configuration_cases(), *code_cases())


OTHER_PROVIDERS = tuple(f"{name}: " for name in PROVIDERS[1:])


def _parameter(case: Case) -> ParameterSet:
    """A case; the other providers read most of what PostgreSQL does."""
    marks = [pytest.mark.slow] if case.name.startswith(OTHER_PROVIDERS) else []
    return pytest.param(case, marks=marks, id=case.name)


@pytest.mark.parametrize("case", map(_parameter, EVERY))
def test_time_is_bounded(case: Case) -> None:
    check([case])


def test_time_of_toml_is_bounded(tmp_path: Path) -> None:
    check(list(toml_cases(tmp_path)))
