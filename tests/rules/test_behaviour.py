"""The facts about databases are complete: each wait has its work, its lock and a cure that can be stated."""

from __future__ import annotations

import attrs
import pytest

from refract.providers import PROVIDERS
from refract.providers.behaviour import Behaviour, behaviour
from refract.providers.operation import Blocks, Duration, Operation
from refract.rules.kit.cures import cures


def operations(facts: Behaviour) -> dict[str, Operation]:
    named = {f.name: getattr(facts, f.name) for f in attrs.fields(Behaviour)}
    return {name: value for name, value in named.items() if isinstance(value, Operation)}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_has_facts(provider: str) -> None:
    for name, operation in operations(behaviour(provider)).items():
        waits = operation.blocks is not Blocks.NOTHING
        takes_time = operation.duration is not Duration.INSTANT and operation.lock != ""
        assert operation.work or not (waits or takes_time), name
        assert operation.lock or not waits or operation.blocks is Blocks.DATABASE, name
        assert operation.cure is None or cures(operation), name


def test_an_unknown_provider_has_none() -> None:
    with pytest.raises(KeyError):
        behaviour("oracle")
