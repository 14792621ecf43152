"""A few thousand inputs of `make fuzz`, the same ones each time."""

from __future__ import annotations

import pytest

from safety.fuzz import TARGETS, fuzz, shares

INPUTS = 4_000


@pytest.mark.parametrize(
    ("name", "inputs"), [pytest.param(*share, id=share[0]) for share in shares(INPUTS, tuple(TARGETS))]
)
def test_no_text_raises_or_takes_a_second(name: str, inputs: int) -> None:
    assert fuzz(TARGETS[name], inputs, seed=1).inputs >= min(inputs, 20)
