"""The configuration for Neovim in a real Neovim, with the real server."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from parts import neovim
from small_projects import write

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "neovim"
LIMIT = 120.0  # seconds
DROPPED = '/* é😀 */ ALTER TABLE "User" DROP COLUMN "naïve😀";\n'


def run(script: str, folder: Path, environment: dict[str, str]) -> None:
    """Runs a script; its words are those of the failure."""
    environment = {**environment, "EDITOR_FOLDER": str(ROOT / "editors" / "neovim")}
    command = [neovim(), "--clean", "--headless", "-l", str(SCRIPTS / script), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", ["schema", "plan", "commands", "settings", "plain"])
def test_a_schema_is_edited(script: str, project: Path, environment: dict[str, str]) -> None:
    run(f"{script}.lua", project, environment)


def test_a_migration_is_opened(project: Path, environment: dict[str, str]) -> None:
    write(project, {"prisma/migrations/20250102000000_drop/migration.sql": DROPPED})
    run("migration.lua", project, environment)
