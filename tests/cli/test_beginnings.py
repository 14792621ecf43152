"""Projects that keep no migrations yet: their history begins with what their databases already have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.conftest import Refract
from small_projects import HEAD, USER, commit, write

SQLITE = HEAD.replace("postgresql", "sqlite")
GROWN = USER.replace("}\n", "  nick  String?\n}\n")
WRANGLER = '[[d1_databases]]\nbinding = "DB"\ndatabase_name = "shop"\nmigrations_dir = "d1"\n'

# tool: (the schema's head, other files, the files that are written, the commands)
TOOLS: dict[str, tuple[str, dict[str, str | bytes], list[str], list[str]]] = {
    "npm": (
        HEAD,
        {},
        [
            "prisma/migrations/0_init/migration.sql",
            "prisma/migrations/STAMP_add_nick/migration.sql",
            "prisma/migrations/migration_lock.toml",
        ],
        ["npx prisma migrate resolve --applied 0_init"],
    ),
    "pnpm, schema elsewhere": (
        HEAD,
        {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "package.json": "{}"},
        [
            "prisma/migrations/0_init/migration.sql",
            "prisma/migrations/STAMP_add_nick/migration.sql",
            "prisma/migrations/migration_lock.toml",
        ],
        ["pnpm prisma migrate resolve --applied 0_init --schema prisma/app.prisma"],
    ),
    "wrangler": (
        SQLITE,
        {"wrangler.toml": WRANGLER},
        ["d1/0001_init.sql", "d1/0002_add_nick.sql"],
        [
            "npx wrangler d1 migrations list shop --remote",
            "npx wrangler d1 execute shop --remote --command "
            "'INSERT INTO d1_migrations (name) VALUES ('\"'\"'0001_init.sql'\"'\"');'",
        ],
    ),
    "supabase": (
        HEAD,
        {"refract.toml": 'migrations = "supabase/migrations"\n'},
        ["supabase/migrations/STAMP_add_nick.sql", "supabase/migrations/STAMP_init.sql"],
        ["npx supabase migration repair --status applied STAMP"],
    ),
}


@pytest.fixture(params=TOOLS)
def pushed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project whose schema is committed and changed since, without migrations."""
    head, files, *_ = TOOLS[request.param]
    schema = "prisma/app.prisma" if "elsewhere" in request.param else "prisma/schema.prisma"
    write(tmp_path, {schema: head + USER, **files})
    commit(tmp_path)
    write(tmp_path, {schema: head + GROWN})
    monkeypatch.chdir(tmp_path)
    return str(request.param)


def _unstamped(text: str) -> str:
    return re.sub(r"\b\d{14}", "STAMP", text)


def _migrations() -> list[str]:
    found = [*Path().rglob("*.sql"), *Path().rglob("migration_lock.toml")]
    return sorted(_unstamped(path.as_posix()) for path in found)


def _pushed(root: Path) -> None:
    write(root, {"prisma/schema.prisma": HEAD + USER})
    commit(root)


def test_the_first_migration_builds_what_is_committed(pushed: str, refract: Refract) -> None:
    _, _, files, commands = TOOLS[pushed]
    result = refract("create", "add_nick")
    assert (result.exit_code, result.stderr) == (0, "")
    assert _migrations() == files
    *_, what = (line for line in result.stdout.splitlines() if "existing databases" in line)
    assert "mark it as applied" in what
    assert [_unstamped(line) for line in result.stdout.splitlines()[-len(commands) :]] == commands
    sql = {path.as_posix(): path.read_text() for path in Path().rglob("*.sql")}
    assert [name for name in sql if "init" in name and 'CREATE TABLE "User"' in sql[name] and "nick" not in sql[name]]
    assert [name for name in sql if "add_nick" in name and "ADD COLUMN" in sql[name] and "CREATE" not in sql[name]]


def test_the_history_is_whole(pushed: str, refract: Refract) -> None:
    assert refract("create", "add_nick").exit_code == 0
    assert "This is an empty migration" in refract("diff").stdout
    result = refract("check")
    assert result.exit_code == 0
    assert "compared with 2 migrations" in result.stdout
    assert refract("create").stdout == "No pending changes.\n"


def test_a_beginning_is_all_if_nothing_is_pending(tmp_path: Path, refract: Refract) -> None:
    _pushed(tmp_path)
    result = refract("create", "--project", str(tmp_path))
    assert result.exit_code == 0
    assert "npx prisma migrate resolve --applied 0_init" in result.stdout
    assert [path.parent.name for path in tmp_path.rglob("*.sql")] == ["0_init"]


@pytest.mark.parametrize("schema", [HEAD, None])
def test_one_migration_is_the_beginning_if_no_model_is_committed(
    schema: str | None, tmp_path: Path, refract: Refract
) -> None:
    write(tmp_path, {"README.md": "x"} if schema is None else {"prisma/schema.prisma": schema})
    commit(tmp_path)
    write(tmp_path, {"prisma/schema.prisma": HEAD + USER})
    result = refract("create", "--project", str(tmp_path))
    assert result.exit_code == 0
    assert "resolve" not in result.stdout
    (file,) = tmp_path.rglob("*.sql")
    assert re.fullmatch(r"\d{14}_init", file.parent.name)


def test_the_folder_of_the_commands_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract) -> None:
    write(tmp_path, {"apps/api/package.json": "{}"})
    _pushed(tmp_path / "apps" / "api")
    monkeypatch.chdir(tmp_path)
    result = refract("create", "--project", "apps/api")
    assert "mark it as applied on each of them, in apps/api:" in result.stdout


def test_a_database_without_a_record_is_left_alone(tmp_path: Path, refract: Refract) -> None:
    write(
        tmp_path,
        {"prisma/schema.prisma": SQLITE + USER, "refract.toml": '[database]\nflavour = "libsql"\n'},
    )
    commit(tmp_path)
    write(tmp_path, {"prisma/schema.prisma": SQLITE + GROWN})
    result = refract("create", "add_nick", "--project", str(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].endswith("Run it on new databases only.")


def test_a_plan_begins_a_history_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract) -> None:
    _pushed(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert refract("plan", "new", "add-required-field", "User", "field=nick", "type=String", "value='x'").exit_code == 0
    result = refract("plan", "next")
    assert result.exit_code == 0, result.stderr
    assert "npx prisma migrate resolve --applied 0_init" in result.stdout
    assert Path("prisma/migrations/0_init/migration.sql").is_file()
    assert Path("prisma/migrations/migration_lock.toml").is_file()
    assert "This is an empty migration" in refract("diff").stdout
    assert refract("plan", "show").exit_code == 0


def test_no_history_begins_on_mongodb(tmp_path: Path, refract: Refract) -> None:
    model = 'model User {\n  id String @id @map("_id")\n}\n'
    write(tmp_path, {"prisma/schema.prisma": HEAD.replace("postgresql", "mongodb") + model})
    commit(tmp_path)
    assert refract("create", "--project", str(tmp_path)).stdout == "MongoDB has no migrations. Use `prisma db push`.\n"
    assert not list(tmp_path.rglob("migration*"))
