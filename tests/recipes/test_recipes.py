"""What holds for every recipe: its docstring, its example, its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages import stale
from refract.docstrings import headings
from refract.recipes.base import Recipe, all_recipes
from refract.rendering.recipe_pages import COMMAND, SCHEMA, example_of, pages, plan_of_example
from wording import page_problems, problems

HEADINGS = ["What it does", "When to use it", "Example", "Going back", "Providers"]
DOCS = Path(__file__).parents[2] / "docs" / "recipes"


def each_recipe() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("recipe", all_recipes().values(), ids=lambda recipe: recipe.name)


@each_recipe()
def test_docstring_has_the_headings(recipe: Recipe) -> None:
    assert headings(recipe.doc) == HEADINGS
    assert recipe.summary.endswith(".") and len(recipe.summary) < 120


@each_recipe()
def test_docstring_keeps_the_rules_of_wording(recipe: Recipe) -> None:
    assert page_problems(recipe.doc) == []


@each_recipe()
def test_questions_keep_the_rules_of_wording(recipe: Recipe) -> None:
    assert [problem for question in recipe.questions for problem in problems(question.text)] == []
    assert problems(recipe.elsewhere) == []
    assert not any(question.text.endswith(".") for question in recipe.questions)


@each_recipe()
def test_plan_of_the_example_leads_to_its_schema(recipe: Recipe) -> None:
    assert example_of(recipe).command.startswith(f"{COMMAND}{recipe.name} ")
    assert schema_in_the_end(recipe) == without_alignment(example_of(recipe).after)


def test_pages_are_fresh() -> None:
    assert stale(DOCS, pages()) == set(), "run: make docs"


def schema_in_the_end(recipe: Recipe) -> list[list[str]]:
    """The schema in which the plan of a recipe's Example ends."""
    built = plan_of_example(recipe)[-1].tree.document(SCHEMA)
    assert built is not None
    return without_alignment(built.text)


def without_alignment(schema: str) -> list[list[str]]:
    """The words of each line: an edit keeps the columns of the other lines, `prisma format` would not."""
    return [line.split() for line in schema.splitlines()]
