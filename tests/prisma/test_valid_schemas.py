"""Prisma's own parser accepts the schema of every step of every plan, for every database."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import oracle.engine
from npm import installed
from recipes.plans import PROVIDERS, plan_of, served_on, situation
from refract.syntax import SchemaTree

TESTS = Path(__file__).parent.parent
NOT_FOR_EVERY_DATABASE = ("does not support enums", "is defined only on BigInt fields on CockroachDB")
"""What Prisma says of schemas of the fixtures before their first step."""
LINT = TESTS / "syntax" / "prisma_lint.mjs"


@pytest.mark.parametrize("database", PROVIDERS)
def test_every_step(database: str) -> None:
    plans = [(case, plan_of(case, database)) for case in served_on(database)]
    schemas = [tree for case, plan in plans for tree in (situation(case, database).tree, *(s.tree for s in plan))]
    errors = iter(_errors(schemas))
    refused = {}
    for case, plan in plans:
        before = next(errors)
        assert all(any(known in error for known in NOT_FOR_EVERY_DATABASE) for error in before), before
        found = {f"{case}: {step.step.title}": next(errors) for step in plan}
        refused |= {step: found for step, found in found.items() if found and not before}
    assert refused == {}


def _errors(schemas: list[SchemaTree]) -> list[set[str]]:
    texts = [[[document.path, document.text] for document in schema.documents] for schema in schemas]
    command = ["node", LINT, installed("oracle", oracle.engine.HERE)]
    lines = "".join(f"{json.dumps(text)}\n" for text in texts)
    ran = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    return [{found["text"] for found in answer if not found["is_warning"]} for answer in answers]
