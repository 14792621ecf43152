"""What the environment of a CI job shows: whether there is one, and the branch that its changes are merged into."""

from __future__ import annotations

from collections.abc import Mapping

TARGETS = (
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",  # GitLab
    "SYSTEM_PULLREQUEST_TARGETBRANCH",  # Azure Pipelines
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CHANGE_TARGET",  # Jenkins
    "CI_COMMIT_TARGET_BRANCH",  # Woodpecker
    "DRONE_TARGET_BRANCH",
    "BITRISEIO_GIT_BRANCH_DEST",
)
"""The variables with the target branch of a pull request, a service each."""

ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN")
"""The variables with the user who started the job."""

_TRAVIS = ("TRAVIS_PULL_REQUEST", "TRAVIS_BRANCH")
_QUEUE = ("GITHUB_EVENT_NAME", "GITHUB_REF")
_JOBS = ("CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "BUILDKITE")
_QUEUED = "refs/heads/gh-readonly-queue/"
_OFF = ("", "0", "false")

VARIABLES = (*TARGETS, *ACTORS, *_TRAVIS, *_QUEUE, *_JOBS)
"""Everything that is read."""


def target_branch(environment: Mapping[str, str]) -> str | None:
    """The branch that the changes of this job are merged into; None if no variable names it."""
    named = (environment.get(name, "") for name in TARGETS)
    found = next((name for name in named if name), "") or _of_travis(environment) or _of_queue(environment)
    return found.removeprefix("refs/heads/") or None


def is_job(environment: Mapping[str, str]) -> bool:
    """Whether this is a job of a CI service."""
    return any(environment.get(name, "").lower() not in _OFF for name in _JOBS)


def actors(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The user who started the job, as CODEOWNERS names users."""
    return tuple(f"@{environment[name]}" for name in ACTORS if environment.get(name))


def _of_travis(environment: Mapping[str, str]) -> str:
    request, branch = (environment.get(name, "") for name in _TRAVIS)
    return branch if request.lower() not in _OFF else ""


def _of_queue(environment: Mapping[str, str]) -> str:
    """GitHub's merge queue names the base in the branch that it makes: `gh-readonly-queue/main/pr-7-<commit>`."""
    event, ref = (environment.get(name, "") for name in _QUEUE)
    if event != "merge_group" or not ref.startswith(_QUEUED):
        return ""
    return ref.removeprefix(_QUEUED).rpartition("/pr-")[0]
