"""Who owns what a branch changes: by the settings or CODEOWNERS, unless it is the person at work."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli.conftest import Refract, headlines
from small_projects import HEAD, INIT, LOCK, USER, commit, write

RULE = "owned-by-others"
CHANGED = HEAD + USER.replace("}", "  phone String?\n}")
MIGRATION = {"prisma/migrations/20240202000000_phone/migration.sql": 'ALTER TABLE "User" ADD COLUMN "phone" TEXT;\n'}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with one migration and a pending field."""
    folder = "prisma/migrations"
    write(
        tmp_path,
        {
            "prisma/schema.prisma": HEAD + USER,
            f"{folder}/migration_lock.toml": LOCK,
            f"{folder}/20240101000000_init/migration.sql": INIT,
        },
    )
    commit(tmp_path)
    subprocess.run(["git", "config", "user.email", "me@example.org"], cwd=tmp_path, check=True)
    write(tmp_path, {"prisma/schema.prisma": CHANGED})
    monkeypatch.chdir(tmp_path)


def test_nobody_owns_anything(refract: Refract) -> None:
    assert headlines(refract, RULE) == []


def test_codeowners_name_the_schema(refract: Refract) -> None:
    write(Path(), {".github/CODEOWNERS": "* @shop/all\n/prisma/ @shop/data\n"})
    assert headlines(refract, RULE) == ["`User` is owned by @shop/data"]


def test_an_owner_of_everything_is_not_named(refract: Refract) -> None:
    write(Path(), {"CODEOWNERS": "* @shop/all\n"})
    assert headlines(refract, RULE) == []


def test_the_settings_count_before_codeowners(refract: Refract) -> None:
    write(Path(), {"CODEOWNERS": "/prisma/ @shop/data\n", "refract.toml": '[owners]\nUser = "@shop/accounts"\n'})
    assert headlines(refract, RULE) == ["`User` is owned by @shop/accounts"]


def test_a_new_migration_has_the_owners_of_its_models(refract: Refract) -> None:
    write(Path(), {"CODEOWNERS": "/prisma/schema.prisma @shop/data\n", **MIGRATION})
    assert headlines(refract, RULE) == ["`User` is owned by @shop/data"]


def test_an_owner_is_known_by_the_address_in_git(refract: Refract) -> None:
    write(Path(), {"refract.toml": '[owners]\nUser = ["@ada", "Me@example.org"]\n'})
    assert headlines(refract, RULE) == []


def test_an_owner_is_known_by_the_ci_job(refract: Refract, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(), {"refract.toml": '[owners]\nUser = "@Ada"\n'})
    assert len(headlines(refract, RULE)) == 1
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    assert headlines(refract, RULE) == []


def test_a_remembered_report_knows_new_owners(refract: Refract) -> None:
    write(Path(), {"CODEOWNERS": "/prisma/ @shop/data\n"})
    assert len(headlines(refract, RULE)) == 1
    write(Path(), {"CODEOWNERS": "/prisma/ me@example.org\n"})
    assert headlines(refract, RULE) == []


def test_a_wrong_owner_is_a_clear_error(refract: Refract) -> None:
    write(Path(), {"refract.toml": '[owners]\nUser = "billing team"\n'})
    result = refract("check")
    assert result.exit_code == 2
    assert "owners must set User to owners such as @ada" in result.stderr


def test_a_pull_request_names_the_owners(refract: Refract) -> None:
    write(Path(), {"refract.toml": '[owners]\nUser = "@shop/accounts"\n'})
    report = refract("check", "--format", "markdown").stdout
    assert "#### Owners\n\n- @shop/accounts: `User`\n" in report
    assert report.index("#### Owners") < report.index("was compared with")
