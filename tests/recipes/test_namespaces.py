"""Plans in a schema whose models live in a namespace of their own: everything that a plan makes stays there."""

from __future__ import annotations

import re

import pytest

from recipes.plans import Case, served_on
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.recipes.base import Situation, all_recipes
from refract.recipes.engine import plan_steps
from refract.syntax import parse_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n  schemas  = ["auth"]\n}\n\n'


def _in_namespace(case: Case) -> Situation:
    schema = re.sub(
        r"^((?:model|enum) .*?)^\}", r'\1  @@schema("auth")\n}', case.schema, flags=re.MULTILINE | re.DOTALL
    )
    recipe = all_recipes()[case.recipe]
    tree = parse_schema([("schema.prisma", HEAD + schema)])
    versions = default_versions("postgresql")
    return Situation(tree, provider("postgresql"), versions, recipe.complete(dict(case.answers)))


@pytest.mark.parametrize("case", served_on("postgresql"), ids=str)
def test_what_a_plan_makes_stays_in_the_namespace(case: Case) -> None:
    for step in plan_steps(all_recipes()[case.recipe], _in_namespace(case)):
        names = (*step.database.tables, *step.database.enums, *step.database.views)
        assert {name.schema for name in names} == {"auth"}, step.step.title


BOOKS = """
model Post {
  id       Int     @id
  authorId Int?
  author   Author? @relation(fields: [authorId], references: [id])

  @@schema("POST")
}

model Author {
  id    Int    @id
  posts Post[]

  @@schema("AUTHOR")
}
"""


@pytest.mark.parametrize(("child", "parent"), [("blog", "people"), ("people", "blog")])
def test_the_join_table_of_two_namespaces_is_where_prisma_makes_it(child: str, parent: str) -> None:
    head = 'datasource db {\n  provider = "postgresql"\n  schemas  = ["blog", "people"]\n}\n'
    tree = parse_schema([("schema.prisma", head + BOOKS.replace("POST", child).replace("AUTHOR", parent))])
    recipe = all_recipes()["relation-to-many-to-many"]
    answers = recipe.complete({"model": "Post", "field": "author", "to": "authors", "back": "authored"})
    steps = plan_steps(recipe, Situation(tree, provider("postgresql"), default_versions("postgresql"), answers))
    [join] = [name for name in steps[0].database.tables if name.name == "_PostAuthors"]
    sql = "".join(m.sql for step in steps for m in (*step.migrations, *step.undo))
    assert set(re.findall(r'"(\w+)"\."_PostAuthors"', sql)) == {join.schema}
