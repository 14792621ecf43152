"""`refract init`: what it finds, the file that it writes, and what it leaves alone."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from refract.cli.main import cli
from refract.config import load_settings, settings_from
from small_projects import HEAD, INIT, LOCK, USER, write

MIGRATION = "prisma/migrations/20240101000000_init/migration.sql"
SQLITE = HEAD.replace("postgresql", "sqlite")
MYSQL = HEAD.replace("postgresql", "mysql")

# what is there: files, what is said of it, what is set in the file
CASES: dict[str, tuple[dict[str, str], dict[str, object], dict[str, object]]] = {
    "the usual": (
        {"prisma/schema.prisma": HEAD + USER, "prisma/migrations/migration_lock.toml": LOCK, MIGRATION: INIT},
        {"provider": "postgresql", "migration_count": 1, "package_manager": "npm", "prisma": None},
        {},
    ),
    "a compose file": (
        {
            "prisma/schema.prisma": HEAD + USER,
            "docker-compose.yml": "services:\n  db:\n    image: postgres:16-alpine\n",
        },
        {"server_version": "16", "migration_count": None},
        {"version": "16"},
    ),
    "D1 in wrangler.toml": (
        {
            "prisma/schema.prisma": SQLITE + USER,
            "wrangler.toml": '[[d1_databases]]\nbinding = "DB"\ndatabase_name = "x"\n',
        },
        {"flavour": "d1"},
        {"flavour": "d1"},
    ),
    "D1 in wrangler.jsonc": (
        {
            "prisma/schema.prisma": SQLITE + USER,
            "wrangler.jsonc": '{ // D1\n  "d1_databases": [{ "binding": "DB", "database_name": "x", }],\n}',
        },
        {"flavour": "d1"},
        {"flavour": "d1"},
    ),
    "an address in an example": (
        {"prisma/schema.prisma": SQLITE + USER, ".env.example": 'DATABASE_URL="libsql://x-y.turso.io"\n'},
        {"flavour": "libsql"},
        {"flavour": "libsql"},
    ),
    "a package of PlanetScale": (
        {"prisma/schema.prisma": MYSQL + USER, "package.json": '{ "dependencies": { "@planetscale/database": "1" } }'},
        {"flavour": "planetscale"},
        {"flavour": "planetscale"},
    ),
    "versions and pnpm": (
        {
            "prisma/schema.prisma": HEAD + USER,
            "package.json": '{ "packageManager": "pnpm@9.0.0", "devDependencies": { "prisma": "^6.19.0" } }',
            "compose.yaml": "services:\n  cache:\n    image: redis:7\n  db:\n    image: 'docker.io/postgis/postgis:15-3.4'\n",
        },
        {"prisma": "6.19.0", "package_manager": "pnpm", "server_version": "15"},
        {"version": "15"},
    ),
    "MariaDB in a workflow": (
        {
            "prisma/schema.prisma": MYSQL + USER,
            ".github/workflows/ci.yml": "jobs:\n  t:\n    services:\n      db:\n        image: mariadb:10.11\n",
        },
        {"flavour": "mariadb", "server_version": "10.11"},
        {"version": "10.11", "flavour": "mariadb"},
    ),
    "D1": (
        {
            "prisma/schema.prisma": SQLITE + USER,
            "package.json": '{ "dependencies": { "@prisma/adapter-d1": "7.1.0" } }',
        },
        {"flavour": "d1", "provider": "sqlite"},
        {"flavour": "d1"},
    ),
    "an image of another database": (
        {"prisma/schema.prisma": SQLITE + USER, "compose.yml": "services:\n  db:\n    image: postgres:16\n"},
        {"server_version": None},
        {},
    ),
    "a broken package.json": (
        {"prisma/schema.prisma": HEAD + USER, "package.json": "{"},
        {"prisma": None, "package_manager": "npm"},
        {},
    ),
}


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["init", *arguments])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("name", CASES)
def test_what_is_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, said, settings = CASES[name]
    write(tmp_path, dict(files))
    monkeypatch.chdir(tmp_path)
    told = json.loads(run("--format", "json").stdout)
    (project,) = told["projects"]
    assert {key: project[key] for key in said} == said
    assert told["state"] == "written"
    assert (tmp_path / "refract.toml").read_text() == told["text"]
    read = tomllib.loads(told["text"])
    assert read.pop("database") == settings
    assert not any(read.values()), "all else is commented out"
    assert load_settings(tmp_path).file == tmp_path / "refract.toml"


def test_every_setting_can_be_uncommented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"prisma/schema.prisma": HEAD + USER})
    monkeypatch.chdir(tmp_path)
    run()
    text = re.sub(r"^# (?=[\w-]+ = )", "", (tmp_path / "refract.toml").read_text(), flags=re.MULTILINE)
    values = tomllib.loads(text)
    assert {"rules", "base", "prisma", "fail-on", "exclude", "database", "plans"} <= values.keys()
    settings_from(values, "the file")


@pytest.mark.parametrize("file", ["refract.toml", "pyproject.toml"])
def test_existing_settings_are_kept(file: str, project: Path) -> None:
    text = '[tool.refract]\nfail-on = "never"\n' if file == "pyproject.toml" else 'fail-on = "never"\n'
    write(project, {file: text})
    assert f"{file} already exists and was not overwritten." in run().stdout
    assert (project / file).read_text() == text
    assert (project / "refract.toml").exists() == (file == "refract.toml")


def test_a_dry_run_writes_nothing(project: Path) -> None:
    said = run("--dry-run").stdout
    assert "refract.toml would contain:" in said
    assert "# fail-on = " in said
    assert not (project / "refract.toml").exists()


def test_it_describes_the_project(project: Path) -> None:
    assert run().stdout.splitlines() == [
        "prisma/schema.prisma (prisma/schema.prisma)",
        "  database         postgresql",
        "  Prisma           version unknown; the newest is assumed",
        "  package manager  npm",
        "  migrations       1 in prisma/migrations",
        "",
        "Wrote refract.toml with every setting, commented out.",
        "Next: refract check",
    ]


def test_several_schemas_share_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        {
            "apps/a/prisma/schema.prisma": HEAD + USER,
            "apps/b/prisma/schema.prisma": SQLITE + USER,
            "apps/a/package.json": "{}",
            "apps/b/package.json": "{}",
        },
    )
    monkeypatch.chdir(tmp_path)
    said = run().stdout
    assert "apps/a/prisma/schema.prisma" in said
    assert "apps/b/prisma/schema.prisma" in said
    assert (tmp_path / "refract.toml").exists()


def test_nothing_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "No Prisma schema found in this folder." in run(code=2).stderr
    assert list(tmp_path.iterdir()) == []


def test_the_project_is_described_if_nothing_can_be_written(project: Path) -> None:
    (project / "refract.toml").mkdir()
    said = run(code=2)
    assert "  migrations       1 in prisma/migrations\n" in said.stdout
    assert "refract.toml" in said.stderr


@pytest.mark.parametrize(
    "files",
    [
        {"refract.toml": 'migrations = "sql"', "sql/20240101000000_init/migration.sql": INIT},
        {"prisma.config.ts": "export default { migrations: { path: `${__dirname}/sql` } }", "sql/1_a/migration.sql": INIT},
        {"prisma/schema/main.prisma": HEAD, "prisma/schema/user.prisma": USER, MIGRATION: INIT},
        {"supabase/migrations/20260101000000_init.sql": INIT},
        {"prisma/migrations_pg/1_a/migration.sql": INIT, "prisma/migrations/migration_lock.toml": 'provider = "mysql"'},
    ],
)  # fmt: skip
def test_what_it_prints_is_what_check_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str | bytes]
) -> None:
    schema: dict[str, str | bytes] = (
        {} if "prisma/schema/main.prisma" in files else {"prisma/schema.prisma": HEAD + USER}
    )
    write(tmp_path, schema | files)
    monkeypatch.chdir(tmp_path)
    (project,) = json.loads(run("--format", "json").stdout)["projects"]
    checked = CliRunner().invoke(cli, ["check"])
    assert f"compared with {project['migration_count']} migration in {project['migrations']}." in checked.stdout
    assert (checked.exit_code, checked.stderr) == (0, "")


def test_a_computed_folder_names_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = "export default defineConfig({ migrations: { path: process.env.SQL } })"
    write(tmp_path, {"prisma.config.ts": config, "prisma/schema.prisma": HEAD + USER})
    monkeypatch.chdir(tmp_path)
    assert "Set `migrations` in refract.toml." in run().stdout
