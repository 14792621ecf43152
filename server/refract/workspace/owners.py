"""Who owns a project's models: by its settings, else by CODEOWNERS; and who is at work, by git or the CI job."""

from __future__ import annotations

from collections.abc import Mapping

from refract import ci, git
from refract.config import Settings
from refract.config.owners import Owners
from refract.reading import is_file, read_text
from refract.workspace.codeowners import PLACES, owners_of
from refract.workspace.projects import ProjectFiles


def read_owners(files: ProjectFiles, settings: Settings, environment: Mapping[str, str]) -> Owners:
    """The owners of a project. The members of a team are not known, so a team counts as another owner."""
    by_file = _owners_of_files(files)
    if not settings.owners and not any(by_file.values()):
        return Owners()
    here = git.user_names(files.schema)
    return Owners(settings.owners, by_file, frozenset(name.lower() for name in (*here, *ci.actors(environment))))


def _owners_of_files(files: ProjectFiles) -> Mapping[str, tuple[str, ...]]:
    """The owners of each schema file, by the CODEOWNERS file of the repository that the project is in."""
    root = tuple(git.upwards(files.root))[-1]
    found = next((file for place in PLACES if is_file(file := root / place)), None)
    text = read_text(found) if found else None
    if not isinstance(text, str):
        return {}
    below = [file for file in files.schema_files if file.is_relative_to(root)]
    return {str(file): owners_of(text, file.relative_to(root).as_posix()) for file in below}
