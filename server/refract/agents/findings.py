"""The findings that a verdict needs: of a project now, and as it would be after an edit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import evolve, field, frozen

from refract import git
from refract.agents import finding_words
from refract.agents.danger import Danger, Kind
from refract.agents.edits import EditedFile
from refract.agents.nearest_project import project_for_command, project_of_file
from refract.analysis import Analysis, analyse, open_project
from refract.analysis.proposed import applied_migrations, with_migration, with_schema
from refract.config import load_settings
from refract.escaping import one_line
from refract.positions import TextFile
from refract.rules.kit.finding import Finding, Judged, Severity
from refract.workspace.failure import CannotAnalyse
from refract.workspace.projects import ProjectFiles, configured

_EDITED = "edited-applied-migration"
_OF_MIGRATIONS = (Judged.MIGRATION, Judged.HISTORY)
_JUDGED = {
    Kind.APPLY_SCHEMA: (Judged.SCHEMA,),
    Kind.APPLY_MIGRATIONS: _OF_MIGRATIONS,
}


@frozen
class Seen:
    """Errors and warnings of an analysis. `silenced` are errors that an edit would silence. `is_applied`: the file is a
    migration that the base has. `notes` are why something could not be judged.
    """

    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    silenced: tuple[Finding, ...] = ()
    is_applied: bool = False
    notes: tuple[str, ...] = ()
    analysis: Analysis | None = field(default=None, repr=False)


def pending(danger: Danger) -> Seen:
    """What is pending in the project that a command is about, as far as the command concerns it."""
    seen = _of(project_for_command(danger.folder, danger.schema))
    judged = _JUDGED.get(danger.kind)
    return seen if judged is None else evolve(seen, errors=tuple(f for f in seen.errors if f.judged in judged))


def here(folder: Path) -> Seen:
    """What is found in the project of a folder."""
    return _of(project_for_command(folder, ""))


def on_disk(path: Path) -> Seen:
    """What is found in one file of a project."""
    seen = _of(project_of_file(path))
    own = tuple(f for f in (*seen.errors, *seen.warnings) if _is_in(seen.analysis, f, path))
    return _levelled(own, seen.analysis)


def after(file: EditedFile) -> Seen:
    """What an edit would add: findings that the project does not have yet."""
    project = project_of_file(file.path)
    if project is None:
        return Seen()
    try:
        before = _analysed(project)
    except CannotAnalyse as error:
        return Seen(notes=(str(error),))
    if file.path.suffix == ".sql" and file.path not in _files_of(before) and not _may_be_migration(project, file.path):
        return Seen()
    if file.after is None and file.path.suffix == ".sql":
        return Seen(is_applied=file.path in applied_migrations(before))
    return _compared(before, _edited(before, file), file)


def applied(folder: Path) -> frozenset[Path]:
    """The migrations of the project of a folder that databases have applied."""
    seen = here(folder)
    return applied_migrations(seen.analysis) if seen.analysis else frozenset()


def is_missing_at(revision: str, files: Iterable[Path], folder: Path) -> bool:
    """Whether a commit lacks one of the files; false if git does not know the commit."""
    repository = git.repository(folder)
    if isinstance(repository, git.Unavailable):
        return False
    commit = git.commit(repository, revision)
    known = commit if isinstance(commit, git.Unavailable) else git.files_at(commit)
    if isinstance(known, git.Unavailable):
        return False
    return not {repository.relative(file) for file in files}.issubset(known)


def described(seen: Seen) -> Iterator[str]:
    """The findings in words, with their places."""
    found = (*seen.errors, *seen.warnings)
    if not found or seen.analysis is None:
        return
    files: dict[str, TextFile] = {d.path: d for d in seen.analysis.snapshot.tree.documents}
    yield finding_words.after_edit(found, (finding_words.line_of(seen.analysis.place(f), files) for f in found))


def short(path: Path) -> str:
    """A file with its folder, which names a migration."""
    return one_line("/".join(path.parts[-2:]))


def _of(project: ProjectFiles | None) -> Seen:
    if project is None:
        return Seen()
    try:
        analysis = _analysed(project)
    except CannotAnalyse as error:
        return Seen(notes=(str(error),))
    return _levelled(analysis.findings, analysis)


def _analysed(project: ProjectFiles) -> Analysis:
    """The analysis that `refract check` makes in the same shell: in a CI job, the environment names the base."""
    return analyse(open_project(project, environment=os.environ))


def _levelled(found: tuple[Finding, ...], analysis: Analysis | None) -> Seen:
    errors = tuple(f for f in found if f.severity is Severity.ERROR)
    return Seen(errors, tuple(f for f in found if f.severity is Severity.WARNING), analysis=analysis)


def _edited(before: Analysis, file: EditedFile) -> Analysis:
    snapshot, path = before.snapshot, str(file.path)
    if file.path.suffix == ".prisma":
        return analyse(with_schema(snapshot, path, file.after or ""), before)
    return analyse(with_migration(snapshot, path, file.after or ""), before)


def _compared(before: Analysis, now: Analysis, file: EditedFile) -> Seen:
    known = {f.key for f in (*before.findings, *before.accepted, *before.silenced)}
    new = tuple(f for f in now.findings if f.key not in known)
    silent = {f.key for f in before.silenced}
    silenced = tuple(f for f in now.silenced if f.key not in silent and f.severity is Severity.ERROR)
    is_applied = any(f.rule == _EDITED and _is_in(now, f, file.path) for f in now.findings)
    return evolve(_levelled(new, now), silenced=silenced, is_applied=is_applied)


def _is_in(analysis: Analysis | None, finding: Finding, path: Path) -> bool:
    place = analysis.place(finding) if analysis else None
    return place is not None and Path(place.path) == path


def _files_of(analysis: Analysis) -> frozenset[Path]:
    branch = analysis.snapshot.branch
    return frozenset(Path(m.path) for m in branch.here) if branch else frozenset()


def _may_be_migration(project: ProjectFiles, path: Path) -> bool:
    """Whether a file that does not exist yet would be read as a migration: others, such as down.sql, are not."""
    from refract.baseline.folder import SQL_FILE, flat_files, is_flat_name  # noqa: PLC0415

    folder = configured(project, load_settings(project.root)).migrations
    if path.name == SQL_FILE:
        return path.parent.parent == folder
    return path.parent == folder and bool(flat_files(folder)) and is_flat_name(path.name)
