"""The commands that deploy migrations and undo them: Prisma's own, in the flags of the version that the project uses;
those of the host if Prisma cannot reach the database. All are run in the project's root.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from attrs import frozen

from refract.baseline.folder import migration_name
from refract.escaping import shell
from refract.providers.base import quote_string
from refract.providers.versions import Version, Versions
from refract.workspace.migration_tool import MigrationTool, d1_database, migration_tool
from refract.workspace.package_manager import prisma_command
from refract.workspace.projects import ProjectFiles, prisma_project

_CONFIG_ONLY: Version = (7,)
"""The version from which `db execute` takes the database from Prisma's configuration, and no longer has `--schema`."""

_SENDING = {
    "d1": 'npx wrangler d1 execute "$DATABASE" --remote --file={file}',
    "libsql": 'turso db shell "$DATABASE" < {file}',
}
"""How SQL is sent to databases that `prisma migrate deploy` does not know."""


@frozen
class Commands:
    """The commands for one project and its database."""

    files: ProjectFiles
    versions: Versions

    @property
    def keeps_record(self) -> bool:
        """Whether Prisma itself applies the migrations, and knows which ones are."""
        return self.versions.flavour not in _SENDING and self._tool is MigrationTool.PRISMA

    def deploy(self, migrations: Iterable[str]) -> tuple[str, ...]:
        """Apply migrations, given by the paths of their files."""
        if self.keeps_record:
            return (self._migrate("deploy"),)
        if self._tool is MigrationTool.WRANGLER:
            return (f"npx wrangler d1 migrations apply {self._d1_name} --remote",)
        if self._tool is MigrationTool.SUPABASE:
            return ("npx supabase db push",)
        return tuple(self.execute(path) for path in migrations)

    def status(self) -> str:
        """Show which migrations are applied."""
        return self._migrate("status")

    def resolve(self, migration: str) -> str:
        """Mark a failed migration as undone for Prisma."""
        return self._migrate("resolve", "--rolled-back", shell(migration))

    def mark_applied(self, file: Path | str) -> tuple[str, ...]:
        """Record a migration, given by the path of its file, as applied without running it. None if nothing keeps a
        record.
        """
        path = Path(file)
        if self.keeps_record:
            return (self._migrate("resolve", "--applied", shell(migration_name(path))),)
        if self._tool is MigrationTool.WRANGLER:
            row = f"INSERT INTO d1_migrations (name) VALUES ({quote_string(path.name)});"
            named = self._d1_name
            return (
                f"npx wrangler d1 migrations list {named} --remote",  # makes the table
                f"npx wrangler d1 execute {named} --remote --command {shell(row)}",
            )
        if self._tool is MigrationTool.SUPABASE:
            number = path.name.partition("_")[0]
            return (f"npx supabase migration repair --status applied {shell(number)}",)
        return ()

    def execute(self, file: Path | str) -> str:
        """Run a file of SQL. Before Prisma 7 the schema has to be named, from 7 at most the configuration."""
        path = from_root(self.files, file)
        if self.versions.flavour in _SENDING:
            return _SENDING[self.versions.flavour].format(file=path)
        if self._tool is MigrationTool.SUPABASE:
            return f'psql "$DATABASE_URL" --file={path}'
        flags: tuple[str, ...] = ()
        if self.versions.prisma < _CONFIG_ONLY:
            flags = ("--schema", from_root(self.files, self.files.schema))
        elif not self._finds_itself:
            flags = ("--config", "PRISMA_CONFIG_OF_THIS_DATABASE")
        return prisma_command(self.files.root, "db", "execute", "--file", path, *flags)

    def _migrate(self, *arguments: str) -> str:
        """`prisma migrate ...`; with the schema if Prisma would not find it by default."""
        schema = () if self._finds_itself else ("--schema", from_root(self.files, self.files.schema))
        return prisma_command(self.files.root, "migrate", *arguments, *schema)

    @property
    def _tool(self) -> MigrationTool:
        return migration_tool(self.files)

    @property
    def _d1_name(self) -> str:
        named = d1_database(self.files)
        return shell(named.name) if named and named.name else '"$DATABASE"'

    @property
    def _finds_itself(self) -> bool:
        """Whether Prisma, run in the project's root, takes this schema."""
        found = prisma_project(self.files.root)
        return found is not None and found.schema_files == self.files.schema_files


def from_root(files: ProjectFiles, path: Path | str) -> str:
    """A path as a shell in the project's root takes it."""
    return shell(Path(os.path.relpath(path, files.root)).as_posix())
