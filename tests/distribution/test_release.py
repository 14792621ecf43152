"""The release workflow: what it runs exists, it publishes on a tag only, and it takes its actions at fixed commits."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from distribution.commands import ROOT
from refract import __version__

WORKFLOW = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
JOBS: dict[str, Any] = yaml.safe_load(WORKFLOW)["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make ([a-z-]+)$", "\n".join(SCRIPTS), re.MULTILINE))))
def test_what_make_builds(target: str) -> None:
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scripts = set(re.findall(r"(?:scripts|vscode-client/scripts)/\w+\.py", done.stdout))
    assert scripts
    assert all((ROOT / script).is_file() for script in scripts)


def test_the_scripts_exist() -> None:
    named = set(re.findall(r"python (\S+\.py)", "\n".join(SCRIPTS)))
    assert named == {"packaging/build.py"}
    assert all((ROOT / name).is_file() for name in named)


def test_it_publishes_on_a_tag_only() -> None:
    assert JOBS["publish"]["if"] == "github.ref_type == 'tag'"
    assert set(JOBS["publish"]["needs"]) == set(JOBS) - {"publish"}
    elsewhere = [step.get("run", "") for name, job in JOBS.items() if name != "publish" for step in job["steps"]]
    assert not [script for script in elsewhere if "publish" in script or "release create" in script]
    assert "secrets." not in WORKFLOW.partition("  publish:")[0].partition("jobs:")[2]


def test_actions_are_taken_at_fixed_commits() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", use) for use in used)


def test_every_platform_is_built() -> None:
    assert len(JOBS["standalone"]["strategy"]["matrix"]["os"]) == 5


def test_no_script_takes_a_value_of_the_event() -> None:
    assert not [script for script in SCRIPTS if "${{" in script]


def test_the_notes_are_those_of_the_version() -> None:
    printed = subprocess.run(
        [sys.executable, ROOT / "scripts/release_notes.py"], capture_output=True, text=True, check=True
    )
    assert printed.stdout.startswith("### ")
    assert "\n## " not in printed.stdout
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
