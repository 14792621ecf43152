"""Which server a project's database runs on, as far as its files show as text. Nothing is run, and no secret is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from attrs import frozen

from refract.config import Flavour
from refract.git import upwards
from refract.reading import UnreadableFile, files_in, read_json, read_text
from refract.workspace.wrangler import d1_databases

_IMAGE = re.compile(r"""image:\s*["']?(?:[\w.-]+/)*(?P<name>postgres|postgis|mysql|mariadb|cockroach|server)"""
                    r"""(?::(?P<tag>[\w.-]+))?""")  # fmt: skip
_IMAGES = {
    "postgres": "postgresql",
    "postgis": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "cockroach": "cockroachdb",
    "server": "sqlserver",  # mcr.microsoft.com/mssql/server:2022-latest
}
_CONTAINER_FILES = (
    ("", "*compose*.y*ml"),
    (".devcontainer", "*compose*.y*ml"),
    (".github/workflows", "*.y*ml"),
    ("", ".gitlab-ci.yml"),
)
_PACKAGES = {
    "@prisma/adapter-d1": Flavour.D1,
    "@prisma/adapter-libsql": Flavour.LIBSQL,
    "@libsql/client": Flavour.LIBSQL,
    "@prisma/adapter-planetscale": Flavour.PLANETSCALE,
    "@planetscale/database": Flavour.PLANETSCALE,
}
"""The server that a package is for. The adapter for MariaDB serves MySQL, too, and decides nothing."""
_PROVIDERS = {
    Flavour.D1: "sqlite",
    Flavour.LIBSQL: "sqlite",
    Flavour.PLANETSCALE: "mysql",
    Flavour.MARIADB: "mysql",
}
_HOSTS = {
    re.compile(r"libsql://|\.turso\.io\b"): Flavour.LIBSQL,
    re.compile(r"\.psdb\.(?:cloud|io)\b"): Flavour.PLANETSCALE,
}
"""Addresses of servers, in examples of environments."""
_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", ".dev.vars.example")
_NUMBER = re.compile(r"v?(\d+(?:\.\d+)*)")


@frozen
class Server:
    """The database server, as far as a file shows: its version and its flavour, and which file that is."""

    version: str = ""
    flavour: str = ""
    where: str = ""


def server_of(root: Path, provider: str) -> Server:
    """The server by the nearest container file, or by what else in the project is for one server only."""
    for folder in upwards(root):
        for file in _files(folder):
            found = _in_containers(file, provider)
            if found is not None:
                return found
        known = _only_flavour(folder, provider)
        if known is not None:
            return known
    return Server()


def _only_flavour(folder: Path, provider: str) -> Server | None:
    """The one flavour that the files of a folder show, by the first kind of file that shows any."""
    for shown in (_by_packages(folder), _by_wrangler(folder), _by_addresses(folder)):
        fitting = {server.flavour: server for server in shown if _PROVIDERS[Flavour(server.flavour)] == provider}
        if len(fitting) == 1:
            return next(iter(fitting.values()))
    return None


def _by_packages(folder: Path) -> Iterator[Server]:
    package = read_json(folder / "package.json")
    tables = [package.get(kind) for kind in ("dependencies", "devDependencies")]
    for name, flavour in _PACKAGES.items():
        if any(isinstance(table, dict) and name in table for table in tables):
            yield Server(flavour=flavour.value, where="package.json")


def _by_wrangler(folder: Path) -> Iterator[Server]:
    for database in d1_databases(folder):
        yield Server(flavour=Flavour.D1.value, where=database.file.name)


def _by_addresses(folder: Path) -> Iterator[Server]:
    for name in _EXAMPLES:
        text = read_text(folder / name)
        for address, flavour in _HOSTS.items():
            if isinstance(text, str) and address.search(text):
                yield Server(flavour=flavour.value, where=name)


def _files(folder: Path) -> Iterator[Path]:
    for place, pattern in _CONTAINER_FILES:
        names = files_in(folder / place)
        found: Iterable[str] = () if isinstance(names, UnreadableFile) else names
        yield from (folder / place / name for name in found if fnmatchcase(name, pattern))


def _in_containers(file: Path, provider: str) -> Server | None:
    text = read_text(file)
    for image in () if isinstance(text, UnreadableFile) else _IMAGE.finditer(text):
        name, tag = image["name"], image["tag"] or ""
        number = _NUMBER.match(tag)
        if _IMAGES.get(name) == provider and (name != "server" or "mssql" in image[0]):
            flavour = Flavour.MARIADB.value if name == "mariadb" else ""
            if number or flavour:
                return Server(number[1] if number else "", flavour, file.name)
    return None
