"""The project that Prisma would use in a folder: its schema, its migrations, and what its files do not show.

Prisma looks, from one folder, at its configuration, the `prisma` key of package.json, `prisma/schema.prisma` and
`schema.prisma`.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path

from attrs import evolve, frozen

from refract import git
from refract.config import Settings, SettingsError, load_settings
from refract.escaping import code_span
from refract.reading import UnreadableFile, exists, files_in, is_file, is_folder, read_json, read_text
from refract.workspace.migration_folders import holds_migrations, migrations_beside, unnamed_folders, wrangler_folders
from refract.workspace.prisma_config import ALL_SETTINGS, CONFIG_FILES, PrismaConfig, read_prisma_config
from refract.workspace.schema_files import is_ours, schema_files_of
from refract.workspace.wrangler import nearest_d1_databases

DEFAULT_SCHEMAS = ("prisma/schema.prisma", "schema.prisma", "prisma/schema")
"""Where Prisma looks for a schema that nothing names."""
_AS_SETTING = {"schema": "schema", "migrations.path": "migrations"}
_MOST_PLANS = 200
_PLANS = "plans"


@frozen
class Gap:
    """What the files of a project do not show, with the `setting` of refract.toml that gives it, if any. `path` is the file or
    folder in question.
    """

    setting: str
    path: str
    message: str


@frozen
class ProjectFiles:
    """One Prisma project on disk. Paths are absolute.

    `schema` is the schema file, or the folder of a schema in several files.
    `schema_files` are its files, sorted. `source` is what named it, in words for the user.
    `migrations` is the folder the project keeps (or would keep) its migrations in; it may not exist.
    `external` are the tables and enums that Prisma leaves alone, `shadow_sql` is what it executes before the migrations.
    `gaps` are what its configuration leaves open. `problem` is why nothing of the project is read: its configuration
    names a path outside.
    """

    root: Path
    schema: Path
    schema_files: tuple[Path, ...]
    migrations: Path
    source: str
    gaps: tuple[Gap, ...] = ()
    problem: str = ""
    external: tuple[str, ...] = ()
    shadow_sql: str = ""

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


def is_excluded(project: ProjectFiles) -> bool:
    """Whether the settings on disk exclude the project."""
    return excluded(project, _settings(project.root))


def prisma_project(folder: Path) -> ProjectFiles | None:
    """The project that Prisma would use when run in `folder`."""
    config = config_of(folder)
    if config is not None:
        return None if config[1].is_prisma_8 else _with_externals(_project_of_config(folder, *config), config[1])
    named = _schema_in_package_json(folder)
    if named is not None:
        source, schema = "the prisma key of package.json", Path(os.path.normpath(folder / named))
        problem = _outside(folder, schema, f"{folder / 'package.json'}: `prisma.schema`")
        return _refused(folder, schema, source, problem) if problem else project_at(folder, schema, source)
    return _project_at_default(folder)


def _with_externals(project: ProjectFiles | None, config: PrismaConfig) -> ProjectFiles | None:
    return project and evolve(project, external=config.external, shadow_sql=config.shadow_sql)


def project_root(path: Path) -> Path:
    """The folder Prisma would be run in for the schema at `path`: where the nearest package.json or config is."""
    start = path if is_folder(path) else path.parent
    for folder in git.upwards(start):
        if is_file(folder / "package.json") or config_of(folder):
            return folder
    return start.parent if start.name == "prisma" else start


def configured(files: ProjectFiles, settings: Settings) -> ProjectFiles:
    """The project with its settings applied. `migrations` counts for the project in the settings' own folder only."""
    if settings.migrations is None or not _is_own(files.root, settings):
        return files
    migrations = Path(os.path.normpath(files.root / settings.migrations))
    problem = _outside(files.root, migrations, f"{settings.file or 'settings of the editor'}: `migrations`")
    gaps = tuple(gap for gap in files.gaps if gap.setting != "migrations")
    return evolve(files, migrations=migrations, problem=files.problem or problem, gaps=gaps)


def excluded(files: ProjectFiles, settings: Settings) -> bool:
    """Whether the settings exclude the project."""
    if not settings.exclude:
        return False
    below = Path(os.path.relpath(files.schema, settings.file.parent if settings.file else files.root))
    names = [place.as_posix() for place in (below, *below.parents)]
    patterns = [pattern.rstrip("/") for pattern in settings.exclude]
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def project_at(
    root: Path, schema: Path, source: str, migrations: Path | None = None, gaps: tuple[Gap, ...] = ()
) -> ProjectFiles | None:
    """The project whose schema is the file or folder `schema`, or None if it does not exist."""
    files = tuple(file for file in schema_files_of(schema) if is_ours(file))
    return project_of(root, schema, files, source, migrations, gaps) if files else None


def project_of(
    root: Path,
    schema: Path,
    files: tuple[Path, ...],
    source: str,
    migrations: Path | None = None,
    gaps: tuple[Gap, ...] = (),
) -> ProjectFiles:
    """The project of these files. That it has no migrations, but a folder that nothing names does, is a gap."""
    found = migrations or migrations_beside(root, schema, files)
    if not holds_migrations(found) and not any(gap.setting == "migrations" for gap in gaps):
        near = unnamed_folders(root, schema, files, found)
        gaps = (*gaps, *(_unnamed(folder, count, root) for folder, count in near[:1]))
    several = wrangler_folders(root)
    if migrations is None and found in several and len(several) > 1:
        gaps = (*gaps, _several(root, several))
    return ProjectFiles(root, schema, files, found, source, gaps)


def with_configuration(project: ProjectFiles) -> ProjectFiles:
    """A project that was found without its configuration, which does not say which schema counts."""
    project = _beside_own(project)
    found = config_of(project.root)
    if found is None or _configured_schema(project.root, *found) is not None:
        return project
    file, config = found
    project = evolve(project, external=config.external, shadow_sql=config.shadow_sql)
    gaps, migrations = _computed(project.root, file, config), _configured_migrations(file, config)
    problem = _outside(project.root, migrations, f"{file}: `migrations.path`") if migrations else ""
    if migrations is None or problem:
        return evolve(project, gaps=(*gaps, *project.gaps), problem=problem)
    known = project_of(project.root, project.schema, project.schema_files, project.source, migrations, gaps)
    return evolve(known, problem=problem, external=config.external, shadow_sql=config.shadow_sql)


def _beside_own(project: ProjectFiles) -> ProjectFiles:
    """The project without the gap that is none: the folder near it is that of the root's own schema, which this one is
    not. It may be an older copy of that.
    """
    own = prisma_project(project.root) if project.gaps else None
    if own is None or own.schema == project.schema:
        return project
    return evolve(project, gaps=tuple(gap for gap in project.gaps if gap.path != str(own.migrations)))


def config_of(folder: Path) -> tuple[Path, PrismaConfig] | None:
    """The configuration of a folder, and its file. One that cannot be read leaves everything open."""
    for name in CONFIG_FILES:
        file = folder / name
        if is_file(file):
            text = read_text(file)
            unread = isinstance(text, UnreadableFile)
            return file, PrismaConfig(computed=ALL_SETTINGS) if unread else read_prisma_config(str(text))
    return None


def _several(root: Path, folders: tuple[Path, ...]) -> Gap:
    named = ", ".join(code_span(Path(os.path.relpath(folder, root)).as_posix()) for folder in folders)
    message = f"Several databases have migrations here: {named}. Set `migrations` in refract.toml."
    return Gap("migrations", str(nearest_d1_databases(root)[0].file), message)


def _unnamed(folder: Path, count: int, root: Path) -> Gap:
    counted = "a migration" if count == 1 else f"{count} migrations"
    below = Path(os.path.relpath(folder, root)).as_posix()
    setting = code_span(f'migrations = "{below}"')
    message = f"This folder has {counted}, but no configuration names it. Set {setting} in refract.toml."
    return Gap("migrations", str(folder), message)


def _computed(folder: Path, file: Path, config: PrismaConfig) -> tuple[Gap, ...]:
    """The settings that the configuration computes and refract.toml does not give."""
    settings = _settings(folder)
    given = {"schema": settings.schema if _is_own(folder, settings) else None}
    names = [(name, _AS_SETTING.get(name, "")) for name in config.computed if given.get(name) is None]
    return tuple(Gap(setting, str(file), _computed_message(name, setting)) for name, setting in names)


def _computed_message(name: str, setting: str) -> str:
    help_ = f"Set {code_span(setting)} in refract.toml." if setting else "Write its value in this file."
    return f"This file computes {code_span(name)}, and Refract runs no code. {help_}"


def _settings(folder: Path) -> Settings:
    try:
        return load_settings(folder)
    except SettingsError:  # the analysis reports it
        return Settings()


def _is_own(root: Path, settings: Settings) -> bool:
    """Whether the settings are those of the project's own folder, or of an editor."""
    return settings.file is None or settings.file.parent == root


def _project_at_default(folder: Path) -> ProjectFiles | None:
    for name in DEFAULT_SCHEMAS:
        project = project_at(folder, folder / name, name)
        if project:
            return project
    return None


def _project_of_config(folder: Path, file: Path, config: PrismaConfig) -> ProjectFiles | None:
    source = file.relative_to(folder).as_posix()
    gaps, migrations = _computed(folder, file, config), _configured_migrations(file, config)
    problem = _outside(folder, migrations, f"{file}: `migrations.path`") if migrations else ""
    schema = _configured_schema(folder, file, config)
    if schema is None:
        default = _project_at_default(folder)
        found = project_at(folder, default.schema, source, None if problem else migrations, gaps) if default else None
        return evolve(found, problem=problem) if found else None
    problem = _outside(folder, schema, f"{file}: `schema`") or problem
    return (
        _refused(folder, schema, source, problem) if problem else project_at(folder, schema, source, migrations, gaps)
    )


def _configured_schema(folder: Path, file: Path, config: PrismaConfig) -> Path | None:
    """The schema that the configuration names; the one of refract.toml if it computes that."""
    if config.schema is not None:
        return Path(os.path.normpath(file.parent / config.schema))
    settings = _settings(folder)
    if "schema" not in config.computed or settings.schema is None or not _is_own(folder, settings):
        return None
    return Path(os.path.normpath(folder / settings.schema))


def _configured_migrations(file: Path, config: PrismaConfig) -> Path | None:
    return Path(os.path.normpath(file.parent / config.migrations)) if config.migrations else None


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


def _schema_in_package_json(folder: Path) -> str | None:
    prisma = read_json(folder / "package.json").get("prisma")
    schema = prisma.get("schema") if isinstance(prisma, dict) else None
    return schema if isinstance(schema, str) and "\0" not in schema else None
