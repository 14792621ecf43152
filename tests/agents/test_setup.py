"""`refract init --agents`: what it writes, and what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from refract.agents.markers import running_agent
from refract.agents.setup import HARNESSES
from refract.cli.main import cli
from small_projects import write


def init(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["init", "--agents", *arguments], prog_name="refract")


def files(root: Path) -> dict[str, str]:
    names = (p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
    return {name: (root / name).read_text() for name in sorted(names) if not name.startswith(".git/")}


def test_an_earlier_mark_of_others_keeps_what_follows_it(quiet: Path) -> None:
    write(quiet, {"AGENTS.md": "We write <!-- refract --> in pages.\nKeep this.\n"})
    assert (init().exit_code, init().exit_code) == (0, 0)
    text = files(quiet)["AGENTS.md"]
    assert "Keep this." in text
    assert text.count("<!-- /refract -->") == 1


def test_half_a_character_in_a_shared_file_stays(quiet: Path) -> None:
    write(quiet, {".mcp.json": '{"mcpServers": {"other": {"command": "\\ud800"}}}', "CLAUDE.md": "Be brief.\n"})
    assert init().exit_code == 0
    assert json.loads(files(quiet)[".mcp.json"])["mcpServers"]["other"] == {"command": "\ud800"}


def test_only_the_harnesses_of_the_project_get_files(quiet: Path) -> None:
    write(quiet, {"CLAUDE.md": "Be brief.\n"})
    before = files(quiet)
    result = init()
    new = [name for name in files(quiet) if name not in before]
    assert result.exit_code == 0
    assert new == [
        ".claude/settings.json",
        ".claude/skills/database-migrations/SKILL.md",
        ".claude/skills/database-migrations/references/recipes.md",
        ".claude/skills/database-migrations/references/rules.md",
        ".mcp.json",
        "AGENTS.md",
    ]
    assert sorted(result.stdout.split()[1::2]) == sorted(new)
    assert {name: files(quiet)[name] for name in before} == before


@pytest.mark.parametrize("harness", HARNESSES)
def test_a_second_run_changes_nothing(harness: str, quiet: Path) -> None:
    assert init("--harness", harness).exit_code == 0
    after = files(quiet)
    again = init("--harness", harness)
    assert files(quiet) == after
    assert "Wrote" not in again.stdout
    assert all(json.loads(text) for name, text in after.items() if name.endswith(".json"))


def test_content_of_others_is_kept(quiet: Path) -> None:
    own = {
        "permissions": {"allow": ["Bash(ls)"]},
        "hooks": {"PreToolUse": [{"matcher": "Read", "hooks": []}], "Stop": 7},
    }
    write(quiet, {
        ".claude/settings.json": json.dumps(own),
        ".mcp.json": '{"mcpServers": {"prisma": {"command": "npx"}, "refract": {"command": "mine"}}}',
        "AGENTS.md": "# Rules\n\nBe brief.\n",
    })  # fmt: skip
    init()
    settings = json.loads((quiet / ".claude/settings.json").read_text())
    assert settings["permissions"] == own["permissions"]
    assert settings["hooks"]["PreToolUse"][0] == own["hooks"]["PreToolUse"][0]
    assert settings["hooks"]["Stop"] == 7
    assert len(settings["hooks"]["PreToolUse"]) == 2
    servers = json.loads((quiet / ".mcp.json").read_text())["mcpServers"]
    assert servers == {"prisma": {"command": "npx"}, "refract": {"command": "mine"}}
    assert (quiet / "AGENTS.md").read_text().startswith("# Rules\n\nBe brief.\n\n<!-- refract -->\n## Database changes")


def test_files_that_cannot_be_merged_are_left(quiet: Path) -> None:
    write(quiet, {
        ".claude/settings.json": '{ // my settings\n}',
        ".claude/skills/database-migrations/SKILL.md": "mine",
        ".mcp.json": "[]",
    })  # fmt: skip
    result = init()
    assert result.exit_code == 0
    assert ".claude/settings.json: Not valid JSON, and was not changed." in result.stdout
    assert "SKILL.md: Already exists with other content, and was not changed." in result.stdout
    assert (quiet / ".claude/settings.json").read_text() == "{ // my settings\n}"
    assert (quiet / ".claude/skills/database-migrations/SKILL.md").read_text() == "mine"
    assert (quiet / ".mcp.json").read_text() == "[]"


def test_an_older_section_is_replaced(quiet: Path) -> None:
    write(quiet, {"AGENTS.md": "above\n\n<!-- refract -->\nold\n<!-- /refract -->\n\nbelow\n"})
    init()
    text = (quiet / "AGENTS.md").read_text()
    assert text.startswith("above\n\n<!-- refract -->\n## Database")
    assert text.endswith("<!-- /refract -->\n\nbelow\n")
    assert "old" not in text


def test_nothing_is_written_in_a_dry_run(quiet: Path) -> None:
    before = files(quiet)
    result = init("--harness", "cursor", "--dry-run", "--format", "json")
    assert files(quiet) == before
    shape = json.loads(result.stdout)
    assert shape["harnesses"] == ["cursor"]
    assert {"path": ".cursor/hooks.json", "state": "written", "note": None} in shape["files"]


def test_a_link_out_of_the_project_is_not_followed(quiet: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (quiet / ".cursor").symlink_to(other)
    result = init("--harness", "cursor")
    assert result.exit_code == 2
    assert list(other.iterdir()) == []


def test_no_agent_is_found(quiet: Path) -> None:
    assert "No coding agent found. Pass --harness" in init().stdout


@pytest.mark.parametrize(
    ("environment", "agent"),
    [
        ({"CLAUDECODE": "1"}, "claude"),
        ({"CODEX_SANDBOX": "seatbelt"}, "codex"),
        ({"CURSOR_AGENT": "1"}, "cursor"),
        ({"GEMINI_CLI": "1"}, "gemini"),
        ({"OPENCODE": "1"}, "opencode"),
        ({"AGENT": "goose"}, "agent"),
        ({"OR_APP_NAME": "Aider"}, "aider"),
        ({"REPLIT_SESSION": "agent-1"}, "replit"),
        ({"AI_AGENT": "x"}, "agent"),
        ({"AI_AGENT": "0"}, None),
        ({"AGENT": "smith"}, None),
        ({}, None),
    ],
)
def test_agents_are_known_by_their_environment(environment: dict[str, str], agent: str | None) -> None:
    assert running_agent(environment) == agent


def test_the_running_agent_gets_its_files(quiet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_CLI", "1")
    assert "Wrote .gemini/settings.json" in init().stdout
