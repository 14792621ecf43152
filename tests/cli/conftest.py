"""Projects to run the commands on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from refract.cli.main import cli
from small_projects import HEAD, INIT, LOCK, USER, write

Refract = Callable[..., Result]


@pytest.fixture
def refract() -> Refract:
    """Runs the command in this process; its exit code, stdout and stderr."""
    return lambda *arguments: CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="refract")


def headlines(refract: Refract, rule: str) -> list[str]:
    """The headlines of what a rule finds in the current folder."""
    report = json.loads(refract("check", "--format", "json").stdout)
    return [f["what"] for project in report["projects"] for f in project["findings"] if f["rule"] == rule]


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in step with its one migration, which is the current folder."""
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        "prisma/migrations/20240101000000_init/migration.sql": INIT,
    })  # fmt: skip
    monkeypatch.chdir(tmp_path)
    return tmp_path
