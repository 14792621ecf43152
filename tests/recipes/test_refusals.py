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
USERS = """\
model User {
  id      Int    @id
  age     Int?
  bossId  Int?
  boss    User?  @relation("boss", fields: [bossId], references: [id])
  reports User[] @relation("boss")
}
"""
CASES = [
    ("change-type", {"model": "User", "field": "age", "type": "Int"}, USERS, "has that type already"),
    ("change-type", {"model": "User", "field": "bossId", "type": "BigInt"}, USERS, "add it again at the end"),
    ("rename-field", {"model": "User", "field": "bossId", "to": "b", "how": "trigger"}, USERS, "take how=map"),
    ("drop-field", {"model": "User", "field": "boss"}, USERS, "then drop the field that holds its key"),
    ("drop-field", {"model": "User", "field": "bossId"}, USERS, "a release of its own that keeps this field"),
    ("drop-field", {"model": "Post", "field": "tags"}, POSTS_AND_TAGS, "then drop the model"),
    ("rename-model", {"model": "Tag", "to": "Label"}, POSTS_AND_TAGS, "have its two columns change places"),
    ("rename-model", {"model": "Post", "to": "Writing"}, POSTS_AND_TAGS, "have its two columns change places"),
    ("rename-model", {"model": "Tag", "to": "Label", "how": "at-once"}, POSTS_AND_TAGS, "change places"),
]


@pytest.mark.parametrize(("recipe", "answers", "schema", "said"), CASES)
def test_it_is_not_planned(recipe: str, answers: dict[str, str], schema: str, said: str) -> None:
    case = Case("", recipe, tuple(answers.items()), "postgresql", schema, "")
    with pytest.raises(CannotPlan, match=said):
        plan_of(case, "postgresql")
