"""What hangs on tables and columns goes along with a plan, on a real PostgreSQL: an app whose role owns nothing, row level
security with three tenants, and views, policies, triggers, checks and indexes of the user's own on the very column.

The app logs in as `app`, the migrations run as another role. Each statement of the old and of the new version must work at
each step that a plan allows it, see the rows of its own tenant only, and every step goes back exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import count

import psycopg
import pytest

from live.postgresql import connect, running_server
from refract.diff import diff
from refract.providers import provider
from refract.providers.versions import Versions
from refract.recipes.base import CannotPlan, Situation, all_recipes
from refract.recipes.engine import PlannedStep, plan_steps
from refract.schema.model import Database
from refract.sql.reader import read_migration
from refract.sql.writer import write_script
from refract.syntax import parse_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n'
APP = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app;
"""
TENANTS = """
ALTER TABLE "User" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "User" TO app USING (tenant = current_setting('app.tenant')::int);
"""
_numbers = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as folder:
        with connect(folder) as connection:
            connection.execute("CREATE ROLE app LOGIN; CREATE ROLE owner")
        yield folder


@pytest.fixture
def projects(server: str) -> Iterator[Callable[..., Project]]:
    """Makes projects, and closes their connections."""
    with ExitStack() as stack:
        yield lambda schema, own, version=15: stack.enter_context(closing(Project(server, schema, own, version)))


class Project:
    """A schema, SQL of the user's own in its migrations, and a database that both have built."""

    def __init__(self, server: str, schema: str, own: str, version: int = 15) -> None:
        self.server, self.name = server, f"hangs{next(_numbers)}"
        self._tree = parse_schema([("schema.prisma", HEAD + schema)])
        self._versions = Versions((version,))
        with connect(server) as connection:
            connection.execute(f'CREATE DATABASE "{self.name}"'.encode())
        self.migrations = connect(server, self.name)
        self.history = self._built(schema, own)

    def _built(self, schema: str, own: str) -> Database:
        nothing = Database("postgresql", "public")
        asked = Situation(self._tree, provider("postgresql"), self._versions, {}).database
        init = write_script(diff(nothing, asked), nothing, asked)
        self.migrations.execute((init + own).encode())
        return read_migration(init + own, "1/migration.sql", nothing, provider("postgresql")).database

    def plan(self, recipe: str, **answers: str) -> tuple[PlannedStep, ...]:
        found = all_recipes()[recipe]
        given = Situation(
            self._tree,
            provider("postgresql"),
            self._versions,
            found.complete(answers),
            history=self.history,
        )
        return plan_steps(found, given)

    def run(self, sql: str) -> None:
        self.migrations.execute(sql.encode())

    def close(self) -> None:
        self.migrations.close()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.migrations.execute(query.encode()).fetchall()

    def as_app(self, statement: str, tenant: int = 1) -> list[tuple[object, ...]]:
        """What the app's role reads, or changes, in a session of its own."""
        with psycopg.connect(host=self.server, user="app", dbname=self.name, autocommit=True) as session:
            session.execute(f"SET app.tenant = '{tenant}'".encode())
            cursor = session.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def dump(self) -> list[str]:
        """Everything that pg_dump writes, without the order: a column that comes back comes last."""
        return sorted(str(row) for query in _CATALOG for row in self.rows(query))

    def take(self, step: PlannedStep) -> None:
        """The step, its way back, and the step again."""
        before = self.dump()
        self._migrate(step.migrations)
        if not step.step.point_of_no_return:
            self._migrate(step.undo)
            assert self.dump() == before, step.step.title
            self._migrate(step.migrations)
        for query in filter(str.strip, step.check.split(";")) if step.step.fills else ():
            assert self.rows(query) == [(0,)]

    def _migrate(self, migrations: Sequence[object]) -> None:
        for migration in migrations:
            try:
                self.run(migration.sql)  # type: ignore[attr-defined]
            except psycopg.Error as error:
                raise AssertionError(f"{error}\n{migration.sql}") from error  # type: ignore[attr-defined]


_CATALOG = (
    "SELECT 'relation', relname, relkind, relowner::regrole, relacl, relrowsecurity, relforcerowsecurity, reloptions, "
    "obj_description(oid, 'pg_class') FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    "SELECT 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attacl, attgenerated, "
    "attcollation::regcollation, attstattarget, col_description(attrelid, attnum) FROM pg_attribute JOIN pg_class ON "
    "pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped",
    "SELECT 'default', adrelid::regclass, pg_get_expr(adbin, adrelid) FROM pg_attrdef",
    "SELECT 'policy', polname, polrelid::regclass, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), "
    "pg_get_expr(polwithcheck, polrelid) FROM pg_policy",
    "SELECT 'constraint', conname, conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint",
    "SELECT 'index', indexrelid::regclass, pg_get_indexdef(indexrelid), indisvalid FROM pg_index JOIN pg_class ON "
    "pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace",
    "SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'function', pg_get_functiondef(oid), proacl FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT 'statistics', stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext",
)

USERS = """
model User {
  id     Int    @id @default(autoincrement())
  tenant Int
  name   String
}
"""
ROWS = """INSERT INTO "User" (tenant, name) SELECT n % 3, 'name ' || n FROM generate_series(1, 50) AS n;"""
MINE = 17
"""Rows of tenant 1."""


def _until(steps: Sequence[PlannedStep], id_: str) -> int:
    return next(n for n, step in enumerate(steps) if step.step.id == id_)


@pytest.mark.parametrize("security", ["", TENANTS], ids=["plain", "tenants"])
@pytest.mark.parametrize("how", ["view", "trigger"])
def test_a_renamed_model_is_used_by_a_role_that_owns_nothing(
    how: str, security: str, projects: Callable[..., Project]
) -> None:
    project = projects(USERS, APP + security + "COMMENT ON TABLE \"User\" IS 'people';")
    project.run(ROWS)
    steps = project.plan("rename-model", model="User", to="Person", how=how)
    mine = MINE if security else 50
    for step in steps:
        project.take(step)
        for name in (
            ("Person",) if step.step.id == "contract" else ("User", "Person") if step.step.id != "expand" else ("User",)
        ):
            _is_used(project, name, mine)
    comment = project.rows("""SELECT obj_description('"Person"'::regclass, 'pg_class')""")
    assert comment == [("people",)]


def _is_used(project: Project, name: str, mine: int) -> None:
    assert len(project.as_app(f'SELECT name FROM "{name}"')) == mine
    project.as_app(f"""INSERT INTO "{name}" (tenant, name) VALUES (1, 'added')""")
    project.as_app(f"""UPDATE "{name}" SET name = 'changed' WHERE name = 'added'""")
    if mine == MINE:
        project.as_app(f"""UPDATE "{name}" SET name = 'pwned' WHERE tenant = 2""")
        assert project.rows(f"""SELECT 1 FROM "{name}" WHERE name = 'pwned'""") == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            project.as_app(f"""INSERT INTO "{name}" (tenant, name) VALUES (2, 'foreign')""")
    project.as_app(f"""DELETE FROM "{name}" WHERE name = 'changed'""")


BLOG = """
model User {
  id     Int    @id @default(autoincrement())
  tenant Int
  name   String
  posts  Post[]
}

model Post {
  id       Int    @id @default(autoincrement())
  tenant   Int
  title    String
  authorId Int?
  author   User?  @relation(fields: [authorId], references: [id])
}
"""
BLOG_TENANTS = (
    TENANTS
    + """
ALTER TABLE "Post" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Post" TO app USING (tenant = current_setting('app.tenant')::int);
"""
)
POSTS = """INSERT INTO "Post" (tenant, title, "authorId") SELECT tenant, 'of ' || name, id FROM "User";"""


@pytest.mark.parametrize("security", ["", BLOG_TENANTS], ids=["plain", "tenants"])
def test_a_join_table_is_used_by_a_role_that_owns_nothing(security: str, projects: Callable[..., Project]) -> None:
    project = projects(BLOG, APP + security)
    project.run(ROWS + POSTS)
    steps = project.plan("relation-to-many-to-many", model="Post", field="author", to="authors", back="authored")
    [mine] = project.rows('SELECT id FROM "User" WHERE tenant = 1 ORDER BY id LIMIT 1')[0]
    [foreign] = project.rows('SELECT id FROM "User" WHERE tenant = 2 LIMIT 1')[0]
    for number, step in enumerate(steps):
        project.take(step)
        if number < _until(steps, "switch"):
            project.as_app(f"""INSERT INTO "Post" (tenant, title, "authorId") VALUES (1, 'old', {mine})""")
            project.as_app(f"""UPDATE "Post" SET "authorId" = {mine + 3} WHERE title = 'old'""")
            project.as_app("""DELETE FROM "Post" WHERE title = 'old'""")
    [[post]] = project.as_app("""INSERT INTO "Post" (tenant, title) VALUES (1, 'new') RETURNING id""")
    project.as_app(f'INSERT INTO "_PostAuthors" ("A", "B") VALUES ({post}, {mine}), ({post}, {mine + 3})')
    project.as_app(f'DELETE FROM "_PostAuthors" WHERE "A" = {post} AND "B" = {mine}')
    assert len(project.as_app('SELECT * FROM "_PostAuthors"')) == (MINE + 1 if security else 51)
    if security:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            project.as_app(f"""INSERT INTO "_PostAuthors" SELECT {foreign}, {mine}""", tenant=1)


@pytest.mark.parametrize("recipe", ["primary-key-to-bigint", "primary-key-to-uuid"])
def test_a_new_key_is_found_for_rows_that_the_role_does_not_see(recipe: str, projects: Callable[..., Project]) -> None:
    """A role that may write posts of any author, and read its own users only, as a foreign key allows it."""
    project = projects(BLOG, APP + TENANTS)
    project.run(ROWS + POSTS)
    [foreign] = project.rows('SELECT id FROM "User" WHERE tenant = 2 LIMIT 1')[0]
    steps = project.plan(recipe, model="User")
    for step in steps[: _until(steps, "switch")]:
        project.take(step)
        project.as_app(f"""INSERT INTO "Post" (tenant, title, "authorId") VALUES (1, 'added', {foreign})""")
    missing = project.rows('SELECT id FROM "Post" WHERE "authorId" IS NOT NULL AND "authorId_v2" IS NULL')
    assert missing == []


COLUMN_RIGHTS = """
GRANT SELECT (id, tenant, name), INSERT (tenant, name), UPDATE (name) ON "User" TO app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app;
COMMENT ON COLUMN "User".name IS 'as in the passport';
ALTER TABLE "User" ALTER name SET STATISTICS 500;
"""


@pytest.mark.parametrize(
    ("recipe", "answers", "column"),
    [
        ("rename-field", {"to": "title", "how": "trigger"}, "title"),
        ("change-type", {"type": "String @db.VarChar(80)"}, "name_v2"),
    ],
)
def test_rights_on_a_column_go_along(
    recipe: str, answers: dict[str, str], column: str, projects: Callable[..., Project]
) -> None:
    project = projects(USERS, COLUMN_RIGHTS)
    project.run(ROWS)
    for step in project.plan(recipe, model="User", field="name", **answers):
        project.take(step)
        if step.step.id == "contract":
            continue
        project.as_app("""INSERT INTO "User" (tenant, name) VALUES (1, 'old')""")
        project.as_app("""UPDATE "User" SET name = 'older' WHERE name = 'old'""")
    project.as_app(f"""INSERT INTO "User" (tenant, {column}) VALUES (1, 'new')""")
    project.as_app(f"""UPDATE "User" SET {column} = 'newer' WHERE {column} = 'new'""")
    [(comment, target)] = project.rows(
        "SELECT col_description(attrelid, attnum), attstattarget FROM pg_attribute "
        f"WHERE attrelid = '\"User\"'::regclass AND attname = '{column}'"
    )
    assert (comment, target) == ("as in the passport", 500)


def test_a_view_that_would_ignore_row_level_security_is_refused(projects: Callable[..., Project]) -> None:
    with pytest.raises(CannotPlan, match="ignores before PostgreSQL 15"):
        projects(USERS, TENANTS, 14).plan("rename-model", model="User", to="Person", how="view")


FORCED = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app, owner;
GRANT USAGE, CREATE ON SCHEMA public TO owner;
ALTER TABLE "User" OWNER TO owner;
ALTER TABLE "User" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON "User" USING (tenant = current_setting('app.tenant', true)::int);
"""


def test_a_backfill_that_sees_no_row_stops(projects: Callable[..., Project]) -> None:
    project = projects(USERS, FORCED)
    project.run(ROWS)
    expand, backfill, *_ = project.plan("rename-field", model="User", field="name", to="title", how="trigger")
    assert "as a role with BYPASSRLS" in backfill.step.note
    project.take(expand)
    project.run("SET ROLE owner")
    with pytest.raises(psycopg.errors.RaiseException, match="BYPASSRLS"):
        project.run(backfill.migrations[0].sql)
    project.run("RESET ROLE")
    project.take(backfill)


EVENTS = """
model Event {
  id   Int
  at   DateTime
  kind String

  @@id([id, at])
}
"""
PARTITIONED = """
DROP TABLE "Event";
CREATE TABLE "Event" ("id" INTEGER NOT NULL, "at" TIMESTAMP(3) NOT NULL, "kind" TEXT NOT NULL,
  CONSTRAINT "Event_pkey" PRIMARY KEY ("id", "at")) PARTITION BY RANGE ("at");
CREATE TABLE "Event_2026" PARTITION OF "Event" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE "Event_rest" PARTITION OF "Event" DEFAULT;
"""


@pytest.mark.parametrize(
    ("recipe", "answers"),
    [
        ("add-index", {"model": "Event", "fields": "kind"}),
        ("add-unique", {"model": "Event", "fields": "kind,at"}),
        ("rename-field", {"model": "Event", "field": "kind", "to": "sort", "how": "trigger"}),
    ],
)
def test_a_partitioned_table_gets_its_indexes(
    recipe: str, answers: dict[str, str], projects: Callable[..., Project]
) -> None:
    schema = EVENTS if recipe.startswith("add") else EVENTS.replace("@@id", "@@index([kind])\n  @@id")
    own = PARTITIONED if recipe.startswith("add") else f'{PARTITIONED}CREATE INDEX "Event_kind_idx" ON "Event"("kind");'
    project = projects(schema, own)
    project.run(
        """INSERT INTO "Event" SELECT n, timestamp '2026-12-01' + n * interval '1 day', n FROM generate_series(1, 60) AS n"""
    )
    steps = project.plan(recipe, **answers)
    for step in steps:
        project.take(step)
    noted = [step.step.note for step in steps if "cannot build the index of a partitioned table" in step.step.note]
    assert len(noted) == 1


OWN_CONSTRAINTS = """
ALTER TABLE "User" ADD CONSTRAINT filled CHECK (name <> '');
CREATE UNIQUE INDEX grown ON "User" (tenant, name) WHERE name <> 'none';
CREATE INDEX "User_lower_name_idx" ON "User" (lower(name));
"""


def test_checks_and_partial_indexes_of_a_renamed_column_stay(projects: Callable[..., Project]) -> None:
    project = projects(USERS, OWN_CONSTRAINTS)
    project.run(ROWS)
    for step in project.plan("rename-field", model="User", field="name", to="title", how="trigger"):
        project.take(step)
        for column in ("name", "title") if step.step.id == "constraints" else ():
            with pytest.raises(psycopg.errors.CheckViolation):
                project.run(f"""INSERT INTO "User" (tenant, {column}) VALUES (1, '')""")
            with pytest.raises(psycopg.errors.UniqueViolation):
                project.run(f"""INSERT INTO "User" (tenant, {column}) VALUES (1, 'name 1')""")
    with pytest.raises(psycopg.errors.CheckViolation):
        project.run("""INSERT INTO "User" (tenant, title) VALUES (1, '')""")
    with pytest.raises(psycopg.errors.UniqueViolation):
        project.run("""INSERT INTO "User" (tenant, title) VALUES (1, 'name 1')""")
    assert project.rows("SELECT indexname FROM pg_indexes WHERE indexname = 'User_lower_title_idx'") != []


TRIGGERS = """
CREATE FUNCTION lowered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := lower(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER zz_lower BEFORE INSERT OR UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION lowered();
"""


def test_the_users_own_trigger_fires_before_the_sync(projects: Callable[..., Project]) -> None:
    project = projects(USERS, TRIGGERS)
    project.run(ROWS)
    steps = project.plan("rename-field", model="User", field="name", to="title", how="trigger")
    for step in steps[: _until(steps, "switch")]:
        project.take(step)
        project.run(
            """INSERT INTO "User" (tenant, name) VALUES (1, 'ADDED'); UPDATE "User" SET name = 'ABC' WHERE id = 1;"""
        )
        different = project.rows('SELECT name, title FROM "User" WHERE title IS NOT NULL AND title <> name')
        assert different == []


def test_a_deferred_foreign_key_stays_deferred(projects: Callable[..., Project]) -> None:
    own = 'ALTER TABLE "Post" ALTER CONSTRAINT "Post_authorId_fkey" DEFERRABLE INITIALLY DEFERRED;'
    project = projects(BLOG, own)
    for step in project.plan("change-referential-actions", model="Post", field="author", onDelete="Cascade"):
        project.take(step)
    [definition] = project.rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'Post_authorId_fkey'"
    )[0]
    assert str(definition).endswith("ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED")
