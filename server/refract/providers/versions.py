"""Which versions a project runs: of its database server and of Prisma. Locks and SQL differ between them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

Version = tuple[int, ...]

DEFAULT_PRISMA: Version = (7,)
"""Assumed where no file of the project tells: the newest."""

DEFAULT_SERVERS: Mapping[str, Version] = {
    "postgresql": (14,),
    "mysql": (8, 0, 29),
    "sqlite": (3, 35),
    "sqlserver": (2019,),
    "cockroachdb": (23, 1),
    "mongodb": (5,),
}
"""Assumed where the settings do not say: the oldest that its vendor, or a large host, still supports."""

DEFAULT_FLAVOURS: Mapping[str, Version] = {"mariadb": (10, 6)}
"""The same for servers that count their versions otherwise than those whose language they speak."""


@frozen
class Versions:
    """`flavour` is a server that speaks a provider's language and behaves in its own way:
    `mariadb`, `d1`, `libsql`, `planetscale`, or empty.
    """

    server: Version
    flavour: str = ""
    prisma: Version = DEFAULT_PRISMA


def default_versions(provider: str, flavour: str = "") -> Versions:
    """What is assumed of a project on `provider`. Raises KeyError for a name that is no provider's."""
    return Versions(DEFAULT_FLAVOURS.get(flavour, DEFAULT_SERVERS[provider]), flavour)
