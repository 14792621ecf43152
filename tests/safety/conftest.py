"""The command in this process, and a cache of its own for each test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from refract.cli.main import cli

Refract = Callable[..., Result]


@pytest.fixture
def refract() -> Refract:
    """Runs the command in this process; its exit code, stdout and stderr."""
    return lambda *arguments: CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="refract")


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRACT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
