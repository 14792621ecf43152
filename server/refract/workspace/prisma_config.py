"""Reads `prisma.config.*` as data: where the schema and the migrations are.

The file is TypeScript or JavaScript that Prisma runs. Refract never runs it: `config_values.py` evaluates what can be
known from the text. Whatever is computed in another way is unknown, which is an answer, not an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from attrs import frozen

from refract.workspace.config_values import ConfigValues, Special, read_values

_Known = TypeVar("_Known", str, tuple[str, ...])
_STEMS = (
    "prisma7.config",
    ".config/prisma7",
    *("prisma.config", "prisma.config/index"),
    *(".config/prisma", ".config/prisma/index"),
    *(".config/prisma.config", ".config/prisma.config/index"),
)
_EXTENSIONS = ("js", "ts", "mjs", "cjs", "mts", "cts", "json")

CONFIG_FILES = tuple(f"{stem}.{extension}" for stem in _STEMS for extension in _EXTENSIONS)
"""The files that Prisma looks for in a folder, in its order: the first existing one counts. (Since 7.10 `prisma7`.)"""

CONFIG_PATTERNS = tuple(f"{stem}.{{{','.join(_EXTENSIONS)}}}" for stem in _STEMS)
"""The same as patterns of an editor."""

_CONFIG_NAMES = frozenset(file.rpartition("/")[2] for file in CONFIG_FILES)
_DEEPEST = max(file.count("/") for file in CONFIG_FILES) + 1

_NO_SETTING = "\0"
_MAX_LENGTH = 200_000  # characters; a longer configuration is not read
ALL_SETTINGS = ("schema", "migrations.path")
"""What Refract reads of a configuration."""


@frozen
class PrismaConfig:
    """What the file sets, as paths from its own folder; None is unset or not readable as data.

    `computed` names settings that exist but could not be read without running the file.
    `external` are the tables and enums that Prisma leaves alone, `shadow_sql` is what it executes before the migrations.
    `is_prisma_8`: it is one of Prisma 8's, whose migrations are others.
    """

    schema: str | None = None
    migrations: str | None = None
    computed: tuple[str, ...] = ()
    is_prisma_8: bool = False
    external: tuple[str, ...] = ()
    shadow_sql: str = ""


def configured_folder(file: Path) -> Path | None:
    """The folder that a file configures, if its name is that of a configuration."""
    if file.name not in _CONFIG_NAMES:
        return None
    for depth in range(min(_DEEPEST, len(file.parts)), 0, -1):
        if "/".join(file.parts[-depth:]) in CONFIG_FILES:
            return file.parents[depth - 1]
    return None


def read_prisma_config(text: str) -> PrismaConfig:
    """The configuration in `text`: the source of a `prisma.config.*` file, or JSON."""
    if len(text) > _MAX_LENGTH:
        return PrismaConfig(computed=ALL_SETTINGS)
    values = read_values(text)
    if _is_of_prisma_8(values):
        return PrismaConfig(is_prisma_8=True)
    found = {"schema": _schema(values), "migrations.path": values.text("migrations", "path")}
    texts = {name: value if isinstance(value, str) and "\0" not in value else None for name, value in found.items()}
    computed = tuple(name for name, value in found.items() if value is not Special.UNSET and texts[name] is None)
    external = {f"{kind}.external": values.texts(kind, "external") for kind in ("tables", "enums")}
    shadow_sql = values.text("migrations", "initShadowDb")
    others = {**external, "migrations.initShadowDb": shadow_sql} if _is_written_out(values) else {}
    return PrismaConfig(
        texts["schema"],
        texts["migrations.path"],
        (*computed, *(name for name, value in others.items() if value is Special.UNKNOWN)),
        external=tuple(name for names in external.values() for name in _known(names, ())),
        shadow_sql=_known(shadow_sql, ""),
    )


def _is_written_out(values: ConfigValues) -> bool:
    """Whether the file shows which settings it has. Elsewhere each could be one that nobody has set."""
    places = ((_NO_SETTING,), ("migrations", _NO_SETTING))
    return all(values.text(*names) is not Special.UNKNOWN for names in places)


def _known(value: _Known | Special, otherwise: _Known) -> _Known:
    return otherwise if isinstance(value, Special) else value


def _schema(values: ConfigValues) -> str | Special:
    """The schema. Prisma 6.4 and 6.5 took `{ kind, filePath }` or `{ kind, folderPath }`."""
    for names in (("schema", "filePath"), ("schema", "folderPath")):
        value = values.text(*names)
        if isinstance(value, str):
            return value
    return values.text("schema")


def _is_of_prisma_8(values: ConfigValues) -> bool:
    return (
        any(map(values.calls, ("definePrismaConfig", "prisma7Schema")))
        or any(map(values.imports, ("@prisma-next/", "@prisma/orm-")))
        or any(map(values.has, ("orm", "contract")))
    )
