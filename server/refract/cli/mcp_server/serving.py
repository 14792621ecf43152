"""The server of the official SDK with the tools and the pages of Refract."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import click
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.types import ToolAnnotations

from refract import __version__
from refract.cli.mcp_server.checking import Checker
from refract.cli.mcp_server.running import Refused, ran
from refract.cli.mcp_server.tools import Tools
from refract.recipes.base import all_recipes
from refract.rendering.recipe_pages import page as recipe_page
from refract.rules.kit.documentation import page as rule_page
from refract.rules.kit.rule import all_rules

_INSTRUCTIONS = (
    "Refract judges changes of a Prisma schema against its migrations, without a database. "
    "Call check_schema after each edit of a schema or a migration, and before any command of Prisma that applies it. "
    "If a finding names a recipe, undo the edit, call plan_new and then plan_next. "
    "Silencing a finding, --force and losing data are decisions of the user: ask first."
)


def make_server(commands: click.Command) -> MCPServer:
    """The server, not running yet, whose tools run these commands."""
    own = Tools(partial(ran, commands), Checker())
    server = MCPServer("refract", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING")
    for tools, reads in ((own.readers, True), (own.writers, False)):
        notes = ToolAnnotations(read_only_hint=reads, destructive_hint=False, open_world_hint=False)
        for tool in tools:
            server.add_tool(_refusing(tool), annotations=notes, structured_output=True)
    server.resource("refract://rules", name="rules", mime_type="application/json", description="All rules.")(_rules)
    server.resource(
        "refract://rules/{name}", name="rule", mime_type="text/markdown", description="The page of a rule."
    )(_rule)
    server.resource("refract://recipes", name="recipes", mime_type="application/json", description="All recipes.")(
        _recipes
    )
    server.resource(
        "refract://recipes/{name}", name="recipe", mime_type="text/markdown", description="The page of a recipe."
    )(_recipe)
    return server


def serve(commands: click.Command) -> None:
    """Serve on stdin and stdout until the client closes them."""
    make_server(commands).run("stdio")


def _refusing(tool: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The tool, with a refusal as the error that the protocol has for it."""

    @wraps(tool)
    def called(*arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            return tool(*arguments, **named)
        except Refused as error:
            raise ToolError(str(error)) from error

    return called


def _rules() -> str:
    return json.dumps({rule.name: rule.summary for rule in all_rules()})


def _recipes() -> str:
    return json.dumps({recipe.name: recipe.summary for recipe in all_recipes().values()})


def _rule(name: str) -> str:
    rule = next((rule for rule in all_rules() if rule.name == name), None)
    if rule is None:
        raise ResourceNotFoundError(f"Unknown rule {name}.")
    return rule_page(rule)


def _recipe(name: str) -> str:
    recipe = all_recipes().get(name)
    if recipe is None:
        raise ResourceNotFoundError(f"Unknown recipe {name}.")
    return recipe_page(recipe)
