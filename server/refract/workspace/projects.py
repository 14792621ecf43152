"""Finds the Prisma projects below a path, as Prisma finds them and a little further.

Prisma looks, from one folder, at its configuration, the `prisma` key of package.json, `prisma/schema.prisma` and
`schema.prisma`. Repositories hold several projects and odd layouts, so the tree below is searched as well.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain
from pathlib import Path

from attrs import evolve, field, frozen

from refract import git
from refract.baseline.folder import LOCK_FILE, SQL_FILE
from refract.config import Settings, SettingsError, load_settings
from refract.workspace.prisma_config import CONFIG_FILES, PrismaConfig, configured_folder, read_prisma_config
from refract.workspace.reading import UnreadableFile, read_json, read_text

_DEFAULT_SCHEMAS = ("prisma/schema.prisma", "schema.prisma", "prisma/schema")
SKIPPED_FOLDERS = frozenset(
    {"node_modules", "dist", "build", "out", "coverage", "vendor", "target", "__pycache__", "venv"}
)
"""Folders of third-party and generated code."""
_DATASOURCE = re.compile(r"^\s*datasource\s+\w+\s*\{", re.MULTILINE)
_OTHER_LANGUAGE = re.compile(r"\ufeff?\s*// use prisma-(next|8)\b")
_AS_TEXT = "Write the value as plain text."
_AS_SETTING = {"migrations.path": "Set `migrations` in refract.toml."}
_MAX_FILES = 50_000  # files looked at in a tree without git
_MAX_SCHEMA_FILES = 2_000
_MOST_PLANS = 200
_PLANS = "plans"


@frozen
class ProjectFiles:
    """One Prisma project on disk. Paths are absolute.

    `schema` is the schema file, or the folder of a schema in several files.
    `schema_files` are its files, sorted. `source` says what named it, in words for the user.
    `migrations` is the folder the project keeps (or would keep) its migrations in; it may not exist.
    """

    root: Path
    schema: Path
    schema_files: tuple[Path, ...]
    migrations: Path
    source: str
    notes: tuple[str, ...] = field(default=(), eq=False)

    @property
    def plans(self) -> Path:
        """The folder that the project keeps its plans in, next to its migrations; it may not exist."""
        return self.migrations.parent / _PLANS

    def plan_files(self) -> list[Path]:
        """The files of the project's plans."""
        try:
            return sorted(path for path in self.plans.iterdir() if path.suffix == ".toml")[:_MOST_PLANS]
        except OSError:
            return []


def find_projects(path: Path) -> tuple[ProjectFiles, ...]:
    """The projects at or below `path`: a project's root, a repository, a schema file or a schema folder.

    Prisma's own project of the folder comes first. Empty when there is none, or `path` does not exist.
    Those that their settings exclude are left out.
    """
    return tuple(project for project in every_project(path) if not is_excluded(project))


def is_excluded(project: ProjectFiles) -> bool:
    """Whether the settings on disk say that the project is not to be checked."""
    try:
        return excluded(project, load_settings(project.root))
    except SettingsError:  # the analysis will say so
        return False


def every_project(path: Path) -> tuple[ProjectFiles, ...]:
    """The projects at or below `path`, excluded ones among them."""
    path = Path(os.path.normpath(path.absolute()))  # not resolve(): a linked folder keeps the user's name for it
    if path.is_file():
        project = _project_of_file(path)
        return (project,) if project else ()
    if not path.is_dir():
        return ()
    own = prisma_project(path)
    below = _projects_below(path)
    projects: dict[tuple[Path, ...], ProjectFiles] = {}
    for project in (*([own] if own else []), *below):
        projects.setdefault(project.schema_files, project)
    return tuple(projects.values())


def prisma_project(folder: Path) -> ProjectFiles | None:
    """The project that Prisma would use when run in `folder`."""
    config = _config_of(folder)
    if config is not None:
        return _project_of_config(folder, *config)
    named = _schema_in_package_json(folder)
    if named is not None:
        return _project_at(folder, folder / named, "the prisma key of package.json")
    return _project_at_default(folder)


def project_root(path: Path) -> Path:
    """The folder Prisma would be run in for the schema at `path`: where the nearest package.json or config is."""
    start = path if path.is_dir() else path.parent
    for folder in git.upwards(start):
        if (folder / "package.json").is_file() or _config_of(folder):
            return folder
    return start.parent if start.name == "prisma" else start


def configured(files: ProjectFiles, settings: Settings) -> ProjectFiles:
    """The project with what its settings say. `migrations` speaks for the project in the settings' own folder only."""
    if settings.migrations is None or (settings.file is not None and settings.file.parent != files.root):
        return files
    return evolve(files, migrations=files.root / settings.migrations)


def excluded(files: ProjectFiles, settings: Settings) -> bool:
    """Whether the settings say that the project is not to be checked."""
    if not settings.exclude:
        return False
    below = Path(os.path.relpath(files.schema, settings.file.parent if settings.file else files.root))
    names = [place.as_posix() for place in (below, *below.parents)]
    patterns = [pattern.rstrip("/") for pattern in settings.exclude]
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def holds_migrations(folder: Path) -> bool:
    """Whether `folder` is one that Prisma would call a migrations folder."""
    try:
        if (folder / LOCK_FILE).is_file():
            return True
        return any((child / SQL_FILE).is_file() for child in folder.iterdir())
    except OSError:
        return False


def schema_files_of(schema: Path) -> tuple[Path, ...]:
    """The files of a schema: itself, or the `.prisma` files of a folder at any depth.

    Copies of schemas kept inside a migrations folder do not count.
    """
    if not schema.is_dir():
        return (schema,) if schema.is_file() else ()
    found = [file for file in walk(schema) if file.suffix == ".prisma"]
    return tuple(sorted(file for file in found[:_MAX_SCHEMA_FILES] if not _is_inside_migrations(file, schema)))


def only_left_alone(path: Path) -> bool:
    """Whether there are schemas at `path`, all of them of a language that Refract leaves alone."""
    schemas = [path] if path.is_file() else [file for file in _tree(path) if file.suffix == ".prisma"]
    return bool(schemas) and not any(map(_is_ours, schemas))


def walk(top: Path) -> Iterator[Path]:
    """Files below `top`, without following links or entering single migrations, hidden folders or packages."""
    seen = 0
    for folder, folders, names in os.walk(top):  # os.walk leaves out what it may not read
        folders[:] = [] if LOCK_FILE in names else sorted(filter(_is_entered, folders))
        for name in sorted(names):
            seen += 1
            if seen > _MAX_FILES:
                return
            yield Path(folder) / name


def is_left_alone(text: str) -> bool:
    """Whether the text says that it is written in a successor of the schema language Refract reads."""
    return _OTHER_LANGUAGE.match(text) is not None


def _project_at_default(folder: Path) -> ProjectFiles | None:
    for name in _DEFAULT_SCHEMAS:
        project = _project_at(folder, folder / name, name)
        if project:
            return project
    return None


def _project_of_config(folder: Path, file: Path, config: PrismaConfig) -> ProjectFiles | None:
    source = file.relative_to(folder).as_posix()
    notes = tuple(f"{file} computes `{name}`. {_AS_SETTING.get(name, _AS_TEXT)}" for name in config.computed)
    migrations = Path(os.path.normpath(file.parent / config.migrations)) if config.migrations else None
    if config.schema is None:
        default = _project_at_default(folder)
        return _project_at(folder, default.schema, source, migrations, notes) if default else None
    return _project_at(folder, Path(os.path.normpath(file.parent / config.schema)), source, migrations, notes)


def _config_of(folder: Path) -> tuple[Path, PrismaConfig] | None:
    for name in CONFIG_FILES:
        file = folder / name
        if file.is_file():
            text = read_text(file)
            return None if isinstance(text, UnreadableFile) else (file, read_prisma_config(text))
    return None


def _schema_in_package_json(folder: Path) -> str | None:
    prisma = read_json(folder / "package.json").get("prisma")
    schema = prisma.get("schema") if isinstance(prisma, dict) else None
    return schema if isinstance(schema, str) and "\0" not in schema else None


def _project_at(
    root: Path, schema: Path, source: str, migrations: Path | None = None, notes: tuple[str, ...] = ()
) -> ProjectFiles | None:
    """The project whose schema is the file or folder `schema`, or None when nothing is there."""
    files = tuple(file for file in schema_files_of(schema) if _is_ours(file))
    if not files:
        return None
    return ProjectFiles(root, schema, files, migrations or _migrations_beside(schema, files), source, notes)


def _is_ours(file: Path) -> bool:
    text = read_text(file)
    return isinstance(text, UnreadableFile) or not is_left_alone(text)


def _migrations_beside(schema: Path, files: tuple[Path, ...]) -> Path:
    """Where Prisma keeps the migrations of a schema, or the odd place where a repository does."""
    main = schema if schema.is_file() else next(filter(_has_datasource, files), files[0])
    usual = main.parent / "migrations"
    odd: list[Path] = []
    prefix = main.stem.removesuffix("schema")
    if prefix and prefix != main.stem:
        odd.append(main.parent / f"{prefix}migrations")
    odd += [usual, main.parent / "migration"]
    if schema.is_dir():
        odd += [schema / "migrations", schema.parent / "migrations"]
    if not any(_has_datasource(file) for file in main.parent.parent.glob("*.prisma")):
        odd.append(main.parent.parent / "migrations")
    return next(filter(holds_migrations, odd), usual)


def _has_datasource(file: Path) -> bool:
    text = read_text(file)
    return not isinstance(text, UnreadableFile) and _DATASOURCE.search(text) is not None


def _project_of_file(file: Path) -> ProjectFiles | None:
    """The project that the schema file belongs to: a configured one, its schema folder, or the file alone."""
    holding, root = tuple(_projects_above(file)), project_root(file)
    named = (project for project in holding if project.source not in _DEFAULT_SCHEMAS)
    beside_package = (project for project in holding if project.root == root)
    known = next(chain(named, beside_package, holding), None)
    if known is not None:
        return known
    if file.suffix == ".prisma" and not _has_datasource(file):
        for folder in tuple(file.parents)[:4]:
            if any(_has_datasource(sibling) for sibling in sorted(folder.glob("*.prisma"))):
                return _project_at(project_root(folder), folder, folder.name)
    return _project_at(root, file, file.name)


def _projects_above(file: Path) -> Iterator[ProjectFiles]:
    """The projects of which the file is a part for Prisma, run in one of the folders above it, the nearest first."""
    for folder in git.upwards(file.parent):
        project = prisma_project(folder)
        if project and file in project.schema_files:
            yield project


def _projects_below(top: Path) -> Iterator[ProjectFiles]:
    """Projects anywhere in the tree: configured ones first, then schemas that nothing names."""
    files = _tree(top)
    claimed: set[Path] = set()
    for folder in sorted({folder for file in files if (folder := _named_project(file))}):
        project = prisma_project(folder)
        if project and not claimed.intersection(project.schema_files):
            claimed.update(project.schema_files)
            yield project
    loose = [file for file in files if file.suffix == ".prisma" and not _is_inside_migrations(file, top)]
    yield from _loose_projects([file for file in loose if file not in claimed])


def _named_project(file: Path) -> Path | None:
    """The folder of the project that a file names, if it may name one."""
    return file.parent if file.name == "package.json" else configured_folder(file)


def _loose_projects(files: Iterable[Path]) -> Iterator[ProjectFiles]:
    """Each schema with a datasource is a project; files without one join the nearest such schema above them."""
    members: dict[Path, list[Path]] = {}
    without: list[Path] = []
    for file in sorted(files, key=lambda f: (len(f.parts), f)):
        if _has_datasource(file):
            members[file] = []
        else:
            without.append(file)
    for file in without:
        owners = [owner for owner in members if file.is_relative_to(owner.parent)]
        nearest = [o for o in owners if len(o.parts) == max(len(owner.parts) for owner in owners)]
        if len(nearest) == 1:
            members[nearest[0]].append(file)
    for main, others in members.items():
        schema = main.parent if others else main
        files_of = tuple(sorted(filter(_is_ours, (main, *others))))
        if main in files_of:
            yield ProjectFiles(project_root(main), schema, files_of, _migrations_beside(main, files_of), main.name)


def _is_inside_migrations(file: Path, top: Path) -> bool:
    for folder in file.parents:
        if folder == top:
            return False
        if folder.name == "migrations" or (folder / LOCK_FILE).is_file():
            return True
    return False


def _tree(top: Path) -> list[Path]:
    """The files below `top` that could name or be a schema, sorted."""
    repository = git.repository(top)
    names = repository if isinstance(repository, git.Unavailable) else git.work_tree_files(repository, top)
    is_wanted = partial(_is_wanted, top)
    if isinstance(names, git.Unavailable) or isinstance(repository, git.Unavailable):
        return _existing(walk(top), is_wanted)
    # Spelled from `top`, as the user gave it, rather than from git's root with all links resolved.
    inside = repository.relative(top) or "."
    return _existing((top / os.path.relpath(name, inside) for name in names), is_wanted)


def _existing(files: Iterable[Path], is_wanted: Callable[[Path], bool]) -> list[Path]:
    return sorted(file for file in files if is_wanted(file) and file.is_file())


def _is_wanted(top: Path, file: Path) -> bool:
    if file.suffix != ".prisma" and _named_project(file) is None:
        return False
    inner = file.relative_to(top).parts[:-1] if file.is_relative_to(top) else ()
    return not SKIPPED_FOLDERS.intersection(inner)


def _is_entered(folder: str) -> bool:
    return folder not in SKIPPED_FOLDERS and (not folder.startswith(".") or folder == ".config")
