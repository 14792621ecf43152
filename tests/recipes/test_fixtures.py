"""Every case of the fixtures has the plan that its page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipes.plans import FOLDER, Case, cases, outline, plan_of
from refract.recipes.base import all_recipes


@pytest.mark.expected
@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_plan_is_as_shown(case: Case) -> None:
    assert outline(plan_of(case, case.provider)) == case.outline


def test_every_recipe_has_a_page() -> None:
    assert {file.stem for file in Path(FOLDER).glob("*.md")} == set(all_recipes())
    assert {case.recipe for case in cases()} == set(all_recipes())
