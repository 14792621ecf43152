"""The last answers of `refract check`, so that an unchanged project is not analysed again.

An answer is kept under a hash of everything it was made from: the text of the schema, the migrations and the
settings, the git commit compared with, the options, the code of Refract itself, and the day if there are plans.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from attrs import asdict, frozen

import refract
from refract import ci, clock, git, memory
from refract.baseline.folder import ROLLBACKS
from refract.config import Settings, SettingsError, load_settings, settings_files
from refract.reading import UnreadableFile, files_in, folders_in, read_bytes
from refract.workspace.accepted import accepted_file
from refract.workspace.database_server import server_of
from refract.workspace.migration_folders import main_file
from refract.workspace.owners import read_owners
from refract.workspace.prisma_version import version_files
from refract.workspace.projects import ProjectFiles, configured
from refract.workspace.schema_files import provider_in

_FOLDER = "answers"
_KEPT = 200  # answers; the oldest go first


@frozen
class Answer:
    """The output of a command, and its exit code. `source` is the state of the application's code, if the output
    depends on it.

    `is_lasting`: the same inputs have the same output the next time.
    """

    code: int
    out: str
    err: str
    source: str = ""
    is_lasting: bool = True


def key_of(projects: Iterable[ProjectFiles], base: str | None, options: Iterable[str]) -> str:
    """The hash of everything that an answer about `projects` depends on."""
    digest = sha256()
    for part in _parts(tuple(projects), base, options):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def recall(key: str, projects: Iterable[ProjectFiles] = ()) -> Answer | None:
    """The answer kept under `key`, unless it depends on the code of the projects, which has changed."""
    try:
        kept = json.loads(memory.recall(f"{_FOLDER}/{key}") or b"null")
        if not kept:
            return None
        answer = Answer(int(kept["code"]), str(kept["out"]), str(kept["err"]), str(kept["source"]))
        return answer if not answer.source or answer.source == source_state(projects) else None
    except (ValueError, KeyError, TypeError):
        return None


def source_state(projects: Iterable[ProjectFiles]) -> str:
    """Identifies one state of the application's code."""
    from refract.analysis.code_uses import code_state

    return " ".join(code_state(configured(found, _settings(found))) for found in projects)


def remember(key: str, answer: Answer) -> None:
    """Keep `answer` under `key`, if it lasts."""
    if not answer.is_lasting:
        return
    with suppress(ValueError):
        memory.remember(f"{_FOLDER}/{key}", json.dumps(asdict(answer)).encode())
        memory.forget_all_but(_KEPT, _FOLDER)


def _parts(projects: Iterable[ProjectFiles], base: str | None, options: Iterable[str]) -> Iterator[bytes]:
    environment = (f"{name}={os.environ.get(name, '')}" for name in ci.VARIABLES)
    for text in (*_code(), str(Path.cwd()), base or "", *options, *environment):
        yield os.fsencode(text)
    for found in projects:
        settings = _settings(found)
        project = configured(found, settings)
        yield os.fsencode(repr(project))
        if project.problem:
            continue
        for package in settings.rule_packages:
            yield os.fsencode(_installed(package))
        provider = provider_in(main_file(project.schema, project.schema_files)) or ""
        yield os.fsencode(repr(server_of(project.root, provider)))
        yield os.fsencode(_commit(project, base or settings.base))
        if project.plan_files():  # how long a plan has rested depends on the day
            yield clock.today().isoformat().encode()
        yield os.fsencode(repr(read_owners(project, settings, os.environ)))
        for file in (*settings.extended, *_inputs(project)):
            yield os.fsencode(file)
            yield _content(file)
        for file in version_files(project.root):
            yield os.fsencode(f"{file}{_stamp(file)}")


@cache  # a process keeps the code that it started with
def _code() -> tuple[str, ...]:
    """Identifies one build of Refract, a working copy being edited included."""
    return (refract.__version__, *_modules())


def _modules() -> Iterator[str]:
    for package in refract.__path__:
        for folder, _, names in sorted(os.walk(package)):
            for name in sorted(names):
                if name.endswith((".py", ".lark")):
                    status = (Path(folder) / name).stat()
                    yield f"{folder}/{name}:{status.st_mtime_ns}:{status.st_size}"


def _settings(project: ProjectFiles) -> Settings:
    try:
        return load_settings(project.root)
    except SettingsError:  # the analysis reports it
        return Settings()


def _installed(package: str) -> str:
    """Identifies what is installed of a package, whose rules may be used."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{package} {version(package)}"
    except (PackageNotFoundError, ValueError):
        return package


def _commit(project: ProjectFiles, base: str | None) -> str:
    """The commits that the project is compared with: the one that is checked out, the newest of the base, and those of
    branches that are not merged.
    """
    repository = git.repository(project.schema)
    if isinstance(repository, git.Unavailable):
        return repository.reason
    target = ci.target_branch(os.environ)
    bases = (base,) if base else (f"refs/remotes/origin/{target}", f"refs/heads/{target}") if target else ()
    known = [git.commit(repository, name) for name in bases] or [git.default_base(repository)]
    others = [commit for tip in known if isinstance(tip, git.Commit) for commit in git.open_branches(tip, clock.now())]
    ends = (git.commit(repository, "HEAD"), *known, *others)
    return " ".join(end.reason if isinstance(end, git.Unavailable) else f"{end.name} {end.hash}" for end in ends)


def _inputs(project: ProjectFiles) -> Iterator[Path]:
    yield from settings_files(project.root)
    yield accepted_file(project)
    yield from project.schema_files
    yield from project.plan_files()
    names = folders_in(project.migrations)
    inner = () if isinstance(names, UnreadableFile) else names
    rollbacks = project.migrations.parent / ROLLBACKS  # of a flat folder
    known = folders_in(rollbacks)
    beside = () if isinstance(known, UnreadableFile) else tuple(rollbacks / name for name in known)
    for folder in (project.migrations, *(project.migrations / name for name in inner), *beside):
        yield from _texts_in(folder)


def _texts_in(folder: Path) -> Iterator[Path]:
    """The files of a folder that an answer depends on; the folder itself if it cannot be read."""
    names = files_in(folder)
    if isinstance(names, UnreadableFile):
        yield folder
        return
    yield from (folder / name for name in names if name.endswith((".sql", ".toml")))


def _stamp(file: Path) -> str:
    """Identifies one state of a file without reading it: lock files are large."""
    try:
        status = file.stat()
    except OSError:
        return ""
    return f":{status.st_mtime_ns}:{status.st_size}"


def _content(file: Path) -> bytes:
    data = read_bytes(file)
    return os.fsencode(data.reason) if isinstance(data, UnreadableFile) else data
