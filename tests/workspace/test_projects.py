"""Where projects are found: a table of file trees and the projects in them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from refract.config import load_settings
from refract.workspace.discovery import find_projects
from refract.workspace.projects import ProjectFiles, configured

DB = 'datasource db {\n  provider = "sqlite"\n}\n'
POSTGRES = DB.replace("sqlite", "postgresql")
MODEL = "model A {\n  id Int @id\n}\n"
SQL = "-- nothing"
PRISMA_8 = "export default definePrismaConfig({ orm: {} })"
LOCK = 'provider = "sqlite"\n'

# name: (files, path asked for, [(schema, number of files, migrations, source)])
LAYOUTS: dict[str, tuple[dict[str, str], str, list[tuple[str, int, str, str]]]] = {
    "the usual place": (
        {"prisma/schema.prisma": DB, "prisma/migrations/1_a/migration.sql": SQL},
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma")],
    ),
    "beside package.json": ({"schema.prisma": DB}, ".", [("schema.prisma", 1, "migrations", "schema.prisma")]),
    "named in package.json": (
        {"package.json": '{"prisma": {"schema": "db/my.prisma"}}', "db/my.prisma": DB},
        ".",
        [("db/my.prisma", 1, "db/migrations", "the prisma key of package.json")],
    ),
    "named in prisma.config.ts": (
        {
            "prisma.config.ts": 'export default defineConfig({ schema: "db", migrations: { path: "sql" } })',
            "db/main.prisma": DB,
            "db/models/a.prisma": MODEL,
            "sql/1_a/migration.sql": SQL,
        },
        ".",
        [("db", 2, "sql", "prisma.config.ts")],
    ),
    "prisma7.config.ts counts first": (
        {
            "prisma.config.ts": 'export default defineConfig({ schema: "old.prisma" })',
            "prisma7.config.ts": 'export default defineConfig({ schema: "new.prisma", migrations: { path: "sql" } })',
            "old.prisma": MODEL,
            "new.prisma": DB,
        },
        ".",
        [("new.prisma", 1, "sql", "prisma7.config.ts")],
    ),
    "prisma7 in .config, in a package": (
        {
            "app/.config/prisma7.ts": 'export default { schema: "../db/x.prisma" }',
            "app/db/x.prisma": DB,
        },
        ".",
        [("app/db/x.prisma", 1, "app/db/migrations", ".config/prisma7.ts")],
    ),
    "configured in .config": (
        {
            ".config/prisma.ts": 'export default { schema: join(__dirname, "..", "db", "x.prisma") }',
            "db/x.prisma": DB,
        },
        ".",
        [("db/x.prisma", 1, "db/migrations", ".config/prisma.ts")],
    ),
    "a folder for the configuration": (
        {
            "prisma.config/index.ts": 'export default { schema: "../db/x.prisma", migrations: { path: "../sql" } }',
            ".config/prisma.ts": 'export default { schema: "../old.prisma" }',
            "db/x.prisma": DB,
            "old.prisma": MODEL,
        },
        ".",
        [("db/x.prisma", 1, "sql", "prisma.config/index.ts")],
    ),
    "a configuration without a schema": (
        {"prisma.config.mjs": "export default defineConfig({})", "prisma/schema.prisma": DB},
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma.config.mjs")],
    ),
    "a broken package.json": (
        {"package.json": '{"prisma": ', "prisma/schema.prisma": DB},
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma")],
    ),
    "a folder of files, migrations beside the datasource": (
        {
            "package.json": '{"prisma": {"schema": "prisma"}}',
            "prisma/schema.prisma": DB,
            "prisma/models/a.prisma": MODEL,
            "prisma/migrations/migration_lock.toml": LOCK,
        },
        ".",
        [("prisma", 2, "prisma/migrations", "the prisma key of package.json")],
    ),
    "prisma/schema as a folder, migrations above": (
        {
            "prisma/schema/main.prisma": DB,
            "prisma/schema/a.prisma": MODEL,
            "prisma/migrations/migration_lock.toml": LOCK,
        },
        ".",
        [("prisma/schema", 2, "prisma/migrations", "prisma/schema")],
    ),
    "copies of the schema inside migrations do not count": (
        {
            "prisma.config.ts": 'export default { schema: "prisma" }',
            "prisma/schema.prisma": DB,
            "prisma/migrations/1_a/migration.sql": SQL,
            "prisma/migrations/1_a/schema.prisma": DB,
        },
        ".",
        [("prisma", 1, "prisma/migrations", "prisma.config.ts")],
    ),
    "two databases side by side, named by prefix": (
        {
            "prisma/mysql-schema.prisma": DB,
            "prisma/mysql-migrations/1_a/migration.sql": SQL,
            "prisma/postgresql-schema.prisma": DB,
            "prisma/postgresql-migrations/1_a/migration.sql": SQL,
        },
        ".",
        [
            ("prisma/mysql-schema.prisma", 1, "prisma/mysql-migrations", "mysql-schema.prisma"),
            ("prisma/postgresql-schema.prisma", 1, "prisma/postgresql-migrations", "postgresql-schema.prisma"),
        ],
    ),
    "a folder called migration": (
        {"db/schema.prisma": DB, "db/migration/1_a/migration.sql": SQL},
        ".",
        [("db/schema.prisma", 1, "db/migration", "schema.prisma")],
    ),
    "migrations above the schema": (
        {"prisma/schemas/schema.prisma": DB, "prisma/migrations/1_a/migration.sql": SQL},
        ".",
        [("prisma/schemas/schema.prisma", 1, "prisma/migrations", "schema.prisma")],
    ),
    "migrations above that are another schema's": (
        {
            "prisma/schema.prisma": DB,
            "prisma/migrations/1_a/migration.sql": SQL,
            "prisma/other/schema.prisma": DB,
        },
        ".",
        [
            ("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma"),
            ("prisma/other/schema.prisma", 1, "prisma/other/migrations", "schema.prisma"),
        ],
    ),
    "a repository with two projects": (
        {
            "apps/a/prisma/schema.prisma": DB,
            "packages/b/prisma.config.ts": 'export default { schema: "./s.prisma" }',
            "packages/b/s.prisma": DB,
            "node_modules/c/prisma/schema.prisma": DB,
            "packages/b/dist/schema.prisma": DB,
        },
        ".",
        [
            ("packages/b/s.prisma", 1, "packages/b/migrations", "prisma.config.ts"),
            ("apps/a/prisma/schema.prisma", 1, "apps/a/prisma/migrations", "schema.prisma"),
        ],
    ),
    "a schema file": (
        {"a.prisma": DB, "b.prisma": DB},
        "b.prisma",
        [("b.prisma", 1, "migrations", "b.prisma")],
    ),
    "a file of a schema in several": (
        {"prisma/schema.prisma": DB, "prisma/models/a.prisma": MODEL},
        "prisma/models/a.prisma",
        [("prisma", 2, "prisma/migrations", "prisma")],
    ),
    "a file of a configured project": (
        {"prisma.config.ts": 'export default { schema: "db" }', "db/m.prisma": DB, "db/x/a.prisma": MODEL},
        "db/x/a.prisma",
        [("db", 2, "db/migrations", "prisma.config.ts")],
    ),
    "a file of a project that is configured above": (
        {
            "prisma.config.ts": 'export default defineConfig({ migrations: { path: "sql" } })',
            "prisma/schema.prisma": DB,
        },
        "prisma/schema.prisma",
        [("prisma/schema.prisma", 1, "sql", "prisma.config.ts")],
    ),
    "a schema folder": (
        {"db/main.prisma": DB, "db/a.prisma": MODEL},
        "db",
        [("db", 2, "db/migrations", "main.prisma")],
    ),
    "another language": ({"prisma/schema.prisma": "// use prisma-next\n" + DB}, ".", []),
    "another language, with a byte-order mark": ({"schema.prisma": "\ufeff// use prisma-8\n" + DB}, ".", []),
    "nothing": ({"readme.md": "hello"}, ".", []),
    "a path that does not exist": ({}, "nowhere", []),
    "another language, as Prisma spells it": (
        {"a.prisma": "//use prisma-8\n" + DB, "b.prisma": "\n//  use  prisma-next \n" + DB},
        ".",
        [],
    ),
    "a comment about another language": (
        {"schema.prisma": "// use prisma-8-x\n" + DB},
        ".",
        [("schema.prisma", 1, "migrations", "schema.prisma")],
    ),
    "a configuration of Prisma 8": (
        {"prisma.config.ts": PRISMA_8, "prisma/schema.prisma": DB + MODEL, "prisma/migrations/1_a/migration.sql": SQL},
        ".",
        [],
    ),
    "a configuration of Prisma 8, and an older package": (
        {
            "prisma.config.ts": PRISMA_8,
            "contract.prisma": MODEL,
            "old/package.json": "{}",
            "old/prisma/schema.prisma": DB,
        },
        ".",
        [("old/prisma/schema.prisma", 1, "old/prisma/migrations", "prisma/schema.prisma")],
    ),
    "Prisma 7 beside 8": (
        {
            "prisma.config.ts": PRISMA_8,
            "prisma7.config.ts": "export default { schema: 'prisma/schema.prisma' }",
            "prisma/schema.prisma": DB + MODEL,
        },
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma7.config.ts")],
    ),
    "a file of Prisma 8": ({"prisma.config.ts": PRISMA_8, "prisma/schema.prisma": DB}, "prisma/schema.prisma", []),
    "a configured folder, and a schema without models beside it": (
        {
            "prisma.config.ts": "export default { schema: 'prisma/schema' }",
            "prisma/schema.prisma": DB,
            "prisma/schema/main.prisma": DB,
            "prisma/schema/a.prisma": MODEL,
            "prisma/migrations/1_a/migration.sql": SQL,
        },
        ".",
        [("prisma/schema", 2, "prisma/migrations", "prisma.config.ts")],
    ),
    "a configuration, by its path": (
        {"prisma.config.ts": "export default { schema: 'a.prisma' }", "a.prisma": DB},
        "prisma.config.ts",
        [("a.prisma", 1, "migrations", "prisma.config.ts")],
    ),
    **{
        f"flat files that {name} names": (
            {
                "prisma/schema.prisma": DB + MODEL,
                name: text,
                "db/d1/0001_init.sql": SQL,
            },
            ".",
            [("prisma/schema.prisma", 1, "db/d1", "prisma/schema.prisma")],
        )
        for name, text in {
            "wrangler.toml": '[[d1_databases]]\nbinding = "DB"\nmigrations_dir = "db/d1"\n',
            "wrangler.jsonc": '{ /* D1 */ "d1_databases": [{ "binding": "DB", "migrations_dir": "db/d1", }] }',
            "wrangler.json": '{ "env": { "live": { "d1_databases": [{ "migrations_dir": "db/d1" }] } } }',
        }.items()
    },
    "the default folder of wrangler": (
        {
            "prisma/schema.prisma": DB + MODEL,
            "wrangler.toml": '[[d1_databases]]\nbinding = "DB"\n',
            "migrations/0001_init.sql": SQL,
        },
        ".",
        [("prisma/schema.prisma", 1, "migrations", "prisma/schema.prisma")],
    ),
    "a folder of wrangler, still empty": (
        {"prisma/schema.prisma": DB + MODEL, "wrangler.toml": '[[d1_databases]]\nmigrations_dir = "d1"\n'},
        ".",
        [("prisma/schema.prisma", 1, "d1", "prisma/schema.prisma")],
    ),
    "wrangler, but migrations of Prisma": (
        {
            "prisma/schema.prisma": DB + MODEL,
            "prisma/migrations/1_a/migration.sql": SQL,
            "wrangler.toml": '[[d1_databases]]\nmigrations_dir = "d1"\n',
        },
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma")],
    ),
    "flat files of Supabase": (
        {"prisma/schema.prisma": POSTGRES + MODEL, "supabase/migrations/20260101000000_init.sql": SQL},
        ".",
        [("prisma/schema.prisma", 1, "supabase/migrations", "prisma/schema.prisma")],
    ),
    "flat files beside": (
        {"db/schema.prisma": DB + MODEL, "db/migrations/000001_init.up.sql": SQL},
        ".",
        [("db/schema.prisma", 1, "db/migrations", "schema.prisma")],
    ),
    "flat files of something else": (
        {"prisma/schema.prisma": DB + MODEL, "migrations/0001_init.sql": SQL},
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma")],
    ),
    "a template": (
        {"prisma/schema.prisma": DB, "tools/template.prisma": DB.replace("sqlite", "{{provider}}")},
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma")],
    ),
    "documentation": (
        {"prisma/schema.prisma": DB, "docs/reference/part.prisma": DB + MODEL},
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma")],
    ),
    "documentation, asked for": (
        {"docs/part.prisma": DB + MODEL},
        "docs",
        [("docs/part.prisma", 1, "docs/migrations", "part.prisma")],
    ),
    "two databases, the migrations of one": (
        {
            "prisma/schema.prisma": DB + MODEL,
            "prisma/schemaPg.prisma": POSTGRES + MODEL,
            "prisma/migrations/1_a/migration.sql": SQL,
            "prisma/migrations/migration_lock.toml": LOCK,
        },
        ".",
        [("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma")],
    ),
    "two databases that share a history without a lock": (
        {
            "db/a.prisma": DB + MODEL,
            "db/schema.prisma": POSTGRES + MODEL,
            "db/migrations/1_a/migration.sql": SQL,
        },
        ".",
        [("db/schema.prisma", 1, "db/migrations", "schema.prisma")],
    ),
    **{
        f"migrations of another database beside, in {name}": (
            {
                "prisma/schema.prisma": DB + MODEL,
                "prisma/schemaPg.prisma": POSTGRES + MODEL,
                "prisma/migrations/1_a/migration.sql": SQL,
                "prisma/migrations/migration_lock.toml": LOCK,
                f"prisma/{name}/1_a/migration.sql": SQL,
                f"prisma/{name}/migration_lock.toml": LOCK.replace("sqlite", "postgresql"),
            },
            ".",
            [
                ("prisma/schema.prisma", 1, "prisma/migrations", "prisma/schema.prisma"),
                ("prisma/schemaPg.prisma", 1, f"prisma/{name}", "schemaPg.prisma"),
            ],
        )
        for name in ("migrations_postgres", "postgresql-migrations", "migrations/postgresql", "pg_migrations")
    },
    "folders of two databases": (
        {
            "prisma/pg/schema.prisma": POSTGRES + MODEL,
            "prisma/lite/schema.prisma": DB + MODEL,
            "prisma/migrations.postgres/1_a/migration.sql": SQL,
            "prisma/migrations.sqlite/1_a/migration.sql": SQL,
        },
        ".",
        [
            ("prisma/lite/schema.prisma", 1, "prisma/migrations.sqlite", "schema.prisma"),
            ("prisma/pg/schema.prisma", 1, "prisma/migrations.postgres", "schema.prisma"),
        ],
    ),
    "a folder of files with schema.prisma, by its path": (
        {
            "prisma/schema/schema.prisma": DB,
            "prisma/schema/a.prisma": MODEL,
            "prisma/migrations/1_a/migration.sql": SQL,
        },
        "prisma/schema",
        [("prisma/schema", 2, "prisma/migrations", "prisma/schema")],
    ),
    "the same, configured": (
        {
            "prisma.config.ts": "export default { schema: 'db' }",
            "db/schema.prisma": DB,
            "db/a.prisma": MODEL,
        },
        "db",
        [("db", 2, "db/migrations", "prisma.config.ts")],
    ),
    "the same, where nothing names it": (
        {"db/files/schema.prisma": DB, "db/files/a.prisma": MODEL},
        "db/files",
        [("db/files", 2, "db/files/migrations", "schema.prisma")],
    ),
    "a computed schema, given in refract.toml": (
        {
            "prisma.config.ts": "export default { schema: pick(), migrations: { path: 'sql' } }",
            "refract.toml": 'schema = "db/x.prisma"',
            "db/x.prisma": DB,
            "schema.prisma": DB + MODEL,
        },
        ".",
        [("db/x.prisma", 1, "sql", "prisma.config.ts"), ("schema.prisma", 1, "migrations", "schema.prisma")],
    ),
    "a configuration of migrations for a schema in an odd place": (
        {
            "prisma.config.ts": "export default { migrations: { path: 'sql' } }",
            "db/x.prisma": DB + MODEL,
        },
        ".",
        [("db/x.prisma", 1, "sql", "x.prisma")],
    ),
    "hostile names": (
        {"-x/pr'is\nma/schema.prisma": DB, "--help/schema.prisma": DB},
        ".",
        [
            ("--help/schema.prisma", 1, "--help/migrations", "schema.prisma"),
            ("-x/pr'is\nma/schema.prisma", 1, "-x/pr'is\nma/migrations", "schema.prisma"),
        ],
    ),
}


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def shape(project: ProjectFiles, root: Path) -> tuple[str, int, str, str]:
    schema, migrations = project.schema.relative_to(root), project.migrations.relative_to(root)
    return schema.as_posix(), len(project.schema_files), migrations.as_posix(), project.source


@pytest.mark.parametrize("tracked", [False, True], ids=["plain", "git"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str, tracked: bool, tmp_path: Path) -> None:
    files, asked, expected = LAYOUTS[name]
    write(tmp_path, files)
    if tracked:
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
        (tmp_path / ".gitignore").write_text("node_modules\n")
    found = [shape(project, tmp_path) for project in find_projects(tmp_path / asked)]
    assert found == expected


# name: (files, schema file asked for, root, migrations): an editor opens a file, and means the project that Prisma means.
FILES: dict[str, tuple[dict[str, str], str, str, str]] = {
    "the usual place": (
        {"package.json": "{}", "prisma/schema.prisma": DB},
        "prisma/schema.prisma", ".", "prisma/migrations",
    ),
    "the usual place, without package.json": (
        {"app/prisma/schema.prisma": DB},
        "app/prisma/schema.prisma", "app", "app/prisma/migrations",
    ),
    "a config counts before the default of a nearer folder": (
        {"prisma.config.ts": 'export default { migrations: { path: "sql" } }', "prisma/schema.prisma": DB},
        "prisma/schema.prisma", ".", "sql",
    ),
    "so does package.json": (
        {"package.json": '{"prisma": {"schema": "db/prisma/schema.prisma"}}', "db/prisma/schema.prisma": DB},
        "db/prisma/schema.prisma", ".", "db/prisma/migrations",
    ),
    "a package of its own in a folder called prisma": (
        {"package.json": "{}", "prisma/package.json": "{}", "prisma/schema.prisma": DB},
        "prisma/schema.prisma", "prisma", "prisma/migrations",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_project_of_a_file(name: str, tmp_path: Path) -> None:
    files, asked, root, migrations = FILES[name]
    write(tmp_path, files)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (project,) = find_projects(tmp_path / asked)
    assert (project.root, project.migrations) == (tmp_path / root, tmp_path / migrations)


def test_a_file_that_git_ignores_is_not_a_project(tmp_path: Path) -> None:
    write(tmp_path, {"generated/schema.prisma": DB, "app/schema.prisma": DB, ".gitignore": "generated\n"})
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert [p.schema.parent.name for p in find_projects(tmp_path)] == ["app"]


def test_links_in_a_circle_and_pipes_do_no_harm(tmp_path: Path) -> None:
    write(tmp_path, {"prisma/schema.prisma": DB})
    (tmp_path / "prisma/loop").symlink_to(tmp_path)
    (tmp_path / "prisma/gone.prisma").symlink_to("gone.prisma")
    os.mkfifo(tmp_path / "prisma/pipe.prisma")
    assert [p.schema.name for p in find_projects(tmp_path)] == ["schema.prisma"]
    assert [p.schema.name for p in find_projects(tmp_path / "prisma/loop/prisma/schema.prisma")] == ["schema.prisma"]


def test_a_relative_path_means_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"prisma/schema.prisma": DB})
    monkeypatch.chdir(tmp_path / "prisma")
    assert [p.schema for p in find_projects(Path("../prisma"))] == [tmp_path / "prisma/schema.prisma"]


@pytest.mark.parametrize("beside", [{}, {"package.json": "{}"}, {"prisma.config.ts": "export default {}"}])
def test_a_file_leads_to_the_project_of_its_folder(tmp_path: Path, beside: dict[str, str]) -> None:
    write(tmp_path, {"prisma/schema.prisma": DB, **beside})
    (whole,) = find_projects(tmp_path)
    (of_file,) = find_projects(tmp_path / "prisma" / "schema.prisma")
    assert (of_file.root, of_file.migrations) == (whole.root, whole.migrations)


# name: (files, [(setting, beginning of the message)])
GAPS: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "nothing computed": (
        {"prisma.config.ts": "export default { schema: 'a.prisma' }", "a.prisma": DB},
        [],
    ),
    "a computed folder": (
        {"prisma.config.ts": "export default { schema: 'a.prisma', migrations: { path: pick() } }", "a.prisma": DB},
        [("migrations", "prisma.config.ts: This file computes `migrations.path`")],
    ),
    "a computed schema": (
        {"prisma.config.ts": "export default { schema: pick() }", "schema.prisma": DB},
        [("schema", "prisma.config.ts: This file computes `schema`")],
    ),
    "a computed schema, found where it is": (
        {"prisma.config.ts": "export default { schema: pick() }", "db/a.prisma": DB},
        [("schema", "prisma.config.ts: This file computes `schema`")],
    ),
    "a configuration that cannot be read": (
        {"prisma.config.ts": "\0", "schema.prisma": DB},
        [
            ("schema", "prisma.config.ts: This file computes `schema`"),
            ("migrations", "prisma.config.ts: This file computes `migrations.path`"),
        ],
    ),
    "computed names of external tables": (
        {
            "prisma.config.ts": "export default { tables: { external: names() }, enums: { external: ['public.e'] } }",
            "schema.prisma": DB,
        },
        [("", "prisma.config.ts: This file computes `tables.external`, and Refract runs no code. Write its value")],
    ),
    "SQL of another file for the shadow database": (
        {
            "prisma.config.ts": "export default { migrations: { initShadowDb: fs.readFileSync('a.sql', 'utf8') } }",
            "schema.prisma": DB,
        },
        [("", "prisma.config.ts: This file computes `migrations.initShadowDb`, and Refract runs no code.")],
    ),
    "migrations that nothing names": (
        {
            "prisma.config.ts": "export default { schema: 'db/a.prisma', migrations: { path: 'gone' } }",
            "db/a.prisma": DB,
            "db/sql-migrations/1_a/migration.sql": SQL,
            "db/sql-migrations/2_b/migration.sql": SQL,
        },
        [("migrations", "db/sql-migrations: This folder has 2 migrations, but no configuration names it")],
    ),
    "several databases of wrangler": (
        {
            "prisma/schema.prisma": DB,
            "wrangler.toml": '[[d1_databases]]\nmigrations_dir = "a"\n[[d1_databases]]\nmigrations_dir = "b"\n',
            "a/0001_x.sql": SQL,
            "b/0001_x.sql": SQL,
        },
        [("migrations", "wrangler.toml: Several databases have migrations here: `a`, `b`.")],
    ),
    "one of several databases of wrangler": (
        {
            "prisma/schema.prisma": DB,
            "wrangler.toml": '[[d1_databases]]\nmigrations_dir = "a"\n[[d1_databases]]\nmigrations_dir = "b"\n',
            "b/0001_x.sql": SQL,
        },
        [],
    ),
    "a broken configuration of wrangler": (
        {"prisma/schema.prisma": DB, "wrangler.toml": "[[", "wrangler.jsonc": "{"},
        [],
    ),
    "flat files that nothing names": (
        {"prisma/schema.prisma": DB, "migrations/0001_init.sql": SQL},
        [("migrations", "migrations: This folder has a migration, but no configuration names it")],
    ),
    "migrations that were put away": (
        {"db/schema.prisma": DB, "db/migrations_old/1_a/migration.sql": SQL},
        [],
    ),
    "migrations of another database": (
        {
            "db/schema.prisma": DB,
            "db/migrations2/1_a/migration.sql": SQL,
            "db/migrations2/migration_lock.toml": 'provider = "mysql"',
        },
        [],
    ),
}


@pytest.mark.parametrize("name", GAPS)
def test_gaps(name: str, tmp_path: Path) -> None:
    files, expected = GAPS[name]
    write(tmp_path, files)
    (project,) = find_projects(tmp_path)
    assert len(project.gaps) == len(expected)
    for gap, (setting, beginning) in zip(project.gaps, expected, strict=True):
        assert gap.setting == setting
        assert f"{gap.path}: {gap.message}".startswith(f"{tmp_path}/{beginning}")


@pytest.mark.parametrize(
    "own",
    [
        {"prisma.config.ts": "export default { schema: 'prisma/own.prisma' }", "prisma/own.prisma": DB},
        {"package.json": '{"prisma": {"schema": "prisma/own.prisma"}}', "prisma/own.prisma": DB},
        {"package.json": "{}", "prisma/schema.prisma": DB},
    ],
)
@pytest.mark.parametrize("copy", ["prisma/baselines/a.prisma", "prisma/old.prisma", "copies/a.prisma"])
def test_a_copy_of_the_schema_has_no_claim_to_its_migrations(tmp_path: Path, own: dict[str, str], copy: str) -> None:
    write(tmp_path, {**own, copy: DB, "prisma/migrations/1_a/migration.sql": SQL})
    found = {project.schema: project for project in find_projects(tmp_path)}
    assert [project.gaps for project in found.values()] == [()] * len(found)
    assert [p.migrations for p in found.values()].count(tmp_path / "prisma/migrations") == 1
    assert [project.gaps for project in find_projects(tmp_path / copy)] == [()]


def test_a_setting_fills_a_gap(tmp_path: Path) -> None:
    write(tmp_path, {"prisma.config.ts": "export default { migrations: { path: pick() } }", "schema.prisma": DB})
    write(tmp_path, {"refract.toml": 'migrations = "sql"'})
    (project,) = find_projects(tmp_path)
    known = configured(project, load_settings(tmp_path))
    assert (known.migrations, known.gaps) == (tmp_path / "sql", ())
