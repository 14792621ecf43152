"""Every plan that a finding offers can be started on the schema before the edit, with the answers given."""

from __future__ import annotations

import pytest

from refract.lowering import lower
from refract.providers import provider
from refract.providers.versions import default_versions
from refract.recipes.base import Situation, all_recipes, answers_for
from refract.rules.kit.advice import FollowRecipe
from rules.markdown import BEFORE, Sides, find, parse_target, schema_tree
from rules.test_fixtures import ALL, Case

OFFERED = sorted(
    {
        (case.path.stem, case.title, target): (case, target) for case, target in ALL if isinstance(case.given, Sides)
    }.values(),
    key=lambda pair: (pair[0].path.stem, pair[0].title, pair[1]),
)


@pytest.mark.parametrize(
    ("case", "target"), OFFERED, ids=[f"{case.path.stem}: {case.title} ({target})" for case, target in OFFERED]
)
def test_the_plan_can_be_made(case: Case, target: str) -> None:
    assert isinstance(case.given, Sides)
    findings = find(case.given, target, case.path.stem).findings
    for action in (a for f in findings if f.rule == case.path.stem for a in f.now if isinstance(a, FollowRecipe)):
        name, flavour, *_ = parse_target(target)
        recipe = all_recipes()[action.recipe]
        tree = schema_tree(BEFORE, case.given.before, name)
        answers = answers_for(recipe, action.subject, dict(action.answers))
        situation = Situation(tree, provider(name), default_versions(name, flavour), answers, previous=lower(tree))
        assert recipe.steps(situation)
