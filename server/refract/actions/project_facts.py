"""What `refract init` finds out about a project, from its files as text: it runs nothing and uses no network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from refract.analysis.snapshot import provider_of, read_schema
from refract.baseline import load_migrations
from refract.config import SettingsError, load_settings, settings_files
from refract.config.reference import starting_file
from refract.providers.versions import Version
from refract.reading import read_text
from refract.text import NewFile
from refract.workspace.database_server import Server, server_of
from refract.workspace.failure import CannotAnalyse
from refract.workspace.migration_folders import holds_migrations
from refract.workspace.package_manager import package_manager
from refract.workspace.prisma_version import prisma_version
from refract.workspace.projects import ProjectFiles, configured

SETTINGS = "refract.toml"


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
    """What the files of a project show, with the settings that it has."""
    with suppress(SettingsError):  # they are no part of what the project is
        files = configured(files, load_settings(files.root))
    prisma, manager = prisma_version(files.root), package_manager(files.root)
    if files.problem:
        return Beginning(files, "", prisma, manager, None, Server(), files.problem)
    count = len(load_migrations(files.migrations).migrations) if holds_migrations(files.migrations) else None
    try:
        provider = provider_of(read_schema(files)[0]).name
    except CannotAnalyse as error:
        return Beginning(files, "", prisma, manager, count, Server(), str(error))
    return Beginning(files, provider, prisma, manager, count, server_of(files.root, provider))


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
