"""Prisma's own engine on a live database: applies migrations as `migrate deploy` does, and says what it would change."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from npm import installed
from refract.recipes.engine import StepMigration
from refract.syntax import SchemaTree

HERE = Path(__file__).parent
NOTHING = "No difference detected."
_ALL = {"externalTables": [], "externalEnums": []}


class Refused(Exception):
    """What the engine says about a request that it does not carry out."""


class PrismaEngine:
    """An engine that is connected to one database. `history` is what the folder of migrations would hold."""

    def __init__(self, process: subprocess.Popen[str], provider: str) -> None:
        self._process = process
        self._provider = provider
        self.history: list[StepMigration] = []

    def apply(self, migrations: Sequence[StepMigration]) -> None:
        """`prisma migrate deploy` with these in the folder besides those that are there already."""
        self.history += migrations
        applied = self._ask("applyMigrations", migrationsList=self._folder(), filters=_ALL)["appliedMigrationNames"]
        assert len(applied) == len(migrations)

    def difference_from_database(self, schema: SchemaTree) -> str:
        """`prisma migrate diff --from-config-datasource --to-schema`, in words."""
        wanted = _files(schema)
        return self._difference({"tag": "schemaDatasource", "files": wanted, "configDir": "/"}, wanted)

    def sql_from_database(self, files: Iterable[tuple[str, str]]) -> str:
        """`prisma migrate diff --from-config-datasource --to-schema --script`; files are paths and texts."""
        wanted = [{"path": path, "content": text} for path, text in files]
        start = {"tag": "schemaDatasource", "files": wanted, "configDir": "/"}
        target = {"tag": "schemaDatamodel", "files": wanted}
        return str(self._ask("diff", **{"from": start}, to=target, script=True, exitCode=True, filters=_ALL)["stdout"])

    def difference_from_migrations(self, schema: SchemaTree) -> str:
        """`prisma migrate diff --from-migrations --to-schema`, in words: the migrations are replayed on a database of their own."""
        return self._difference({"tag": "migrations", **self._folder()}, _files(schema))

    def proposal(self, schema: SchemaTree) -> str:
        """The migration that `prisma migrate dev` would write, if any; it has nothing to say against the history."""
        action = self._ask("devDiagnostic", migrationsList=self._folder(), filters=_ALL)["action"]
        assert action["tag"] == "createMigration", action
        made = self._ask(
            "createMigration",
            draft=False,
            migrationName="proposal",
            migrationsList=self._folder(),
            schema={"files": _files(schema)},
            filters=_ALL,
        )
        return made["migrationScript"] or ""

    def _difference(self, start: Mapping[str, Any], wanted: Sequence[Mapping[str, str]]) -> str:
        target = {"tag": "schemaDatamodel", "files": wanted}
        found = self._ask("diff", **{"from": start}, to=target, script=False, exitCode=True, filters=_ALL)
        assert (found["exitCode"] == 0) is (found["stdout"].strip() == NOTHING)
        return str(found["stdout"].strip())

    def _folder(self) -> dict[str, Any]:
        directories = [
            {
                "path": f"{number:014}_{migration.name}",
                "migrationFile": {"path": "migration.sql", "content": {"tag": "ok", "value": migration.sql}},
            }
            for number, migration in enumerate(self.history, 1)
        ]
        return {
            "baseDir": "/migrations",
            "lockfile": {"path": "migration_lock.toml", "content": f'provider = "{self._provider}"\n'},
            "shadowDbInitScript": "",
            "migrationDirectories": directories,
        }

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            answer: dict[str, Any] = json.loads(line)
            if "error" in answer:
                raise Refused(answer["error"]["data"]["message"])
            if "result" in answer:
                found: dict[str, Any] = answer["result"]
                return found
        raise AssertionError("the engine died")


def _files(schema: SchemaTree) -> list[dict[str, str]]:
    return [{"path": document.path, "content": document.text} for document in schema.documents]


@contextmanager
def prisma_engine(provider: str, url: str) -> Iterator[PrismaEngine]:
    """An engine for a database, as long as the block runs."""
    command = ["node", "schema_engine.mjs", "--datasource", json.dumps({"url": url})]
    with subprocess.Popen(
        command, cwd=installed("prisma", HERE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield PrismaEngine(process, provider)
