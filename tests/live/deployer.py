"""What the commands of a runbook do, in place of a shell with Prisma: migrations are applied, recorded and resolved."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from attrs import define, field


class DeployFailed(Exception):
    """A migration failed; the message is the database's."""


@define
class Deployer:
    """`prisma` for one database. As Prisma does, it deploys nothing while a failed migration is not resolved (P3009)."""

    root: Path
    execute: Callable[[str], None]
    applied: set[str] = field(factory=set)
    failed: str = ""

    @property
    def pending(self) -> list[str]:
        """The migrations that are not applied, in order."""
        folders = (self.root / "prisma/migrations").iterdir()
        return sorted(f.name for f in folders if f.is_dir() and f.name not in self.applied)

    def run(self, command: str) -> None:
        """One command of `npx prisma`. Raises DeployFailed."""
        words = shlex.split(command)
        assert words[:2] == ["npx", "prisma"], command
        match words[2:]:
            case ["migrate", "deploy"]:
                self._deploy()
            case ["migrate", "resolve", "--rolled-back", name]:
                assert name == self.failed, "only a failed migration can be resolved"
                self.failed = ""
            case ["db", "execute", "--file", file, *_]:
                self.execute((self.root / file).read_text(encoding="utf-8"))
            case _:
                raise AssertionError(f"what is {command}?")

    def _deploy(self) -> None:
        assert not self.failed, f"P3009: {self.failed} failed and is not resolved"
        for name in self.pending:
            sql = (self.root / "prisma/migrations" / name / "migration.sql").read_text(encoding="utf-8")
            try:
                self.execute(sql)
            except Exception as error:
                self.failed = name
                raise DeployFailed(f"{name}: {error}") from error
            self.applied.add(name)
