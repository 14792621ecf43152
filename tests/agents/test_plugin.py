"""The plugin has the layout that Claude Code documents, and names only what exists."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import refract
from agents.test_harnesses import claude
from refract.agents.references import pages
from refract.cli.main import cli
from wording import page_problems

ROOT = Path(__file__).parents[2]
AGENTS = ROOT / "server/refract/agents"
PLUGIN = AGENTS / "plugin"
SKILL = PLUGIN / "skills/database-migrations/SKILL.md"
EVENTS = {"PreToolUse", "PostToolUse", "Stop"}
LSP_KEYS = {
    "command", "args", "extensionToLanguage", "transport", "env", "initializationOptions", "settings", "workspaceFolder",
    "startupTimeout", "shutdownTimeout", "restartOnCrash", "maxRestarts", "diagnostics",
}  # fmt: skip


def read(path: Path) -> dict[str, object]:
    value = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def front_matter(path: Path) -> dict[str, str]:
    head = re.match(r"---\n(.*?)\n---\n\n", path.read_text(encoding="utf-8"), re.DOTALL)
    assert head, f"{path} has no front matter"
    return dict(line.split(": ", 1) for line in head[1].splitlines())


def is_command(command: str, arguments: list[str]) -> bool:
    return command == "refract" and arguments[0] in cli.commands


def test_the_marketplace_names_the_plugin() -> None:
    marketplace = read(ROOT / ".claude-plugin/marketplace.json")
    assert set(marketplace) == {"name", "description", "owner", "plugins"}
    (entry,) = marketplace["plugins"]
    plugin = read(ROOT / entry["source"] / ".claude-plugin/plugin.json")
    assert entry["source"].startswith("./")
    assert plugin["name"] == entry["name"] == "refract"
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", entry["name"])


def test_the_plugin_has_the_version_of_refract() -> None:
    plugin = read(PLUGIN / ".claude-plugin/plugin.json")
    assert plugin["version"] == refract.__version__
    assert isinstance(plugin["author"], dict)
    assert read(AGENTS / "gemini/gemini-extension.json")["version"] == refract.__version__


def test_only_the_manifest_is_in_the_hidden_folder() -> None:
    assert [path.name for path in (PLUGIN / ".claude-plugin").iterdir()] == ["plugin.json"]
    assert {path.name for path in PLUGIN.iterdir()} == {
        ".claude-plugin",
        ".lsp.json",
        ".mcp.json",
        "agents",
        "hooks",
        "skills",
    }


def test_the_language_server() -> None:
    (server,) = read(PLUGIN / ".lsp.json").values()
    assert set(server) <= LSP_KEYS
    assert is_command(server["command"], server["args"])
    assert set(server["extensionToLanguage"]) == {".prisma", ".sql"}


@pytest.mark.parametrize(
    "path", [PLUGIN / ".mcp.json", AGENTS / "files/mcp.json", AGENTS / "gemini/gemini-extension.json"]
)
def test_the_mcp_server(path: Path) -> None:
    (server,) = read(path)["mcpServers"].values()
    assert is_command(server["command"], server["args"])


def test_the_hooks_run_a_command_that_fails_open(quiet: Path) -> None:
    hooks = read(PLUGIN / "hooks/hooks.json")
    assert set(hooks) == {"description", "hooks"}
    assert set(hooks["hooks"]) == EVENTS
    for event, groups in hooks["hooks"].items():
        for group in groups:
            assert set(group) == ({"matcher", "hooks"} if event != "Stop" else {"hooks"})
            for hook in group["hooks"]:
                assert hook == {"type": "command", "command": "refract hook", "timeout": 20}
    matcher = re.compile(hooks["hooks"]["PreToolUse"][0]["matcher"])
    assert all(matcher.fullmatch(tool) for tool in ("Bash", "Write", "Edit", "MultiEdit"))
    assert not matcher.fullmatch("Read")


def test_the_command_of_the_hook_stops_a_reset(quiet: Path) -> None:
    event = json.dumps(claude("PreToolUse", "Bash", {"command": "npx prisma migrate reset"}, quiet))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", "refract hook"],
        input=event,
        text=True,
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] == "ask"


def test_gemini_has_the_same_hooks_in_both_places() -> None:
    extension, settings = read(AGENTS / "gemini/hooks/hooks.json"), read(AGENTS / "files/gemini-settings.json")
    assert extension["hooks"] == settings["hooks"]
    assert (AGENTS / "gemini/GEMINI.md").read_text() == (AGENTS / "files/instructions.md").read_text().replace(
        "## ", "# ", 1
    )


def test_the_skill() -> None:
    head = front_matter(SKILL)
    assert head["name"] == SKILL.parent.name
    assert len(head["description"]) <= 1024
    assert "Use when" in head["description"]
    assert len(SKILL.read_text().splitlines()) < 150
    for link in re.findall(r"\]\(([^)]+)\)", SKILL.read_text()):
        assert (SKILL.parent / link).is_file()


def test_the_reviewer() -> None:
    head = front_matter(PLUGIN / "agents/migration-reviewer.md")
    assert set(head) == {"name", "description", "tools"}


@pytest.mark.parametrize("name", pages())
def test_the_references_are_up_to_date(name: str) -> None:
    written = (SKILL.parent / "references" / name).read_text(encoding="utf-8")
    assert written == pages()[name], f"run `make docs`: {name} is stale"


TEXTS = (SKILL, PLUGIN / "agents/migration-reviewer.md", AGENTS / "files/instructions.md")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_the_texts_keep_the_measures(path: Path) -> None:
    text = re.sub(r"^---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert page_problems(text) == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_the_texts_name_only_rules_and_recipes_that_exist(path: Path) -> None:
    known = "\n".join(pages().values())
    names = re.findall(r"`([a-z]+(?:-[a-z]+)+)`", path.read_text(encoding="utf-8"))
    assert [name for name in names if name not in known and name != "refract-ignore"] == []
