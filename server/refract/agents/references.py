"""The references of the skill, made from the rules and recipes: `python -m refract.agents.references DIRECTORY`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from refract.docstrings import write_pages
from refract.recipes.base import Question, all_recipes
from refract.rules.kit.rule import SQL, Rule, all_rules


def pages() -> Mapping[str, str]:
    """File name -> text."""
    return {"rules.md": "\n".join(_rules()), "recipes.md": "\n".join(_recipes())}


def _rules() -> Iterator[str]:
    yield "# Rules\n\n`refract explain RULE` prints the whole page of a rule.\n\n| rule | severity | finds |\n| --- | --- | --- |"
    for rule in all_rules():
        yield f"| {rule.name} | {_level(rule)} | {rule.summary}{_only(rule)} |"
    yield ""


def _level(rule: Rule) -> str:
    return str(rule.severity) if rule.on_by_default else f"{rule.severity} (off by default)"


def _only(rule: Rule) -> str:
    return "" if rule.providers >= SQL else f" Only {', '.join(sorted(rule.providers))}."


def _recipes() -> Iterator[str]:
    yield "# Recipes\n\nStart one with `refract plan new RECIPE SUBJECT [NAME=VALUE]...`.\n"
    for recipe in all_recipes().values():
        yield f"## {recipe.name}\n\n{recipe.summary}\n\nSubject: {recipe.subject}.\n"
        questions = tuple(recipe.questions)
        yield from map(_question, questions)
        yield from [""] if questions else []


def _question(question: Question) -> str:
    choices = (
        f" One of {', '.join(f'`{choice}`' for choice in question.choices if choice)}." if question.choices else ""
    )
    default = (
        "" if question.default is None else f" Default: `{question.default}`." if question.default else " Optional."
    )
    return f"- `{question.name}`: {question.text}{'' if question.text.endswith(('.', '?')) else '.'}{choices}{default}"


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]), pages())
