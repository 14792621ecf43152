"""What runs in a team's pipeline: the hook under the real pre-commit, the shell of the GitHub Action."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml

from distribution.commands import ROOT, run
from small_projects import HEAD, INIT, LOCK, USER, commit, write

pytestmark = pytest.mark.xdist_group("distribution")

MIGRATION = "prisma/migrations/20240101000000_init/migration.sql"
DROPPED = "model User {\n  id Int @id\n}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write(folder, {"prisma/schema.prisma": HEAD + USER, "prisma/migrations/migration_lock.toml": LOCK, MIGRATION: INIT})
    commit(folder)
    subprocess.run(["git", "branch", "-M", "main"], cwd=folder, check=True)
    return folder


def test_the_hook_under_pre_commit(project: Path, sources: Path, tools: Path, tmp_path: Path) -> None:
    revision = run("git", "rev-parse", "HEAD", cwd=sources).strip()
    hook = {"repo": str(sources), "rev": revision, "hooks": [{"id": "refract"}]}
    write(project, {".pre-commit-config.yaml": yaml.safe_dump({"repos": [hook]})})
    commit(project)
    environment = {"PRE_COMMIT_HOME": str(tmp_path / "hooks"), "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    assert "Passed" in run("pre-commit", "run", "--all-files", cwd=project, **environment)
    write(project, {"prisma/schema.prisma": HEAD + DROPPED})
    run("git", "add", ".", cwd=project)
    said = run("pre-commit", "run", cwd=project, code=1, **environment)
    assert re.search(r"^prisma/schema\.prisma:\d+:\d+: error drop-column: ", said, re.MULTILINE)
    write(project, {"prisma/schema.prisma": HEAD + USER, "notes.md": "no schema"})
    run("git", "add", ".", cwd=project)
    assert "Skipped" in run("pre-commit", "run", cwd=project, **environment)


class Action:
    """The shell of the composite action, as a runner would run it."""

    def __init__(self, programs: Path) -> None:
        self._definition = yaml.safe_load((ROOT / "action.yml").read_text())
        self._bin = programs

    def steps(self) -> list[str]:
        return [step["name"] for step in self._definition["runs"]["steps"]]

    def run(
        self,
        name: str,
        cwd: Path,
        code: int = 0,
        base_ref: str = "",
        source: Path = ROOT,
        runner: Mapping[str, str] = MappingProxyType({}),
        **inputs: str,
    ) -> str:
        (step,) = [s for s in self._definition["runs"]["steps"] if s["name"] == name]
        known = {key: spec["default"] for key, spec in self._definition["inputs"].items()} | {
            key.replace("_", "-"): value for key, value in inputs.items()
        }
        given = {
            key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: known[m[1]], value)
            for key, value in step["env"].items()
        }
        assert "${{" not in step["run"], "what a pull request can name must not be part of the script"
        return run(
            "bash",
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "-c",
            step["run"],
            cwd=cwd,
            code=code,
            PATH=f"{self._bin}{os.pathsep}{os.environ['PATH']}",
            GITHUB_ACTIONS="true",
            GITHUB_BASE_REF=base_ref,
            GITHUB_ACTION_PATH=str(source),
            **runner,
            **given,
        )


def test_the_action_on_a_pull_request(project: Path, sources: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "python", cwd=tmp_path)
    action = Action(tmp_path / "python" / "bin")
    assert action.steps() == ["Set up Python", "Install Refract", "Fetch the base", "Summarise", "Check"]
    subprocess.run(["git", "checkout", "-qb", "feature"], cwd=project, check=True)
    new = "prisma/migrations/20250101000000_drop/migration.sql"
    write(project, {new: 'ALTER TABLE "User" DROP COLUMN "email";\n', "prisma/schema.prisma": HEAD + DROPPED})
    commit(project)
    shallow = tmp_path / "shallow"
    run("git", "clone", "-q", "--depth=1", "--branch=feature", f"file://{project}", shallow, cwd=tmp_path)
    for name in (
        "pip.py",
        "logging.py",
        "refract.py",
        "sitecustomize.py",
    ):  # as a fork could have them in its pull request
        (shallow / name).write_text("raise SystemExit('code of the checkout is run')\n")
    action.run("Install Refract", shallow, source=sources)
    action.run("Fetch the base", shallow, base_ref="main")
    assert run("git", "rev-parse", "--verify", "origin/main", cwd=shallow) == run(
        "git", "rev-parse", "main", cwd=project
    )
    said = action.run("Check", shallow, base_ref="main", code=1)
    assert said.startswith(f"::error file={new},line=1,")
    assert action.run("Check", shallow, base_ref="main", fail_on="never").startswith("::error")
    assert action.run("Check", shallow, base="HEAD") == ""
    assert "does not exist" in action.run("Check", shallow, path="--accept", code=2)
    assert not (shallow / "refract-accepted.json").exists()


_GH = """#!/bin/sh
echo "$@" >>"$RUNNER_TEMP/calls"
for word in "$@"; do
  case "$word" in
    --jq) cat "$RUNNER_TEMP/known" 2>/dev/null; exit 0 ;;
    body=@*) cp "${word#body=@}" "$RUNNER_TEMP/body" ;;
  esac
done
"""


class Comments:
    """What the action does with the comments of a pull request, on a runner whose `gh` notes its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write(folder, {"bin/gh": _GH})
        (folder / "bin" / "gh").chmod(0o755)
        self._action = Action(Path(f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}"))

    def summarise(self, project: Path, ref: str = "refs/pull/12/merge", **inputs: str) -> list[str]:
        """The calls of `gh`."""
        (self.folder / "calls").unlink(missing_ok=True)
        runner = {
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_REF": ref,
            "GITHUB_REPOSITORY": "acme/shop",
        }
        self._action.run("Summarise", project, runner=runner, **inputs)
        calls = self.folder / "calls"
        return calls.read_text().splitlines() if calls.exists() else []


def test_one_comment_is_kept_up_to_date(project: Path, tmp_path: Path) -> None:
    comments = Comments(tmp_path / "runner")
    assert len(comments.summarise(project)) == 1, "nothing changes: no comment is written"
    write(project, {"prisma/schema.prisma": HEAD + DROPPED})
    listed, posted = comments.summarise(project)
    assert listed.startswith("api --paginate repos/acme/shop/issues/12/comments --jq ")
    assert posted.startswith("api --silent --method POST repos/acme/shop/issues/12/comments --field body=@")
    body = (comments.folder / "body").read_text()
    assert body.startswith("<!-- refract . -->\n<!-- refract -->\n## Refract: 1 error\n")
    assert "drop-column" in (comments.folder / "summary").read_text()
    write(comments.folder, {"known": "77\n78\n"})
    assert comments.summarise(project)[1].startswith("api --silent --method PATCH repos/acme/shop/issues/comments/77 ")
    write(project, {"prisma/schema.prisma": HEAD + USER})
    assert "--method PATCH" in comments.summarise(project)[1], "a comment that is known is brought up to date"


def test_no_comment_without_a_pull_request(project: Path, tmp_path: Path) -> None:
    comments = Comments(tmp_path / "runner")
    write(project, {"prisma/schema.prisma": HEAD + DROPPED})
    assert comments.summarise(project, ref="refs/heads/main") == []
    assert comments.summarise(project, comment="false") == []
    assert "drop-column" in (comments.folder / "summary").read_text()


def test_a_comment_that_cannot_be_written_fails_nothing(project: Path, tmp_path: Path) -> None:
    comments = Comments(tmp_path / "runner")
    write(comments.folder, {"bin/gh": "#!/bin/sh\nexit 1\n"})
    write(project, {"prisma/schema.prisma": HEAD + DROPPED})
    assert comments.summarise(project) == []
    assert "drop-column" in (comments.folder / "summary").read_text()


def test_a_path_cannot_end_the_mark(project: Path, tmp_path: Path) -> None:
    comments = Comments(tmp_path / "runner")
    write(project, {'a-->"b/schema.prisma': HEAD + DROPPED})
    _, posted = comments.summarise(project, path='a-->"b')
    assert posted
    assert (comments.folder / "body").read_text().startswith("<!-- refract a----b -->\n")


def test_the_note_of_gitlab(project: Path, tmp_path: Path) -> None:
    (job,) = (snippet["refract-note"] for snippet in SNIPPETS if "refract-note" in snippet)
    *lines, last = job["script"]
    assert "--format markdown" in lines[0]
    subprocess.run(["git", "checkout", "-qb", "feature"], cwd=project, check=True)
    write(project, {"prisma/schema.prisma": HEAD + DROPPED})
    write(tmp_path, {"bin/curl": '#!/bin/sh\necho "$@" >>calls\ncase "$*" in *per_page*) cat known ;; esac\n'})
    write(tmp_path, {"bin/jq": "#!/bin/sh\ncat\n"})
    for name in ("curl", "jq"):
        (tmp_path / "bin" / name).chmod(0o755)
    programs = os.pathsep.join((str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]))
    script = "\n".join((*(line.replace("origin/", "") for line in lines), last))
    for known, request in (("", "--request POST --data-urlencode body@note.md https://gitlab.test/notes"),
                           ("5", "--request PUT --data-urlencode body@note.md https://gitlab.test/notes/5")):  # fmt: skip
        (project / "known").write_text(known)
        run("bash", "-ec", script.replace(lines[1], "NOTES=https://gitlab.test/notes"), cwd=project,
            PATH=programs, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", REFRACT_TOKEN="t")  # fmt: skip
        assert (project / "calls").read_text().splitlines()[-1].endswith(request)
    assert (project / "note.md").read_text().startswith("<!-- refract -->\n")


def test_a_full_clone_stays_full(project: Path, tools: Path, tmp_path: Path) -> None:
    write(project, {"notes.md": "more"})
    commit(project)
    full = tmp_path / "full"
    run("git", "clone", "-q", f"file://{project}", full, cwd=tmp_path)
    Action(tools).run("Fetch the base", full, base_ref="main")
    assert run("git", "rev-list", "--count", "HEAD", cwd=full).strip() == "2"


PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
SNIPPETS = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def test_the_page_speaks_of_what_there_is() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert SNIPPETS[0]["repos"][0]["hooks"] == [{"id": hook["id"]}]
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    of_github = PAGE.partition("\n## GitHub\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", of_github, re.MULTILINE) == list(inputs)


def test_the_job_of_gitlab(project: Path, tmp_path: Path) -> None:
    (job,) = (snippet["refract"] for snippet in SNIPPETS if "refract" in snippet)
    subprocess.run(["git", "checkout", "-qb", "feature"], cwd=project, check=True)
    write(project, {"prisma/migrations/20250101000000_drop/migration.sql": 'ALTER TABLE "User" DROP COLUMN "email";\n'})
    write(project, {"prisma/schema.prisma": HEAD + DROPPED})
    commit(project)
    clone = tmp_path / "clone"
    run("git", "clone", "-q", "--depth=1", "--branch=feature", f"file://{project}", clone, cwd=tmp_path)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    (fetch,) = (line for line in job["before_script"] if line.startswith("git fetch"))
    (check,) = job["script"]
    for line, code in ((fetch, 0), (check, 1)):
        run("bash", "-c", line, cwd=clone, code=code, PATH=programs, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    (report,) = (clone / name for name in job["artifacts"]["reports"].values())
    assert [issue["check_name"] for issue in json.loads(report.read_text())] == ["drop-column"]
