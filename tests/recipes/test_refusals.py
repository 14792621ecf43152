"""What is not planned, since a plan would lose something without saying so."""

from __future__ import annotations

import pytest

from recipes.plans import Case, plan_of
from refract.recipes.base import CannotPlan

POSTS_AND_TAGS = """\
model Post {
  id   Int   @id
  tags Tag[]
}

model Tag {
  id    Int    @id
  posts Post[]
}
"""
CASES = [
    ("rename-model", {"model": "Tag", "to": "Label"}, POSTS_AND_TAGS, "have its two columns change places"),
    ("rename-model", {"model": "Post", "to": "Writing"}, POSTS_AND_TAGS, "have its two columns change places"),
    ("rename-model", {"model": "Tag", "to": "Label", "how": "at-once"}, POSTS_AND_TAGS, "change places"),
]


@pytest.mark.parametrize(("recipe", "answers", "schema", "said"), CASES)
def test_it_is_not_planned(recipe: str, answers: dict[str, str], schema: str, said: str) -> None:
    case = Case("", recipe, tuple(answers.items()), "postgresql", schema, "")
    with pytest.raises(CannotPlan, match=said):
        plan_of(case, "postgresql")
