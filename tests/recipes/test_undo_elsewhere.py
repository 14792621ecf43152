"""The undo of a step leaves other tables alone, with all that the server has added to them."""

from __future__ import annotations

import pytest

from recipes.plans import Case, plan_of

_SCHEMA = """\
model User {
  id    Int    @id @default(autoincrement())
  name  String
  posts Post[]
}

model Post {
  id       Int  @id @default(autoincrement())
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}

model Setting {
  id    Int    @id @default(autoincrement())
  title String
}
"""
RENAMES = {
    "rename-field": (("model", "Setting"), ("field", "title"), ("to", "label"), ("how", "at-once")),
    "rename-model": (("model", "Setting"), ("to", "Option"), ("how", "at-once")),
    "drop-model": (("model", "Setting"),),
}


@pytest.mark.parametrize("database", ["mysql", "postgresql", "sqlite"])
@pytest.mark.parametrize("recipe", RENAMES)
def test_an_undo_names_no_other_table(recipe: str, database: str) -> None:
    steps = plan_of(Case("", recipe, RENAMES[recipe], database, _SCHEMA, ""), database)
    undone = "".join(migration.sql for step in steps for migration in step.undo)
    assert undone
    assert "Post" not in undone
