"""What is not planned, since a plan would lose something without saying so."""

from __future__ import annotations

import pytest

from recipes.plans import Case, plan_of
from refract.recipes.base import CannotPlan
from wording import problems

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
    ("change-type", {"model": "User", "field": "age", "type": "Int"}, USERS, "already has this type"),
    ("change-type", {"model": "User", "field": "bossId", "type": "BigInt"}, USERS, "add it again at the end"),
    ("rename-field", {"model": "User", "field": "bossId", "to": "b", "how": "trigger"}, USERS, "Pass `how=map`"),
    ("drop-field", {"model": "User", "field": "boss"}, USERS, "then drop the field with its foreign key"),
    ("drop-field", {"model": "User", "field": "bossId"}, USERS, "in a separate release first, and keep this field"),
    ("drop-field", {"model": "Post", "field": "tags"}, POSTS_AND_TAGS, "then drop the new model"),
    ("rename-model", {"model": "Tag", "to": "Label"}, POSTS_AND_TAGS, "would swap the two columns"),
    ("rename-model", {"model": "Post", "to": "Writing"}, POSTS_AND_TAGS, "would swap the two columns"),
    ("rename-model", {"model": "Tag", "to": "Label", "how": "at-once"}, POSTS_AND_TAGS, "would swap"),
]


@pytest.mark.parametrize(("recipe", "answers", "schema", "message"), CASES)
def test_it_is_not_planned(recipe: str, answers: dict[str, str], schema: str, message: str) -> None:
    case = Case("", recipe, tuple(answers.items()), "postgresql", schema, "")
    with pytest.raises(CannotPlan, match=message) as refusal:
        plan_of(case, "postgresql")
    assert problems(str(refusal.value)) == []
