"""Reads the configuration of wrangler, Cloudflare's tool: the D1 databases of a project and their migrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from refract.git import upwards
from refract.reading import SETTINGS_BYTES, UnreadableFile, read_text
from refract.toml import TomlError, parse_toml
from refract.workspace.config_values import read_values

_FILES = ("wrangler.json", "wrangler.jsonc", "wrangler.toml")
"""In the order in which wrangler looks for them."""
_DEFAULT_FOLDER = "migrations"


@frozen
class D1Database:
    """A D1 database, its folder of migrations, and the configuration that names it."""

    name: str
    migrations: Path
    file: Path


def d1_databases(folder: Path) -> tuple[D1Database, ...]:
    """The D1 databases that the configuration in a folder names."""
    for name in _FILES:
        text = read_text(folder / name, SETTINGS_BYTES)
        if not isinstance(text, UnreadableFile):
            return tuple(dict.fromkeys(_databases(folder / name, _parsed(name, text))))
    return ()


def nearest_d1_databases(root: Path) -> tuple[D1Database, ...]:
    """The D1 databases of the nearest configuration, looking upwards, that names any."""
    found = map(d1_databases, upwards(root))
    return next((databases for databases in found if databases), ())


def _parsed(name: str, text: str) -> object:
    if not name.endswith(".toml"):
        return read_values(text).plain()
    try:
        return parse_toml(text)
    except TomlError:
        return {}


def _databases(file: Path, configuration: object) -> Iterator[D1Database]:
    """Those of the configuration itself, then those of its environments."""
    if not isinstance(configuration, Mapping):
        return
    listed = configuration.get("d1_databases")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, Mapping):
            name, folder = entry.get("database_name"), entry.get("migrations_dir")
            below = folder if isinstance(folder, str) and "\0" not in folder else _DEFAULT_FOLDER
            yield D1Database(name if isinstance(name, str) else "", file.parent / below, file)
    environments = configuration.get("env")
    for environment in environments.values() if isinstance(environments, Mapping) else ():
        yield from _databases(file, environment)
