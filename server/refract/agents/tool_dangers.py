"""Tools other than Prisma that drop databases, or apply migrations without a look at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from refract.agents.danger import Danger, Kind
from refract.agents.shell import program

_RESETS = (
    ("supabase", "db", "reset"),
    ("supabase", "stop", "--no-backup"),
    ("supabase", "projects", "delete"),
    ("dropdb",),
    ("mysqladmin", "drop"),
    ("pg_restore", "--clean"),
    ("pg_restore", "-c"),
    ("turso", "db", "destroy"),
    ("wrangler", "d1", "delete"),
    ("neonctl", "branches", "reset"),
    ("neonctl", "branches", "delete"),
    ("neonctl", "databases", "delete"),
    ("neon", "databases", "delete"),
    ("pscale", "database", "delete"),
    ("heroku", "pg:reset"),
    ("typeorm", "schema:drop"),
    ("sequelize", "db:drop"),
    ("sequelize-cli", "db:drop"),
    ("mikro-orm", "schema:drop"),
    ("mikro-orm", "schema:fresh"),
    ("mikro-orm", "migration:fresh"),
    ("knex", "migrate:rollback", "--all"),
    ("drizzle-kit", "push", "--force"),
    ("rails", "db:drop"),
    ("rails", "db:reset"),
    ("rails", "db:migrate:reset"),
    ("rake", "db:drop"),
    ("rake", "db:reset"),
    ("artisan", "migrate:fresh"),
    ("artisan", "migrate:reset"),
    ("artisan", "db:wipe"),
    ("manage.py", "flush"),
    ("django-admin", "flush"),
    ("alembic", "downgrade", "base"),
    ("flyway", "clean"),
    ("liquibase", "drop-all"),
    ("dbmate", "drop"),
    ("goose", "reset"),
    ("atlas", "schema", "clean"),
)
_DELETES = (
    ("docker", "compose", "down", "-v"),
    ("docker", "compose", "down", "--volumes"),
    ("docker", "compose", "rm", "-v"),
    ("docker-compose", "down", "-v"),
    ("docker-compose", "down", "--volumes"),
    ("docker", "volume", "rm"),
    ("docker", "volume", "prune"),
    ("docker", "system", "prune", "--volumes"),
    ("podman", "compose", "down", "-v"),
    ("podman", "volume", "rm"),
    ("podman", "volume", "prune"),
    ("kubectl", "delete", "pvc"),
)
_APPLIES = (
    ("supabase", "db", "push"),
    ("supabase", "migration", "up"),
    ("wrangler", "d1", "migrations", "apply"),
)


_KINDS = ((Kind.RESET, _RESETS), (Kind.DELETE, _DELETES), (Kind.APPLY_MIGRATIONS, _APPLIES))


def tool_dangers(words: Sequence[str], folder: Path) -> Iterator[Danger]:
    """What a command of one of these tools would do to a database."""
    names = [program(words[0]), *words[1:]]
    if {"-h", "--help"} & set(words):
        return
    names = [name if name.startswith("-") else program(name) for name in names]
    for kind, forms in _KINDS:
        for form in forms:
            if form[0] in names and _follow(names[names.index(form[0]) + 1 :], form[1:]):
                yield Danger(kind, " ".join(form), folder)


def _follow(words: Sequence[str], form: Sequence[str]) -> bool:
    """Whether the words of a form stand in this order."""
    left = iter(words)
    return all(word in left for word in form)
