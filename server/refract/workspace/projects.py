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

from refract import git, reading
from refract.baseline.folder import LOCK_FILE, SQL_FILE
from refract.config import Settings, SettingsError, load_settings
from refract.escaping import code_span
from refract.reading import UnreadableFile, exists, files_in, folders_in, is_file, is_folder, read_json, read_text
from refract.workspace.prisma_config import CONFIG_FILES, PrismaConfig, configured_folder, read_prisma_config

_DEFAULT_SCHEMAS = ("prisma/schema.prisma", "schema.prisma", "prisma/schema")
SKIPPED_FOLDERS = frozenset(
    {"node_modules", "dist", "build", "out", "coverage", "vendor", "target", "__pycache__", "venv"}
)
"""Folders of third-party and generated code."""
_DATASOURCE = re.compile(r"^\s*datasource\s+\w+\s*\{", re.MULTILINE)
_OTHER_LANGUAGE = re.compile(r"\ufeff?\s*// use prisma-(next|8)\b")
_AS_TEXT = "Write the value as plain text."
_AS_SETTING = {"migrations.path": "Set `migrations` in refract.toml."}
_MAX_SCHEMA_FILES = 2_000
_MOST_PLANS = 200
_PLANS = "plans"


@frozen
class ProjectFiles:
    """One Prisma project on disk. Paths are absolute.

    `schema` is the schema file, or the folder of a schema in several files.
    `schema_files` are its files, sorted. `source` is what named it, in words for the user.
    `migrations` is the folder the project keeps (or would keep) its migrations in; it may not exist.
    `problem` is why nothing of the project is read: its configuration names a path outside.
    """

    root: Path
    schema: Path
    schema_files: tuple[Path, ...]
    migrations: Path
    source: str
    notes: tuple[str, ...] = field(default=(), eq=False)
    problem: str = ""

    @property
    def home(self) -> Path:
        """The folder that everything of the project is in, and below which its files are written."""
        home = _home(self.root)
        return (
            home if self.migrations.is_relative_to(home) else Path(os.path.commonpath((home, self.migrations.parent)))
        )

    @property
    def plans(self) -> Path:
        """The folder that the project keeps its plans in, next to its migrations; it may not exist."""
        return self.migrations.parent / _PLANS

    def plan_files(self) -> list[Path]:
        """The files of the project's plans."""
        names = files_in(self.plans)
        found = () if isinstance(names, UnreadableFile) else names
        return [self.plans / name for name in found if name.endswith(".toml")][:_MOST_PLANS]


def find_projects(path: Path) -> tuple[ProjectFiles, ...]:
    """The projects at or below `path`: a project's root, a repository, a schema file or a schema folder.

    Prisma's own project of the folder is first. Empty when there is none, or `path` does not exist.
    Those that their settings exclude are left out.
    """
    return tuple(project for project in every_project(path) if not is_excluded(project))


def is_excluded(project: ProjectFiles) -> bool:
    """Whether the settings on disk exclude the project."""
    try:
        return excluded(project, load_settings(project.root))
    except SettingsError:  # the analysis reports it
        return False


def every_project(path: Path) -> tuple[ProjectFiles, ...]:
    """The projects at or below `path`, excluded ones among them."""
    path = Path(os.path.normpath(path.absolute()))  # not resolve(): a linked folder keeps the user's name for it
    if is_file(path):
        project = _project_of_file(path)
        return (project,) if project else ()
    if not is_folder(path):
        return ()
    own = prisma_project(path)
    below = _projects_below(path)
    projects: dict[tuple[Path, ...], ProjectFiles] = {}
    for project in (*([own] if own else []), *below):
        projects.setdefault(project.schema_files or (project.schema,), project)
    return tuple(projects.values())


def prisma_project(folder: Path) -> ProjectFiles | None:
    """The project that Prisma would use when run in `folder`."""
    config = _config_of(folder)
    if config is not None:
        return _project_of_config(folder, *config)
    named = _schema_in_package_json(folder)
    if named is not None:
        source, schema = "the prisma key of package.json", Path(os.path.normpath(folder / named))
        problem = _outside(folder, schema, f"{folder / 'package.json'}: `prisma.schema`")
        return _refused(folder, schema, source, problem) if problem else _project_at(folder, schema, source)
    return _project_at_default(folder)


def project_root(path: Path) -> Path:
    """The folder Prisma would be run in for the schema at `path`: where the nearest package.json or config is."""
    start = path if is_folder(path) else path.parent
    for folder in git.upwards(start):
        if is_file(folder / "package.json") or _config_of(folder):
            return folder
    return start.parent if start.name == "prisma" else start


def configured(files: ProjectFiles, settings: Settings) -> ProjectFiles:
    """The project with its settings applied. `migrations` counts for the project in the settings' own folder only."""
    if settings.migrations is None or (settings.file is not None and settings.file.parent != files.root):
        return files
    migrations = Path(os.path.normpath(files.root / settings.migrations))
    problem = _outside(files.root, migrations, f"{settings.file or 'settings of the editor'}: `migrations`")
    return evolve(files, migrations=migrations, problem=files.problem or problem)


def excluded(files: ProjectFiles, settings: Settings) -> bool:
    """Whether the settings exclude the project."""
    if not settings.exclude:
        return False
    below = Path(os.path.relpath(files.schema, settings.file.parent if settings.file else files.root))
    names = [place.as_posix() for place in (below, *below.parents)]
    patterns = [pattern.rstrip("/") for pattern in settings.exclude]
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def holds_migrations(folder: Path) -> bool:
    """Whether `folder` is one that Prisma would call a migrations folder. One that may not be read counts, so that
    reading it reports why.
    """
    names = folders_in(folder)
    if isinstance(names, UnreadableFile):
        return not names.is_missing
    return exists(folder / LOCK_FILE) or any(exists(folder / name / SQL_FILE) for name in names)


def schema_files_of(schema: Path) -> tuple[Path, ...]:
    """The files of a schema: itself, or the `.prisma` files of a folder at any depth.

    Copies of schemas kept inside a migrations folder do not count.
    """
    if not is_folder(schema):
        return (schema,) if is_file(schema) else ()
    found = [file for file in walk(schema) if file.suffix == ".prisma"]
    return tuple(sorted(file for file in found[:_MAX_SCHEMA_FILES] if not _is_inside_migrations(file, schema)))


def only_left_alone(path: Path) -> bool:
    """Whether there are schemas at `path`, all of them of a language that Refract leaves alone."""
    schemas = [path] if is_file(path) else [file for file in _tree(path) if file.suffix == ".prisma"]
    return bool(schemas) and not any(map(_is_ours, schemas))


def walk(top: Path) -> Iterator[Path]:
    """Files below `top`, without following links or entering single migrations, hidden folders or packages."""
    return reading.walk(top, lambda folders, names: () if LOCK_FILE in names else filter(_is_entered, folders))


def is_left_alone(text: str) -> bool:
    """Whether the text declares a successor of the schema language that Refract reads."""
    return _OTHER_LANGUAGE.match(text) is not None


def _project_at_default(folder: Path) -> ProjectFiles | None:
    for name in _DEFAULT_SCHEMAS:
        project = _project_at(folder, folder / name, name)
        if project:
            return project
    return None


def _project_of_config(folder: Path, file: Path, config: PrismaConfig) -> ProjectFiles | None:
    source = file.relative_to(folder).as_posix()
    notes = tuple(f"{file} computes {code_span(name)}. {_AS_SETTING.get(name, _AS_TEXT)}" for name in config.computed)
    migrations = Path(os.path.normpath(file.parent / config.migrations)) if config.migrations else None
    problem = _outside(folder, migrations, f"{file}: `migrations.path`") if migrations else ""
    if config.schema is None:
        default = _project_at_default(folder)
        found = _project_at(folder, default.schema, source, None if problem else migrations, notes) if default else None
        return evolve(found, problem=problem) if found else None
    schema = Path(os.path.normpath(file.parent / config.schema))
    problem = _outside(folder, schema, f"{file}: `schema`") or problem
    return (
        _refused(folder, schema, source, problem) if problem else _project_at(folder, schema, source, migrations, notes)
    )


def _refused(folder: Path, schema: Path, source: str, problem: str) -> ProjectFiles:
    """A project of which nothing is read."""
    return ProjectFiles(folder, schema, (), schema / "migrations", source, problem=problem)


def _outside(folder: Path, place: Path, name: str) -> str:
    """Why the `place` that a file in `folder` names is not read, if it is outside of everything that belongs together."""
    home = _home(folder)
    if place.is_relative_to(home):
        return ""
    return f"{name} is a path outside of {home}. Refract reads nothing there. Set a path inside."


def _home(folder: Path) -> Path:
    """What belongs together with a folder: its repository, else the highest folder with a package.json."""
    above = tuple(git.upwards(folder))
    packages = [top for top in above if is_file(top / "package.json")]
    return above[-1] if exists(above[-1] / ".git") else (packages or [folder])[-1]


def _config_of(folder: Path) -> tuple[Path, PrismaConfig] | None:
    for name in CONFIG_FILES:
        file = folder / name
        if is_file(file):
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
    """The project whose schema is the file or folder `schema`, or None if it does not exist."""
    files = tuple(file for file in schema_files_of(schema) if _is_ours(file))
    if not files:
        return None
    return ProjectFiles(root, schema, files, migrations or _migrations_beside(schema, files), source, notes)


def _is_ours(file: Path) -> bool:
    text = read_text(file)
    return isinstance(text, UnreadableFile) or not is_left_alone(text)


def _migrations_beside(schema: Path, files: tuple[Path, ...]) -> Path:
    """The folder in which Prisma keeps the migrations of a schema, or an unusual one in which a repository does."""
    main = schema if is_file(schema) else next(filter(_has_datasource, files), files[0])
    usual = main.parent / "migrations"
    odd: list[Path] = []
    prefix = main.stem.removesuffix("schema")
    if prefix and prefix != main.stem:
        odd.append(main.parent / f"{prefix}migrations")
    odd += [usual, main.parent / "migration"]
    if is_folder(schema):
        odd += [schema / "migrations", schema.parent / "migrations"]
    if not any(map(_has_datasource, _schemas_in(main.parent.parent))):
        odd.append(main.parent.parent / "migrations")
    return next(filter(holds_migrations, odd), usual)


def _schemas_in(folder: Path) -> list[Path]:
    names = files_in(folder)
    found = () if isinstance(names, UnreadableFile) else names
    return [folder / name for name in found if name.endswith(".prisma")]


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
            if any(map(_has_datasource, _schemas_in(folder))):
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
        if folder.name == "migrations" or is_file(folder / LOCK_FILE):
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
    return sorted(file for file in files if is_wanted(file) and is_file(file))


def _is_wanted(top: Path, file: Path) -> bool:
    if file.suffix != ".prisma" and _named_project(file) is None:
        return False
    inner = file.relative_to(top).parts[:-1] if file.is_relative_to(top) else ()
    return not SKIPPED_FOLDERS.intersection(inner)


def _is_entered(folder: str) -> bool:
    return folder not in SKIPPED_FOLDERS and (not folder.startswith(".") or folder == ".config")
