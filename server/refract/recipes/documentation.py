"""The documentation of the recipes, made from their docstrings and questions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from refract.recipes.base import Recipe, all_recipes


def page(recipe: Recipe) -> str:
    """The Markdown page of one recipe."""
    title, _, rest = recipe.doc.partition("\n")
    return f"# {recipe.name}\n\n{title}\n\n{_body(rest)}\n## Asks\n\n{_questions(recipe)}"


def pages() -> Mapping[str, str]:
    """File name -> text: a page for each recipe, and `README.md` that lists them."""
    listed = "\n".join(f"| [{r.name}]({r.name}.md) | {r.subject} | {r.summary} |" for r in all_recipes().values())
    index = f"# Recipes\n\n| recipe | about a | does |\n| --- | --- | --- |\n{listed}\n"
    return {"README.md": index, **{f"{r.name}.md": page(r) for r in all_recipes().values()}}


def _body(text: str) -> str:
    """The sections of a docstring: a heading on the margin, its text indented; ways as a list, the example as code."""
    found: list[str] = []
    heading = ""
    for block in re.split(r"\n(?=\S)", text.strip()):
        heading, _, inside = block.partition("\n")
        lines = [line.strip() for line in inside.splitlines() if line.strip()]
        found.append(f"## {heading}\n\n{_section(heading, lines)}\n")
    return "\n".join(found)


def _section(heading: str, lines: list[str]) -> str:
    if heading == "Example":
        return "```sh\n" + "\n".join(lines) + "\n```"
    if heading == "Ways":
        return "\n".join(re.sub(r"^([a-z-]+): ", r"- `\1`: ", line) for line in lines)
    return "\n".join(lines)


def _questions(recipe: Recipe) -> str:
    if not recipe.questions:
        return "Nothing.\n"
    return "".join(
        f"- `{q.name}`{' (has to be given)' if q.default is None else f', by default `{q.default}`' if q.default else ''}: "
        f"{q.text}.{' One of ' + ', '.join(f'`{c}`' for c in q.choices if c) + '.' if q.choices else ''}\n"
        for q in recipe.questions
    )
