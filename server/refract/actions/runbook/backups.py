"""How to back up tables with each database's own tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from refract.analysis.runbook import Backup, BackupScope
from refract.escaping import shell
from refract.providers import Provider
from refract.schema.model import QualifiedName

FILE = "before_release"


def backup(tables: Sequence[QualifiedName], provider: Provider, flavour: str) -> Backup:
    """The command that saves the tables; the whole database if these cannot be saved alone."""
    make = _BY_FLAVOUR.get(flavour) or _BY_PROVIDER[provider.name]
    return make(tables, provider)


def _pg_dump(tables: Sequence[QualifiedName], provider: Provider) -> Backup:
    named = " ".join(f"--table={shell(_in_schema(table))}" for table in tables)
    return Backup(
        f'pg_dump "${{DATABASE_URL%%\\?*}}" --format=custom --file={FILE}.dump {named}',
        "sh",
        BackupScope.DUMPED_TABLES,
    )


def _in_schema(table: QualifiedName) -> str:
    """A table as the patterns of pg_dump name it."""
    return ".".join('"{}"'.format(part.replace('"', '""')) for part in table if part)


def _mysqldump(program: str) -> Callable[[Sequence[QualifiedName], Provider], Backup]:
    def make(tables: Sequence[QualifiedName], _: Provider) -> Backup:
        named = " ".join(shell(table.name) for table in tables)
        return Backup(
            f'{program} --single-transaction --host="$DB_HOST" --user="$DB_USER" --password "$DB_NAME" {named} > {FILE}.sql',
            "sh",
        )

    return make


def _sqlite(_: Sequence[QualifiedName], __: Provider) -> Backup:
    return Backup(f'sqlite3 "$DATABASE_FILE" ".backup \'{FILE}.db\'"', "sh", BackupScope.FILE)


def _d1(tables: Sequence[QualifiedName], _: Provider) -> Backup:
    named = " ".join(f"--table={shell(table.name)}" for table in tables)
    return Backup(f'npx wrangler d1 export "$DATABASE" --remote --output={FILE}.sql {named}', "sh")


def _libsql(_: Sequence[QualifiedName], __: Provider) -> Backup:
    return Backup(f'turso db shell "$DATABASE" .dump > {FILE}.sql', "sh", BackupScope.DATABASE)


def _planetscale(_: Sequence[QualifiedName], __: Provider) -> Backup:
    return Backup('pscale backup create "$DATABASE" "$BRANCH"', "sh", BackupScope.BRANCH)


def _sqlserver(_: Sequence[QualifiedName], __: Provider) -> Backup:
    return Backup(
        f"DECLARE @database sysname = DB_NAME();\nBACKUP DATABASE @database TO DISK = N'{FILE}.bak' WITH COPY_ONLY, CHECKSUM;",
        "sql",
        BackupScope.SERVER_DATABASE,
    )


def _cockroach(tables: Sequence[QualifiedName], provider: Provider) -> Backup:
    named = ", ".join(provider.quote_name(table) for table in tables)
    return Backup(f"BACKUP TABLE {named} INTO 'external://backups' AS OF SYSTEM TIME '-10s';", "sql")


_BY_FLAVOUR: Mapping[str, Callable[[Sequence[QualifiedName], Provider], Backup]] = {
    "mariadb": _mysqldump("mariadb-dump"),
    "d1": _d1,
    "libsql": _libsql,
    "planetscale": _planetscale,
}
_BY_PROVIDER: Mapping[str, Callable[[Sequence[QualifiedName], Provider], Backup]] = {
    "postgresql": _pg_dump,
    "mysql": _mysqldump("mysqldump"),
    "sqlite": _sqlite,
    "sqlserver": _sqlserver,
    "cockroachdb": _cockroach,
}
