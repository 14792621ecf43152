"""An index over a field that is not there yet: an error, and no migration that every database refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from small_projects import HEAD, INIT, LOCK, USER, commit, write

Refract = Callable[..., Result]


@pytest.mark.parametrize("written", ["@@index([zz])", "@@unique([d, e])", "@@index([email, zz])", "@@unique([zz])"])
def test_no_migration_for_unknown_fields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refract: Refract, written: str
) -> None:
    migration = "prisma/migrations/20240101000000_init/migration.sql"
    write(tmp_path, {
        "prisma/schema.prisma": HEAD + USER,
        "prisma/migrations/migration_lock.toml": LOCK,
        migration: INIT,
    })  # fmt: skip
    commit(tmp_path)
    (tmp_path / "prisma/schema.prisma").write_text(HEAD + USER.replace("}", f"  {written}\n}}"))
    monkeypatch.chdir(tmp_path)
    for command in (["check"], ["create"], ["create", "x"], ["name"]):
        found = refract(*command)
        assert found.exception is None or isinstance(found.exception, SystemExit), command
        assert command == ["name"] or (found.exit_code == 2 and "Unknown field" in found.stderr), found.output
    assert [file.parent.name for file in (tmp_path / "prisma/migrations").rglob("*.sql")] == ["20240101000000_init"]
