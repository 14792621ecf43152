"""Random texts for everything that reads one: no exception but the documented ones, and a second of processor time each.

    PYTHONPATH=tests python -m safety.fuzz --inputs 100000
    PYTHONPATH=tests python -m safety.fuzz --engine atheris --target sql     (pip install atheris)

Hypothesis makes a text of a seed by mutations, and makes a failing one small. A case that has failed becomes a seed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
from attrs import Factory, define, frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from refract import memory
from refract.actions.fixing import fixes_of
from refract.actions.pending_migration import pending_sql
from refract.actions.rollbacks import NoRollback, rollback_of
from refract.analysis import analyse, open_project
from refract.analysis.suppressions import suppressions
from refract.baseline import cache, migrations_of, replay
from refract.config import SettingsError, settings_from
from refract.escaping import code_span, fence, in_block_comment, one_line, prisma_string, prose, shell, sql_comment
from refract.plans.file import NotAPlan, plan_text, read_plan, with_changes
from refract.providers import provider
from refract.rendering.findings import markdown, message
from refract.schema.model import Database
from refract.source import Target, find_uses
from refract.source.client import client_of
from refract.sql.reader import read_migration, read_statements
from refract.syntax import grammar, parse_document, parse_schema
from refract.syntax.builders import unescape
from refract.text import Span
from refract.toml import TomlError, parse_toml
from refract.workspace import find_projects
from refract.workspace.failure import CannotAnalyse
from refract.workspace.prisma_config import read_prisma_config
from safety.hostile import NAMES
from safety.test_growth import TooSlow, seconds_of, slowness, stopped_after
from small_projects import HEAD, INIT, LOCK, USER, write

ROOT = Path(__file__).parents[2]
LIMIT = 1.0
"""Seconds of processor time for one input, on the machine for which the limits of growth hold."""

_BATCH = 5_000
"""Inputs of one run of hypothesis, which remembers all that it has made."""

Check = Callable[[Any], object]


@frozen
class FuzzTarget:
    """One reader: the inputs that it gets, and what is done with one. `share` is its part of all inputs."""

    inputs: st.SearchStrategy[Any]
    check: Check
    share: int = 10


@define
class Tally:
    """What a run has done."""

    inputs: int = 0
    slowest: float = 0
    started: float = Factory(time.monotonic)


# Inputs.

SCHEMA = (
    HEAD
    + """\
/// A person.
model User {
  id    Int     @id @default(autoincrement())
  email String  @unique @map("e-mail") @db.VarChar(255) // refract-ignore: drop-column -- unused
  role  Role    @default(USER)
  posts Post[]
  tags  String[] @default(["a", "b"])

  @@index([email(sort: Desc), role], map: "idx")
  @@map("users")
}

model Post {
  id     BigInt @id
  userId Int
  user   User   @relation(fields: [userId], references: [id], onDelete: Cascade)
  data   Json?  @default("{}")
  at     DateTime @default(dbgenerated("now()")) @updatedAt
}

enum Role {
  USER
  ADMIN @map("admin")
}
"""
)
SQL = (
    INIT,
    """-- refract-ignore: drop-column -- old
ALTER TABLE "User" DROP COLUMN "email", ADD COLUMN "b" VARCHAR(20) NOT NULL DEFAULT 'x''y', ALTER COLUMN "id" TYPE BIGINT;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "User" USING btree ("b" DESC) WHERE b IS NOT NULL;
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
DO $$ BEGIN CREATE TYPE e AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
INSERT INTO "User" (id) SELECT 1; UPDATE "User" SET b = 'c' WHERE id IN (SELECT 1);
""",
    """CREATE TABLE `a``b` (`id` INT(11) NOT NULL AUTO_INCREMENT, `c` ENUM('x','y') DEFAULT _utf8mb4'x', PRIMARY KEY (`id`),
  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `p`(`id`) ON DELETE CASCADE, INDEX `i`(`c`(10))) DEFAULT CHARACTER SET utf8mb4;
DELIMITER //
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.c = 1; END //
""",
    """BEGIN TRY BEGIN TRAN;
CREATE TABLE [dbo].[A]]b] ([id] INT NOT NULL IDENTITY(1,1), [d] DECIMAL(10,2) CONSTRAINT [df] DEFAULT ((1.50)));
EXEC sp_rename 'dbo.A.id', 'key', 'COLUMN';
COMMIT TRAN; END TRY BEGIN CATCH IF @@TRANCOUNT > 0 ROLLBACK TRAN; THROW END CATCH
GO
""",
    """PRAGMA defer_foreign_keys=ON;
CREATE TABLE "new_A" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "x" REAL DEFAULT 1e5);
INSERT INTO "new_A" SELECT * FROM "A"; DROP TABLE "A"; ALTER TABLE "new_A" RENAME TO "A"; PRAGMA foreign_keys=ON;
""",
    """BEGIN; SAVEPOINT s; CREATE TEMP TABLE t ON COMMIT DROP AS SELECT id, email AS e FROM "User"; ROLLBACK TO s; COMMIT;
DO $a$ DECLARE n int := 2; r record; BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'User' AND column_name ILIKE 'e%') AND n > 1 THEN
    EXECUTE format('ALTER TABLE %I ADD COLUMN %s_%s text', 'User', 'c', n);
  ELSIF to_regclass('public."User"') IS NULL THEN RAISE EXCEPTION 'no'; ELSE NULL; END IF;
  FOR r IN SELECT conname FROM pg_constraint WHERE conrelid = '"User"'::regclass LOOP
    BEGIN EXECUTE 'ALTER TABLE "User" DROP CONSTRAINT ' || quote_ident(r.conname) || ' CASCADE';
    EXCEPTION WHEN undefined_object OR OTHERS THEN CREATE TABLE u (LIKE "User" INCLUDING ALL); END;
  END LOOP; WHILE n < 5 LOOP n := n + 1; END LOOP; END $a$ LANGUAGE plpgsql;
CREATE FUNCTION f(a text) RETURNS void AS $$ BEGIN EXECUTE 'DROP VIEW ' || a; END $$ LANGUAGE plpgsql; SELECT f('v');
CREATE SCHEMA s CREATE TABLE x (y int) ; SET search_path = s, public; ALTER SCHEMA s RENAME TO s2; DROP SCHEMA s2 CASCADE;
CREATE TABLE p (a int, b text COLLATE "C") PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1, 2);
CREATE UNIQUE INDEX ON p (lower(b), a DESC NULLS LAST) INCLUDE (a) NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE (a > 1);
CREATE MATERIALIZED VIEW v AS WITH q AS (SELECT * FROM p) SELECT q.a FROM q; ALTER TABLE p DROP COLUMN a CASCADE;
CREATE POLICY own ON "User" USING (email = current_user); CREATE TRIGGER g AFTER UPDATE OF email ON "User" EXECUTE FUNCTION f();
""",
)
CODE = (
    "import { PrismaClient } from '@prisma/client'\nconst db = new PrismaClient()\n"
    "const { user } = db; await db.user.findMany({ where: { email: { in: ['a'] } }, select: { posts: true, ...rest } })\n"
    "await db.$queryRaw`SELECT email FROM users WHERE id = ${id}`\nfor (const { email: e } of await user.findMany()) e?.x\n",
    "export const f = <T,>(x: T) => /re[/]g/.test(`a${b(`c`)}`) ? <div {...p}>{user.email}</div> : null\n",
)
CONFIG = (
    "import path from 'node:path'\nconst dir = 'db'\nexport default defineConfig({ schema: path.join(dir, 'schema.prisma'), "
    "migrations: { path: `${dir}/migrations` }, // comment\n})\n",
    'module.exports = { schema: "a" + "b", migrations: { "path": ("x") } } satisfies PrismaConfig\n',
)
SETTINGS = (
    'schema = "prisma/schema.prisma"\nfail-on = "error"\nexclude = ["a*"]\n[rules]\ndrop-column = "off"\n"*-name" = "info"\n'
    '[database]\nversion = "16"\nflavour = "planetscale"\n[plans]\nbatch = 1000\n',
    LOCK,
)
PLAN = (
    'format = 1\nrecipe = "make-field-required"\nprovider = "postgresql"\ntitle = "t"\ncreated = "2026-11-30"\n'
    'answers = {model = "User", field = "name"}\ntables = {User = "User"}\n[[steps]]\nid = "a"\nphase = "backfill"\ntitle = "Fill"\n'
    "deploy = \"Run it.\"\n[[steps.scripts]]\nname = \"fill\"\nsql = '''\nSELECT 1;\n'''\n",
    'format = 2\nrecipe = "drop-field"\nprovider = "mysql"\ntitle = "t"\ncreated = "2026-11-30"\n[[steps]]\nid = "a"\n'
    'phase = "expand"\ntitle = "t"\nbefore = [{act = "stop-all"}]\nschema = [{edit = "drop-field", model = "User", name = "x"}]\n'
    'confirmed = {by = "me", on = "2026-12-01"}\n[[steps.migrations]]\nname = "m"\nsql = "SELECT 1;"\nfolder = "20260101000000_m"\n',
)
MARKS = (
    *"\"'`\\/(){}[]<>=,.;:@#$%&*?!|-+~^_ \t\r\n\f\0aZ09é\u2028\U0001f600\N{RIGHT-TO-LEFT OVERRIDE}",
    *(
        "/*",
        "*/",
        "//",
        "--",
        "$$",
        "''",
        '""',
        "\r\n",
        "${",
        "@@",
        "1" * 5_000,
        "[" * 200,
        "(" * 200,
        "{" * 200,
        "\\u0000",
        "\\ud83d",
    ),
    *(
        "model",
        "enum",
        "type",
        "@@map(",
        "@relation(",
        "@default(",
        "dbgenerated(",
        "CREATE TABLE ",
        "ALTER TABLE ",
        "DROP ",
    ),
    *(
        "BEGIN",
        "END",
        "DEFAULT ",
        "AS ",
        "RENAME TO ",
        "INT",
        "NULL",
        "IF EXISTS ",
        "export default ",
        "const ",
        "await ",
        "=>",
    ),
    *(
        "[[steps]]\n",
        "[rules]\n",
        "= '''\n",
        "99999-99-99",
        "1e999999",
        "0x",
        "nan",
        "refract-ignore",
        "<<<<<<< a\n",
        *NAMES.values(),
    ),
)


def mutated(*seeds: str) -> st.SearchStrategy[str]:
    """Texts that are made of seeds by cuts, copies and insertions."""
    mutation = st.tuples(
        st.integers(0, 2), st.floats(0, 1), st.floats(0, 0.2), st.sampled_from(MARKS) | st.text(max_size=5)
    )
    return st.builds(_mutate, st.sampled_from(seeds), st.lists(mutation, max_size=8)) | st.text(max_size=50)


def _mutate(text: str, mutations: Sequence[tuple[int, float, float, str]]) -> str:
    for kind, place, size, new in mutations:
        start = int(place * len(text))
        end = start + int(size * len(text)) * (kind > 0)
        text = text[:start] + (new if kind < 2 else text[start:end] * 2) + text[end:]
    return text


# Checks.


def read_schema(input_: tuple[str, Sequence[tuple[float, float, str]]]) -> None:
    """A schema, then edits of it: each document is that of its text."""
    text, edits = input_
    document = parse_document("schema.prisma", text)
    for place, size, new in edits:
        start = int(place * len(text))
        end = min(len(text), start + int(size * len(text)))
        document, text = document.edited(Span(start, end), new), text[:start] + new + text[end:]
        assert document.text == text
    fresh = parse_document("schema.prisma", text)
    assert [c.block for c in document.chunks] == [c.block for c in fresh.chunks]
    suppressions(text)


def read_sql(input_: tuple[str, str]) -> None:
    sql, name = input_
    chosen = provider(name)
    before = Database(name, chosen.default_schema)
    first = read_migration(INIT, "a.sql", before, chosen).database
    read_migration(sql, "b.sql", first, chosen)
    read_statements(sql, "b.sql", first, chosen)
    suppressions(sql)


def replay_files(input_: tuple[str, str, str]) -> None:
    lock, sql, folder = input_
    data = [text.encode("utf-8", "surrogatepass") for text in (lock, sql)]
    files = {"migration_lock.toml": data[0], f"{folder.replace('/', '_') or 'a'}/migration.sql": data[1]}
    found = migrations_of(files, "migrations")
    replay(found, provider("postgresql"))


_CLIENT = client_of(parse_schema([("schema.prisma", SCHEMA)]))
_TARGETS = (Target("User", "email"), Target("User"), Target("Role", "ADMIN"), Target("Post", "userId"))


def read_code(text: str) -> None:
    find_uses(text, "a.tsx", _CLIENT, _TARGETS)


def read_settings(text: str) -> None:
    with suppress(TomlError, SettingsError):
        settings_from(parse_toml(text), "refract.toml")


def read_plans(text: str) -> None:
    with suppress(NotAPlan):
        plan = read_plan(text, "p", "p.toml")
        assert read_plan(plan_text(plan), "p", "p.toml").steps == plan.steps
        with_changes(text, plan)


def read_memories(data: bytes) -> None:
    """What is on disk for another process, with the right checksum: `remember` makes that."""
    for name in ("replay/k", "answers/k", "grammar.json"):
        memory.remember(name, data)
        memory.recall(name)
    cache._in_process.clear()
    cache.longest(["k"])
    with suppress(ValueError, RecursionError):
        import json

        grammar.learn(json.loads(data))


def escape(text: str) -> None:
    """Everything that text goes into. `tests/safety/test_escaping.py` has what holds of each."""
    for way in (code_span, fence, in_block_comment, one_line, prose, shell, sql_comment):
        assert isinstance(way(text), str)
    assert unescape(prisma_string(text)) == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_PROJECT = Path(tempfile.gettempdir()) / f"refract-fuzz-{os.getpid()}"


def analyse_project(input_: tuple[str, str]) -> None:
    """A project on disk: its findings in words, its fixes, the pending migration and the rollback."""
    schema, sql = input_
    write(_PROJECT, {
        "prisma/schema.prisma": schema.encode("utf-8", "surrogatepass"),
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": INIT,
        "prisma/migrations/20240102000000_next/migration.sql": sql.encode("utf-8", "surrogatepass"),
    })  # fmt: skip
    with suppress(CannotAnalyse, NoRollback):
        analysis = analyse(open_project(find_projects(_PROJECT)[0]))
        for finding in analysis.findings:
            message(finding), markdown(finding)
            for fix in fixes_of(analysis, finding):
                with suppress(LookupError):
                    fix.build()
        pending_sql(analysis)
        rollback_of(analysis, None)


EDIT = st.tuples(st.floats(0, 1), st.floats(0, 0.3), st.sampled_from(MARKS) | st.text(max_size=10))
SQLS = mutated(*SQL)
TARGETS: Mapping[str, FuzzTarget] = {
    "schema": FuzzTarget(st.tuples(mutated(SCHEMA, HEAD + USER), st.lists(EDIT, max_size=4)), read_schema, 15),
    "sql": FuzzTarget(
        st.tuples(SQLS, st.sampled_from(("postgresql", "mysql", "sqlite", "sqlserver", "cockroachdb"))), read_sql, 25
    ),
    "history": FuzzTarget(
        st.tuples(mutated(LOCK), SQLS, st.sampled_from(MARKS) | st.text(max_size=20)), replay_files, 5
    ),
    "code": FuzzTarget(mutated(*CODE), read_code, 15),
    "prisma-config": FuzzTarget(mutated(*CONFIG), read_prisma_config, 10),
    "settings": FuzzTarget(mutated(*SETTINGS), read_settings, 10),
    "plan": FuzzTarget(mutated(*PLAN), read_plans, 10),
    "memory": FuzzTarget(
        st.binary(max_size=200) | mutated('{"grammar": 1}').map(lambda t: t.encode("utf-8", "replace")),
        read_memories,
        3,
    ),
    "escaping": FuzzTarget(mutated(*NAMES.values()), escape, 5),
    "project": FuzzTarget(st.tuples(mutated(HEAD + USER, SCHEMA), SQLS), analyse_project, 2),
}


# Runs.


def checked(target: FuzzTarget, tally: Tally) -> Callable[[], None]:
    """A test of hypothesis that holds the limit of time, and counts."""
    limit = LIMIT * slowness()

    @given(target.inputs)
    def test(input_: Any) -> None:
        tally.slowest = max(tally.slowest, _seconds_of(partial(target.check, input_), limit))
        tally.inputs += 1

    return test


def _seconds_of(work: Callable[[], object], limit: float) -> float:
    """The processor time of some work. Raises TooSlow if it is too slow twice: once may be the collector, which looks at
    all that Hypothesis keeps.
    """
    started = time.process_time()
    with suppress(TooSlow), stopped_after(limit):
        work()
        return time.process_time() - started
    return seconds_of(work, limit)


def fuzz(target: FuzzTarget, inputs: int, seed: int) -> Tally:
    """So many inputs for a target. Raises what the first failing one raises, with the smallest input as a note."""
    tally = Tally()
    for start in range(0, inputs, _BATCH):
        test = checked(target, tally)
        chosen = settings(
            max_examples=min(_BATCH, inputs - start),
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        hypothesis.seed(seed + start)(chosen(test))()
    return tally


def shares(inputs: int, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    whole = sum(TARGETS[name].share for name in names)
    return ((name, inputs * TARGETS[name].share // whole) for name in names)


def with_atheris(name: str) -> None:
    """Inputs by coverage, until one fails or somebody interrupts."""
    import atheris  # type: ignore[import-not-found, unused-ignore]

    test = checked(TARGETS[name], Tally())
    atheris.Setup(sys.argv[:1], test.hypothesis.fuzz_one_input)  # type: ignore[attr-defined]
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--target", choices=TARGETS, action="append")
    parser.add_argument("--engine", choices=("hypothesis", "atheris"), default="hypothesis")
    chosen = parser.parse_args()
    names = chosen.target or tuple(TARGETS)
    os.environ["REFRACT_CACHE_DIR"] = tempfile.mkdtemp(prefix="refract-fuzz-cache-")
    if chosen.engine == "atheris":
        with_atheris(names[0])
    print(f"seed {chosen.seed}", flush=True)
    for name, inputs in shares(chosen.inputs, names):
        tally = fuzz(TARGETS[name], inputs, chosen.seed)
        seconds = time.monotonic() - tally.started
        print(f"{name:14} {tally.inputs:8,} inputs  {seconds:6.0f} s  slowest {tally.slowest:.2f} s", flush=True)


if __name__ == "__main__":
    main()
