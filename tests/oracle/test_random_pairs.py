"""Random pairs of schemas: Refract's migration is Prisma's. REFRACT_ORACLE_PAIRS says how many for each provider."""

from __future__ import annotations

import os

import pytest

from oracle.engine import running_engine
from oracle.random_pairs import run

PAIRS = int(os.environ.get("REFRACT_ORACLE_PAIRS", "150"))


@pytest.mark.parametrize("provider", ["postgresql", "sqlite", "cockroachdb"])
def test_random_pairs(provider: str) -> None:
    with running_engine() as engine:
        result = run(engine, provider, PAIRS, start=0)
    assert result.compared == PAIRS
    assert not result.differences, "\n".join(d.report() for d in result.differences[:5])
