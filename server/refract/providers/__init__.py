"""The databases that Prisma supports, by their name in a datasource."""

from __future__ import annotations

from refract.providers.base import Provider
from refract.providers.cockroachdb import COCKROACHDB
from refract.providers.mongodb import MONGODB
from refract.providers.mysql import MYSQL
from refract.providers.postgresql import POSTGRESQL
from refract.providers.sqlite import SQLITE
from refract.providers.sqlserver import SQLSERVER

_BY_NAME = {p.name: p for p in (POSTGRESQL, MYSQL, SQLITE, SQLSERVER, COCKROACHDB, MONGODB)}
_ALIASES = {"postgres": "postgresql"}

PROVIDERS = tuple(_BY_NAME)
"""Their names."""

SQL_PROVIDERS = frozenset(PROVIDERS) - {MONGODB.name}
"""The names of those that run SQL."""


class UnknownProvider(KeyError):
    """Unknown name of a provider."""


def provider(name: str) -> Provider:
    """The database called `name` in a datasource. Raises UnknownProvider."""
    try:
        return _BY_NAME[_ALIASES.get(name, name)]
    except KeyError:
        raise UnknownProvider(name) from None


__all__ = ["PROVIDERS", "SQL_PROVIDERS", "Provider", "UnknownProvider", "provider"]
