"""The MCP server, with the client of the official SDK, as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters, stdio_client

from agents.conftest import RENAMED
from small_projects import HEAD, USER, write

pytestmark = pytest.mark.asyncio

TOOLS = {
    "apply_fix", "check_schema", "check_sql", "preview_migration", "create_migration", "suggest_names", "list_recipes", "plan_new",
    "plan_next", "plan_status", "plan_back", "rollback", "runbook", "explain_rule",
}  # fmt: skip
RENAME = {"recipe": "rename-field", "subject": "User.email", "answers": {"to": "mail", "how": "trigger"}}


@asynccontextmanager
async def served() -> AsyncIterator[Client]:
    """A client of a server that was started in the current folder."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "refract", "mcp"], cwd=str(Path.cwd()))
    async with Client(stdio_client(server)) as client:
        yield client


async def call(client: Client, tool: str, **arguments: object) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: object) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result.structured_content
    return " ".join(part.text for part in result.content)


def command(*arguments: str) -> Any:
    done = subprocess.run([sys.executable, "-m", "refract", *arguments], capture_output=True, text=True, check=False)
    return json.loads(done.stdout)


async def test_the_tools_are_described(quiet: Path) -> None:
    async with served() as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == TOOLS
        assert "before any command of Prisma" in (client.instructions or "")
    for tool in tools.values():
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.destructive_hint is False
        assert not {"force", "accept", "url", "database"} & set(tool.input_schema.get("properties", {}))


async def test_results_are_those_of_the_commands(renamed: Path) -> None:
    async with served() as client:
        checked, printed = await call(client, "check_schema"), command("check", "--format", "json")
        for finding in (*checked["projects"][0]["findings"], *printed["projects"][0]["findings"]):
            assert finding.pop("fixes")  # with the moment in the names of new migrations
        assert checked == printed
        assert await call(client, "list_recipes") == command("plan", "recipes", "--format", "json")
        assert (await call(client, "suggest_names"))["names"] == command("name", "--format", "json")["names"]
        (migration,) = (await call(client, "preview_migration"))["migrations"]
        assert 'DROP COLUMN "email"' in migration["sql"]
        page = (await call(client, "explain_rule", rule="drop-column"))["markdown"]
        assert page.startswith("# drop-column")


async def test_sql_is_judged_before_it_is_written(quiet: Path) -> None:
    async with served() as client:
        found = await call(client, "check_sql", sql='SELECT 1;\nALTER TABLE "User" DROP COLUMN "email";')
    (finding,) = [f for f in found["findings"] if f["severity"] == "error"]
    assert finding["rule"] == "drop-column"
    assert found["summary"]["error"] == 1
    assert not list(quiet.glob("prisma/migrations/*proposed*"))


async def test_a_plan_is_made_followed_and_undone(quiet: Path) -> None:
    async with served() as client:
        plan = (await call(client, "plan_new", **RENAME))["plan"]
        assert plan["steps"][0]["state"] == "next"
        taken = await call(client, "plan_next")
        assert any(file.endswith("migration.sql") for file in taken["files"])
        status = await call(client, "plan_status")
        assert [p["name"] for p in status["plans"]] == [plan["name"]]
        assert (await call(client, "plan_status", name=plan["name"]))["plan"]["step"] == taken["plan"]["step"]
        assert "# " in (await call(client, "runbook"))["markdown"]
        assert (await call(client, "plan_back"))["files"]
    assert (quiet / "prisma/schema.prisma").read_text() == HEAD + USER


async def test_a_migration_is_created_and_rolled_back(quiet: Path) -> None:
    write(quiet, {"prisma/schema.prisma": HEAD + USER.replace("email String\n", "email String\n  name String?\n")})
    async with served() as client:
        (file,) = (await call(client, "create_migration", name="add_name"))["files"]
        assert (quiet / file).read_text().startswith("-- AlterTable")
        assert (await call(client, "rollback"))["files"][0].endswith("down.sql")
        assert (await call(client, "create_migration"))["files"] == []


async def test_a_fix_is_applied(renamed: Path) -> None:
    async with served() as client:
        (finding,) = (await call(client, "check_schema"))["projects"][0]["findings"]
        await call(client, "apply_fix", finding=finding["key"], fix="keep-database-name")
        assert (await call(client, "check_schema"))["summary"]["error"] == 0
        await refusal(client, "apply_fix", finding="nonsense", fix="nonsense")
    assert '@map("email")' in (renamed / "prisma/schema.prisma").read_text()


async def test_refusals_are_errors_of_the_tool(renamed: Path) -> None:
    write(renamed, {"src/app.ts": "", "prisma/schema.prisma": HEAD + USER})
    async with served() as client:
        assert "no plans" in await refusal(client, "plan_next")
        assert "Unknown rule" in await refusal(client, "explain_rule", rule="nonsense")
        assert "recipe" in (await refusal(client, "plan_new", recipe="nonsense", subject="User")).lower()
        assert "outside" in await refusal(client, "check_schema", project="../..")
        assert "outside" in await refusal(client, "create_migration", project="/")
        assert "outside" in await refusal(client, "check_sql", sql="", project="a\0b")


@pytest.mark.parametrize("name", ["--force", "--accept", "--help", "../../x", "a\nb"])
async def test_arguments_are_no_options(name: str, quiet: Path) -> None:
    before = sorted(quiet.rglob("*"))
    async with served() as client:
        for tool, argument in (("plan_next", "name"), ("rollback", "migration"), ("explain_rule", "rule")):
            await refusal(client, tool, **{argument: name})
        await client.call_tool("check_schema", {"project": name})
    assert [p for p in quiet.rglob("*") if p.name == "refract-accepted.json"] == []
    assert sorted(quiet.rglob("*")) == before


async def test_a_step_that_waits_for_a_deploy_is_not_taken(quiet: Path) -> None:
    async with served() as client:
        await call(client, "plan_new", recipe="drop-field", subject="User.email")
        await call(client, "plan_next")
        await call(client, "plan_next")
        before = {path: path.read_bytes() for path in quiet.rglob("prisma/**/*") if path.is_file()}
        waiting = await call(client, "plan_next")
        assert waiting["files"] == []
        assert waiting["message"].startswith("No step was taken. ")
        assert "waits for you" in waiting["message"]
        assert any("Deploy code" in line for line in waiting["to_do"])
        assert {path: path.read_bytes() for path in quiet.rglob("prisma/**/*") if path.is_file()} == before


async def test_pages_are_resources(quiet: Path) -> None:
    async with served() as client:
        rules = json.loads((await client.read_resource("refract://rules")).contents[0].text)
        assert "drop-column" in rules
        page = (await client.read_resource("refract://rules/drop-column")).contents[0].text
        assert page.startswith("# drop-column")
        recipe = (await client.read_resource("refract://recipes/rename-field")).contents[0].text
        assert recipe.startswith("# rename-field")
        assert {r.name for r in (await client.list_resources()).resources} == {"rules", "recipes"}
        templates = (await client.list_resource_templates()).resource_templates
        assert {t.name for t in templates} == {"rule", "recipe"}
        assert {t.uri_template for t in templates} == {"refract://rules/{name}", "refract://recipes/{name}"}
        with pytest.raises(MCPError):
            await client.read_resource("refract://rules/nonsense")


async def test_a_check_of_a_large_schema_is_fast_when_warm(quiet: Path) -> None:
    models = "\n".join(f"model M{n} {{\n  id Int @id\n  a String?\n  b Int?\n}}\n" for n in range(900))
    write(quiet, {"prisma/schema.prisma": RENAMED + models})
    async with served() as client:
        await call(client, "check_schema")
        took = []
        for _ in range(3):
            start = time.monotonic()
            await call(client, "check_schema")
            took.append(time.monotonic() - start)
    assert min(took) < 1.0  # 0.2 s on a machine with nothing else to do


async def test_without_the_extra_there_is_a_word(quiet: Path) -> None:
    code = "import sys; sys.modules['mcp'] = None; sys.argv = ['refract', 'mcp']; from refract.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'prisma-refract[mcp]'" in done.stderr
