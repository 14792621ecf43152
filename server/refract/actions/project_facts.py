"""What `refract init` finds out about a project, from its files as text: it runs nothing and uses no network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from attrs import frozen

from refract.analysis.snapshot import provider_of, read_schema
from refract.baseline import load_migrations
from refract.config import Flavour, settings_files
from refract.config.reference import starting_file
from refract.git import upwards
from refract.providers.versions import Version
from refract.reading import UnreadableFile, files_in, read_json, read_text
from refract.text import NewFile
from refract.workspace.failure import CannotAnalyse
from refract.workspace.migration_folders import holds_migrations
from refract.workspace.package_manager import package_manager
from refract.workspace.prisma_version import prisma_version
from refract.workspace.projects import ProjectFiles

SETTINGS = "refract.toml"
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
_ADAPTERS = {
    "@prisma/adapter-d1": ("sqlite", Flavour.D1),
    "@prisma/adapter-libsql": ("sqlite", Flavour.LIBSQL),
    "@prisma/adapter-planetscale": ("mysql", Flavour.PLANETSCALE),
}
"""The provider and the server that an adapter is for. That for MariaDB serves MySQL, too, and decides nothing."""
_NUMBER = re.compile(r"v?(\d+(?:\.\d+)*)")


@frozen
class Server:
    """The database server, as far as a file shows: its version and its flavour, and which file that is."""

    version: str = ""
    flavour: str = ""
    where: str = ""


@frozen
class Beginning:
    """One project before `refract init` writes. `problem` is why its schema cannot be read, if it cannot."""

    files: ProjectFiles
    provider: str
    prisma: Version | None
    manager: str
    migrations: int | None
    server: Server
    problem: str = ""


def beginning_of(files: ProjectFiles) -> Beginning:
    """What the files of a project show."""
    prisma, manager = prisma_version(files.root), package_manager(files.root)
    if files.problem:
        return Beginning(files, "", prisma, manager, None, Server(), files.problem)
    count = len(load_migrations(files.migrations).migrations) if holds_migrations(files.migrations) else None
    try:
        provider = provider_of(read_schema(files)[0]).name
    except CannotAnalyse as error:
        return Beginning(files, "", prisma, manager, count, Server(), str(error))
    return Beginning(files, provider, prisma, manager, count, _server(files.root, provider))


def settings_here(folder: Path) -> Path | None:
    """The file that holds the settings of `folder` already, if one does."""
    for file in settings_files(folder):
        text = read_text(file)
        if isinstance(text, str) and (file.name == SETTINGS or re.search(r"^\[tool\.refract[\].]", text, re.MULTILINE)):
            return file
    return None


def first_settings(folder: Path, found: tuple[Beginning, ...]) -> NewFile:
    """The settings to begin with, for the projects in `folder`. What they do not agree on is left out."""
    return NewFile(str(folder / SETTINGS), starting_file(_agreed(found)))


def _agreed(found: tuple[Beginning, ...]) -> Mapping[str, tuple[str, str]]:
    servers = {(project.server, project.provider) for project in found}
    if len(servers) != 1:
        return {}
    ((server, _),) = servers
    known = {"database.version": server.version, "database.flavour": server.flavour}
    return {name: (f'"{value}"', server.where) for name, value in known.items() if value}


def _server(root: Path, provider: str) -> Server:
    """The server by the nearest container file, or by an adapter in package.json."""
    for folder in upwards(root):
        for file in _files(folder):
            found = _in_containers(file, provider)
            if found is not None:
                return found
        adapter = _adapter(folder / "package.json", provider)
        if adapter is not None:
            return adapter
    return Server()


def _files(folder: Path) -> Iterator[Path]:
    for place, pattern in _CONTAINER_FILES:
        names = files_in(folder / place)
        found = () if isinstance(names, UnreadableFile) else names
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


def _adapter(file: Path, provider: str) -> Server | None:
    package = read_json(file)
    tables = [package.get(kind) for kind in ("dependencies", "devDependencies")]
    used = [known for name, known in _ADAPTERS.items() if any(isinstance(t, dict) and name in t for t in tables)]
    fitting = [flavour for home, flavour in used if home == provider]
    return Server(flavour=fitting[0].value, where=file.name) if len(fitting) == 1 else None
