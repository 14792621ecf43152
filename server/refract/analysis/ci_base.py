"""The revision that a CI job compares with: the branch that its changes are merged into. Without it a job fails, since
a result that has judged no migration would pass for a good one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from refract import ci, git
from refract.escaping import code_span
from refract.workspace.failure import CannotAnalyse

FALLBACK = "HEAD"
"""What git's default base is called if there is no branch to compare with."""


def ci_base(path: Path, environment: Mapping[str, str]) -> str | None:
    """The revision, for the project at `path`; None outside of CI, and outside of git.

    Raises CannotAnalyse if the clone does not have it.
    """
    target = ci.target_branch(environment)
    if target is None and not ci.is_job(environment):
        return None
    repository = git.repository(path)
    if isinstance(repository, git.Unavailable):
        return None
    return _default(repository) if target is None else _of_target(repository, target)


def _of_target(repository: git.Repository, target: str) -> str:
    for name in (f"refs/remotes/origin/{target}", f"refs/heads/{target}"):
        if not isinstance(git.commit(repository, name), git.Unavailable):
            return name.removeprefix("refs/remotes/").removeprefix("refs/heads/")
    fetch = f"git fetch --depth=1 origin +refs/heads/{target}:refs/remotes/origin/{target}"
    raise CannotAnalyse(f"The target branch {target} is not in this clone. Run {code_span(fetch)} first.")


def _default(repository: git.Repository) -> str | None:
    base = git.default_base(repository)
    if isinstance(base, git.Unavailable):
        return None
    if base.name != FALLBACK:
        return base.name
    fetch = "git fetch --depth=1 origin +HEAD:refs/remotes/origin/HEAD"
    raise CannotAnalyse(f"This clone has no base branch to compare with. Run {code_span(fetch)} first, or pass --base.")
