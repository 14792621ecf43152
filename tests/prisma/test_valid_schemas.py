"""Prisma's own parser accepts the schema of every step of every plan, for every database."""

from __future__ import annotations

import pytest

from oracle.lint import errors
from recipes.plans import PROVIDERS, plan_of, served_on, situation

NOT_FOR_EVERY_DATABASE = ("does not support enums", "is defined only on BigInt fields on CockroachDB")
"""What Prisma says of schemas of the fixtures before their first step."""


@pytest.mark.parametrize("database", PROVIDERS)
def test_every_step(database: str) -> None:
    plans = [(case, plan_of(case, database)) for case in served_on(database)]
    schemas = [tree for case, plan in plans for tree in (situation(case, database).tree, *(s.tree for s in plan))]
    found_by_prisma = errors([(d.path, d.text) for d in schema.documents] for schema in schemas)
    answers = iter(found_by_prisma)
    refused = {}
    for case, plan in plans:
        before = next(answers)
        assert all(any(known in error for known in NOT_FOR_EVERY_DATABASE) for error in before), before
        found = {f"{case}: {step.step.title}": next(answers) for step in plan}
        refused |= {step: found for step, found in found.items() if found and not before}
    assert refused == {}
