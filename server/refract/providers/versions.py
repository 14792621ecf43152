"""Which versions a project runs: of its database server and of Prisma. Locks and SQL differ between them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

Version = tuple[int, ...]

DEFAULT_PRISMA: Version = (7,)
"""Assumed if no file of the project shows the version: the newest."""

DEFAULT_SERVERS: Mapping[str, Version] = {
    "postgresql": (14,),
    "mysql": (8, 0, 29),
    "sqlite": (3, 35),
    "sqlserver": (2019,),
    "cockroachdb": (23, 1),
    "mongodb": (5,),
}
"""Assumed if the settings do not set a version: the oldest that its vendor, or a large host, still supports."""

DEFAULT_FLAVOURS: Mapping[str, Version] = {"mariadb": (10, 6)}
"""The same for flavours with other version numbers than their provider."""


@frozen
class Versions:
    """`flavour` is a server that is compatible with a provider but behaves differently:
    `mariadb`, `d1`, `libsql`, `planetscale`, or empty.
    """

    server: Version
    flavour: str = ""
    prisma: Version = DEFAULT_PRISMA


def default_versions(provider: str, flavour: str = "") -> Versions:
    """The versions assumed for a project on `provider`. Raises KeyError for an unknown provider."""
    return Versions(DEFAULT_FLAVOURS.get(flavour, DEFAULT_SERVERS[provider]), flavour)
