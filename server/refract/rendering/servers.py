"""Database servers by the names that their vendors use."""

from __future__ import annotations

from collections.abc import Mapping

SERVER_NAMES: Mapping[str, str] = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "sqlite": "SQLite",
    "sqlserver": "SQL Server",
    "cockroachdb": "CockroachDB",
    "mongodb": "MongoDB",
    "mariadb": "MariaDB",
    "d1": "Cloudflare D1",
    "libsql": "libSQL",
    "planetscale": "PlanetScale",
}
"""By provider, and by flavour."""
