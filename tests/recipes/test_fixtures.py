"""Every case of the fixtures has the plan that its page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipes.plans import FOLDER, Case, cases, outline, plan_of
from refract.recipes.base import Recipe, all_recipes
from refract.recipes.documentation import pages


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_plan_is_as_shown(case: Case) -> None:
    assert outline(plan_of(case, case.provider)) == case.outline


def test_every_recipe_has_a_page() -> None:
    assert {file.stem for file in Path(FOLDER).glob("*.md")} == set(all_recipes())
    assert {case.recipe for case in cases()} == set(all_recipes())


HEADINGS = ("Why it takes steps", "Ways", "Example", "Providers")


@pytest.mark.parametrize("recipe", all_recipes().values(), ids=lambda recipe: recipe.name)
def test_the_docstring_has_its_headings(recipe: Recipe) -> None:
    assert tuple(line for line in recipe.doc.splitlines()[1:] if line and not line.startswith(" ")) == HEADINGS


def test_the_pages_are_up_to_date() -> None:
    folder = Path(__file__).parents[2] / "docs" / "recipes"
    written = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    assert written == dict(pages()), "run: python -m refract.recipes docs/recipes"
