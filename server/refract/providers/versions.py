"""Which versions a project runs: of its database server and of Prisma. Locks and SQL differ between them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

Version = tuple[int, ...]

DEFAULT_PRISMA: Version = (7,)
"""Assumed if no file of the project shows the version: the newest."""

_NEWEST = 1_000_000
_QUALIFIES_ALWAYS: Version = (6, 13)
_QUALIFIES_FOR_SEVERAL: Version = (6, 16)
_QUALIFIES_NO_MORE: tuple[Version, Version] = ((6, 19, 1), (7, 0, 1))

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


def is_since(version: Version, since: Version) -> bool:
    """Whether a version is `since` or newer. Of a version that is known in part, as `(7,)`, the newest is meant."""
    return (*version, _NEWEST) >= since


def qualifies_default_schema(prisma: Version, names_schemas: bool) -> bool:
    """Whether Prisma writes `"public".` before names: it depends on whether the datasource names its schemas.

    Measured with the engines of 6.8 to 8.1. 6.19.0 and 7.0.0 leave it out of statements that drop, with equal effect.
    """
    without = _QUALIFIES_NO_MORE[is_since(prisma, (7,))]
    if is_since(prisma, without):
        return False
    return names_schemas or (is_since(prisma, _QUALIFIES_ALWAYS) and not is_since(prisma, _QUALIFIES_FOR_SEVERAL))


def creates_empty_schemas(prisma: Version) -> bool:
    """Whether Prisma creates a schema of the datasource in which there is neither a table nor an enum."""
    return not is_since(prisma, _QUALIFIES_ALWAYS)
