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
