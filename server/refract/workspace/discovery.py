"""Finds the Prisma projects below a path, as Prisma finds them and a little further.

Repositories hold several projects and odd layouts, so the tree below a path is searched as well. A migrations folder
belongs to one schema: the configured one, else the one that fits it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from refract import git
from refract.reading import is_file, is_folder
from refract.workspace.migration_folders import fits, holds_migrations, main_file
from refract.workspace.prisma_config import configured_folder
from refract.workspace.projects import (
    DEFAULT_SCHEMAS,
    ProjectFiles,
    config_of,
    is_excluded,
    prisma_project,
    project_at,
    project_of,
    project_root,
    with_configuration,
)
from refract.workspace.schema_files import (
    SKIPPED_FOLDERS,
    has_blocks,
    has_datasource,
    is_inside_migrations,
    is_ours,
    is_template,
    provider_in,
    schemas_in,
    walk,
)

_DOCUMENTATION = frozenset({"docs", "doc", "documentation"})


def find_projects(path: Path) -> tuple[ProjectFiles, ...]:
    """The projects at or below `path`: a project's root, a repository, a schema file or a schema folder.

    Prisma's own project of the folder is first. Empty when there is none, or `path` does not exist.
    Those that their settings exclude are left out.
    """
    return tuple(project for project in every_project(path) if not is_excluded(project))


def every_project(path: Path) -> tuple[ProjectFiles, ...]:
    """The projects at or below `path`, excluded ones among them."""
    path = Path(os.path.normpath(path.absolute()))  # not resolve(): a linked folder keeps the user's name for it
    if is_file(path):
        project = _project_of_file(path)
        return (project,) if project else ()
    if not is_folder(path):
        return ()
    whole = _project_of_schema_folder(path)
    if whole is not None:
        return (whole,)
    own = prisma_project(path)
    below = tuple(_projects_below(path))
    if own and own.source in DEFAULT_SCHEMAS:
        is_part = any(_is_part(own, project) for project in below)  # one file of a schema in several
        own = None if is_part or _is_of_prisma_8(own.schema) else own
    projects: dict[tuple[Path, ...], ProjectFiles] = {}
    for project in (*([own] if own else []), *below):
        projects.setdefault(project.schema_files or (project.schema,), project)
    return tuple(projects.values())


def left_alone(path: Path) -> tuple[Path, ...]:
    """What at `path` is of Prisma 8, whose migrations Refract does not read: configurations, and schemas of no such."""
    path = Path(os.path.normpath(path.absolute()))
    files = [path] if is_file(path) else _tree(path)
    folders = sorted({project_root(path), *filter(None, map(configured_folder, files))})
    configurations = [found[0] for folder in folders if (found := config_of(folder)) and found[1].is_prisma_8]
    schemas = (file for file in files if file.suffix == ".prisma" and not is_ours(file))
    return (*configurations, *(file for file in schemas if not _is_of_prisma_8(file)))


def _project_of_file(file: Path) -> ProjectFiles | None:
    """The project that the schema file belongs to: a configured one, its schema folder, or the file alone."""
    if _is_of_prisma_8(file):
        return None
    folder = configured_folder(file)
    if folder is not None:
        return prisma_project(folder)
    holding, root = tuple(_projects_above(file)), project_root(file)
    named = (project for project in holding if project.source not in DEFAULT_SCHEMAS)
    beside_package = (project for project in holding if project.root == root)
    known = next(chain(named, beside_package, holding), None)
    if known is not None:
        return known
    if file.suffix == ".prisma" and not has_datasource(file):
        for folder in tuple(file.parents)[:4]:
            if any(map(has_datasource, schemas_in(folder))):
                return _configured(project_at(project_root(folder), folder, folder.name))
    return _configured(project_at(root, file, file.name))


def _configured(project: ProjectFiles | None) -> ProjectFiles | None:
    return with_configuration(project) if project else None


def _is_of_prisma_8(file: Path) -> bool:
    """Whether the configuration that a schema is below is one of Prisma 8."""
    found = config_of(project_root(file))
    return found is not None and found[1].is_prisma_8


def _project_of_schema_folder(folder: Path) -> ProjectFiles | None:
    """The project that is configured to have its schema in exactly this folder."""
    if not schemas_in(folder):
        return None
    above = (prisma_project(place) for place in git.upwards(folder.parent))
    return next((p for p in above if p and p.schema == folder and p.source not in DEFAULT_SCHEMAS[:2]), None)


def _is_part(one: ProjectFiles, other: ProjectFiles) -> bool:
    return set(one.schema_files) < set(other.schema_files)


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
    named: list[ProjectFiles] = []
    for folder in sorted({folder for file in files if (folder := _named_project(file))}):
        project = prisma_project(folder)
        if project and not claimed.intersection(project.schema_files):
            claimed.update(project.schema_files)
            named.append(project)
    loose = [file for file in files if file.suffix == ".prisma" and not is_inside_migrations(file, top)]
    found = tuple(_loose_projects(file for file in loose if file not in claimed and not _is_of_prisma_8(file)))
    yield from named
    yield from _owners(named, found, top)


def _owners(named: Iterable[ProjectFiles], loose: Iterable[ProjectFiles], top: Path) -> Iterator[ProjectFiles]:
    """Those of the schemas that nothing names which are projects: none with the migrations of another, no template, no
    piece of documentation, and none without a model beside one that has some.
    """
    candidates = [project for project in loose if not _is_illustration(project, top)]
    described = {project.root for project in (*named, *filter(_has_blocks, candidates))}
    owned = {project.migrations for project in named}
    for project in sorted(candidates, key=_fitness):
        has_history = holds_migrations(project.migrations)
        is_bare = not has_history and not _has_blocks(project) and project.root in described
        if not is_bare and not (has_history and project.migrations in owned):
            owned.add(project.migrations)
            yield project


def _fitness(project: ProjectFiles) -> tuple[bool, bool, bool, Path]:
    """Which of several schemas a migrations folder belongs to, the best first."""
    main = main_file(project.schema, project.schema_files)
    misfits = not fits(project.migrations, provider_in(main))
    return misfits, not _has_blocks(project), main.name != "schema.prisma", project.schema


def _is_illustration(project: ProjectFiles, top: Path) -> bool:
    main = main_file(project.schema, project.schema_files)
    if is_template(main):
        return True
    inner = main.relative_to(top).parts[:-1] if main.is_relative_to(top) else ()
    return bool(_DOCUMENTATION.intersection(inner)) and not holds_migrations(project.migrations)


def _has_blocks(project: ProjectFiles) -> bool:
    return any(map(has_blocks, project.schema_files))


def _named_project(file: Path) -> Path | None:
    """The folder of the project that a file names, if it may name one."""
    return file.parent if file.name == "package.json" else configured_folder(file)


def _loose_projects(files: Iterable[Path]) -> Iterator[ProjectFiles]:
    """Each schema with a datasource is a project; files without one join the nearest such schema above them."""
    members: dict[Path, list[Path]] = {}
    without: list[Path] = []
    for file in sorted(files, key=lambda f: (len(f.parts), f)):
        if has_datasource(file):
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
        files_of = tuple(sorted(filter(is_ours, (main, *others))))
        if main in files_of:
            yield with_configuration(project_of(project_root(main), schema, files_of, main.name))


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
